"""What can be so, happen and be seen outside of the chat, as sentences."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Final

from sandbox.jenkins import ADMINISTER, READ
from sandbox.world import ACCOUNTS
from tests.e2e.transcript import album, in_jenkins, on_x, with_people
from tests.e2e.transcript.stage import Stage

Commands = dict[str, Any]
"""``commands`` in the bot's configuration."""


class NoSuchSentence(Exception):
    """No direction is said like that; the modules of this package have all of them."""


async def set_up(stage: Stage, sentences: Sequence[str]) -> None:
    """Let sentences be so, those about the bot's configuration first, and start it."""
    rest = [sentence for sentence in sentences if not _configures(stage, sentence)]
    await stage.bot.start()
    for name in ACCOUNTS:
        stage.jenkins.add_user(name, name.title())
        stage.jenkins.allow(name, "", ADMINISTER if name == "alice" else READ)
    for sentence in rest:
        await happen(stage, sentence)


async def happen(stage: Stage, sentence: str) -> None:
    """Let a sentence happen, or see that it is so.

    Raises:
        AssertionError: it is not so.
        NoSuchSentence: nobody knows what it means.
    """
    for pattern, direction in _DIRECTIONS.items():
        if found := re.fullmatch(pattern, sentence):
            await direction(stage, *found.groups(""))
            return
    raise NoSuchSentence(sentence)


def _configures(stage: Stage, sentence: str) -> bool:
    commands: Commands = stage.bot.config.setdefault("commands", {})
    for pattern, set_to in _SETTINGS.items():
        if found := re.fullmatch(pattern, sentence):
            set_to(commands, found[1])
            return True
    return False


def _asks(commands: Commands, pattern: str) -> None:
    commands.setdefault("confirm", []).append(pattern)


def _asks_another(commands: Commands, pattern: str) -> None:
    commands.setdefault("confirm", []).append({"pattern": pattern, "by": "another"})


def _takes(commands: Commands, number: str) -> None:
    commands["per_minute"] = int(number)


async def _restarts(stage: Stage) -> None:
    await stage.bot.stop()
    await stage.bot.start()


_SETTINGS: Final = {
    r"actas asks before (.+)": _asks,
    r"actas has somebody else approve (.+)": _asks_another,
    r"actas takes (\d+) commands a minute": _takes,
}
"""What is so in the bot's configuration, before it starts."""

_DIRECTIONS: Final = {
    **album.DIRECTIONS,
    **with_people.DIRECTIONS,
    **in_jenkins.DIRECTIONS,
    **on_x.DIRECTIONS,
    r"actas is restarted": _restarts,
}
"""Each sentence, without its full stop, and what it does."""
