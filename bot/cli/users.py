"""``actas users``."""

from __future__ import annotations

import asyncio

import typer

from bot.cli.opening import open_database
from bot.cli.options import DEFAULT_CONFIG, ConfigFile
from bot.cli.printing import moment, table
from bot.config import Location, load_location
from bot.storage import records


def users(config: ConfigFile = DEFAULT_CONFIG) -> None:
    """List users and their services; needs no secret, and shows none."""
    found = asyncio.run(_slots(load_location(config)))
    if not found:
        typer.echo("Nobody has connected anything.")
        return
    table(
        ("USER", "SERVICE", "CONNECTED", "EXPIRES", "LAST USED"),
        (
            (
                each.user,
                each.service,
                moment(each.created),
                moment(each.expires),
                moment(each.last_used),
            )
            for each in found
        ),
    )


async def _slots(location: Location) -> list[records.Slot]:
    async with open_database(location) as database:
        return await records.slots(database)
