"""What is taken out of the queue, and jobs that are switched off and on."""

from __future__ import annotations

import pytest

from bot.errors import Forbidden, Invalid, NotFound, Unavailable, UserError
from sandbox.jenkins import CANCEL, CONFIGURE, mishaps
from tests.contracts.fakes import plain
from tests.contracts.jenkins.answers import answer
from tests.contracts.jenkins.conftest import look, run


@pytest.fixture
async def item(jenkins, service, alice):
    """The number of a build of Alice's that waits."""
    jenkins.allow("alice", "", CANCEL, CONFIGURE)
    await jenkins.hold()
    service.site.patience = 0.0
    await run(service, alice, "build website --no-follow")
    (waiting,) = jenkins.queued
    return waiting.id


@pytest.fixture
def configuring(jenkins, alice):
    """Alice, who may also configure."""
    jenkins.allow("alice", "", CONFIGURE)
    return alice


def posts(jenkins, word):
    return [s for s in jenkins.requests if s.method == "POST" and word in s.raw_path]


async def test_cancel_takes_an_item_out_of_the_queue(jenkins, service, alice, item):
    said = plain(await run(service, alice, f"cancel {item}"))
    link = f"website ({jenkins.url}/job/website/)"
    assert said == f"Took {link} out of the queue (item {item}) as alice."
    assert jenkins.queued == []
    (post,) = posts(jenkins, "cancelItem")
    assert post.body == f"id={item}"


async def test_item_that_was_cancelled_before(jenkins, service, alice, item):
    await run(service, alice, f"cancel {item}")
    said = plain(await run(service, alice, f"cancel {item}"))
    assert said == f"Item {item} is not in the queue any more: it was cancelled already."
    assert len(posts(jenkins, "cancelItem")) == 1


async def test_item_that_has_started_names_its_build(jenkins, service, alice, item):
    await jenkins.hold(False)
    await jenkins.idle()
    said = plain(await run(service, alice, f"cancel {item}"))
    page = f"{jenkins.url}/job/website/1/"
    assert f"it started as website #1 ({page}). abort website 1 would stop it." in said


async def test_item_that_jenkins_forgot_or_never_knew(service, alice):
    said = plain(await run(service, alice, "cancel 4711"))
    assert said == "There is no item 4711 in the queue (any more)."


async def test_item_that_leaves_between_look_and_cancel(jenkins, service, alice, item):
    jenkins.fail(mishaps.answer(404), method="POST")
    said = plain(await run(service, alice, f"cancel {item}"))
    assert said == f"There is no item {item} in the queue (any more)."


async def test_item_that_starts_between_look_and_cancel(jenkins, service, alice, item):
    async def late(request):
        await jenkins.hold(False)
        await jenkins.idle()
        return await mishaps.answer(500)(request)

    jenkins.fail(late, method="POST")
    assert "it started as website #1" in plain(await run(service, alice, f"cancel {item}"))


async def test_cancel_needs_its_permission(jenkins, service, bob, item):
    with pytest.raises(Forbidden) as caught:  # of which Jenkins says no more than 422
        await run(service, bob, f"cancel {item}")
    assert (caught.value.permission, caught.value.account) == (CANCEL, "bob")
    assert len(jenkins.queued) == 1


async def test_item_that_one_may_not_see_is_not_there(jenkins, service, carol):
    await jenkins.hold()
    assert "no item 1 in the queue" in plain(await run(service, carol, "cancel 1"))


@pytest.mark.parametrize("status", [500, 302, 200])
async def test_cancel_that_did_nothing_says_so(jenkins, service, alice, item, status):
    location = {"Location": "."} if status == 302 else {}
    jenkins.fail(mishaps.answer(status, **location), method="POST")
    with pytest.raises(Unavailable, match="still waits") as caught:
        await run(service, alice, f"cancel {item}")
    assert caught.value.retryable is False
    assert len(posts(jenkins, "cancelItem")) == 1


async def test_old_jenkins_redirects_after_it_has_cancelled(jenkins, service, alice, item):
    jenkins.fail(mishaps.answer(302, Location="."), method="POST", after=True)
    assert "Took website" in plain(await run(service, alice, f"cancel {item}"))


async def test_step_of_a_pipeline_can_be_cancelled(jenkins, service, alice):
    answer(jenkins, "/queue/item/7/", {"why": "x", "task": {"name": None}})
    jenkins.fail(mishaps.answer(204, ""), method="POST")
    said = plain(await run(service, alice, "cancel 7"))
    assert said == "Took a step of a pipeline out of the queue (item 7) as alice."


