"""Issues: looking at them, and changing them as oneself."""

from __future__ import annotations

import pytest

from bot.errors import Forbidden, NotFound, UserError
from bot.reply import Quote
from tests.contracts.fakes import links, plain
from tests.contracts.github.conftest import SITE, look, run, service_at


async def test_open_issues_are_listed_without_pull_requests(github, service, alice):
    """In one line each, numbered, with what the numbers mean."""
    reply = await run(service, alice, "issues")
    assert f"1. {SITE}#1 ({github.url}/{SITE}/issues/1): The login page is **blank**" in plain(
        reply
    )
    assert "by alice, just now, label bug" in plain(reply)
    assert reply.listing == (f"{SITE}#1",)


@pytest.mark.parametrize("said", [f"issues {SITE}", "issues {url}/alice/site", "issues Alice/SITE"])
async def test_a_repository_is_named_or_linked(github, service, alice, said):
    assert (await run(service, alice, said.format(url=github.url))).listing


@pytest.mark.parametrize(
    "said",
    [
        "issues https://evil.example/alice/site",
        "issue show https://evil.example/alice/site/issues/1",
        "watch https://evil.example/alice/site/actions/runs/1",
    ],
)
async def test_a_link_to_somewhere_else_is_refused(github, service, alice, said):
    """Before anything is asked."""
    with pytest.raises(UserError, match="does not lead to"):
        await run(service, alice, said)
    assert github.requests == []


async def test_without_a_usual_repository_it_has_to_be_said(github, alice):
    service = service_at(github.url, repository=None)
    for said in ("issues", "issue show #1", "runs", "run deploy.yml"):
        with pytest.raises(UserError, match="Which repository"):
            await run(service, alice, said)


async def test_words_are_searched_for(github, service, alice):
    github.add_issue(SITE, "bob", "Something else")
    assert (await run(service, alice, f"issues {SITE} login")).listing == (f"{SITE}#1",)
    assert (await run(service, alice, "issues author:bob")).listing == (f"{SITE}#3",)
    assert "Nothing in" in plain(await run(service, alice, "issues nowhere"))


async def test_a_number_means_what_the_last_list_showed(service, alice):
    listing = (await run(service, alice, "issues")).listing
    assert "is **blank**" in plain(await run(service, alice, "issue show 1", listing=listing))


@pytest.mark.parametrize("said", ["issue show #1", "issue #1", f"issue view {SITE}#1", "issue '1'"])
async def test_an_issue_is_shown_as_it_was_written(github, service, alice, said):
    reply = await run(service, alice, said)
    assert Quote("Since\nMonday") in reply.blocks
    assert reply.about.url == f"{github.url}/{SITE}/issues/1"


async def test_the_last_comments_of_an_issue_are_shown(service, alice, bob):
    for number in range(7):
        await run(service, bob, f"comment #1 remark {number}")
    text = plain(await run(service, alice, "issue show #1"))
    assert "The last 2 of 7 comments" in text
    assert "bob, just now: remark 6" in text


async def test_an_issue_is_opened_as_oneself(github, service, bob):
    """The first line is its title; what is shown before is what is opened."""
    said = 'issue create "It is slow"\nOn my\nmachine'
    _, talked = await look(service, bob, said)
    assert str(talked.ready.arguments["title"]).startswith("alice/site It is slow")
    assert talked.ready.preview.blocks == (Quote("On my\nmachine"),)
    reply = await run(service, bob, said)
    made = github.issue(SITE, 3)
    assert (made.user.login, made.title, made.body) == ("bob", "It is slow", "On my\nmachine")
    assert links(reply)[0].url == f"{github.url}/{SITE}/issues/3"


async def test_a_title_that_begins_like_a_repository_can_be_quoted(github, service, bob):
    await run(service, bob, 'issue create "CI/CD is broken"')
    assert github.issue(SITE, 3).title == "CI/CD is broken"


async def test_a_comment_is_said_as_oneself(github, service, bob):
    reply = await run(service, bob, "issue comment #1 I can\nsee it")
    comment = github.issue(SITE, 1).comments[-1]
    assert (comment.user.login, comment.body) == ("bob", "I can\nsee it")
    assert reply.about.url.endswith(f"#issuecomment-{comment.id}")
    assert "as bob: The login page" in plain(reply)


async def test_what_the_command_says_itself_is_not_shown_twice(service, bob):
    """It stands above what is shown, and in full."""
    _, talked = await look(service, bob, "comment #1 I can see it")
    assert "The login page" in plain(talked.ready.preview)
    assert "see it" not in plain(talked.ready.preview)
    _, talked = await look(service, bob, "issue create It is slow")
    assert talked.ready.preview.blocks == ()


async def test_an_issue_is_closed_and_opened_again(github, service, bob):
    """Once: what is so already is not done."""
    closed = plain(await run(service, bob, "issue close #1 not-planned"))
    assert "Closed" in closed
    assert "as bob: The login page" in closed
    issue = github.issue(SITE, 1)
    assert (issue.state, issue.reason, issue.closed_by.login) == ("closed", "not_planned", "bob")
    assert "closed already" in plain(await run(service, bob, "close #1"))
    assert "Reopened" in plain(await run(service, bob, "issue reopen #1"))
    assert issue.state == "open"
    assert "open already" in plain(await run(service, bob, "reopen #1"))


async def test_who_one_is_over_there_is_told(github, service, bob):
    assert plain(await run(service, bob, "whoami")) == f"On GitHub you are bob ({github.url}/bob)."


async def test_who_may_not_is_told(github, service, carol):
    with pytest.raises(Forbidden):
        await run(service, carol, "issue close #1")
    assert github.issue(SITE, 1).state == "open"


async def test_a_missing_permission_is_named(github, service, alice):
    """GitHub's own word for it."""
    token = github.new_fine_grained("alice", issues="read")
    poor = type(alice)(**{**_fields(alice), "fields": _secret(token)})
    with pytest.raises(Forbidden) as error:
        await run(service, poor, "issue comment #1 Hello")
    assert error.value.permission.startswith("issues=write")


async def test_what_is_not_there_is_named(service, alice):
    for said, what in (
        ("issue show #99", f"issue {SITE}#99"),
        ("issues alice/other", "repository alice/other"),
        ("pr show #1", f"pull request {SITE}#1"),
    ):
        with pytest.raises(NotFound) as error:
            await run(service, alice, said)
        assert error.value.what == what


async def test_a_confirmed_command_is_said_in_full(service, alice):
    """So that a pattern of the configuration fits whatever was typed."""
    for said, full in (
        ("close #1", f"{SITE}#1"),
        ("issue comment #1 x", f"{SITE}#1"),
        ("pr merge #2", f"{SITE}#2"),
    ):
        _, talked = await look(service, alice, said)
        assert full in map(str, talked.ready.arguments.values())


def _fields(credential):
    return {name: getattr(credential, name) for name in type(credential).__dataclass_fields__}


def _secret(token):
    from bot.secret import Secret

    return {"access_token": Secret(token)}
