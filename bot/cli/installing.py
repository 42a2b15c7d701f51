"""What ``actas setup`` writes, once everything is answered; or takes away again, if that fails."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, Self

from bot.cli.asking import Asker
from bot.cli.first_login import log_in
from bot.cli.leavings import new_state, write
from bot.cli.sheet import Sheet
from bot.config import environment, load
from bot.errors import ConfigError
from bot.matrix.client import Session
from bot.matrix.login import Login
from bot.secret import Secret
from bot.services import discover
from bot.vault.keys import VARIABLE, KeyRing, new_secret

_PASSWORD: Final = "ACTAS_PASSWORD"  # noqa: S105  # its variable's name
_TRIES: Final = 3  # passwords, in a terminal


@dataclass(frozen=True, slots=True)
class SecretFile:
    """``ACTAS_SECRET``: set (``used`` is False), in its file, or a new one that goes there."""

    path: Path
    ring: KeyRing
    used: bool
    new: Secret | None = None

    @classmethod
    def find(cls, path: Path) -> Self:
        """The secret that is there; else a new one, which is not written yet.

        Raises:
            ConfigError: the one that is there is malformed or cannot be read.
        """
        if (given := environment(VARIABLE)) is not None:
            return cls(path, KeyRing.from_text(given.reveal()), used=False)
        try:
            text = path.read_text().strip()
        except FileNotFoundError:
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


def install(asker: Asker, plan: Plan) -> Session:
    """Log in and write everything; a refused password is asked for again in a terminal.

    Raises:
        ConfigError, WrongKey: see :func:`bot.cli.first_login.log_in`; a file cannot be written.
    """
    login = _login(asker, plan.sheet.user)
    for tries in range(1, _TRIES + 1):
        try:
            return _attempt(plan, login)
        except ConfigError as error:
            if error.key != _PASSWORD or not asker.interactive or tries == _TRIES:
                raise
            asker.object_to(ConfigError(error.key, "password: " + error.problem, "Type it again"))
        login = replace(login, password=asker.unseen(_prompt(login.user)))
    raise AssertionError("the last try returns or raises")


def _login(asker: Asker, user: str) -> Login:
    token = environment("ACTAS_ACCESS_TOKEN")
    device = environment("ACTAS_DEVICE_ID")
    password = environment(_PASSWORD)
    if token is None and password is None:
        password = asker.secret(_PASSWORD, _prompt(user))
    return Login(user, "actas", password, token, device.reveal() if device else None)


def _prompt(user: str) -> str:
    return f"Password of {user}"


def _attempt(plan: Plan, login: Login) -> Session:
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
        session = asyncio.run(log_in(settings, plan.secret.ring, login, keep=state.pop_all))
        draft.rename(config)
        drafts.pop_all()
    return session
