"""Who may use the bot, where, and what asks first."""

from __future__ import annotations

import time
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.model import Actor
from bot.plugin import command
from bot.policy import confirms, matches, may


@dataclass(frozen=True)
class Rules:
    users: tuple[str, ...] = ("@*:example.org",)
    admins: tuple[str, ...] = ("@ops:example.org", "@root:elsewhere.org")
    rooms: tuple[str, ...] = ("!team:example.org",)


@command("list")
async def listing(call):
    """List."""


@command("admin users")
async def admin_users(call):
    """Tell who uses the bot."""


@command("admin unfreeze")
async def admin_unfreeze(call):
    """Go on with somebody."""


def actor(user="@alice:example.org", *, room="!team:example.org", **more):
    return Actor(user=user, room=room, device="D", identity="I", **more)


@pytest.mark.parametrize(
    ("pattern", "name"),
    [
        ("@*:example.org", "@alice:example.org"),
        ("@*:*.example.org", "@alice:a.b.example.org"),
        ("@alice:example.org", "@alice:example.org"),
        ("@a?ice:example.org", "@alice:example.org"),
        ("@*:example.org:8448", "@alice:example.org:8448"),
        ("@*:[::1]:8008", "@alice:[::1]:8008"),
        ("@*:*", "@alice:example.org"),
        ("*", "@alice:example.org"),
        ("*", "!v12roomsHaveNoServer"),
        ("!team:*", "!team:example.org"),
    ],
)
def test_a_pattern_covers_what_it_should(pattern, name):
    """Stars and question marks; ports, IPv6 servers and rooms without a server."""
    assert matches([pattern], name)


@pytest.mark.parametrize(
    ("pattern", "name"),
    [
        ("@*:example.org", "@x:example.org.evil"),
        ("@*:example.org", "@a:b:example.org"),
        ("@*:example.org", "@a:evil.org:example.org"),
        ("@*:example.org", "@a:sub.example.org"),
        ("@*:example.org", "@a:EXAMPLE.org"),
        ("@*:example.org", "@a:example.org:8448"),
        ("@*:example.org", "@a:example.org\n"),
        ("@*:example.org", "@a:exampleXorg"),
        ("@*:example.org", "@a"),
        ("@*:*.example.org", "@a:example.org"),
        ("@alice:example.org", "@Alice:example.org"),
        ("@alice:example.org", "@alice2:example.org"),
        ("@[ab]:example.org", "@a:example.org"),
        ("!team:*", "!team"),
        ("", "@a:example.org"),
    ],
)
def test_a_pattern_covers_no_neighbour(pattern, name):
    """No star reaches over the colon or past the end; brackets are ordinary characters."""
    assert not matches([pattern], name)


@given(st.text(), st.text())
def test_a_server_pattern_covers_that_server_only(local, server):
    """Whatever ids look like."""
    name = f"@{local}:{server}"
    assert matches(["@*:example.org"], name) == (name.partition(":")[2] == "example.org")


# ------------------------------------------------------------------------------------------ may
def test_a_listed_user_may_in_a_listed_room_and_in_their_direct_message():
    """Direct messages are not among the rooms that an operator lists."""
    assert may(actor(), listing, Rules())
    assert may(actor(room="!dm", private=True), listing, Rules())


@pytest.mark.parametrize("asked", [listing, None])
def test_others_may_not_even_speak(asked):
    """Neither in a room nor in private."""
    stranger = actor("@eve:evil.org")
    for who in (stranger, actor("@eve:evil.org", private=True)):
        verdict = may(who, asked, Rules())
        assert not verdict
        assert "not among my users" in verdict.reason


def test_a_room_that_is_not_listed_is_refused():
    """The reason says where to go instead."""
    verdict = may(actor(room="!other:example.org"), listing, Rules())
    assert not verdict.allowed
    assert "direct message" in verdict.reason


def test_nobody_may_where_nobody_is_listed():
    """Empty lists are closed, not open."""
    assert not may(actor(private=True), None, Rules(users=(), admins=()))
    assert not may(actor(), None, Rules(rooms=()))


def test_an_admin_is_a_user_wherever_they_come_from():
    """Listed once is enough."""
    assert may(actor("@root:elsewhere.org"), listing, Rules())


def test_admins_are_whole_ids():
    """A pattern among them makes nobody an admin."""
    rules = Rules(admins=("@*:example.org",))
    assert not may(actor(private=True), admin_users, rules)


@pytest.mark.parametrize(
    ("user", "private", "allowed", "reason"),
    [
        ("@ops:example.org", True, True, ""),
        ("@ops:example.org", False, False, "Say that in our direct message."),
        ("@alice:example.org", True, False, "That is for my admins."),
        ("@alice:example.org", False, False, "That is for my admins."),
    ],
)
def test_administration_is_for_admins_in_private(user, private, allowed, reason):
    """In a room others would read along."""
    verdict = may(actor(user, private=private), admin_users, Rules())
    assert (verdict.allowed, verdict.reason) == (allowed, reason)


@pytest.mark.parametrize(
    ("user", "verified", "allowed"),
    [
        ("@ops:example.org", True, True),
        ("@ops:example.org", False, False),
        ("@alice:example.org", True, False),
    ],
)
def test_only_an_admin_who_was_verified_unfreezes(user, verified, allowed):
    """Otherwise the homeserver that invented a user could invent an admin too."""
    verdict = may(actor(user, private=True, verified=verified), admin_unfreeze, Rules())
    assert bool(verdict) == allowed


def test_an_admin_who_was_not_verified_is_told_how_to_be():
    """Everything else of an admin's they may."""
    admin = actor("@ops:example.org", private=True)
    assert "Say `verify`" in may(admin, admin_unfreeze, Rules()).reason
    assert may(admin, admin_users, Rules())


# ------------------------------------------------------------------------------------- confirms
@pytest.mark.parametrize(
    "said",
    [
        "jenkins build deploy-prod",
        "jenkins build deploy-prod a=b",
        "jenkins  build\tdeploy-",
        "JENKINS Build DEPLOY-prod",
    ],
)
def test_a_marked_command_asks_first(said):
    """With arguments behind it, in any spacing and case: Jenkins ignores the case as well."""
    assert confirms(["twitter tweet", "jenkins  build Deploy-*"], said)


@pytest.mark.parametrize(
    "said", ["jenkins build redeploy-prod", "jenkins last deploy-prod", "jenkins build", ""]
)
def test_other_commands_do_not_ask(said):
    """The pattern begins at the beginning."""
    assert not confirms(["jenkins build deploy-*"], said)


def test_a_pattern_without_a_star_covers_whole_words():
    """An additional argument does not evade it; a longer name is another name."""
    assert confirms(["jenkins build prod"], "jenkins build prod a=b")
    assert confirms(["twitter tweet"], "twitter tweet anything")
    assert not confirms(["jenkins build prod"], "jenkins build production")
    assert not confirms([], "jenkins build prod")


def test_hostile_patterns_and_phrases_take_little_time():
    """Many stars against a long text do not multiply."""
    start = time.process_time()
    assert not confirms(["*a*a*a*a*a*a*a*b"], "a" * 5_000)
    assert time.process_time() - start < 1
