"""Notifications: seen and marked as read as oneself."""

from __future__ import annotations

import pytest

from bot.errors import Forbidden, Invalid, UserError
from tests.contracts.fakes import plain
from tests.contracts.github.conftest import SITE, credential_of, run


async def test_notifications_are_listed_with_what_they_are_about(github, service, bob):
    """Their numbers mean the thread for `read`, and the issue for what shows one."""
    github.notify("bob", SITE, 1, "mention")
    thread = github.notify("bob", SITE, 2, "review_requested")
    reply = await run(service, bob, "notifications")
    text = plain(reply)
    assert f"1. {SITE}#2 ({github.url}/{SITE}/pull/2): Show it again (review requested" in text
    assert reply.listing[0] == f"thread/{thread.id} {SITE}#2"
    assert "Show it again" in plain(await run(service, bob, "pr show 1", listing=reply.listing))
    read = await run(service, bob, "notifications read 1", listing=reply.listing)
    assert plain(read) == f"Your notification of {SITE}#2 is marked as read."
    assert not thread.unread
    assert len((await run(service, bob, "inbox")).listing) == 1


async def test_nobody_sees_what_others_are_told(github, service, alice):
    github.notify("bob", SITE, 1, "mention")
    assert plain(await run(service, alice, "notifications")) == "You have no unread notifications."


async def test_a_fine_grained_token_has_none(github, service):
    """GitHub does not offer them to such tokens."""
    token = github.new_fine_grained("alice", issues="write")
    with pytest.raises(Invalid, match="classic tokens only"):
        await run(service, credential_of(service, "alice", token), "notifications")


async def test_a_scope_that_is_missing_is_named(github, service):
    token = github.new_token("alice", "gist")
    with pytest.raises(Forbidden) as error:
        await run(service, credential_of(service, "alice", token), "notifications")
    assert "notifications" in error.value.permission


async def test_nobody_is_told_to_quote_what_is_no_name(service, bob):
    with pytest.raises(UserError, match="no list to take number 2 from") as error:
        await run(service, bob, "notifications read 2")
    assert error.value.hint == "Say the list command first."
    with pytest.raises(UserError, match="there is no number 2") as error:
        await run(service, bob, "notifications read 2", listing=("thread/1",))
    assert error.value.hint == ""
