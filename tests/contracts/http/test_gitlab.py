"""GitLab by declaration: every command of the example, as somebody with rights and without."""

from __future__ import annotations

import pytest

from bot.errors import (
    Forbidden,
    Invalid,
    NotFound,
    RateLimited,
    Unauthorized,
    Unavailable,
    UserError,
)
from bot.plugin import Effect
from bot.reply import Items, Link, Quote
from sandbox.mishaps import Answer
from tests.contracts.fakes import links, plain
from tests.contracts.http.conftest import Said


async def test_it_is_known_when_a_token_ends(gitlab):
    assert f"{(await gitlab.said.known()).expires:%Y-%m-%d}" == "2027-03-01"


async def test_projects_are_listed_and_a_number_of_the_list_is_a_project(gitlab):
    reply = await gitlab.said("projects")
    assert plain(reply) == f"1. team/website ({gitlab.url}/team/website)"
    assert reply.listing == ("team/website",)
    assert "The logo is green" in plain(await gitlab.said("issues 1"))


async def test_issues_are_listed_with_links_and_a_number_of_the_list_is_an_issue(gitlab):
    reply = await gitlab.said("issues team/website")
    address = f"{gitlab.url}/team/website/-/issues/1"
    assert plain(reply) == f"1. #1 The logo is green ({address}), by Bob"
    assert reply.listing == ("team/website#1",)
    shown = await gitlab.said("issue 1")
    assert shown.about == Link("#1 The logo is green", address)
    assert shown.blocks[-1] == Quote("It was\n\nblue.")
    assert "opened, by Bob, 2026-03-01 12:30 UTC" in plain(shown)


async def test_an_empty_list_says_so(gitlab):
    gitlab.website.issues.clear()
    assert plain(await gitlab.said("issues team/website")) == "No issue is open there."


async def test_an_issue_is_opened_commented_on_and_closed_as_the_person(gitlab):
    reply = await gitlab.said('create issue team/website The "logo" is {title} & <b>blue</b>')
    made = gitlab.website.issues[-1]
    assert (made.author.username, made.title) == ("alice", 'The "logo" is {title} & <b>blue</b>')
    assert plain(reply).startswith("Opened team/website#2 (")
    await gitlab.said('comment "team/website#2" It is {"body": "fixed"}')
    assert [(who.username, text) for who, text in made.notes] == [
        ("alice", 'It is {"body": "fixed"}')
    ]
    assert plain(await gitlab.said("close team/website#2")).startswith("Closed team/website#2 The")
    assert made.state == "closed"


async def test_a_merge_shows_what_it_merges_and_asks_first(gitlab):
    assert links(await gitlab.said("mrs team/website"))
    merge = next(each for each in gitlab.service.commands if each.name == "merge")
    assert merge.effect is Effect.DANGER
    reply = await gitlab.said("merge 1")
    assert gitlab.said.ready.ask
    path = "projects/team%2Fwebsite/merge_requests/1"
    assert plain(gitlab.said.preview) == (
        f"!1 Make the logo blue ({gitlab.url}/team/website/-/merge_requests/1), by Bob, into main\n"
        f"It sends PUT {gitlab.url}/api/v4/{path}/merge."
    )
    assert plain(reply).startswith("Merged team/website!1 Make the logo blue (")
    assert gitlab.website.requests[0].state == "merged"


async def test_pipelines_are_listed_by_branch_and_what_failed_runs_again(gitlab):
    assert plain(await gitlab.said("pipelines team/website dev")) == "No pipeline has run there."
    reply = await gitlab.said("pipelines team/website")
    assert reply.listing == ("team/website/7",)
    assert isinstance(reply.blocks[0], Items)
    assert "is running again" in plain(await gitlab.said("retry 1"))
    assert gitlab.website.pipelines[0].state == "running"


async def test_disconnecting_revokes_the_token(gitlab):
    assert await gitlab.service.revoke(gitlab.said.credential)
    with pytest.raises(Unauthorized):
        await gitlab.said.whoami()
    assert not await gitlab.service.revoke(gitlab.said.credential)


# ------------------------------------------------------------------------------- without rights
async def test_who_may_not_is_told_what_is_missing(gitlab):
    bob = Said(gitlab.service, gitlab.state.token("bob"), "bob")
    with pytest.raises(Forbidden) as error:
        await bob("retry team/website/7")
    assert error.value.permission == "Developer"


async def test_a_refusal_with_401_to_somebody_whose_token_is_good_is_none_of_the_token(gitlab):
    """GitLab says so of a merge that somebody may not do: connecting again would not help."""
    bob = Said(gitlab.service, gitlab.state.token("bob"), "bob")
    with pytest.raises(Forbidden):
        await bob("merge team/website!1")
    assert gitlab.website.requests[0].state == "opened"


async def test_a_token_that_only_reads_does_not_write(gitlab):
    reader = Said(gitlab.service, gitlab.state.token("alice", "read_api"))
    await reader("issues team/website")
    with pytest.raises(Forbidden):
        await reader("close team/website#1")


@pytest.mark.parametrize("project", ["team/secret plans", "team/none"])
async def test_what_does_not_show_itself_is_not_there(gitlab, project):
    with pytest.raises(NotFound) as error:
        await gitlab.said(f'issues "{project}"')
    assert error.value.what == f"project '{project}'"


@pytest.mark.parametrize(("status", "problem"), [(405, "status 405"), (422, "status 422")])
async def test_what_cannot_be_done_is_told_by_its_status(gitlab, status, problem):
    request = gitlab.website.requests[0]
    request.state, request.mergeable = ("closed", True) if status == 405 else ("opened", False)
    with pytest.raises(Invalid, match=problem):
        await gitlab.said("merge team/website!1")


async def test_too_many_requests_open_again_when_the_service_says(gitlab):
    gitlab.fail(Answer(429, "", {"Retry-After": "60"}))
    with pytest.raises(RateLimited) as error:
        await gitlab.said("projects")
    assert error.value.until is not None


@pytest.mark.parametrize(("said", "again"), [("projects", True), ("close team/website#1", False)])
async def test_what_may_have_been_done_is_not_to_be_repeated(gitlab, said, again):
    gitlab.fail(Answer(502))
    with pytest.raises(Unavailable) as error:
        await gitlab.said(said)
    assert error.value.retryable is again


@pytest.mark.parametrize("text", ["issue website", "issue #1", "issue team/website#", "issue 1"])
async def test_what_has_another_form_is_refused_before_anything_is_sent(gitlab, text):
    gitlab.said.listing = ["team/website"]
    with pytest.raises(UserError):
        await gitlab.said(text)
    assert gitlab.seen == []
