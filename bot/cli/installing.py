"""What ``actas setup`` writes, once everything is answered; or takes away again, if that fails."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from bot.cli.asking import Asker
from bot.cli.first_login import log_in
from bot.cli.leavings import new_state, write
from bot.cli.logins import given_login, insist, with_password
from bot.cli.sheet import Sheet
from bot.config import environment, load
from bot.errors import ConfigError
from bot.matrix.client import Session
from bot.matrix.login import Login
from bot.secret import Secret
from bot.services import discover
from bot.vault.keys import VARIABLE, KeyRing, new_secret


@dataclass(frozen=True, slots=True)
class SecretFile:
    """``ACTAS_SECRET``: set (``used`` is False), in its file, or a new one that goes there."""

    path: Path
    ring: KeyRing
    used: bool
    new: Secret | None = None

    @classmethod
    def find(cls, path: Path, *, there: bool = False) -> Self:
        """The secret that is ``there``; else a new one, which is not written yet.

        Raises:
            ConfigError: the one that is there is malformed or cannot be read, or there is none
                although there has to be.
        """
        if (given := environment(VARIABLE)) is not None:
            return cls(path, KeyRing.from_text(given.reveal()), used=False)
        try:
            text = path.read_text().strip()
        except FileNotFoundError:
            if there:
                problem = f"is not set, and {path} does not exist"
                fix = f"Set it, or {VARIABLE}=file:PATH"
                raise ConfigError(VARIABLE, problem, fix) from None
            new = new_secret()
            return cls(path, KeyRing.from_text(new), used=True, new=Secret(new))
        except (OSError, UnicodeDecodeError):
            fix = "Name another one with --secret-file"
            raise ConfigError(str(path), "cannot be read as a secret", fix) from None
        return cls(path, KeyRing.from_text(text), used=True)


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything that was answered. ``files`` are secrets by the names of their files."""

    config: Path
    sheet: Sheet
    files: Mapping[str, Secret]
    secret: SecretFile


def install(asker: Asker, plan: Plan, *, reset: bool) -> Session:
    """Log in and write everything; ``reset`` replaces the account's identity, if it has one.

    Raises:
        ConfigError, WrongKey: see :func:`bot.cli.first_login.log_in`; a file cannot be written.
    """
    login = given_login(plan.sheet.user)
    if login.token is None or reset:
        login = with_password(asker, login)
    return insist(asker, login, lambda login: _attempt(plan, login, reset=reset))


def _attempt(plan: Plan, login: Login, *, reset: bool) -> Session:
    """Write the configuration under its name only once the bot has logged in with it."""
    config = plan.config
    draft = config.with_name(config.name + ".new")
    with ExitStack() as drafts, ExitStack() as state:
        for name, value in plan.files.items():
            write(config.parent / name, value.reveal(), drafts)
        write(draft, plan.sheet.text(), drafts)
        settings = load(draft, discover())
        if plan.secret.new is not None:
            write(plan.secret.path, plan.secret.new.reveal(), state)
        new_state(settings.state_dir, state)
        session = asyncio.run(
            log_in(settings, plan.secret.ring, login, keep=state.pop_all, reset=reset)
        )
        draft.rename(config)
        drafts.pop_all()
    return session
