"""What a build needs is known, asked for and checked before Jenkins is asked to build."""

from __future__ import annotations

import pytest

from bot.commands.arguments import phrase, shown
from bot.errors import Exposed, UserError
from bot.policy import confirms
from bot.secret import Secret
from sandbox.jenkins import file, password
from sandbox.jenkins.parameters import Parameter
from tests.contracts.fakes import call_for, plain
from tests.contracts.jenkins.conftest import look, run

NEEDY = (
    Parameter("ENV", "Choice", None, ("staging", "prod"), "Where to"),
    Parameter("DRY", "Boolean", None),
    Parameter("TAG", "String", None),
    Parameter("PW", "Password", None),
    Parameter("NOTE", "Text", "none"),
)
ANSWERS = {"ENV": "prod", "DRY": "no", "TAG": "v1 beta", "PW": "hunter2"}


def posts(jenkins):
    return [seen for seen in jenkins.requests if seen.method == "POST"]


@pytest.fixture
def needy(jenkins):
    jenkins.needy = jenkins.add_job("needy", NEEDY)
    return jenkins


def command_of(service, name):
    return next(command for command in service.commands if command.name == name)


async def test_what_is_missing_is_asked_for_one_by_one(needy, service, alice):
    talked = await look(service, alice, "build needy", answers=ANSWERS)
    assert [question.name for question in talked.asked] == ["ENV", "DRY", "TAG", "PW"]
    assert [question.choices for question in talked.asked] == [
        ("staging", "prod"),
        ("yes", "no"),
        (),
        (),
    ]
    assert [question.secret for question in talked.asked] == [False, False, False, True]
    assert plain(talked.asked[0].prompt) == "What is ENV? Where to"
    assert posts(needy) == []


async def test_answers_are_what_is_built(needy, service, alice):
    await run(service, alice, "build needy", answers=ANSWERS)
    (build,) = needy.builds("needy")
    assert build.parameters == {
        "ENV": "prod",
        "DRY": False,
        "TAG": "v1 beta",
        "PW": "hunter2",
        "NOTE": "none",
    }


async def test_what_was_typed_is_not_asked_for(needy, service, alice):
    talked = await look(service, alice, "build needy TAG=x ENV=prod", answers=ANSWERS)
    assert [question.name for question in talked.asked] == ["DRY", "PW"]
    assert dict(talked.ready.arguments["params"].pairs)["TAG"] == "x"


@pytest.mark.parametrize(
    "said", ["build needy NOPE=1", "build needy ENV=moon", "build needy TAG=a TAG=b"]
)
async def test_what_cannot_be_meant_is_refused_before_anything_is_asked(
    needy, service, alice, said
):
    with pytest.raises(UserError):
        await look(service, alice, said, answers=ANSWERS)
    assert posts(needy) == []


async def test_passwords_are_secrets_wherever_they_are_shown(needy, service, alice):
    talked = await look(service, alice, "build needy", answers=ANSWERS)
    arguments = talked.ready.arguments
    assert dict(arguments["params"].pairs)["PW"] == Secret("hunter2")
    build = command_of(service, "build")
    for text in (
        phrase("jenkins", build, arguments),
        shown("jenkins", build, arguments),
        repr(arguments),
    ):
        assert "hunter2" not in text
    assert "PW=********" in shown("jenkins", build, arguments)


@pytest.mark.parametrize("name", ["MAGIC", "PW"])
async def test_password_is_hidden_whatever_its_name(jenkins, service, alice, name):
    jenkins.add_job("oddly", [Parameter(name, "Password", "")])
    talked = await look(service, alice, f"build oddly {name}=hunter2", private=True)
    build = command_of(service, "build")
    assert shown("jenkins", build, talked.ready.arguments) == f"jenkins build oddly {name}=********"
    assert shown("jenkins", build, talked.ready.arguments) != shown(
        "jenkins", build, talked.ready.arguments, masked=False
    ), "the message that holds it is known to hold something"


@pytest.mark.parametrize("said", ["build deploy prod PW=hunter2", "build deploy prod, PW=hunter2"])
async def test_password_typed_in_a_room_is_not_used(jenkins, service, alice, said):
    with pytest.raises(Exposed) as caught:
        await look(service, alice, said)
    assert "hunter2" not in f"{caught.value.text}{caught.value.hint}"
    assert "PW=" in caught.value.hint
    assert posts(jenkins) == []


async def test_several_passwords_typed_in_a_room_are_all_named(jenkins, service, alice):
    jenkins.add_job("twice", [password("ONE"), password("TWO")])
    with pytest.raises(Exposed) as caught:
        await look(service, alice, "build twice ONE=1 TWO=2")
    assert caught.value.text.startswith("ONE and TWO are passwords and others can read this")
    assert "`ONE=` and `TWO=`" in caught.value.hint


async def test_password_beside_a_wrong_parameter_was_exposed_all_the_same(service, alice):
    with pytest.raises(Exposed):
        await look(service, alice, "build deploy prod NOPE=1 PW=hunter2")


async def test_password_typed_in_the_direct_message_is_used(jenkins, service, alice):
    await run(service, alice, "build deploy prod PW=hunter2", private=True)
    assert jenkins.builds("deploy prod")[0].parameters["PW"] == "hunter2"


async def test_password_that_is_left_empty_is_asked_for(jenkins, service, alice):
    talked = await look(service, alice, "build deploy prod PW= ENV=prod", answers={"PW": "hunter2"})
    assert [(question.name, question.secret) for question in talked.asked] == [("PW", True)]
    await run(service, alice, "build deploy prod, PW=&ENV=prod", answers={"PW": "hunter2"})
    assert jenkins.builds("deploy prod")[0].parameters["PW"] == "hunter2"


async def test_password_with_a_default_is_optional(service, alice):
    assert (await look(service, alice, "build deploy prod")).asked == []


async def test_file_without_default_cannot_be_asked_for(jenkins, service, alice):
    jenkins.add_job("upload", [Parameter("A", "String", None), file("FILE")])
    with pytest.raises(UserError, match="FILE is a file"):
        await look(service, alice, "build upload")


async def test_what_changed_since_it_was_asked_is_refused(needy, service, alice):
    """Between a question and a "yes" somebody may change the job."""
    talked = await look(service, alice, "build needy", answers=ANSWERS)
    needy.needy.parameters = (Parameter("ENV", "Choice", "a", ("a", "b")),)
    service.site.clock = lambda: 1e9
    async with call_for(service, alice.user, alice) as call:
        with pytest.raises(UserError):
            await command_of(service, "build").handler(call, **talked.ready.arguments)
    assert posts(needy) == []


@pytest.mark.parametrize(
    "said",
    [
        "build deploy prod",
        "build deploy prod VERSION=2",
        "build deploy prod NOTE=x ENV=staging",
        "build deploy prod, VERSION=2&ENV=staging",
    ],
)
@pytest.mark.parametrize("pattern", ["deploy prod ENV=staging", "deploy* ENV=stag*", "* DRY=true"])
async def test_pattern_for_a_value_is_not_evaded(service, alice, said, pattern):
    talked = await look(service, alice, said)
    phrases = [f"jenkins {form}" for form in talked.ready.also]
    assert any(confirms((f"jenkins build {pattern}",), each) for each in phrases)


async def test_pattern_sees_a_job_that_takes_nothing(service, alice):
    assert (await look(service, alice, "build website")).ready.also == ("build website",)
