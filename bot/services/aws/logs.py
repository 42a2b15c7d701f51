"""Reading CloudWatch Logs: which groups there are, and the end of one while it is written.

https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_FilterLogEvents.html
"""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final, Self

from bot.errors import UserError
from bot.plugin import Call, Step, command
from bot.prose import short
from bot.reply import Block, Follow, Mono, Pre, Reply, line, numbered, say
from bot.services.aws.api import AwsApi
from bot.services.aws.places import Filter, Group, Region

_GROUPS: Final = 50  # of one answer
_LINES: Final = 30  # that are shown
_PAGES: Final = 5  # that are read for one look
_EVENTS: Final = 1_000  # of one page
_LASTS: Final = 600  # seconds for which it is followed
_WAIT: Final = 5.0
_LATEST: Final = 32_503_680_000_000  # ms; the year 3000
_ESCAPE: Final = re.compile("\x1b(?:\\[[0-?]*+[ -/]*+[@-~]?|[\\]PX^_][^\x07\x1b\n]*+\x07?|.)?")
_UNSEEN: Final = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
_SINCE: Final = re.compile(r"(?:^|\s)--since(?:\s+|=)(?P<count>\d{1,4})(?P<unit>[smhd])(?=\s|$)")
_UNITS: Final = {"s": 1, "m": 60, "h": 3600, "d": 86_400}
_USUAL: Final = Region()
_ALL: Final = Filter()


@dataclass(frozen=True, slots=True)
class Since:
    """--since and how long ago: ``--since 10m`` (s, m, h or d)."""

    seconds: int = 600
    typed: str = ""

    def __str__(self) -> str:
        return self.typed

    @classmethod
    def take(cls, text: str) -> tuple[Self, str]:
        """Read it wherever it stands; without it, all is left.

        Raises:
            UserError: it is there, and not understood.
        """
        found = _SINCE.search(text)
        if found is None:
            if re.search(r"(?:^|\s)--since(?:\s|=|$)", text):
                raise UserError("Since when?", "Say it as `--since 10m`, with s, m, h or d.")
            return cls(), text
        seconds = int(found["count"]) * _UNITS[found["unit"]]
        rest = f"{text[: found.start()]} {text[found.end() :]}".strip()
        return cls(seconds, f"--since {found['count']}{found['unit']}"), rest


_TEN_MINUTES: Final = Since()


@dataclass(frozen=True, slots=True)
class Words:
    """words that must stand in a line, just so."""

    text: str = ""

    def __str__(self) -> str:
        return self.text

    @classmethod
    def take(cls, text: str) -> tuple[Self, str]:
        """Read all that is left."""
        return cls(" ".join(text.split())), ""

    @property
    def pattern(self) -> dict[str, str]:
        """As a filter pattern: a term in quotes is taken to the letter."""
        text = self.text.replace("\\", "").replace('"', "")
        return {"filterPattern": f'"{text}"'} if text else {}


_ANY: Final = Words()


@command("logs groups", examples=("logs groups", "logs groups eu-west-1 lambda"))
async def groups(
    call: Call[AwsApi],
    region: Region = _USUAL,
    filter: Filter = _ALL,  # noqa: A002 - the word that users know
) -> Reply:
    """List a region's log groups with a number."""
    where = await call.api.site.allowed(region.name)
    like = {"logGroupNamePattern": filter.words[0]} if filter.words else {}
    answer = await call.api.read("logs:DescribeLogGroups", where, limit=_GROUPS, **like)
    names = [str(each.get("logGroupName", "")) for each in answer.get("logGroups", ())]
    names = [name for name in names if filter.fits(name)][:_GROUPS]
    if not names:
        return say(f"There is no such log group in {where} that you can see.")
    items = numbered([line(Mono(short(name, 300))) for name in names])
    blocks: list[Block] = [line(f"Log groups in {where}:"), items]
    if answer.get("nextToken"):
        blocks.append(line("There are more: say a word of their names behind it."))
    return Reply(tuple(blocks), listing=tuple(f"{where}:{name}" for name in names))


async def follow_log(call: Call[AwsApi], state: Mapping[str, Any]) -> Step:
    """Look what was written meanwhile; it ends by itself after some minutes."""
    reply, since = await _look(call.api, state)
    if time.time() >= state["until"]:
        return Step(reply, None)
    return Step(reply, {**state, "since": since}, wait=_WAIT)


@command(
    "logs tail",
    examples=("logs tail /aws/lambda/pay", "logs tail 2 --since 1h timeout"),
    follow=follow_log,
)
async def tail(
    call: Call[AwsApi],
    group: Group,
    since: Since = _TEN_MINUTES,
    filter: Words = _ANY,  # noqa: A002
) -> Reply:
    """Show the end of a log, and what is written in the next ten minutes."""
    now = time.time()
    state = {
        "region": await call.api.site.allowed(group.region),
        "group": group.name,
        "words": filter.text,
        "since": int((now - since.seconds) * 1000),
        "until": int(now) + _LASTS,
    }
    reply, first = await _look(call.api, state)
    return Reply(reply.blocks, follow=Follow(group.name, {**state, "since": first}))


async def _look(api: AwsApi, state: Mapping[str, Any]) -> tuple[Reply, int]:
    """The last lines, and the time (ms) of the first of them: earlier ones need no second look."""
    events, more = await _events(api, state)
    shown = events[-_LINES:]
    group, since = Mono(short(state["group"], 300)), state["since"]
    if not shown:
        at = datetime.fromtimestamp(since / 1000, UTC)
        return say("Nothing has been written to ", group, f" since {at:%H:%M:%S} UTC."), since
    blocks: list[Block] = [line("The end of ", group, f" in {state['region']}, in UTC:")]
    blocks.append(Pre("\n".join(f"{_at(event)} {_clean(event)}" for event in shown)))
    if more:
        blocks.append(line("More was written than I read: say a shorter --since, or words of it."))
    return Reply(tuple(blocks)), _ms(shown[0]) or since


async def _events(api: AwsApi, state: Mapping[str, Any]) -> tuple[list[dict[str, Any]], bool]:
    params = {
        "logGroupName": state["group"],
        "startTime": state["since"],
        "limit": _EVENTS,
        **Words(state["words"]).pattern,
    }
    found: list[dict[str, Any]] = []
    for _ in range(_PAGES):
        what = f"log group '{short(state['group'], 100)}'"
        answer = await api.read("logs:FilterLogEvents", state["region"], what, **params)
        found += answer.get("events", ())
        if not answer.get("nextToken"):
            return found, False
        params["nextToken"] = answer["nextToken"]
    return found, True


def _at(event: Mapping[str, Any]) -> str:
    return f"{datetime.fromtimestamp(_ms(event) / 1000, UTC):%H:%M:%S}"


def _ms(event: Mapping[str, Any]) -> int:
    found = event.get("timestamp")
    return found if isinstance(found, int) and 0 <= found < _LATEST else 0


def _clean(event: Mapping[str, Any]) -> str:
    text = _ESCAPE.sub("", str(event.get("message", ""))).rstrip()
    return short(_UNSEEN.sub("", text).replace("\n", " ⏎ "), 500)
