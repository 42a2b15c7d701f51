"""Building: as oneself, with exactly what was typed, and answered with number and link."""

from __future__ import annotations

import asyncio
from urllib.parse import parse_qsl

import pytest

from bot.commands.arguments import bind, phrase
from bot.errors import Forbidden, Invalid, NotFound, Unavailable, UserError
from bot.services.jenkins.names import JobPath
from sandbox.jenkins import choice, file, mishaps, string
from sandbox.jenkins.parameters import Parameter
from tests.contracts.fakes import SilentProgress, call_for, links, plain
from tests.contracts.jenkins.answers import answer
from tests.contracts.jenkins.conftest import look, run


def posts(jenkins):
    return [seen for seen in jenkins.requests if seen.method == "POST"]


async def test_build_runs_as_the_user_and_is_answered_with_number_and_link(jenkins, service, alice):
    reply = await run(service, alice, "build website")
    assert plain(reply) == (f"Started website #1 ({jenkins.url}/job/website/1/) as alice.")
    await jenkins.idle()
    (build,) = jenkins.builds("website")
    assert build.user.id == "alice"
    assert build.log.startswith("Started by user Alice\n")


@pytest.mark.parametrize(
    "said",
    [
        "build deploy prod ENV=prod VERSION='1.2 beta'",
        'b deploy prod ENV=prod VERSION="1.2 beta"',
        "build deploy prod, ENV=prod&VERSION=1.2%20beta",
        "build deploy prod, ENV=prod&VERSION=1.2 beta",
        "build /deploy prod ENV=prod VERSION=1.2\\ beta",
        "b 2 ENV=prod VERSION='1.2 beta'",
        "b 2, ENV=prod&VERSION=1.2%20beta",
    ],
)
async def test_all_ways_to_say_the_same(jenkins, service, alice, said):
    await run(service, alice, said, listing=("website", "deploy prod"))
    (build,) = jenkins.builds("deploy prod")
    assert build.parameters == {
        "ENV": "prod",
        "VERSION": "1.2 beta",
        "DRY": True,
        "NOTE": "",
        "PW": "",
    }


@pytest.mark.parametrize(
    "value", ["a&ENV=prod", "a=b", "50%", "%41", "a+b", "two\nlines", "ü 🚀", "'\"\\", "#?;/../"]
)
async def test_values_arrive_as_they_were_quoted(jenkins, service, alice, value):
    await run(service, alice, f"build deploy prod NOTE={_quoted(value)}")
    assert jenkins.builds("deploy prod")[0].parameters["NOTE"] == value
    assert jenkins.builds("deploy prod")[0].parameters["ENV"] == "staging"


async def test_parameters_travel_in_the_body_only(jenkins, service, alice):
    await run(service, alice, "build deploy prod PW=hunter2 NOTE=secret-note", private=True)
    (post,) = posts(jenkins)
    assert post.raw_path == "/job/deploy%20prod/buildWithParameters"
    assert parse_qsl(post.body) == [
        ("PW", "hunter2"),
        ("NOTE", "secret-note"),
        ("delay", "0sec"),
    ]
    assert not any("hunter2" in seen.raw_path for seen in jenkins.requests)


@pytest.mark.parametrize(
    ("said", "told"),
    [
        (
            "build deploy prod NOPE=1",
            ("no parameter NOPE", "ENV (staging | prod, default "),
        ),
        ("build deploy prod ENV=moon", ("ENV has to be one of: staging, prod.", "")),
        ("build deploy prod DRY=ja", ("DRY has to be one of: true, false.", "")),
        ("build deploy prod ENV=prod ENV=prod", ("ENV is given twice", "")),
        ("build deploy prod ENV=prod loose", ("What follows ENV=…", "quotes")),
        ("build website A=1", ("takes no parameters", "")),
        ("build team", ("team is a folder", "ls team")),
        ("build A=1", ("Which job?", "number")),
        ("build ../website", ("not the name of a job", "folder/job")),
    ],
)
async def test_what_cannot_be_meant_is_told_and_nothing_is_sent(
    jenkins, service, alice, said, told
):
    with pytest.raises(UserError) as caught:
        await run(service, alice, said)
    assert told[0] in caught.value.text
    assert told[1] in caught.value.hint
    assert posts(jenkins) == []


