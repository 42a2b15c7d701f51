"""Building once more what was built before, with the same parameters."""

from __future__ import annotations

import json

import pytest

from bot.errors import Exposed, NotFound, UserError
from bot.secret import Secret
from sandbox.jenkins import mishaps
from sandbox.jenkins.parameters import Parameter
from tests.contracts.fakes import plain
from tests.contracts.jenkins.conftest import look, run

GIVEN = "build deploy prod ENV=prod VERSION='1.2 beta' DRY=false PW=hunter2"


@pytest.fixture
async def built(jenkins, service, alice):
    """Builds 1 and 2 of a job, which were given different things."""
    await run(service, alice, GIVEN, private=True)
    await jenkins.idle()
    await run(service, alice, "build deploy prod VERSION=2")
    await jenkins.idle()
    return jenkins


def last(jenkins):
    return jenkins.builds("deploy prod")[-1].parameters


@pytest.mark.parametrize("said", ["retry deploy prod 1", "retry deploy prod #1", "retry 1 1"])
async def test_parameters_of_that_build_are_given_again(built, service, alice, said):
    reply = await run(service, alice, said, answers={"PW": "geheim"}, listing=["deploy prod"])
    assert plain(reply).startswith("Started deploy prod #3")
    assert last(built) == {
        "ENV": "prod",
        "VERSION": "1.2 beta",
        "DRY": False,
        "NOTE": "",
        "PW": "geheim",
    }
    assert reply.follow.topic == "deploy prod"


async def test_last_build_is_meant_where_none_is_named(built, service, alice):
    talked = await look(service, alice, "retry deploy prod", answers={"PW": "geheim"})
    assert talked.ready.arguments["number"].number == 2
    assert dict(talked.ready.arguments["params"].pairs)["VERSION"] == "2"


async def test_passwords_cannot_be_read_back_and_are_asked_for(built, service, alice):
    talked = await look(service, alice, "retry deploy prod 1", answers={"PW": "geheim"})
    assert [(question.name, question.secret) for question in talked.asked] == [("PW", True)]
    assert dict(talked.ready.arguments["params"].pairs)["PW"] == Secret("geheim")


async def test_what_will_be_built_is_shown_without_passwords(built, service, alice):
    talked = await look(service, alice, "retry deploy prod 1", answers={"PW": "geheim"})
    shown = plain(talked.ready.preview)
    assert shown.startswith("As deploy prod #1 (")
    assert "VERSION='1.2 beta'" in shown
    assert "PW=********" in shown
    assert "geheim" not in shown


async def test_patterns_for_builds_are_asked_about_retries_too(built, service, alice):
    talked = await look(service, alice, "retry deploy prod 2", answers={"PW": "geheim"})
    also = talked.ready.also
    assert also[0] == "build deploy prod ENV=staging VERSION=2 DRY=true NOTE=''"
    for form in ("build deploy prod", "retry deploy prod", "retry deploy prod 2"):
        assert f"{form} ENV=staging" in also
    assert "geheim" not in "".join(also)


async def test_what_is_typed_takes_the_place_of_what_was_given(built, service, alice):
    await run(service, alice, "retry deploy prod 1 VERSION=3", answers={"PW": "geheim"})
    assert (last(built)["VERSION"], last(built)["ENV"]) == ("3", "prod")


async def test_password_typed_in_a_room_is_not_used(built, service, alice):
    with pytest.raises(Exposed):
        await look(service, alice, "retry deploy prod 1 PW=hunter2")


async def test_what_the_job_takes_no_more_is_left_out_and_told(built, service, alice):
    built.builds("deploy prod")[0].job.parameters = (Parameter("VERSION", "String", "main"),)
    given = [
        {"name": "VERSION", "value": "1.2 beta"},
        {"name": "ENV", "value": "prod"},
        {"name": "PW"},
    ]
    bean = {"number": 1, "actions": [{}, {"parameters": given}]}
    built.fail(mishaps.json(json.dumps(bean)), path="/1/api/json")
    talked = await look(service, alice, "retry deploy prod 1")
    assert str(talked.ready.arguments["params"]) == "VERSION='1.2 beta'"
    assert "does not take ENV, PW any more" in plain(talked.ready.preview)


async def test_choice_that_is_none_any_more_is_told_with_those_that_are(built, service, alice):
    parameter = Parameter("ENV", "Choice", "moon", ("moon", "mars"))
    built.builds("deploy prod")[0].job.parameters = (parameter,)
    with pytest.raises(UserError) as caught:
        await look(service, alice, "retry deploy prod 1")
    assert caught.value.text == "ENV has to be one of: moon, mars."


async def test_what_is_new_and_has_no_default_is_asked_for(built, service, alice):
    built.builds("deploy prod")[0].job.parameters = (Parameter("NEW", "String", None),)
    talked = await look(service, alice, "retry deploy prod 1")
    assert [question.name for question in talked.asked] == ["NEW"]


async def test_value_that_jenkins_does_not_show_is_asked_for_whatever_the_default(
    built, service, alice
):
    built.builds("deploy prod")[0].job.parameters = (Parameter("RUN", "Run", "main#1"),)
    bean = {"number": 1, "actions": [{"parameters": [{"name": "RUN"}]}]}
    built.fail(mishaps.json(json.dumps(bean)), path="/1/api/json")
    talked = await look(service, alice, "retry deploy prod 1")
    assert [question.name for question in talked.asked] == ["RUN"]


async def test_job_without_parameters_is_just_built_again(jenkins, service, alice):
    await run(service, alice, "build website")
    await jenkins.idle()
    await run(service, alice, "retry website --no-follow")
    assert len(jenkins.builds("website")) == 2


async def test_what_was_never_built_cannot_be_retried(service, alice):
    with pytest.raises(UserError, match="website has never been built"):
        await look(service, alice, "retry website")


async def test_build_that_is_not_there(jenkins, service, alice):
    await run(service, alice, "build website")
    await jenkins.idle()
    with pytest.raises(NotFound, match="build website #7"):
        await look(service, alice, "retry website 7")


async def test_disabled_job_is_not_asked_for(jenkins, service, alice):
    with pytest.raises(UserError, match="disabled"):
        await look(service, alice, "retry locked")
