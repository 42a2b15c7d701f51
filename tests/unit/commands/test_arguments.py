"""What is typed behind a command becomes the typed arguments of its handler."""

from __future__ import annotations

import shlex
from contextlib import suppress
from enum import Enum
from typing import Literal, Optional

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.commands.arguments import bind, describe, phrase, readable, shown
from bot.errors import UserError
from bot.plugin import Call, Rest, command
from bot.reply import Reply
from tests.unit.commands.sample import Colour, Job, build, forget, listing, search, tweet

LIST = ("alpha", "beta, the second", "gamma")


@pytest.mark.parametrize(
    ("text", "bound"),
    [
        ("foo", {"query": "foo"}),
        ("'two words' 25", {"query": "two words", "count": 25}),
        ("foo -1 POPULAR", {"query": "foo", "count": -1, "kind": "popular"}),
        (
            "foo +7 recent Dark-Blue no",
            {
                "query": "foo",
                "count": 7,
                "kind": "recent",
                "colour": Colour.DARK_BLUE,
                "safe": False,
            },
        ),
        ("  foo\n\t3 ", {"query": "foo", "count": 3}),
        ('"" 3', {"query": "", "count": 3}),
    ],
)
def test_words_become_values_of_their_types(text, bound):
    """From left to right; what is not typed is left to the handler's defaults."""
    assert bind(search, text, None) == bound


@pytest.mark.parametrize("text", ["true", "Yes", "no", "FALSE"])
def test_yes_and_no_are_spelt_in_four_ways(text):
    """In any case."""
    bound = bind(search, f"q 1 recent red {text}", None)
    assert bound["safe"] is (text.lower() in {"true", "yes"})


@pytest.mark.parametrize("text", ['it\'s "fine" \\ so', "a  b\n c ", "-- >x"])
def test_the_rest_is_taken_exactly_as_typed(text):
    """Quotes, backslashes, spaces and lines of a tweet are its own."""
    bound = bind(tweet, text, None)
    assert bound == {"text": text}
    assert type(bound["text"]) is Rest


@given(st.text(), st.integers(-(10**18) + 1, 10**18 - 1))
def test_a_quoted_word_arrives_as_it_was(query, count):
    """Any text can be said with quotes."""
    assert bind(search, f"{shlex.quote(query)} {count}", None) == {"query": query, "count": count}


@given(st.text(), st.none() | st.lists(st.text(), max_size=3))
def test_only_user_errors_are_raised(text, numbers):
    """Whatever is typed, the answer is arguments or an explanation."""
    for each in (search, build, tweet, listing, forget):
        with suppress(UserError):
            assert set(bind(each, text, numbers)) <= {p.name for p in each.parameters}


# ------------------------------------------------------------------------------------- numbers
@pytest.mark.parametrize(
    ("text", "bound"),
    [
        ("1", {"job": "alpha"}),
        ("2, a=b", {"job": "beta, the second", "params": ", a=b"}),  # the comma tells Hubot's form
        ("3 a=b&c=d", {"job": "gamma", "params": "a=b&c=d"}),
        ("3 , a=b", {"job": "gamma", "params": ", a=b"}),
        ("003", {"job": "gamma"}),
        ("2nd", {"job": "2nd"}),
        ("1.2", {"job": "1.2"}),
        ('"1"', {"job": '"1"'}),  # how a name is quoted is its type's own affair
        ("٣", {"job": "٣"}),
        ("1234567890", {"job": "1234567890"}),
    ],
)
def test_a_bare_number_means_an_item_of_the_last_list(text, bound):
    """A number with letters, or longer than any list, is a name."""
    found = bind(build, text, LIST)
    assert found == bound
    assert type(found["job"]) is Job


@pytest.mark.parametrize("numbers", [None, ()])
def test_a_number_without_a_list_says_what_is_missing(numbers):
    """The hint says how to get one."""
    with pytest.raises(UserError, match="There is no list to take number 3 from") as caught:
        bind(build, "3", numbers)
    assert "list command first" in caught.value.hint


@pytest.mark.parametrize("number", [0, 4, 999_999_999])
def test_a_number_out_of_range_says_the_range(number):
    """And how a name that is a number is typed."""
    with pytest.raises(UserError, match=f"1 to 3; there is no number {number}") as caught:
        bind(build, f"{number}, a=b", LIST)
    assert "quotes" in caught.value.hint


# -------------------------------------------------------------------------------------- errors
def test_what_is_missing_is_named_with_the_usage():
    """The placeholder is the one that help shows."""
    with pytest.raises(UserError) as caught:
        bind(build, " ", LIST)
    assert caught.value.text == "<job> is missing."
    assert caught.value.hint == "Say it like this: `build <job> [params]`"


