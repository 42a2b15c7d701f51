"""Which messages are for the bot, and what is said in them."""

from __future__ import annotations

import shlex
import time
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.commands.parser import Word, address, addressed, redirected, without_fallback, words
from bot.errors import UserError

NAMES = ("@actas:example.org", "Actas Bot")


def in_room(body: str, *, prefix: str = "!", mentioned: bool = False) -> str | None:
    return addressed(body, prefix=prefix, names=NAMES, private=False, mentions_bot=mentioned)


def in_private(body: str, *, prefix: str = "!") -> str | None:
    return addressed(body, prefix=prefix, names=NAMES, private=True, mentions_bot=False)


@pytest.mark.parametrize(
    "body",
    [
        "!jenkins list",
        "  ! jenkins list",
        "@actas: jenkins list",
        "actas: jenkins list",
        "ACTAS, jenkins list",
        "actas:jenkins list",
        "Actas : jenkins list",
        "actas jenkins list",
        "@actas:example.org jenkins list",
        "@actas:example.org: jenkins list",
        "Actas Bot: jenkins list",
        "@Actas Bot jenkins list",
        "actas:\njenkins list",
        "[Actas](https://matrix.to/#/@actas:example.org) jenkins list",
        "[Actas](https://matrix.to/#/%40actas%3Aexample.org?via=example.org): jenkins list",
    ],
)
def test_every_form_of_address_gives_the_command(body):
    """Prefix, names with or without marks, and pills lead to the same text."""
    assert in_room(body) == "jenkins list"
    assert in_private(body) == "jenkins list"


@pytest.mark.parametrize(
    "body",
    [
        "",
        "   ",
        "jenkins list",
        "!",
        "!!",
        "!!! help",
        "!?",
        "! ?",
        "actasx list",
        "actas-dev list",
        "actas's list",
        "@actas:evil.org jenkins list",
        "@actas:example.org.evil list",
        "please ask actas: list",
        "[Actas](https://matrix.to/#/@eve:example.org) list",
        "[Actas](https://evil.org/#/@actas:example.org) list",
        "> <@actas:example.org> jenkins list",
    ],
)
def test_talk_among_people_is_not_addressed(body):
    """Exclamations, other ids and names in the middle are left alone in a room."""
    assert in_room(body) is None


def test_a_reply_to_the_bot_is_not_a_command():
    """Clients mention whom one replies to; "thanks" to the bot is not for it to run."""
    assert in_room("thanks, jenkins list looks good", mentioned=True) is None


def test_a_mention_pill_in_plain_text_is_stripped():
    """Element sends the display name at the start and the mention beside it."""
    assert in_room("Actas Bot: jenkins list", mentioned=True) == "jenkins list"


@pytest.mark.parametrize("body", ["actas", "Actas Bot:", "@actas:example.org"])
def test_the_name_alone_is_an_empty_command(body):
    """What the bot answers to is its help."""
    assert in_room(body) == ""


@pytest.mark.parametrize(
    ("body", "mentioned", "certain"),
    [
        ("!important", False, False),
        ("actas is nice", False, False),
        ("actas is nice", True, True),
        ("actas: is nice", False, True),
        ("[Actas](https://matrix.to/#/@actas:example.org) x", False, True),
    ],
)
def test_what_may_be_chatter_is_marked_as_uncertain(body, mentioned, certain):
    """Only a mark behind the name or a mention makes sure that the bot is meant."""
    found = address(body, prefix="!", names=NAMES, private=False, mentions_bot=mentioned)
    assert found is not None
    assert found.certain is certain


def test_everything_in_a_direct_message_is_certain_and_whole():
    """Text that begins with no address is taken as it stands."""
    for body in ("hello", "!! what", "!", "-v", "jenkins list"):
        found = address(body, prefix="!", names=NAMES, private=True, mentions_bot=False)
        assert found is not None
        assert (found.text, found.certain) == (body, True)


def test_an_address_does_not_show_its_text():
    """What was typed may be a secret, and a repr ends in logs."""
    found = address("!set auth hunter2", prefix="!", names=(), private=True, mentions_bot=False)
    assert "hunter2" not in repr(found)


def test_a_prefix_that_is_a_word_needs_a_space():
    """With the prefix "bot" nobody says "bottle" to it."""
    assert in_room("bottle list", prefix="bot") is None
    assert in_room("Bot list", prefix="bot") == "list"


def test_without_prefix_and_names_nothing_is_addressed():
    """An empty prefix is no prefix, an empty name no name."""
    blank = ("", "@", " ")
    assert addressed("x", prefix="", names=blank, private=False, mentions_bot=True) is None


letter = st.characters(categories=["L", "N"])


