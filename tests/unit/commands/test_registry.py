"""What a text means: a command, a flow, or nothing and then perhaps something like it."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.commands.registry import FlowAnswer, FlowStart, Invocation, Registry, Unknown
from bot.errors import ConfigError
from bot.plugin import command
from tests.unit.commands.sample import (
    BUILTINS,
    JENKINS,
    PIN,
    TOKEN,
    X,
    build,
    connect,
    forget,
    help_,
    listing,
    registry,
    search,
    tweet,
    views,
)

REGISTRY = registry()
TOKEN_TEXT = "alice:11" + "0a" * 16


@pytest.mark.parametrize(
    ("text", "service", "meant", "arguments"),
    [
        ("jenkins build deploy", JENKINS, build, "deploy"),
        ("j b 3, a=b", JENKINS, build, "3, a=b"),
        ("J  BUILD   Deploy Prod ", JENKINS, build, "Deploy Prod "),
        ("\n j\tlist\n a", JENKINS, listing, "a"),
        ("j list", JENKINS, listing, ""),
        ("j list views", JENKINS, views, ""),
        ("j list viewsx", JENKINS, listing, "viewsx"),
        ("t tweet  two  spaces\nand a line", X, tweet, "two  spaces\nand a line"),
        ("t search x", X, search, "x"),
        ("help", None, help_, ""),
        ("Help jenkins build", None, help_, "jenkins build"),
        ("forget me", None, forget, ""),
        ("", None, help_, ""),
        (" \n", None, help_, ""),
        ("jenkins", None, help_, "jenkins"),
        ("T", None, help_, "twitter"),
        ("jenkins help build", None, help_, "jenkins build"),
        ("j connect", None, connect, "jenkins"),
    ],
)
def test_a_command_is_found_by_its_longest_phrase(text, service, meant, arguments):
    """In any case and spacing; the arguments stay as they were typed."""
    assert REGISTRY.resolve(text) == Invocation(service, meant, arguments)


def test_flows_begin_by_their_words():
    """As in the original scripts."""
    assert REGISTRY.resolve("t setupauth") == FlowStart(X, PIN)
    assert REGISTRY.resolve("T  SetupAuth now") == FlowStart(X, PIN)


def test_a_self_starting_flow_without_its_answer_begins():
    """ "jenkins set auth" alone asks for what is missing."""
    assert REGISTRY.resolve("jenkins set auth ") == FlowStart(JENKINS, TOKEN)


def test_an_answer_without_value_to_another_flow_is_empty():
    """ "t auth" alone is an answer that holds nothing."""
    found = REGISTRY.resolve("t auth")
    assert isinstance(found, FlowAnswer)
    assert not found.secret


def test_a_flows_answer_becomes_a_secret_at_once():
    """Exactly what was typed behind the words, and nothing of it in a repr."""
    found = REGISTRY.resolve(f"j  Set AUTH  {TOKEN_TEXT} \n")
    assert isinstance(found, FlowAnswer)
    assert (found.service, found.flow) == (JENKINS, TOKEN)
    assert found.secret.reveal() == TOKEN_TEXT
    assert TOKEN_TEXT not in repr(found)


@pytest.mark.parametrize(
    "text",
    [
        f"j build {TOKEN_TEXT}",
        f"connect jenkins {TOKEN_TEXT}",
        f"j setauth {TOKEN_TEXT}",
        TOKEN_TEXT,
    ],
)
def test_a_misplaced_secret_shows_nowhere(text):
    """Neither the arguments of a command nor what was not understood are in a repr."""
    assert TOKEN_TEXT not in repr(REGISTRY.resolve(text))


@pytest.mark.parametrize(
    ("text", "suggestion"),
    [
        ("jenkin build x", "jenkins build"),
        ("jenkins biuld deploy-prod", "jenkins build"),
        ("j buidl x", "jenkins build"),
        ("build deploy-prod", "jenkins build"),
        ("twiter serach x", "twitter search"),
        ("jenkins setauth a:b", "jenkins set auth"),
        ("t setup auth", "twitter setupauth"),
        ("hlep", "help"),
        ("forgetme", "forget me"),
        ("conect jenkins", "connect"),
        ("Jekins", "jenkins"),
    ],
)
def test_a_slip_gets_the_nearest_phrase(text, suggestion):
    """Transposed, missing and surplus letters, and a forgotten service."""
    found = REGISTRY.resolve(text)
    assert isinstance(found, Unknown)
    assert found.suggestions[0] == suggestion
    assert found.close


@pytest.mark.parametrize(
    "text", ["important", "nice work everybody", "lost in the woods", "7", "é", "-", "x" * 60_000]
)
def test_chatter_is_not_close_to_anything(text):
    """The bot stays silent where it is not certain to be meant."""
    found = REGISTRY.resolve(text)
    assert isinstance(found, Unknown)
    assert not found.close


def test_an_unknown_command_of_a_named_service_is_meant_for_the_bot():
    """Whoever names the service gets an answer, even without a suggestion."""
    assert REGISTRY.resolve("jenkins qqq") == Unknown(JENKINS, (), close=True)


PHRASES = {*REGISTRY.phrases(), "jenkins", "twitter"}
VOCABULARY = [w for p in PHRASES for w in p.split()] + ["j", "t", "b", "x y", TOKEN_TEXT, "…", "'"]


@given(st.lists(st.sampled_from(VOCABULARY)).map(" ".join) | st.text())
def test_any_text_resolves_and_suggestions_are_known_phrases(text):
    """Nothing is raised, and nothing typed comes back as a suggestion."""
    found = REGISTRY.resolve(text)
    if isinstance(found, Unknown):
        assert set(found.suggestions) <= PHRASES
        assert len(found.suggestions) <= 3


@given(st.sampled_from(sorted(REGISTRY.phrases())), st.booleans())
def test_every_phrase_is_understood(phrase, shout):
    """What help shows can be typed."""
    found = REGISTRY.resolve(phrase.upper() if shout else phrase)
    assert not isinstance(found, Unknown)


def test_phrases_are_full_names_without_aliases():
    """Each command and flow once."""
    assert sorted(REGISTRY.phrases()) == [
        "connect",
        "forget me",
        "help",
        "jenkins build",
        "jenkins list",
        "jenkins list views",
        "jenkins set auth",
        "twitter auth",
        "twitter search",
        "twitter setupauth",
        "twitter tweet",
    ]


def test_a_bare_command_names_the_services_that_offer_it():
    """For help without the service's name."""
    assert REGISTRY.offering("BUILD it") == ((JENKINS, build),)
    assert REGISTRY.offering("setupauth") == ()


