"""How the bot logs in, as the environment has it; what is refused is asked for again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from typing import Final, TypeVar

from bot.cli.asking import Asker
from bot.config import environment
from bot.errors import ConfigError
from bot.matrix.introduction import ForeignIdentity
from bot.matrix.login import Login, Variable

_TRIES: Final = 3  # of each, in a terminal

T = TypeVar("T")


def given_login(user: str, device_name: str = "actas") -> Login:
    """What the environment gives."""
    device = environment(Variable.DEVICE)
    return Login(
        user,
        device_name,
        environment(Variable.PASSWORD),
        environment(Variable.TOKEN),
        device.reveal() if device else None,
        environment(Variable.RECOVERY_KEY),
    )


def with_password(asker: Asker, login: Login) -> Login:
    """The same with a password, which is asked for where it was not given.

    Raises:
        ConfigError: nobody can be asked.
    """
    if login.password is not None:
        return login
    return replace(login, password=asker.secret(Variable.PASSWORD, _prompt(login)))


def insist(asker: Asker, login: Login, attempt: Callable[[Login], T]) -> T:
    """Make an attempt; a secret that was refused, or is lacking, is asked for in a terminal.

    Raises:
        ConfigError: it failed for something else, too often, or where nobody can be asked.
    """
    failures: Counter[str] = Counter()
    while True:
        try:
            return attempt(login)
        except ConfigError as error:
            failures[error.key] += 1
            if not asker.interactive or failures[error.key] == _TRIES:
                raise
            login = _mended(asker, login, error)


def _mended(asker: Asker, login: Login, error: ConfigError) -> Login:
    if isinstance(error, ForeignIdentity):
        asker.remark(f"  {error.problem}.")
        asker.remark("  Its recovery key keeps it; `actas setup --reset-identity` replaces it.")
        if given := asker.unseen("Recovery key, or just Enter to give up", optional=True):
            return replace(login, recovery=given)
    elif error.key == Variable.PASSWORD:
        if login.password is not None:
            asker.object_to(ConfigError(error.key, f"password: {error.problem}", "Type it again"))
        return replace(login, password=asker.unseen(_prompt(login)))
    elif error.key == Variable.RECOVERY_KEY:
        asker.object_to(ConfigError(error.key, f"recovery key {error.problem}", error.fix))
        return replace(login, recovery=asker.unseen("Recovery key"))
    raise error


def _prompt(login: Login) -> str:
    return f"Password of {login.user}"
