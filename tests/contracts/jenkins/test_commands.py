"""Listing and looking: what people see of Jenkins, each with their own eyes."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import unquote

import pytest

from bot.errors import Invalid, NotFound, UserError
from sandbox.jenkins import CONFIGURE, READ
from tests.contracts.fakes import links, plain
from tests.contracts.jenkins.conftest import ask, credential_of, run


async def test_list_numbers_the_top_level_with_states(service, alice):
    reply = await run(service, alice, "list")
    assert plain(reply).splitlines()[1:] == [
        "1. NEW deploy prod",
        "2. DISABLED locked",
        "3. folder team/",
        "4. NEW website",
    ]
    assert reply.listing == ("deploy prod", "locked", "team", "website")


async def test_list_shows_each_person_what_they_may_see(service, alice, carol):
    await run(service, alice, "list")
    assert (await run(service, carol, "list")).listing == ("website",)


async def test_list_with_words_searches_all_folders_in_any_case(service, alice):
    assert (await run(service, alice, "list GRÖSSE")).listing == ("team/größe + 1",)
    assert (await run(service, alice, "list feature team")).listing == ("team/app/feature%2Fx",)


async def test_list_says_when_nothing_fits(service, alice):
    reply = await run(service, alice, "list moon")
    assert "No job" in plain(reply)
    assert reply.listing == ()


async def test_list_takes_one_request_and_is_kept_for_each_user(jenkins, service, alice, bob):
    namesake = replace(alice, user="@other:example.org")
    for credential in (alice, alice, bob, namesake, alice):
        await run(service, credential, "list")
    first, second, _ = jenkins.requests
    assert first.headers["Authorization"] != second.headers["Authorization"]
    assert unquote(first.raw_path) == "/api/json?tree=fullName,jobs[name,color]"


async def test_listing_is_not_kept_for_another_account_of_the_same_user(service, jenkins, alice):
    await run(service, alice, "list")
    carol = credential_of(service, "carol", jenkins.tokens["carol"])
    other = replace(carol, user=alice.user)
    assert (await run(service, other, "list")).listing == ("website",)


async def test_listing_is_asked_for_again_after_half_a_minute(jenkins, service, alice):
    now = 1000.0
    service.site.clock = lambda: now
    await run(service, alice, "list")
    jenkins.add_job("new one")
    assert "new one" not in (await run(service, alice, "list")).listing
    now += 31
    assert "new one" in (await run(service, alice, "list")).listing


async def test_what_somebody_has_changed_themselves_is_listed_at_once(jenkins, service, alice):
    jenkins.allow("alice", "", CONFIGURE)
    assert "DISABLED website" not in plain(await run(service, alice, "list"))
    await run(service, alice, "disable website")
    assert "DISABLED website" in plain(await run(service, alice, "list"))


async def test_long_lists_come_in_pages_whose_numbers_go_on(jenkins, service, alice):
    for number in range(120):
        jenkins.add_job(f"team/job {number:03}")
    first = await run(service, alice, "ls team")
    assert "50. NEW team/job 047" in plain(first)
    assert plain(first).splitlines()[-1] == "72 more: say the same with page 2."
    last = await run(service, alice, "ls team page 3")
    assert plain(last).splitlines()[1].startswith("101. ")
    assert len(first.listing) == len(last.listing) == 122
    assert last.listing[100] in plain(last).splitlines()[1]
    assert len((await run(service, alice, "list job page 2")).listing) == 120


async def test_page_that_is_not_there(service, alice):
    with pytest.raises(UserError, match="no page 2"):
        await run(service, alice, "list page 2")


@pytest.mark.parametrize("said", ["ls team", "ls /team", "ls /team/", "ls TEAM", "ls 3"])
async def test_ls_shows_a_folder_by_name_or_number(service, alice, said):
    reply = await run(service, alice, said, listing=("a", "b", "team"))
    assert reply.listing == ("team/app", "team/größe + 1")


async def test_ls_without_a_folder_shows_the_top(service, alice):
    assert (await run(service, alice, "ls")).listing == (await run(service, alice, "ls /")).listing


async def test_ls_of_a_job_says_so(service, alice):
    with pytest.raises(Invalid, match="'website' is a job"):
        await run(service, alice, "ls website")


async def test_ls_of_an_empty_folder(jenkins, service, alice):
    jenkins.add_folder("void")
    assert plain(await run(service, alice, "ls void")) == "/void: nothing that you can see."


async def test_describe_shows_state_parameters_and_last_build(jenkins, service, alice):
    await run(service, alice, "build deploy prod ENV=prod")
    await jenkins.idle()
    reply = await run(service, alice, "describe deploy prod")
    said = plain(reply)
    assert links(reply)[0].url == f"{jenkins.url}/job/deploy%20prod/"
    assert "PASS" in said
    assert "To the world" in said
    assert "Build stability: No recent builds failed." in said
    assert "ENV | staging | prod | staging" in said.replace(", ", " | ")
    assert "DRY | true, false | true" in said
    assert "VERSION | String | main | What to <b>deploy</b>" in said
    assert f"deploy prod #1 ({jenkins.url}/job/deploy%20prod/1/) SUCCESS" in said


async def test_describe_of_a_disabled_job_and_of_a_folder(service, alice):
    assert "DISABLED" in plain(await run(service, alice, "describe locked"))
    assert "team" in plain(await run(service, alice, "describe team"))
    assert "folder" in plain(await run(service, alice, "describe team"))


@pytest.mark.parametrize("said", ["describe", "last"])
async def test_job_that_one_may_not_see_does_not_exist(service, carol, said):
    with pytest.raises(NotFound) as caught:
        await run(service, carol, f"{said} locked")
    assert caught.value.what == "job 'locked'"


async def test_last_shows_result_and_who_started_it(jenkins, service, alice, bob):
    jenkins.add_job("broken", result="FAILURE")
    await run(service, alice, "build broken")
    await jenkins.idle()
    said = plain(await run(service, bob, "last broken"))
    assert "FAILURE" in said
    assert "Started by user Alice" in said


async def test_last_of_a_running_build(jenkins, service, alice):
    jenkins.add_job("long", seconds=None)
    await run(service, alice, "build long")
    assert "long #1" in plain(await run(service, alice, "last long"))
    assert "is running" in plain(await run(service, alice, "last long"))
    assert (await run(service, alice, "list long")).listing == ("long",)
    assert "NEW, building long" in plain(await run(service, alice, "list long"))


async def test_last_without_a_build(service, alice):
    assert "has never been built" in plain(await run(service, alice, "last website"))


async def test_last_of_a_folder_points_to_ls(service, alice):
    with pytest.raises(UserError) as caught:
        await run(service, alice, "last team")
    assert caught.value.hint == "`ls team` shows what is in it."


async def test_whoami_is_what_jenkins_says(service, alice):
    assert plain(await run(service, alice, "whoami")) == "You are alice (Alice)."


@pytest.mark.parametrize(
    "name",
    [
        "team/größe + 1",
        "team/app/feature%2Fx",
        "a?b=c#d",
        "100%",
        "%2e%2e;x",
        "back\\slash",
        "<img src=x> *bold*",
        "🚀 launch",
        "a:b@c",
    ],
)
async def test_any_name_reaches_its_job_by_number(jenkins, service, alice, name):
    jenkins.add_job(name)
    reply = await run(service, alice, "last 1", listing=(name,))
    assert name in plain(reply)
    (link,) = links(reply)
    path = link.url.removeprefix(jenkins.url)
    auth = ("alice", jenkins.tokens["alice"])
    assert (await ask(jenkins, "GET", path, auth=auth))[0] == 200


async def test_hostile_texts_stay_text_on_one_line(jenkins, service, alice):
    evil = "x\n2. PASS safe\n<script>alert(1)<script>"
    jenkins.add_job(evil, description=f"{evil} @room")
    jenkins.allow("alice", "", READ)
    listed = plain(await run(service, alice, "list script"))
    assert len(listed.splitlines()) == 2
    assert "<script>" in listed
    job = credential_of(service, "alice", jenkins.tokens["alice"])
    with pytest.raises(UserError):  # a name with a line break is none that can be asked for
        await run(service, job, "describe 1", listing=(evil,))


async def test_long_description_is_cut(jenkins, service, alice):
    jenkins.add_job("wordy", description="word " * 10_000)
    assert len(plain(await run(service, alice, "describe wordy"))) < 2000
