"""The commands of the program, and how they end."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from importlib import import_module
from typing import Final, NoReturn

import typer

from bot import __version__
from bot.cli.printing import plain
from bot.errors import ActasError, ConfigError, StorageError, Unopenable, WrongKey
from bot.log import set_up
from bot.log.traces import format_trace

COMMANDS: Final = {
    "run": "Run the bot.",
    "setup": "Ask, write the configuration and secret, log in.",
    "check": "Check configuration, secret, homeserver, services.",
    "new-secret": "Print a new value for ACTAS_SECRET.",
    "reseal": "Seal everything again with the newest secret.",
    "users": "List who has connected which services.",
    "forget": "Remove all that is stored of one person.",
    "audit": "List the commands that ran, and how they ended.",
    "verify": "Verify people: show the operator the emoji to compare.",
    "backup": "Copy the database, also while the bot runs.",
    "doctor": "Describe this installation; look for damage.",
}
"""Every command with its help; each is the function of that name in a module of its own."""

_EXIT_FAILED: Final = 1
_EXIT_MISUSED: Final = 2


def main() -> NoReturn:
    """Run the command in ``sys.argv`` and exit."""
    os.umask(0o077)  # whatever is written is its owner's only
    set_up("warning")
    try:
        program(sys.argv[1:])(prog_name="actas")
        code = 0
    except (ConfigError, StorageError, WrongKey) as error:
        code = _say(str(error), _EXIT_MISUSED)
    except Unopenable as error:  # with the right key: one of the bot's own values
        code = _say(f"database: is damaged ({error}). Restore a backup", _EXIT_MISUSED)
    except ActasError as error:
        code = _say(f"{type(error).__name__}: {error}", _EXIT_FAILED)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # nobody reads any more
        code = _EXIT_FAILED
    except Exception as error:  # noqa: BLE001  # a bug: told without a traceback's data
        typer.echo(format_trace(error), err=True)
        code = _say("a bug in Actas; please report the lines above", _EXIT_FAILED)
    sys.exit(code)


def program(arguments: list[str]) -> typer.Typer:
    """The commands; of those only the one that is asked for is imported with all it needs."""
    app = typer.Typer(
        name="actas",
        help="A ChatOps bot for Matrix that acts as you, with your own credentials.",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,  # they would show local variables
        rich_markup_mode=None,  # rich takes long to import
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback()(_options)
    wanted = next((word for word in arguments if not word.startswith("-")), "")
    for name, summary in COMMANDS.items():
        function = _load(name) if name == wanted else _unused
        app.command(name, help=summary)(function)
    return app


def _load(name: str) -> Callable[..., None]:
    word = name.replace("-", "_")
    function: Callable[..., None] = getattr(import_module(f"bot.cli.{word}"), word)
    return function


def _unused() -> None:
    """Stands for the commands that were not asked for: help shows their names only."""


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"actas {__version__}")
        raise typer.Exit


def _options(
    version: bool = typer.Option(  # what it does, it does by its callback
        False, "--version", help="Show the version.", is_eager=True, callback=_version
    ),
) -> None:
    """Options of the program itself."""


def _say(text: str, code: int) -> int:
    typer.echo(f"actas: {plain(text)}", err=True)  # it may repeat what a server said
    return code
