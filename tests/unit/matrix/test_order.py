"""What can be told of the order in which things were said, whatever a homeserver does."""

from __future__ import annotations

from bot.matrix.order import Order
from bot.model import follows

ALICE, ROOM = "@alice:example.org", "!room:example.org"


def places(*said):
    """Where messages stand that come in this order: indices of one session, or (session, index)."""
    order = Order()
    pairs = (each if isinstance(each, tuple) else ("session", each) for each in said)
    return [order.place(ALICE, ROOM, *pair) for pair in pairs]


def test_what_comes_in_order_follows():
    """Whatever was said between."""
    command, chat, yes = places(4, 5, 6)
    assert follows(yes, command)
    assert follows(yes, chat)
    assert not follows(command, yes)
    assert not follows(yes, yes)


def test_a_yes_that_was_held_back_follows_nothing():
    """It was said to another question, before the command."""
    _, _, command, yes = places(0, 2, 3, 1)
    assert not follows(yes, command)


def test_where_something_is_missing_nothing_is_certain():
    """It may be a "no"; what comes after that is certain again."""
    command, yes, next_command, next_yes = places(0, 2, 3, 4)
    assert not follows(yes, command)
    assert follows(next_yes, next_command)


def test_a_command_that_was_held_back_is_followed_by_nothing():
    """The "yes" was to the one that was said after it."""
    second, first, yes = places(1, 0, 2)
    assert not follows(yes, first)
    assert follows(yes, second)


def test_nothing_is_certain_between_two_sessions():
    """Of two devices, or of one before and after a rotation; nor after coming back to the first."""
    first, second, third, fourth = places(("a", 0), ("b", 5), ("a", 1), ("b", 6))
    assert not any(
        follows(late, early) for early, late in ((first, second), (first, third), (second, fourth))
    )


def test_other_people_and_rooms_have_an_order_of_their_own():
    """What others say leaves no gap."""
    order = Order()
    command = order.place(ALICE, ROOM, "session", 0)
    order.place("@bob:example.org", ROOM, "bobs", 7)
    order.place(ALICE, "!other:example.org", "others", 7)
    assert follows(order.place(ALICE, ROOM, "session", 1), command)
