"""Pull requests: what was shown is what is merged and approved."""

from __future__ import annotations

import pytest

from bot.errors import Forbidden, Invalid, UserError
from bot.plugin import Effect
from bot.services.github.names import PullRef
from tests.contracts.fakes import call_for, plain
from tests.contracts.github.conftest import SITE, look, run


async def _confirmed(service, credential, said):
    """What was found, and a way to run it later, as after a "yes"."""
    spec, talked = await look(service, credential, said)

    async def go():
        async with call_for(service, credential.user, credential) as call:
            return await spec.handler(call, **talked.ready.arguments)

    return plain(talked.ready.preview), go


async def test_pull_requests_are_listed_and_searched(service, alice):
    for said in ("pulls", "prs", "pr list", "pulls author:bob", f"pulls {SITE} again"):
        reply = await run(service, alice, said)
        assert reply.listing == (f"{SITE}#2",), said
        assert "pull/2" in plain(reply)


async def test_a_pull_request_shows_what_it_would_change(github, service, alice):
    pull = github.issue(SITE, 2).pull
    text = plain(await run(service, alice, "pr show #2"))
    assert f"feature/x at {pull.sha[:7]} into main: 1 commit, 1 file, +3 −1." in text
    assert "It can be merged." in text
    assert "Fixes #1" in text


async def test_merging_asks_first_and_shows_what_will_be_merged(github, service, bob):
    shown, go = await _confirmed(service, bob, "pr merge #2 squash")
    pull = github.issue(SITE, 2).pull
    assert pull.sha[:7] in shown
    assert "Show it again" in shown
    assert "It is merged as one commit; its repository takes merge and rebase, too." in shown
    merge = next(c for c in service.commands if c.name == "pr merge")
    assert merge.effect is Effect.DANGER
    assert "Merged" in plain(await go())
    assert pull.merged_by.login == "bob"
    assert '"merge_method": "squash"' in github.requests[-1].body


async def test_what_was_pushed_after_it_was_shown_is_not_merged(github, service, bob):
    _, go = await _confirmed(service, bob, "pr merge #2")
    github.push(SITE, "feature/x")
    with pytest.raises(Invalid, match="pushed to it meanwhile"):
        await go()
    assert github.issue(SITE, 2).pull.merged is None


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"draft": True}, "It is a draft."),
        ({"mergeable": False, "state": "dirty"}, "conflicts"),
    ],
)
async def test_what_cannot_be_merged_is_not_offered(github, service, bob, change, said):
    for name, value in change.items():
        setattr(github.issue(SITE, 2).pull, name, value)
    assert said in plain(await run(service, bob, "pr merge #2"))
    assert github.issue(SITE, 2).pull.merged is None


async def test_a_rule_of_the_branch_is_shown_and_its_refusal_understood(github, service, bob):
    github.issue(SITE, 2).pull.state = "blocked"
    shown, go = await _confirmed(service, bob, "pr merge #2")
    assert "A rule of its base branch" in shown
    with pytest.raises(Invalid, match="cannot be merged as it is"):
        await go()


async def test_a_merged_one_is_not_merged_again(service, bob):
    await run(service, bob, "pr merge #2")
    assert "is merged already" in plain(await run(service, bob, "pr merge #2"))
    for said in ("issue show #2", "pr show #2", "pulls is:merged"):
        assert "merged" in plain(await run(service, bob, said)), said


async def test_the_repositorys_ways_of_merging_are_kept_to(github, service, bob):
    github.repo(SITE).merges = ("squash",)
    shown, _ = await _confirmed(service, bob, "pr merge #2")
    assert "It is merged as one commit." in shown
    with pytest.raises(UserError, match="it takes squash"):
        await run(service, bob, "pr merge #2 rebase")


async def test_who_may_not_merge_is_told(github, service, carol):
    _, go = await _confirmed(service, carol, "pr merge #2")
    with pytest.raises(Forbidden):
        await go()
    assert github.issue(SITE, 2).pull.merged is None


async def test_a_review_is_asked_for(github, service, alice):
    reply = await run(service, alice, "pr review-request #2 @carol")
    assert "is asked of carol" in plain(reply)
    assert [user.login for user in github.issue(SITE, 2).pull.reviewers] == ["carol"]
    with pytest.raises(Invalid):
        await run(service, alice, "pr review-request #2 bob")


async def test_an_approval_is_of_the_commit_that_was_shown(github, service, alice):
    shown, go = await _confirmed(service, alice, "pr approve #2 Well done")
    seen = github.issue(SITE, 2).pull.sha
    assert seen[:7] in shown
    github.push(SITE, "feature/x")
    await go()
    review = github.issue(SITE, 2).pull.reviews[-1]
    assert (review.user.login, review.state) == ("alice", "APPROVED")
    assert (review.commit, review.body) == (seen, "Well done")


async def test_nobody_approves_their_own(service, bob):
    with pytest.raises(UserError, match="your own"):
        await run(service, bob, "pr approve #2")
    approve = next(c for c in service.commands if c.name == "pr approve")
    async with call_for(service, bob.user, bob) as call:
        with pytest.raises(Invalid, match="author of a pull request cannot review it"):
            await approve.handler(call, PullRef(f"{SITE}#2"))


async def test_a_pull_request_is_closed_without_merging(github, service, bob):
    assert "pull/2" in plain(await run(service, bob, "pr close #2"))
    assert github.issue(SITE, 2).state == "closed"
    assert github.issue(SITE, 2).pull.merged is None
