"""Pull requests are opened as oneself: between branches that there are, with something to merge."""

from __future__ import annotations

import pytest

from bot.commands.arguments import bind
from bot.errors import Forbidden, Invalid, Unavailable, UserError
from bot.plugin import Effect
from bot.reply import Quote
from bot.services.github.names import Repository
from bot.services.github.proposals import NewPull
from sandbox.mishaps import Answer
from tests.contracts.fakes import call_for, links, plain
from tests.contracts.github.conftest import SITE, credential_of, look, run


@pytest.fixture
def github(github):
    """With a branch that nobody has proposed yet."""
    github.push(SITE, "fix/login")
    github.push(SITE, "fix/login")
    return github


async def test_it_is_opened_as_whoever_says_so(github, service, bob):
    """Into the default branch, with the lines below the title as its text."""
    reply = await run(service, bob, "pr create head:fix/login Log in again\nAs\n\nbefore")
    made = github.issue(SITE, 3)
    assert (made.user.login, made.title, made.body) == ("bob", "Log in again", "As\n\nbefore")
    assert (made.pull.head, made.pull.base) == ("fix/login", "main")
    url = f"{github.url}/{SITE}/pull/3"
    assert plain(reply) == f"Opened {SITE}#3 ({url}) as bob, fix/login into main: Log in again"
    assert reply.about.url == url
    create = next(c for c in service.commands if c.name == "pr create")
    assert create.effect is Effect.WRITE


async def test_it_is_shown_with_what_it_would_merge(github, service, bob):
    """And nothing is opened by that."""
    _, talked = await look(service, bob, f"pr create {SITE} head:fix/login Log in\nSince\nMonday")
    text = plain(talked.ready.preview)
    page = f"{github.url}/{SITE}/compare/main...fix/login"
    assert f"fix/login into main: 2 commits ({page})." in text
    assert "Log in" not in text, "which the command says itself"
    assert talked.ready.preview.blocks[-1] == Quote("Since\nMonday")
    assert {seen.method for seen in github.requests} == {"GET"}


async def test_another_base_may_be_named(github, service, bob):
    github.push(SITE, "v2")
    await run(service, bob, "pr create base:v2 head:fix/login Log in again")
    assert github.issue(SITE, 3).pull.base == "v2"


async def test_the_branch_is_asked_for_where_it_was_not_said(github, service, bob):
    """From those that there are, without the base and what is proposed for it already."""
    github.push(SITE, "v2")
    _, talked = await look(service, bob, "pr create Log in again")
    (question,) = talked.asked
    assert question.choices == ("fix/login", "v2")
    _, talked = await look(service, bob, "pr create base:v2 Log in again")
    assert talked.asked[0].choices == ("feature/x", "fix/login", "main")
    assert "into main" in plain(question.prompt)
    await run(service, bob, "pr create Log in again", answers={"head": "fix/login"})
    assert github.issue(SITE, 3).pull.head == "fix/login"


async def test_where_all_are_proposed_nothing_is_asked(github, service, bob):
    await run(service, bob, "pr create head:fix/login Log in again")
    with pytest.raises(UserError, match="Every other branch of alice/site has an open pull"):
        await run(service, bob, "pr create Once more")


def test_its_usage_shows_how_branches_are_said(service):
    create = next(c for c in service.commands if c.name == "pr create")
    assert create.usage == "pr create head:<branch> [base:<branch>] <title>"
    with pytest.raises(UserError, match=r"head:<branch> \[base:<branch>\] <title> is missing"):
        bind(create, "", None)


async def test_many_branches_are_typed(github, service, bob):
    for number in range(20):
        github.push(SITE, f"branch-{number}")
    _, talked = await look(service, bob, "pr create Log in again")
    assert talked.asked[0].choices == ()


async def test_without_another_branch_there_is_nothing_to_ask(github, service, alice):
    github.add_repo("alice/new")
    with pytest.raises(UserError, match="no branch but main"):
        await run(service, alice, "pr create alice/new Begin")


