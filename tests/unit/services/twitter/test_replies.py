"""What is shown of what will be posted fits into the one message that asks about it."""

from __future__ import annotations

from bisect import bisect

import pytest

from bot.errors import UserError
from bot.matrix.render import render, too_long
from bot.reply import Link, Mono, Reply, line
from bot.services.twitter.api import Prices
from bot.services.twitter.draft import draft
from bot.services.twitter.replies import preview

LINK = Link("https://x.com/i/status/1", "https://x.com/i/status/1750000000000000001")


def question(text):
    """As the bot asks: the command as it was typed, what will be posted, and what to say."""
    shown = preview(draft(text), "@" + "a" * 50, Prices(0.015, 0.2), LINK)
    asked = line("This will run ", Mono(f"twitter tweet {text}"), " as ", Mono("a" * 50), ".")
    return Reply((asked, *shown.blocks, line("Say ", Mono("yes 1234"), " within two minutes." * 5)))


@pytest.mark.parametrize(
    "word",
    ["word ", "日本語です。", "😀", "a&b<c> ", "https://example.com/a?b=c ", '"quoted" ', "a\n"],
)
def test_the_longest_thread_is_shown_in_one_message(word):
    times = bisect(range(1, 8_000 // len(word)), False, key=lambda n: _refused(word * n))
    asked = question(word * times)
    assert _refused(word * (times + 1))
    assert len(asked.blocks) > 5
    assert not too_long(render(asked))


def _refused(text):
    try:
        draft(text)
    except UserError:
        return True
    return False
