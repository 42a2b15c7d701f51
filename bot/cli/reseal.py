"""``actas reseal``."""

from __future__ import annotations

import asyncio

import typer

from bot.cli.opening import open_database, read_sealer
from bot.cli.options import DEFAULT_CONFIG, ConfigFile
from bot.config import Location, load_location
from bot.vault import reseal as resealing
from bot.vault.sealer import Sealer
from bot.vault.vault import Vault


def reseal(config: ConfigFile = DEFAULT_CONFIG) -> None:
    """Move everything to the newest secret; exit 1 if something does not open."""
    done = asyncio.run(_reseal(load_location(config), read_sealer()))
    typer.echo(f"{done.moved} values sealed again; all others have the newest secret already.")
    if done.unopenable:
        typer.echo(f"actas: {done.unopenable} values open with none of the secrets.", err=True)
        raise typer.Exit(1)
    typer.echo("ACTAS_SECRET needs only its first secret now.")


async def _reseal(location: Location, sealer: Sealer) -> resealing.Resealed:
    async with open_database(location) as database:
        await Vault(database, sealer).prove()
        return await resealing.reseal(database, sealer)
