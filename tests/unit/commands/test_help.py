"""Help as people read it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.commands.help import greeting, help_reply, not_understood
from bot.commands.registry import Registry, Unknown
from bot.errors import UserError
from bot.matrix.render import render
from tests.unit.commands.sample import BUILTINS, FOR_ADMINS, JENKINS, X, build, registry

REGISTRY = registry()
WITH_ADMINS = Registry((JENKINS, X), (*BUILTINS, *FOR_ADMINS))


def read(topic: str, prefix: str = "!", among: Registry = REGISTRY, *, admin: bool = False) -> str:
    return render(help_reply(among, topic, prefix, admin=admin)).body


def test_the_overview_fits_on_a_screen():
    """A line for each service with all its words, then what is built in, as typed in a room."""
    assert read("") == (
        "I run commands as you, with your own accounts. In a room begin with `!` or my name; "
        "in our direct message just say it.\n"
        "Jenkins (`jenkins` or `j`): list, list views, build\n"
        "X (`twitter` or `t`): search, tweet\n"
        "And always\n"
        "• `!help [topic]` – Show what can be said.\n"
        "• `!connect <service>` – Connect your account.\n"
        "• `!forget me` – Remove everything of yours.\n"
        "Where I have asked you something, `cancel` drops it.\n"
        "`!help jenkins` tells more. `>dm` at the end of a command sends its answer to our "
        "direct message."
    )


@pytest.mark.parametrize("topic", ["jenkins", " J ", "jenkins set auth", "help jenkins"])
def test_the_help_of_a_service_has_its_commands_and_says_how_to_connect(topic):
    """Found by its name, an alias, or the words of one of its flows."""
    assert read(topic) == (
        "Jenkins (`jenkins` or `j`)\n"
        "• `!jenkins list [part]` – List the jobs.\n"
        "• `!jenkins list views` – List the views.\n"
        "• `!jenkins build <job> [params]` – Start a build.\n"
        "To connect, in our direct message: `connect jenkins` or `jenkins set auth …`.\n"
        "`!help jenkins build` tells more of that one, with examples."
    )


def test_words_that_only_answer_a_flow_are_no_way_to_begin():
    """A PIN comes after its address."""
    assert "`connect twitter` or `twitter setupauth`." in read("t")


@pytest.mark.parametrize("topic", ["jenkins build", "J B", "build", "jenkins build deploy-prod"])
def test_the_help_of_a_command_explains_its_arguments(topic):
    """Made of its types and docstring, without the sections for programmers."""
    assert read(topic) == (
        "`!jenkins build <job> [params]`\n"
        "Start a build.\n"
        "Parameters are `name=value` pairs, as many as the job has.\n"
        "• `job`: A job's name, up to a `,`, or its number in your last list\n"
        "• `params`: all the text that follows (may be left out)\n"
        'It shows what it would do and as whom, and waits for your "yes".\n'
        "In short: `!jenkins b`\n"
        "For example:\n"
        "• `!jenkins build deploy-prod, a=b`"
    )


def test_an_example_may_be_written_with_or_without_its_service():
    """It is shown as it is typed in a room, with any prefix."""
    assert "• `!t tweet Hello!`" in read("t tweet")
    assert "• `?jenkins build deploy-prod, a=b`" in read("j build", prefix="?")


def test_a_built_in_command_has_help_too():
    """Without a service before it; that of connecting names the services, and all ways."""
    assert read("Connect") == (
        "`!connect <service>`\n"
        "Connect your account.\n"
        "• `service`: `jenkins` or `twitter`\n"
        "There, it can also be said like this:\n"
        "• Jenkins: `connect jenkins` or `jenkins set auth …`\n"
        "• X: `connect twitter` or `twitter setupauth`"
    )


def test_the_beginning_of_a_built_in_command_is_enough():
    """Where there are several, all of them are shown."""
    assert read("forget") == read("forget me")
    assert read("Admin", among=WITH_ADMINS, admin=True) == (
        "• `!admin users` – Show who is here.\n• `!admin freeze <user>` – Freeze somebody."
    )


def test_what_is_for_admins_is_offered_to_nobody_else():
    """They are told whose it is."""
    with pytest.raises(UserError) as caught:
        read("admin", among=WITH_ADMINS)
    assert caught.value.text == "That is for my admins, who say it in their direct message."


@pytest.mark.parametrize("word", ["yes", "No", "cancel", "approve"])
def test_what_answers_a_question_has_help(word):
    """It is said without a prefix, and belongs to no service."""
    assert read(word).startswith(f"`{word.lower()}` – ")


def test_a_command_that_is_called_like_an_answer_is_shown_with_it():
    """Neither hides the other."""
    taken = replace(build, name="cancel", aliases=())
    among = Registry((replace(JENKINS, commands=(taken,)),), BUILTINS)
    said, offered = read("cancel", among=among).split("\n")
    assert said.startswith("`cancel` – Stop what I ask you")
    assert offered == "With Jenkins there is `!jenkins cancel <job> [params]` – Start a build."


@pytest.mark.parametrize(
    ("topic", "hint"),
    [
        ("jenkins biuld", "Did you mean !help jenkins build?"),
        ("qqq", "!help shows everything."),
        ("jenkins qqq", "!help shows everything."),
    ],
)
def test_an_unknown_topic_is_answered_with_what_is_near(topic, hint):
    """And never repeats the topic, which may be anything."""
    with pytest.raises(UserError) as caught:
        read(topic)
    assert caught.value.text == "There is no help on that."
    assert caught.value.hint == hint


def test_a_command_of_two_services_is_asked_back():
    """Neither is preferred."""
    other = replace(JENKINS, name="staging", aliases=())
    among = Registry((JENKINS, other), BUILTINS)
    with pytest.raises(UserError) as caught:
        read("build", among=among)
    assert caught.value.hint == "Did you mean !help jenkins build or !help staging build?"


def said_about(topic: str) -> str:
    try:
        return read(topic)
    except UserError as error:
        return f"{error.text} {error.hint}"


@given(st.text())
def test_any_topic_has_help_or_an_explanation(topic):
    """Nothing else is raised, and what is shown never comes from the topic."""
    shown = said_about(f"{topic}\N{SNOWMAN}")
    assert shown
    assert "\N{SNOWMAN}" not in shown


def test_the_greeting_has_three_lines():
    """Who I am, how to begin, how to go on."""
    assert render(greeting(REGISTRY, "!")).body.split("\n") == [
        "Hello! I run commands as you, with your own account on Jenkins and X.",
        "Say `connect jenkins` here to connect yours; only you can use it.",
        "In a room begin with `!` or my name: `!help`.",
    ]


def test_the_greeting_names_all_services():
    """As a sentence does."""
    among = Registry((JENKINS, X, replace(X, name="y", title="Y", aliases=())), BUILTINS)
    assert "account on Jenkins, X and Y." in render(greeting(among, "!")).body


def test_a_bot_without_services_still_greets_and_helps():
    """A configuration may begin that small."""
    empty = Registry((), BUILTINS)
    assert len(render(greeting(empty, "!")).body.split("\n")) == 3
    assert "!forget me" in read("", among=empty)


@pytest.mark.parametrize(
    ("unknown", "said"),
    [
        (Unknown(None, ("help",), close=True), "I do not know that. Did you mean `!help`?"),
        (
            Unknown(None, ("a", "b", "c"), close=True),
            "I do not know that. Did you mean `!a`, `!b` or `!c`?",
        ),
        (Unknown(None, (), close=False), "I do not know that. `!help` shows what I can do."),
        (Unknown(X, (), close=True), "I do not know that. `!help twitter` shows what I can do."),
    ],
)
def test_what_was_not_understood_is_answered_in_one_line(unknown, said):
    """With the nearest phrases, or the way to help."""
    assert render(not_understood(unknown, "!")).body == said


def test_a_command_without_examples_and_aliases_is_short():
    """Nothing is announced that does not come."""
    plain = replace(build, aliases=(), examples=(), parameters=())
    among = Registry((replace(JENKINS, commands=(plain,)),), BUILTINS)
    text = read("jenkins build", among=among)
    assert "In short" not in text
    assert "For example" not in text
