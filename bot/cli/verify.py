"""``actas verify``: the operator's side of an emoji verification."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Annotated, Any, Final, TypeAlias

import typer

from bot.cli.options import DEFAULT_CONFIG, ConfigFile
from bot.cli.printing import plain, table
from bot.config import Location, load_location
from bot.errors import ActasError, ConfigError
from bot.storage.state import control_address

_EVERY: Final = 0.5  # seconds between two looks
_TIMEOUT: Final = 30.0  # seconds for one answer
_OVER: Final = ("verified", "cancelled")
_STANDINGS: Final = {
    "changed": "THIS REPLACES THE IDENTITY I KNOW THEM BY: be sure that they have reset it.",
    "must_verify": "THIS REPLACES AN IDENTITY THAT WAS VERIFIED: be sure that they have reset it.",
    "frozen": "An admin has frozen them; they stay so until an admin unfreezes them.",
}
Verification: TypeAlias = Mapping[str, Any]
Ask: TypeAlias = Callable[..., list[Verification]]


def verify(
    user: Annotated[str | None, typer.Argument(help="Whom, where several wait.")] = None,
    *,
    list_: Annotated[bool, typer.Option("--list", help="Only list who verifies.")] = False,
    config: ConfigFile = DEFAULT_CONFIG,
) -> None:
    """Show the emoji that somebody's client shows as well, and confirm that they are the same."""
    with _running_bot(load_location(config)) as ask:
        if list_:
            _list(ask("list"))
            return
        found = _awaited(ask, user)
        _show(found)
        same = typer.confirm("Is that what they see?", default=False)
        ask("confirm" if same else "reject", transaction=found["transaction"])
        if same:
            typer.echo("Waiting for them to confirm it as well. Ctrl-C ends.", err=True)
        found = _ended(ask, found)
    typer.echo(f"{plain(found['outcome'])}.")
    if found["state"] != "verified":
        raise typer.Exit(1)


def _awaited(ask: Ask, user: str | None) -> Verification:
    """The verification in which there is something to compare, as soon as there is one."""
    told = False
    while True:
        found = [v for v in ask("list") if v["state"] == "comparing" and user in (None, v["user"])]
        if len(found) == 1:
            return found[0]
        if found:
            _list(found)
            raise ConfigError("USER", "several people wait", f"Name one: {found[0]['user']}")
        if not told:
            typer.echo(
                f"Waiting for {user or 'somebody'} to begin: in their client they open the bot's "
                "profile and choose Verify. Ctrl-C ends.",
                err=True,
            )
            told = True
        time.sleep(_EVERY)


def _ended(ask: Ask, found: Verification) -> Verification:
    """How it ended; the person has to say as well that it matches."""
    while found["state"] not in _OVER:
        time.sleep(_EVERY)
        same = [v for v in ask("list") if v["transaction"] == found["transaction"]]
        if not same:
            raise ActasError("they have begun anew; run `actas verify` again")
        (found,) = same
    return found


def _show(found: Verification) -> None:
    who, device = plain(found["user"]), plain(found["device"])
    typer.echo(f"{who} (device {device}) should see exactly this:\n")
    typer.echo("   ".join(f"{symbol} {name}" for symbol, name in found["emoji"]))
    typer.echo(f"\nor the numbers {' '.join(map(str, found['numbers']))}.")
    typer.echo("Ask them, by phone or side by side; not in a Matrix room.")
    if found["standing"] in _STANDINGS:
        typer.echo(_STANDINGS[found["standing"]])


def _list(found: list[Verification]) -> None:
    if not found:
        typer.echo("Nobody has begun to verify the bot.")
        return
    rows = ((v["user"], v["device"], v["state"], v["outcome"]) for v in found)
    table(("USER", "DEVICE", "STATE", "OUTCOME"), rows)


@contextmanager
def _running_bot(location: Location) -> Iterator[Ask]:
    """Questions to the bot that runs with this state directory.

    Raises:
        ConfigError: none does.
    """
    connection = socket.socket(socket.AF_UNIX)
    connection.settimeout(_TIMEOUT)
    try:
        with control_address(location.state_dir) as address:
            connection.connect(address)
    except OSError:
        problem = f"no bot runs with {location.state_dir}"
        raise ConfigError(
            "state_dir", problem, "Start it: only the running bot can verify"
        ) from None
    with connection, connection.makefile("rwb") as stream:

        def ask(what: str, **more: str) -> list[Verification]:
            with suppress(OSError, ValueError):
                stream.write(json.dumps({"do": what, **more}).encode() + b"\n")
                stream.flush()
                answer = json.loads(stream.readline())
                if "error" in answer:
                    raise ActasError(answer["error"])
                verifications: list[Verification] = answer["verifications"]
                return verifications
            raise ActasError("the bot has stopped")

        yield ask
