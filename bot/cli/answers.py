"""The questions of ``actas setup`` about the bot itself, and what a good answer to each is."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from bot.cli.asking import Asker
from bot.cli.leavings import see_makeable
from bot.config import AccessConfig, HomeserverConfig, WebConfig
from bot.config.problems import problem_with
from bot.errors import ConfigError
from bot.plugin import Service
from bot.storage.state import prepare
from bot.ways import Ways


def homeserver(asker: Asker, given: str | None) -> str:
    """The homeserver's address."""

    def check(answer: str) -> None:
        fix = "Give its client address, such as https://matrix.example.org"
        _accept(HomeserverConfig, "url", answer, "--homeserver", fix)

    asked = "The homeserver's address"
    return asker.text("--homeserver", asked, given, "http://localhost:8008", check=check)


def user(asker: Asker, given: str | None) -> str:
    """The bot's Matrix id."""

    def check(answer: str) -> None:
        _accept(HomeserverConfig, "user", answer, "--user", "Give an id such as @actas:example.org")

    return asker.text(
        "--user", "The bot's Matrix id (such as @actas:example.org)", given, check=check
    )


def state_dir(asker: Asker, given: str | None, base: Path) -> str:
    """The directory for the database; a relative one is in ``base``."""

    def check(answer: str) -> None:
        if not answer:
            raise ConfigError("--state-dir", "must be a path", "Give a directory, such as ./state")
        directory = Path(os.path.abspath(base / Path(answer).expanduser()))  # noqa: PTH100  # folds ".."
        if directory.exists():
            prepare(directory)
        else:
            see_makeable(directory, "--state-dir")

    asked = f"Directory for the database (. is {base})"
    return asker.text("--state-dir", asked, given, "./state", check=check)


def database(given: str | None) -> str | None:
    """PostgreSQL's address or a reference to it, or None; it is not asked for."""
    if given is not None and not given.startswith(("postgresql://", "env:", "file:")):
        fix = "Leave it out for SQLite, or give postgresql://user@host/name, env:NAME or file:PATH"
        raise ConfigError("--database", "is not a postgresql:// address", fix)
    return given


def users(asker: Asker, given: list[str] | None, bot: str) -> list[str]:
    """Who may talk to the bot: by default everybody of its own homeserver."""

    def check(answer: list[str]) -> None:
        fix = "Give Matrix ids or patterns, such as @*:example.org"
        _accept(AccessConfig, "users", answer, "--allow", fix)
        if not answer:
            raise ConfigError("--allow", "would let in nobody", fix)

    server = bot.partition(":")[2]
    asked = "Who may talk to it (Matrix ids, * for any text)"
    return asker.words("--allow", asked, given, f"@*:{server}", check=check)


def admins(asker: Asker, given: list[str] | None) -> list[str]:
    """Who may administer the bot; perhaps nobody."""

    def check(answer: list[str]) -> None:
        fix = "Give whole Matrix ids, no patterns, such as @ops:example.org"
        _accept(AccessConfig, "admins", answer, "--admin", fix)

    return asker.words("--admin", "Who may administer it, if anybody", given, check=check)


def public_url(asker: Asker, given: str | None, services: Sequence[Service[Any]]) -> str | None:
    """How browsers reach the bot's page; asked for where one of the services could use that."""
    needing = [each.name for each in services if not Ways(web=False).of(each)]
    using = any(len(Ways(web=False).of(each)) < len(each.flows) for each in services)
    if given is None and not using:
        return None

    def check(answer: str) -> None:
        if not answer and needing:
            problem = f"is missing, and {needing[0]} is connected over a web page only"
            raise ConfigError("--public-url", problem, "Give it, or choose another way for that")
        if answer:
            fix = "Give an address such as https://actas.example.org"
            _accept(WebConfig, "public_url", answer, "--public-url", fix)

    asked = "Address at which browsers reach this bot, for services that people connect on a page"
    asked += "" if needing else " (empty: none)"
    return asker.text("--public-url", asked, given, "", check=check) or None


def _accept(model: type[BaseModel], key: str, value: object, flag: str, fix: str) -> None:
    """Check a value as the file's will be; ``fix`` is in words for a shell, without YAML's quotes.

    Raises:
        ConfigError: it cannot be used.
    """
    if found := problem_with(model, key, value, flag):
        raise ConfigError(flag, found.problem, fix)