@pytest.mark.parametrize(
    ("pattern", "canonical"),
    [
        ("j b deploy-*", "jenkins build deploy-*"),
        ("Jenkins build deploy-*", "jenkins build deploy-*"),
        ("t tweet", "twitter tweet"),
        ("j *", "jenkins *"),
        ("j", "jenkins"),
        ("* build x", "* build x"),
        ("", ""),
    ],
)
def test_a_pattern_for_confirmation_is_written_with_full_names(pattern, canonical):
    """An operator who writes aliases gets the questions all the same."""
    assert REGISTRY.canonical(pattern) == canonical


# --------------------------------------------------------------------------- shapes of secrets
@pytest.mark.parametrize(
    "text",
    [
        TOKEN_TEXT,
        f"here you are: {TOKEN_TEXT} ok?",
        f"!jenkins build x, a={TOKEN_TEXT}",
        f"line\n{TOKEN_TEXT}",
        "x" * 5_000 + TOKEN_TEXT + "y" * 5_000,
        "word " * 10_000 + TOKEN_TEXT,
        *("-" * n + TOKEN_TEXT + "-" * 600 for n in range(200, 600, 7)),
    ],
)
def test_a_pasted_secret_is_recognised_anywhere(text):
    """In a sentence, as an argument, and within a word that is longer than a window."""
    assert REGISTRY.looks_like_secret(text) == (JENKINS, TOKEN)


@pytest.mark.parametrize(
    "text", ["", "jenkins build x", "a:11", "alice:12" + "0a" * 16, "x" * 9_999]
)
def test_ordinary_text_is_no_secret(text):
    """Neither words nor what only begins alike."""
    assert REGISTRY.looks_like_secret(text) is None


def test_a_shape_of_quadratic_cost_does_not_hold_up_the_bot():
    """``\\S+:11…`` tries every start; over a whole event that would take minutes."""
    start = time.process_time()
    assert REGISTRY.looks_like_secret(":11" * 21_000) is None
    assert REGISTRY.looks_like_secret("a:11 " * 13_000) is None
    assert time.process_time() - start < 2


@pytest.mark.parametrize("shape", ["(", "a*"])
def test_a_shape_that_cannot_work_is_refused_at_the_start(shape):
    """No regular expression, or one that takes every message for a secret."""
    broken = replace(JENKINS, flows=(replace(TOKEN, shape=shape),))
    with pytest.raises(ValueError, match="the shape"):
        Registry((broken,), BUILTINS)


# ---------------------------------------------------------------------------- clashes of words
@pytest.mark.parametrize(
    "other",
    [
        replace(X, name="jenkins"),
        replace(X, aliases=("J",)),
        replace(X, name="Help"),
        replace(X, aliases=("forget",)),
        replace(X, name="yes"),
    ],
)
def test_a_word_that_is_taken_stops_the_start(other):
    """The error names the service in the configuration and says what to do."""
    with pytest.raises(ConfigError) as caught:
        Registry((JENKINS, other), BUILTINS)
    assert caught.value.key == f"services.{other.name}"
    assert "another name" in caught.value.fix


def test_two_commands_with_one_phrase_are_refused():
    """A command must not hide a flow's words, or a secret would become its argument."""
    shadow = replace(build, name="set auth", aliases=())
    with pytest.raises(ValueError, match="two things"):
        Registry((replace(JENKINS, commands=(shadow,)),), BUILTINS)


def test_a_parameter_that_cannot_be_read_is_refused():
    """At the start, not when somebody uses the command."""

    @command("odd")
    async def odd(call, when: float):
        """Do something."""

    with pytest.raises(TypeError, match="float"):
        Registry((replace(JENKINS, commands=(odd,)),), BUILTINS)


def test_help_must_be_built_in():
    """A service's name alone leads there."""
    with pytest.raises(ValueError, match="help"):
        Registry((JENKINS,), (connect,))
