"""Replies as data: what is quoted in them, and what can be typed."""

from __future__ import annotations

import pytest

from bot.matrix.render import render
from bot.reply import Line, Mono, Reply, Table, Typed, bullets, line, marked, numbered, say, spelled


def body(reply):
    return render(reply).body


@pytest.mark.parametrize(
    ("prefix", "service", "said"),
    [
        ("!", "jenkins", "Say `!jenkins approve ship 1` or `!connect jenkins`."),
        ("", "jenkins", "Say `jenkins approve ship 1` or `connect jenkins`."),
        ("!", "", "Say `!approve ship 1` or `!connect jenkins`."),
    ],
)
def test_command_is_spelled_as_it_is_typed_there(prefix, service, said):
    """The bot's own ones never have a service before them."""
    hint = say("Say ", Typed("approve ship 1"), " or ", Typed("connect jenkins", own=True), ".")
    assert body(spelled(hint, prefix, service)) == said


def test_commands_are_spelled_wherever_they_stand():
    typed = Typed("queue")
    reply = Reply(
        (line(typed), bullets([line(typed)]), numbered([line(typed)], start=3),
         Table(("Say",), ((typed, "x"),)))
    )  # fmt: skip
    told = spelled(reply, "!", "ci")
    assert body(told).count("`!ci queue`") == 4
    assert told.blocks[0] == Line((Mono("!ci queue"),))


def test_what_else_a_reply_is_stays():
    reply = Reply((line("Here"),), listing=("a", "b"))
    assert spelled(reply, "!", "jenkins") == reply


def test_command_that_nobody_has_spelled_is_shown_as_it_is():
    assert body(say(Typed("queue"))) == "`queue`"
    assert "<code>queue</code>" in render(say(Typed("queue"))).html


def test_one_backtick_marks_nothing():
    assert body(marked("it`s")) == "it`s"
    assert body(marked("Say `yes`.")) == "Say `yes`."
