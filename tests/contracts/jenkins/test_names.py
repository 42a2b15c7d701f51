"""Names: people type the part that they know, and what is done goes by the full one."""

from __future__ import annotations

from urllib.parse import unquote

import pytest

from bot.errors import Forbidden, NotFound, Unauthorized, UserError
from sandbox.jenkins import READ, mishaps
from tests.contracts.fakes import plain
from tests.contracts.jenkins.conftest import look, run


def searches(jenkins):
    """How often all names were asked for."""
    return sum(unquote(seen.raw_path).count("jobs[") > 1 for seen in jenkins.requests)


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ("build website", "website"),
        ("build WEBSITE", "website"),
        ("build webs\u0131te", "website"),
        ("build größe + 1", "team/größe + 1"),
        ("build GRÖSSE + 1", "team/größe + 1"),
        ("build app/feature/x", "team/app/feature%2Fx"),
        ("build feature/x", "team/app/feature%2Fx"),
        ("build /team/app/feature/x", "team/app/feature%2Fx"),
        ("last x", "team/app/feature%2Fx"),
        ("describe app", "team/app"),
        ("log x 12", "team/app/feature%2Fx"),
        ("watch feature/x", "team/app/feature%2Fx"),
    ],
)
async def test_unique_end_is_completed_to_the_full_name(service, alice, said, name):
    talked = await look(service, alice, said)
    assert talked.ready.arguments["job"].name == name
    assert talked.ready.ask is False


async def test_completed_name_is_what_runs_and_what_is_told(jenkins, service, alice):
    reply = await run(service, alice, "build feature/x")
    assert plain(reply).startswith("Started team/app/feature%2Fx #1")
    assert len(jenkins.builds("team/app/feature%2Fx")) == 1


async def test_exact_name_needs_no_search_and_comes_before_any_end(jenkins, service, alice):
    jenkins.add_job("team/website")
    talked = await look(service, alice, "build website")
    assert talked.ready.arguments["job"].name == "website"
    assert searches(jenkins) == 0


async def test_names_are_searched_once_in_half_a_minute(jenkins, service, alice):
    for _ in range(3):
        await look(service, alice, "build feature/x")
    await look(service, alice, "last größe + 1")
    assert searches(jenkins) == 1


async def test_job_that_was_looked_at_is_not_fetched_again_for_its_command(jenkins, service, alice):
    await run(service, alice, "describe website")
    assert len(jenkins.requests) == 1
    await run(service, alice, "describe website")
    assert len(jenkins.requests) == 2


async def test_several_names_are_offered_by_number(jenkins, service, alice):
    jenkins.add_folder("blue")
    jenkins.add_folder("green")
    jenkins.add_job("blue/deploy")
    jenkins.add_job("green/deploy")
    talked = await look(service, alice, "build deploy")
    assert talked.ready is None
    assert talked.reply.listing == ("blue/deploy", "green/deploy")
    assert plain(talked.reply).splitlines() == [
        "Several fit. Say the command again with a number in place of the name:",
        "1. blue/deploy",
        "2. green/deploy",
    ]
    await run(service, alice, "build 2", listing=talked.reply.listing)
    assert len(jenkins.builds("green/deploy")) == 1


async def test_folder_is_not_meant_where_a_job_can_be(jenkins, service, alice):
    jenkins.add_folder("blue")
    jenkins.add_folder("blue/nightly")
    jenkins.add_job("blue/nightly/nightly")
    talked = await look(service, alice, "build nightly")
    assert talked.ready.arguments["job"].name == "blue/nightly/nightly"


async def test_many_names_are_not_all_offered(jenkins, service, alice):
    for number in range(30):
        jenkins.add_folder(f"f{number:02}")
        jenkins.add_job(f"f{number:02}/deploy")
    talked = await look(service, alice, "last deploy")
    assert len(talked.reply.listing) == 20
    assert plain(talked.reply).splitlines()[-1] == "10 more: type more of the name."


@pytest.mark.parametrize("said", ["build wesbite", "last wesbite", "log wesbite 3"])
async def test_slip_of_the_finger_is_offered_what_is_like_it(jenkins, service, alice, said):
    talked = await look(service, alice, said)
    assert talked.reply.listing == ("website",)
    assert "No job is called that" in plain(talked.reply)


async def test_nothing_like_it_is_not_found(service, alice):
    with pytest.raises(NotFound, match="job 'qqqq'"):
        await look(service, alice, "build qqqq")


@pytest.mark.parametrize(("said", "asks"), [("build site", True), ("last site", False)])
async def test_what_begins_within_a_word_is_asked_about_before_it_acts(service, alice, said, asks):
    talked = await look(service, alice, said)
    assert talked.ready.arguments["job"].name == "website"
    assert talked.ready.ask is asks


async def test_nobody_is_offered_what_they_may_not_see(jenkins, service, carol):
    with pytest.raises(NotFound):
        await look(service, carol, "last feature/x")
    jenkins.allow("carol", "team", READ)
    jenkins.allow("carol", "", READ)
    service.site.clock = lambda: 1e9  # half a minute later
    assert (await look(service, carol, "last feature/x")).ready


async def test_folder_says_how_to_look_into_it(service, alice):
    with pytest.raises(UserError) as caught:
        await look(service, alice, "build app")
    assert (caught.value.text, caught.value.hint) == (
        "team/app is a folder.",
        "`ls team/app` shows what is in it.",
    )


@pytest.mark.parametrize("said", ["ls app", "ls TEAM/app"])
async def test_folders_are_completed_as_well(service, alice, said):
    reply = await run(service, alice, said)
    assert plain(reply).splitlines()[0].casefold() == "/team/app"
    assert reply.listing == ("team/app/feature%2Fx",)


async def test_number_behind_a_name_may_be_part_of_it(jenkins, service, alice):
    jenkins.add_job("release 2024")
    talked = await look(service, alice, "log release 2024")
    assert talked.ready.arguments["job"].name == "release 2024"
    assert "number" not in talked.ready.arguments
    talked = await look(service, alice, "log größe + 1")
    assert talked.ready.arguments["job"].name == "team/größe + 1"
    talked = await look(service, alice, "log release 2024 3")
    assert talked.ready.arguments["job"].name == "release 2024"
    assert talked.ready.arguments["number"].number == 3


async def test_list_number_with_a_build_number(service, alice):
    talked = await look(service, alice, "log 3 12", listing=("a", "b", "website"))
    assert talked.ready.arguments["job"].name == "website"
    assert talked.ready.arguments["number"].number == 12


async def test_search_that_fails_leaves_it_at_what_is_missing(jenkins, service, alice):
    jenkins.fail(mishaps.answer(500), path="/api/json?tree=jobs")
    with pytest.raises(NotFound, match="job 'feature/x'"):
        await look(service, alice, "build feature/x")


@pytest.mark.parametrize(("status", "error"), [(401, Unauthorized), (403, Forbidden)])
async def test_refusal_of_the_exact_name_is_no_reason_to_search(
    jenkins, service, alice, status, error
):
    jenkins.fail(mishaps.answer(status))
    with pytest.raises(error):
        await look(service, alice, "build website")
    assert searches(jenkins) == 0


async def test_hostile_names_are_offered_on_one_line(jenkins, service, alice):
    evil = "x\n9. <b>deploy"
    jenkins.add_folder("blue")
    jenkins.add_job(f"blue/{evil}")
    jenkins.add_folder("green")
    jenkins.add_job(f"green/{evil}")
    talked = await look(service, alice, "last <b>deploy")
    assert len(plain(talked.reply).splitlines()) == 3
