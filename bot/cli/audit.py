"""``actas audit``."""

from __future__ import annotations

import asyncio
import json
import re
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import Annotated, Final

import typer

from bot.cli.opening import open_database
from bot.cli.options import DEFAULT_CONFIG, ConfigFile
from bot.cli.printing import moment, table
from bot.config import Location, load_location
from bot.storage import records

_UNITS: Final = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}


def audit(
    *,
    config: ConfigFile = DEFAULT_CONFIG,
    user: Annotated[str | None, typer.Option(help="Only this Matrix id.")] = None,
    service: Annotated[str | None, typer.Option(help="Only this service.")] = None,
    since: Annotated[str | None, typer.Option(help="Only this far back: 90m, 24h, 7d, 4w.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="How many at most, the last ones.")] = 50,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object on each line.")] = False,
) -> None:
    """List the commands that ran; what was typed behind them is not kept."""
    start = datetime.now(UTC) - _duration(since) if since else None
    found = asyncio.run(_runs(load_location(config), user, service, start, limit))
    if as_json:
        for run in found:
            typer.echo(json.dumps(asdict(run), default=datetime.isoformat, ensure_ascii=False))
        return
    if not found:
        narrowed = user or service or since
        typer.echo("No command that ran is like that." if narrowed else "No command has run yet.")
        return
    table(
        ("STARTED", "USER", "ROOM", "COMMAND", "EFFECT", "ENDED", "AFTER"),
        (
            (
                moment(run.started),
                run.user,
                run.room,
                f"{run.service} {run.command}".strip(),
                run.effect,
                f"{run.state}, approved by {run.approved_by}" if run.approved_by else run.state,
                _after(run),
            )
            for run in found
        ),
    )


async def _runs(
    location: Location, user: str | None, service: str | None, since: datetime | None, limit: int
) -> list[records.Run]:
    async with open_database(location) as database:
        return await records.runs(database, user=user, service=service, since=since, limit=limit)


def _duration(text: str) -> timedelta:
    match = re.fullmatch(r"(\d{1,5})([mhdw])", text)
    if match is None:
        raise typer.BadParameter(
            "give a number with m, h, d or w, such as 24h", param_hint="--since"
        )
    return timedelta(**{_UNITS[match[2]]: int(match[1])})


def _after(run: records.Run) -> str:
    return f"{(run.finished - run.started).total_seconds():.1f} s" if run.finished else "-"
