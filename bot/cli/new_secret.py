"""``actas new-secret``."""

from __future__ import annotations

import typer

from bot.vault import keys


def new_secret() -> None:
    """Print 32 random bytes in base64url."""
    typer.echo(keys.new_secret())