async def test_what_is_confirmed_is_what_is_built(service):
    """``commands.confirm`` sees the name in its one spelling, and all parameters."""
    command = next(c for c in service.commands if c.name == "build")
    for said in ("/deploy prod NOTE='a  b'", "1, NOTE=a%20%20b&DRY=true"):
        bound = bind(command, said, ["deploy prod"])
        shown = phrase("jenkins", command, bound)
        assert shown.startswith("jenkins build deploy prod NOTE='a b'")


async def test_booleans_are_sent_as_jenkins_spells_them(jenkins, service, alice):
    await run(service, alice, "build deploy prod DRY=False")
    assert jenkins.builds("deploy prod")[0].parameters["DRY"] is False
    assert ("DRY", "false") in parse_qsl(posts(jenkins)[0].body)


async def test_parameter_without_default_must_be_given(jenkins, service, alice):
    jenkins.add_job("run it", [string("A", "x"), Parameter("RUN", "Run", None)])
    talked = await look(service, alice, "build run it")
    assert [question.name for question in talked.asked] == ["RUN"]
    await run(service, alice, "build run it RUN=website#1")
    assert jenkins.builds("run it")[0].parameters == {"A": "x", "RUN": "website#1"}


@pytest.mark.parametrize("said", ["build upload", "build upload FILE=x"])
async def test_files_are_not_for_a_chat(jenkins, service, alice, said):
    jenkins.add_job("upload", [file("FILE")])
    with pytest.raises(UserError, match="FILE is a file"):
        await run(service, alice, said)
    assert posts(jenkins) == []


async def test_parameter_that_is_called_delay_keeps_its_value(jenkins, service, alice):
    jenkins.quiet_period = 0
    jenkins.add_job("timer", [string("delay", "5")])
    await run(service, alice, "build timer delay=7")
    assert posts(jenkins)[0].body == "delay=7"


async def test_choices_of_a_thousand_are_not_all_told(jenkins, service, alice):
    jenkins.add_job("wide", [choice("N", *map(str, range(1000)))])
    with pytest.raises(UserError) as caught:
        await run(service, alice, "build wide N=x")
    assert len(caught.value.text) < 200


async def test_without_permission_nothing_is_built_and_the_permission_is_named(
    jenkins, service, bob
):
    with pytest.raises(Forbidden) as caught:
        await run(service, bob, "build website")
    assert (caught.value.permission, caught.value.account) == ("hudson.model.Item.Build", "bob")
    assert jenkins.builds("website") == []


async def test_job_that_one_may_not_see_cannot_be_built(jenkins, service, carol):
    with pytest.raises(NotFound, match="job 'locked'"):
        await run(service, carol, "build locked")


async def test_disabled_job_is_not_asked_for(jenkins, service, alice):
    with pytest.raises(UserError, match="locked is disabled") as caught:
        await run(service, alice, "build locked")
    assert caught.value.hint == "`enable locked` lets it be built again."
    assert posts(jenkins) == []


async def test_job_of_a_kind_that_is_not_built(jenkins, service, alice):
    bean = {"fullName": "website", "color": "notbuilt", "buildable": False}
    answer(jenkins, "/job/website/api/", bean)
    with pytest.raises(UserError, match="website cannot be built"):
        await run(service, alice, "build website")
    assert posts(jenkins) == []


async def test_job_that_is_disabled_meanwhile(jenkins, service, alice):
    jenkins.fail(mishaps.answer(409), method="POST")
    with pytest.raises(Invalid, match="job 'website' is disabled, or cannot be built"):
        await run(service, alice, "build website")


async def test_queue_that_refuses(jenkins, service, alice):
    jenkins.add_job("team/vetoed + job", refused=True)
    with pytest.raises(Invalid, match="its queue refuses to build job 'team/vetoed \\+ job'"):
        await run(service, alice, "build team/vetoed + job")


async def test_waiting_build_is_shown_while_it_waits(jenkins, hasty, alice):
    await jenkins.hold()
    progress = SilentProgress()
    reply = await run(hasty, alice, "build website", progress=progress)
    assert "Waiting for next available executor" in plain(progress.updates[0])
    assert [link.url for link in links(reply)] == [
        f"{jenkins.url}/job/website/",
        f"{jenkins.url}/queue/item/1/",
    ]
    assert "website" in plain(reply)
    assert jenkins.builds("website") == []


async def test_build_that_starts_while_it_is_waited_for(jenkins, service, alice):
    await jenkins.hold()

    class LetGo(SilentProgress):
        async def update(self, reply):
            await super().update(reply)
            await jenkins.hold(False)

    progress = LetGo()
    reply = await run(service, alice, "build website", progress=progress)
    assert len(progress.updates) == 1
    assert plain(reply).startswith("Started website #1")


