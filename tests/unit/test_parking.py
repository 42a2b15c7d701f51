"""Commands that wait for a connection: a number means what it was shown with, to whom it was."""

from dataclasses import replace

import pytest

from bot import parking as module
from bot.model import Actor, Place
from bot.parking import Parking
from bot.plugin import Effect
from bot.reply import Items

ALICE = Actor("@alice:example.org", "!room", "PHONE", "identity")
AGAIN = replace(ALICE, identity="another identity")


async def _resume(since: int) -> None:
    """What is parked here is never run."""


@pytest.fixture
def parking():
    """Three commands of Alice's, not offered yet."""
    parking = Parking()
    for name in ("a", "b", "c"):
        park(parking, name)
    return parking


def park(parking, text, effect=Effect.WRITE, actor=ALICE):
    parking.park(actor, "jenkins", text, effect, _resume)


def taken(parking, number, actor=ALICE):
    found = parking.take(actor, number)
    return found and found.text


def test_others_keep_their_number_when_one_has_run(parking):
    parking.offer(ALICE, None)
    assert [taken(parking, n) for n in (1, 2, 1, 3)] == ["a", "b", None, "c"]


def test_others_keep_their_number_when_one_has_expired(parking):
    parking.offer(ALICE, None)
    parking.waiting(ALICE)[0] = replace(parking.waiting(ALICE)[0], until=0)
    assert [taken(parking, n) for n in (1, 2)] == [None, "b"]


def test_others_keep_their_number_when_there_are_too_many(parking):
    parking.offer(ALICE, None)
    for name in ("d", "e", "f"):
        park(parking, name)
    assert [taken(parking, n) for n in (1, 2)] == [None, "b"]


def test_what_has_not_been_offered_is_not_taken(parking):
    assert taken(parking, 1) is None
    parking.offer(ALICE, None)
    assert taken(parking, 3) == "c"
    park(parking, "d")
    assert [taken(parking, n) for n in (3, 4)] == [None, None]
    parking.offer(ALICE, None)
    assert taken(parking, 4) == "d"


def test_no_number_is_enough_only_where_one_was_offered(parking):
    parking.offer(ALICE, None)
    taken(parking, 1)
    taken(parking, 2)
    assert taken(parking, None) is None, "three were shown"
    parking.offer(ALICE, None)
    assert taken(parking, None) == "c"


def test_the_offer_shows_each_with_its_number(parking):
    parking.offer(ALICE, None)
    taken(parking, 2)
    shown = parking.offer(ALICE, None).blocks[1]
    assert isinstance(shown, Items)
    assert [[part.text for part in item.parts[::2]] for item in shown.items] == [
        ["yes 1", "a"],
        ["yes 3", "c"],
    ]


def test_another_identity_sees_and_takes_nothing(parking):
    parking.offer(ALICE, None)
    assert parking.waiting(AGAIN) == []
    assert taken(parking, 1, AGAIN) is None
    park(parking, "new", Effect.READ, AGAIN)
    assert [p.text for p in parking.take_safe(AGAIN, "jenkins")] == ["new"]


def test_only_what_changes_nothing_before_it_asks_is_taken_without_being_asked(parking):
    park(parking, "d", Effect.READ)
    park(parking, "e", Effect.DANGER)
    assert [p.text for p in parking.take_safe(ALICE, "twitter")] == []
    assert [p.text for p in parking.take_safe(ALICE, "jenkins")] == ["d", "e"]
    assert [p.text for p in parking.waiting(ALICE)] == ["a", "b", "c"]


def test_what_was_dropped_is_gone(parking):
    parking.offer(ALICE, None)
    assert parking.drop(ALICE.user)
    assert not parking.drop(ALICE.user)
    assert taken(parking, 1) is None


def test_nothing_waits_for_longer_than_ten_minutes(parking, monkeypatch):
    parking.offer(ALICE, None)
    later = module.now() + 10 * 60 * 1000 + 1
    monkeypatch.setattr(module, "now", lambda: later)
    assert taken(parking, 1) is None
    assert parking.waiting(ALICE) == []


def test_a_yes_that_may_be_older_takes_what_nobody_could_know(parking):
    """A homeserver may have held it back: small numbers were known before, as was a bare "yes"."""
    parking.offer(ALICE, Place("session", 7, 3))
    assert parking.certain(ALICE, Place("session", 8, 3))
    assert parking.certain(ALICE, Place("session", 12, 7))
    assert not parking.certain(ALICE, Place("session", 7, 7))
    assert not parking.certain(ALICE, Place("session", 9, 9))  # what has not come may be a "no"
    assert not parking.certain(ALICE, Place("another session", 8, 3))
    assert not parking.certain(ALICE, None)
    assert [parking.take(ALICE, n, certain=False) for n in (None, 1, 2, 3)] == [None] * 4
    parking.offer(ALICE, Place("another session", 1, 1), certain=False)
    assert not parking.certain(ALICE, Place("another session", 2, 1))  # another one that is older
    numbers = [parked.number for parked in parking.waiting(ALICE)]
    assert min(numbers) >= 1000
    assert len(set(numbers)) == 3
    assert parking.take(ALICE, numbers[1], certain=False).text == "b"


def test_a_yes_to_something_else_is_not_about_the_last_offer(parking):
    """The bot has asked about another command since."""
    parking.offer(ALICE, Place("session", 7, 7))
    parking.withdraw(ALICE)
    assert not parking.certain(ALICE, Place("session", 8, 7))
    assert taken(parking, 1) is None
    assert len(parking.waiting(ALICE)) == 3