@pytest.mark.parametrize(("each", "text"), [(forget, "x"), (search, "q 1 recent red yes more")])
def test_more_than_the_command_takes_is_refused(each, text):
    """It is not dropped silently."""
    with pytest.raises(UserError, match="more than") as caught:
        bind(each, text, None)
    assert each.usage in caught.value.hint


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("q hunter2", "<count> must be a whole number"),
        ("q 1e3", "<count> must be a whole number"),
        ("q ٣", "<count> must be a whole number"),
        ("q " + "9" * 19, "<count> must be a whole number"),
        ("q 1 hunter2", "<kind> must be one of: recent, popular"),
        ("q 1 recent hunter2", "<colour> must be one of: red, dark-blue"),
        ("q 1 recent red hunter2", "<safe> must be one of: yes, true, no, false"),
        ("q 1 recent red yes hunter2", "more than the command takes"),
        ("'hunter2", "not closed"),
    ],
)
def test_a_wrong_value_is_named_but_never_repeated(text, says):
    """What was typed in the wrong place may be a secret."""
    with pytest.raises(UserError, match=says) as caught:
        bind(search, text, None)
    assert "hunter2" not in caught.value.text + caught.value.hint


def test_the_errors_of_a_types_own_reading_come_through():
    """They are written for people."""
    with pytest.raises(UserError, match="no name before the comma"):
        bind(build, ", a=b", LIST)


# --------------------------------------------------------------------------- the canonical line
@pytest.mark.parametrize("text", ["  deploy-prod ,  a=b", "2 a=b", "deploy-prod, a=b\n"])
def test_the_canonical_line_does_not_depend_on_how_it_was_typed(text):
    """A number, spaces and commas lead to one line, so no spelling evades a confirmation."""
    bound = bind(build, text, ("alpha", "deploy-prod"))
    assert phrase("jenkins", build, bound) == "jenkins build deploy-prod a=b"


def test_the_canonical_line_holds_what_was_given_only():
    """Choices stand by their spelling; defaults are not part of it."""
    bound = bind(search, '"a b" 3 POPULAR red', None)
    assert phrase("twitter", search, bound) == "twitter search a b 3 popular red"
    assert phrase("twitter", search, {"query": "x"}) == "twitter search x"


class Hidden(Rest):
    """Text that others do not read."""

    __slots__ = ()

    def masked(self) -> str:
        """Nothing of it."""
        return "***"


@command("set")
async def set_(call: Call, name: str, value: Hidden) -> Reply:
    """Set it."""
    raise AssertionError


def test_what_is_shown_is_what_will_be_done_without_what_a_type_masks():
    """To the space; patterns are compared with the canonical line instead."""
    bound = bind(set_, "'a  b' hunter2", None)
    assert shown("vars", set_, bound) == "vars set a  b ***"
    assert phrase("vars", set_, bound) == "vars set a b hunter2"


def test_what_shows_nothing_leaves_no_gap():
    """An argument may be there without being typed: all of a list, the last build."""
    assert shown("vars", set_, {"name": "", "value": "x y"}) == "vars set x y"


# --------------------------------------------------------------------------------------- types
class Size(Enum):
    SMALL = 1


class Silent(str):
    __slots__ = ()

    @classmethod
    def take(cls, text):
        return cls(text), ""


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        (str, "one word, or several in quotes"),
        (int, "a whole number"),
        (int | None, "a whole number"),
        (Optional[bool], "yes or no"),  # noqa: UP045  # the older spelling is read as well
        (Rest, "all the text that follows"),
        (Literal["a", 2], "one of a, 2"),
        (Size, "one of 1"),
        (Job, "A job's name, up to a ``,``, or its number in your last list"),
        (Silent, "text"),
    ],
)
def test_every_type_that_can_be_read_can_be_described(kind, words):
    """Help tells what to type for it."""
    readable(kind)
    assert describe(kind) == words


@pytest.mark.parametrize("kind", [float, bytes, int | str, list[str], None, "str"])
def test_other_types_are_the_authors_mistake(kind):
    """The error says what is missing."""
    with pytest.raises(TypeError, match="take"):
        readable(kind)


def test_a_literal_number_is_given_as_a_number():
    """The handler gets the value, not its spelling."""

    @command("page")
    async def page(call, size: Literal[10, 50]):
        """Show a page."""

    assert bind(page, "50", None) == {"size": 50}
