"""Did you mean: what is offered, in which order, and when it is near enough to speak up."""

from __future__ import annotations

import time

import pytest

from bot.commands.suggestions import Known, suggest

KNOWN = (
    Known((), ("help",), "help"),
    Known(("twitter", "t"), (), "twitter"),
    Known(("twitter", "t"), ("search",), "twitter search"),
    Known(("jenkins", "j"), ("list",), "jenkins list"),
    Known(("jenkins", "j"), ("last",), "jenkins last"),
    Known(("jenkins", "j"), ("l",), "jenkins list"),
    Known(("jenkins", "j"), ("describe",), "jenkins describe"),
    Known(("jenkins", "j"), ("describe", "view"), "jenkins describe view"),
)


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("hepl me", (("help",), True)),
        ("hello", (("help",), False)),  # worth offering to somebody who means the bot
        ("j lsit", (("jenkins list", "jenkins last"), True)),
        ("jenkins lasst x", (("jenkins last", "jenkins list"), True)),
        ("j describe veiw", (("jenkins describe", "jenkins describe view"), True)),
        ("twittr", (("twitter",), True)),
        ("twittr zzz", ((), False)),
        ("to search", ((), False)),  # "to" is like "t" by chance only
        ("list", (("jenkins list",), True)),
        ("lisst", ((), False)),  # a slip in a command needs its service before it
        ("", ((), False)),
    ],
)
def test_what_is_near_is_offered_best_first(text, result):
    """Each phrase once, by its full name."""
    assert suggest(text, KNOWN) == result


def test_no_more_than_three_are_offered():
    """A long choice is no help."""
    many = [Known((), (f"help{n}",), f"help{n}") for n in range(9)]
    assert len(suggest("help", many)[0]) == 3


def test_hostile_text_is_compared_in_bounded_time():
    """Only the beginning of the first words counts."""
    many = [Known(("jenkins",), (f"list{n}",), f"jenkins list{n}") for n in range(200)]
    start = time.process_time()
    suggest("jenkin" * 10_000 + " " + "list" * 5_000, many)
    suggest("jenkinsx listt " * 4_000, many)
    assert time.process_time() - start < 0.5