@given(letter, st.text(), st.booleans(), st.sampled_from(["!", "?!", "."]))
def test_the_prefix_is_all_that_is_taken_away(first, rest, private, prefix):
    """Whatever follows the prefix arrives as typed, white space at its end and inside included."""
    text = first + rest
    found = addressed(
        prefix + text, prefix=prefix, names=NAMES, private=private, mentions_bot=False
    )
    assert found == text


@given(letter, st.text(), st.sampled_from(["actas: ", "@actas, ", "Actas Bot:\n"]))
def test_the_name_is_all_that_is_taken_away(first, rest, name):
    """Whatever follows the name and its mark arrives as typed."""
    assert in_room(name + first + rest) == first + rest


@given(st.text())
def test_any_body_is_understood_or_left(body):
    """No text breaks the parser, and a direct message is always addressed."""
    in_room(body, mentioned=True)
    without_fallback(body)
    assert in_private(body) is not None


# ------------------------------------------------------------------------------ reply fallback
@pytest.mark.parametrize(
    ("body", "text"),
    [
        ("> <@bob:example.org> !jenkins build x\n\nno", "no"),
        ("> <@bob:example.org> a\n> b\n>\n> c\n\n!help\nme", "!help\nme"),
        ("> * <@bob:example.org> waves\n\nhi", "hi"),
        ("> <@bob:example.org> a\nb", "b"),
        ("> <@bob:example.org> a", ""),
        ("> <@b:x> a\n\n\nb", "\nb"),
        ("> a quotation of mine\n\n!help", "> a quotation of mine\n\n!help"),
        ("!help", "!help"),
        ("", ""),
    ],
)
def test_the_quoted_message_of_a_reply_is_taken_away(body, text):
    """The quoted sender's line marks it; a quotation that a person typed stays."""
    assert without_fallback(body) == text


# ------------------------------------------------------------------------------------ redirect
@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("jenkins list >dm", ("jenkins list", True)),
        ("jenkins list\n>DM  ", ("jenkins list", True)),
        (">dm", ("", True)),
        ("jenkins list>dm", ("jenkins list>dm", False)),
        ("jenkins list > dm", ("jenkins list > dm", False)),
        ("jenkins >dm list ", ("jenkins >dm list ", False)),
        ("", ("", False)),
    ],
)
def test_the_answer_is_redirected_by_a_last_word(text, result):
    """Only as a word of its own and only at the end."""
    assert redirected(text) == result


# --------------------------------------------------------------------------------------- words
def test_words_keep_their_places():
    """Quotes are gone from the values and kept in the positions."""
    text = """  a "b c"d\t'e'  f\\ g """
    assert list(words(text)) == [
        Word("a", 2, 3),
        Word("b cd", 4, 10),
        Word("e", 11, 14),
        Word("f g", 16, 20),
    ]


@pytest.mark.parametrize(
    ("text", "mark"), [("don't", "'"), ('a "b', '"'), ('"a\\', '"'), ("a 'b\" c", "'")]
)
def test_an_open_quotation_mark_is_explained(text, mark):
    """The hint shows how to write the mark itself, for the apostrophes of ordinary text."""
    with pytest.raises(UserError) as caught:
        list(words(text))
    assert f"({mark})" in caught.value.text
    assert f"\\{mark}" in caught.value.hint


def test_a_backslash_at_the_end_is_explained():
    """There is nothing that it could stand before."""
    with pytest.raises(UserError, match="backslash"):
        list(words("a\\"))


def test_words_before_an_open_quotation_mark_can_be_read():
    """Words come one at a time, so an apostrophe in the rest of a line does no harm."""
    found = words("tweet that's fine")
    assert next(found).value == "tweet"


@given(st.lists(st.text(min_size=1)))
def test_quoted_words_come_back_as_they_were(values):
    """What the standard library quotes, this reads."""
    assert [word.value for word in words(shlex.join(values))] == values


@given(st.text(alphabet="ab \t\n\"'\\"))
def test_words_are_those_of_a_shell(text):
    """The standard library's shlex is the judge, of the values and of what is an error."""
    try:
        expected = shlex.split(text)
    except ValueError:
        with pytest.raises(UserError):
            list(words(text))
        return
    assert [word.value for word in words(text)] == expected


@pytest.mark.parametrize(
    "hostile",
    ['"' + "\\a" * 30_000, "'" * 65_001, "\\" * 65_001, "a'" * 32_001, " " * 65_000 + '"'],
    ids=["escapes", "quotes", "backslashes", "mixed", "space"],
)
def test_hostile_text_takes_linear_time(hostile):
    """A full event of quotes is read, or refused, at once."""
    start = time.process_time()
    with suppress(UserError):
        list(words(hostile))
    in_room(hostile)
    without_fallback("> <@a:b> " + hostile)
    assert time.process_time() - start < 0.5
