"""What ``actas setup`` ends with."""

from __future__ import annotations

import shlex
import shutil
import sys
from pathlib import Path

import typer

from bot.vault.keys import VARIABLE


def farewell(config: Path, secret: Path | None) -> None:
    """Print how to check and start the bot; ``secret`` is the file of its secret, if it has one."""
    if secret:
        typer.echo(f"{secret} opens the database: keep a copy of it elsewhere.")
    for intent, command in (("Check it", "check"), ("Start it", "run")):
        words = shlex.join([*program(), command, "--config", str(config.absolute())])
        prefix = f"{VARIABLE}={shlex.quote(f'file:{secret.absolute()}')} " if secret else ""
        typer.echo(f"{intent}:  {prefix}{words}")


def program() -> list[str]:
    """The words that run this very program: its script beside the interpreter, if it is there."""
    script = Path(sys.executable).with_name("actas")
    if script.is_file():
        return [str(script)]
    if found := shutil.which("actas"):
        return [found]
    return [sys.executable, "-m", "bot"]