@pytest.mark.parametrize("number", ["0", "-3", "999999999999999999"])
async def test_number_of_nothing(jenkins, service, alice, number):
    if number[0] != "9":
        with pytest.raises(UserError, match="not the number of something"):
            await run(service, alice, f"cancel {number}")
        assert jenkins.requests == []
    else:
        said = plain(await run(service, alice, f"cancel {number}"))
        assert said == f"There is no item {number} in the queue (any more)."


async def test_disable_and_enable_say_what_changed(jenkins, service, configuring):
    link = f"website ({jenkins.url}/job/website/)"
    said = plain(await run(service, configuring, "disable website"))
    assert said == f"Disabled {link} as alice: it is not built until somebody enables it."
    assert "DISABLED" in plain(await run(service, configuring, "describe website"))
    said = plain(await run(service, configuring, "disable website"))
    assert said == f"{link} is disabled already: nothing was changed."
    said = plain(await run(service, configuring, "enable website"))
    assert said == f"Enabled {link} as alice: it can be built again."
    said = plain(await run(service, configuring, "enable website"))
    assert said == f"{link} is enabled already: nothing was changed."
    assert [len(posts(jenkins, way)) for way in ("/disable", "/enable")] == [1, 1]


@pytest.mark.usefixtures("item")
async def test_disable_says_that_what_waited_does_not_any_more(service, alice):
    said = plain(await run(service, alice, "disable website"))
    assert said.endswith("enables it. Jenkins took the build that waited out of its queue.")


@pytest.mark.parametrize("way", ["enable locked", "disable website"])
async def test_switching_needs_its_permission(service, bob, way):
    with pytest.raises(Forbidden) as caught:
        await run(service, bob, way)
    assert (caught.value.permission, caught.value.account) == (CONFIGURE, "bob")


async def test_switching_goes_by_the_color_where_there_is_no_more(jenkins, service, configuring):
    answer(
        jenkins, "tree=fullName,color,disabled", {"fullName": "website", "color": "disabled_anime"}
    )
    assert "disabled already" in plain(await run(service, configuring, "disable website"))


async def test_job_that_has_no_switch_is_told(jenkins, service, configuring):
    jenkins.fail(mishaps.answer(404), method="POST")
    with pytest.raises(Invalid, match="of a kind that cannot be disabled"):
        await run(service, configuring, "disable website")
    jenkins.fail(mishaps.answer(302, Location="."), method="POST")  # done, it says, and it was not
    with pytest.raises(Invalid, match="of a kind that cannot be disabled"):
        await run(service, configuring, "disable website")


@pytest.mark.parametrize("mishap", [mishaps.answer(503), mishaps.drop, mishaps.json("[]")])
async def test_switch_that_was_told_stays_told(jenkins, service, configuring, mishap):
    async def told(request):
        jenkins.fail(mishap, path="/job/website/", times=9)
        return await mishaps.answer(302, Location=".")(request)

    jenkins.fail(told, method="POST")
    said = plain(await run(service, configuring, "disable website"))
    assert said.startswith("I asked Jenkins to disable website")
    assert said.endswith("cannot see whether it did. Look before you say it again.")


@pytest.mark.parametrize("location", ["http://login.invalid/job", "/login", "http://[x"])
async def test_switch_that_sends_us_away_may_have_got_lost(jenkins, service, configuring, location):
    jenkins.fail(mishaps.answer(302, Location=location), method="POST")
    with pytest.raises(Unavailable, match="another address") as caught:
        await run(service, configuring, "disable website")
    assert caught.value.retryable is False


@pytest.mark.parametrize("way", ["enable", "disable"])
async def test_name_is_completed_and_a_guess_is_asked_about(service, configuring, way):
    talked = await look(service, configuring, f"{way} feature/x")
    assert (talked.ready.arguments["job"].name, talked.ready.ask) == ("team/app/feature%2Fx", False)
    assert (await look(service, configuring, f"{way} site")).ready.ask is True


@pytest.mark.parametrize("way", ["enable", "disable"])
async def test_folders_and_unknown_jobs_are_not_switched(jenkins, service, configuring, way):
    with pytest.raises(UserError, match="is a folder"):
        await run(service, configuring, f"{way} team")
    with pytest.raises(NotFound) as caught:
        await run(service, configuring, f"{way} xyzzy")
    assert caught.value.what == "job 'xyzzy'"
    assert posts(jenkins, way) == []
