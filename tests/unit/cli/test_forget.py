"""``actas forget``: one person's credentials and identity, and nobody else's."""

from __future__ import annotations

from bot.storage.state import locked


def test_forget_removes_one_person(used):
    """Alice is met as somebody new; Bob keeps what he has."""
    done = used.execute("forget", "@alice:example.org")
    assert (done.returncode, done.stderr) == (0, "")
    assert "removed" in done.stdout
    users = used.execute("users").stdout
    assert "@alice" not in users
    assert "@bob:example.org" in users
    assert "Nothing of" in used.execute("forget", "@alice:example.org").stdout


def test_forget_wants_the_bot_stopped(used):
    """A running bot knows identities by heart."""
    with locked(used.state):
        assert "already running" in used.refuse("forget", "@alice:example.org")


def test_forget_wants_a_whole_id(used):
    """A name alone could be anybody's."""
    assert "@name:server" in used.refuse("forget", "alice")