async def test_build_that_is_cancelled_in_the_queue(jenkins, service, alice):
    await jenkins.hold()

    class Cancel(SilentProgress):
        async def update(self, reply):
            await jenkins.cancel(jenkins.queued[0])

    reply = await run(service, alice, "build website", progress=Cancel())
    assert plain(reply) == "website was cancelled in the queue before it started."


async def test_equal_build_in_the_queue_is_pointed_to(jenkins, hasty, alice):
    await jenkins.hold()
    await run(hasty, alice, "build website")
    reply = await run(hasty, alice, "build website")
    assert plain(reply).startswith("An equal build was waiting already: ")
    assert len(jenkins.queued) == 1


async def test_item_that_jenkins_has_forgotten_is_found_among_the_builds(jenkins, service, alice):
    async def forgotten(request):
        await jenkins.started("website")
        return await mishaps.answer(404)(request)

    jenkins.fail(forgotten, path="/queue/item/")
    reply = await run(service, alice, "build website")
    assert plain(reply).startswith("Started website #1")


async def test_item_that_is_nowhere_any_more(jenkins, service, alice):
    await jenkins.hold()
    jenkins.fail(mishaps.answer(404), path="/queue/item/")
    assert plain(await run(service, alice, "build website")).startswith("Queued: website")


@pytest.mark.parametrize("status", [401, 403, 500])
async def test_trouble_after_the_build_was_asked_for_does_not_unsay_it(
    jenkins, service, alice, status
):
    jenkins.fail(mishaps.answer(status), path="/queue/item/", times=9)
    reply = await run(service, alice, "build website")
    assert plain(reply).startswith("Queued: website")
    assert len(posts(jenkins)) == 1


async def test_answer_that_names_no_item(jenkins, service, alice):
    jenkins.fail(mishaps.answer(201), method="POST")
    reply = await run(service, alice, "build website")
    assert plain(reply) == f"Queued: website ({jenkins.url}/job/website/) is in the queue."


async def test_item_is_read_from_a_location_with_another_host(jenkins, service, alice):
    jenkins.fail(
        mishaps.answer(201, Location="http://internal:8080/ci/queue/item/1/"),
        method="POST",
        after=True,
    )
    reply = await run(service, alice, "build website")
    assert plain(reply).startswith(f"Started website #1 ({jenkins.url}/job/website/1/)")


@pytest.mark.parametrize(
    "mishap", [mishaps.drop, mishaps.answer(502), mishaps.drip_head, mishaps.drip_body]
)
async def test_lost_answer_is_not_called_retryable_and_nothing_is_repeated(
    jenkins, hasty, alice, mishap
):
    jenkins.fail(mishap, method="POST", after=True)
    with pytest.raises(Unavailable) as caught:
        await run(hasty, alice, "build website")
    assert caught.value.retryable is False
    await jenkins.idle()
    assert len(jenkins.builds("website")) == len(posts(jenkins)) == 1


async def test_jenkins_that_is_not_there_was_not_asked(jenkins, service, alice):
    await jenkins.stop()
    with pytest.raises(Unavailable) as caught:
        await run(service, alice, "build website")
    assert (caught.value.retryable, caught.value.what) == (True, "no connection")


async def test_jenkins_that_goes_away_before_the_post_may_be_asked_again(jenkins, service, alice):
    path = JobPath("website")
    async with call_for(service, alice.user, alice) as call:
        job = await call.api.job(path)
        await jenkins.stop()
        with pytest.raises(Unavailable) as caught:
            await call.api.start(path, job, ())
    assert (caught.value.retryable, caught.value.what) == (True, "no connection")


async def test_many_people_build_at_once_each_as_themselves(jenkins, service, alice, bob):
    jenkins.add_job("free", [string("WHO")], concurrent=True)
    jenkins.allow("bob", "free", "hudson.model.Item.Build")
    said = [(who, f"build free WHO={who.account}{n}") for who in (alice, bob) for n in range(4)]
    await asyncio.gather(*(run(service, who, text) for who, text in said))
    await jenkins.idle()
    builds = jenkins.builds("free")
    assert len(builds) == 8
    assert all(build.parameters["WHO"][:-1] == build.user.id for build in builds)


def _quoted(value):
    """Double quotes as in a shell."""
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