@pytest.mark.parametrize(
    ("said", "answer"),
    [
        ("head:fix/logim Log in", "has no branch fix/logim. Did you mean fix/login?"),
        ("head:zzz Log in", "has no branch zzz. There are feature/x, fix/login, main, old."),
        ("head:fix/login base:zzz Log in", "has no branch zzz."),
        ("head:old Nothing", "old has nothing that main has not."),
        ("head:feature/x Again", f"{SITE}#2"),
    ],
)
async def test_what_cannot_be_opened_is_said_with_what_there_is(github, service, bob, said, answer):
    """Before anything is sent."""
    github.push(SITE, "old")
    github.push(SITE, "main")
    github.repo(SITE).branches["old"] = github.repo(SITE).branches["main"]
    reply = await run(service, bob, f"pr create {said}")
    assert answer in plain(reply).replace(f" ({github.url}/{SITE})", "")
    assert {seen.method for seen in github.requests} == {"GET"}


async def test_nothing_is_merged_into_itself(service, bob):
    with pytest.raises(UserError, match="main cannot be merged into itself"):
        await run(service, bob, "pr create head:main Log in again")


async def test_one_that_is_open_already_is_shown(github, service, bob):
    reply = await run(service, bob, "pr create head:feature/x Once more")
    assert links(reply)[0].url == f"{github.url}/{SITE}/pull/2"
    assert "is open for that already: Show it again" in plain(reply)


async def test_the_branch_of_a_fork_is_said_with_its_owner(github, service, bob):
    await run(service, bob, "pr create head:alice:fix/login Log in again")
    assert github.issue(SITE, 3).pull.head == "fix/login"


@pytest.mark.parametrize(
    ("ends", "said"),
    [
        ({"head": "feature/x"}, "an open pull request for these"),
        ({"head": "main"}, "nothing that its base has not"),
        ({"head": "gone"}, "no such branch to merge,"),
        ({"head": "fix/login", "base": "gone"}, "no such branch to merge into"),
    ],
)
async def test_what_github_refuses_is_said_in_our_own_words(github, service, bob, ends, said):
    """What has changed since it was shown."""
    create = next(c for c in service.commands if c.name == "pr create")
    new = NewPull(Repository(SITE), "Log in", **{"base": "main", **ends})
    async with call_for(service, bob.user, bob) as call:
        with pytest.raises(Invalid, match=said):
            await create.handler(call, new)


async def test_who_may_not_push_is_told(github, service, carol):
    with pytest.raises(Invalid, match="only people who may push"):
        await run(service, carol, "pr create head:fix/login Log in again")


async def test_a_token_that_cannot_read_branches_can_still_open_one(github, service):
    """It is then not known how many commits there are, nor which branches."""
    token = github.new_fine_grained("bob", pull_requests="write", metadata="read")
    bob = credential_of(service, "bob", token)
    _, talked = await look(service, bob, "pr create Log in again")
    assert talked.asked[0].choices == ()
    await run(service, bob, "pr create head:fix/login Log in again")
    assert github.issue(SITE, 3).user.login == "bob"


async def test_a_token_without_the_permission_is_told_which(github, service):
    token = github.new_fine_grained("bob", pull_requests="read", contents="read")
    with pytest.raises(Forbidden) as error:
        await run(
            service, credential_of(service, "bob", token), "pr create head:fix/login Log in again"
        )
    assert error.value.permission == "pull_requests=write"


async def test_it_is_sent_once(github, service, bob):
    """Also where no answer comes: it may be there."""
    github.fail(Answer(502), path=f"/repos/{SITE}/pulls", method="POST")
    with pytest.raises(Unavailable):
        await run(service, bob, "pr create head:fix/login Log in again")
    assert [seen.method for seen in github.requests].count("POST") == 1
