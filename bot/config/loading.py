"""From the file to the checked configuration."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, TypeVar

from pydantic import BaseModel, ValidationError

from bot.config.document import read_document
from bot.config.environment import resolve
from bot.config.models import (
    AccessConfig,
    CommandsConfig,
    Config,
    HomeserverConfig,
    Location,
    LogConfig,
    WebConfig,
)
from bot.config.problems import first_problem, mapping, unknown
from bot.config.services import read_services
from bot.errors import ConfigError
from bot.plugin import ServiceType
from bot.secret import Secret

_SECTIONS: Final = {
    "homeserver": HomeserverConfig,
    "access": AccessConfig,
    "commands": CommandsConfig,
    "web": WebConfig,
    "log": LogConfig,
}
KEYS: Final = (*_SECTIONS, "state_dir", "database", "services")
"""The keys at the top of the file."""

Model = TypeVar("Model", bound=BaseModel)


def load(path: Path, kinds: Mapping[str, ServiceType]) -> Config:
    """Read and check the file; ``kinds`` are the services that it may name.

    Raises:
        ConfigError: the first thing that is wrong with it: key path, problem, fix.
    """
    document = _read(path)
    base = path.absolute().parent
    tree = resolve(document, "", base)
    return Config(
        homeserver=_section(HomeserverConfig, tree, "homeserver"),
        access=_section(AccessConfig, tree, "access"),
        commands=_section(CommandsConfig, tree, "commands"),
        web=_section(WebConfig, tree, "web"),
        log=_section(LogConfig, tree, "log"),
        state_dir=_state_dir(tree.get("state_dir"), base),
        database=_database(tree.get("database")),
        services=read_services(tree.get("services"), kinds),
    )


def load_location(path: Path) -> Location:
    """Where the bot's data is, for programs that need nothing else of the configuration.

    Values of other sections are not looked at, so their ``env:`` variables need not be set.

    Raises:
        ConfigError: see :func:`load`.
    """
    document = _read(path)
    base = path.absolute().parent
    wanted = {key: document.get(key) for key in ("homeserver", "state_dir", "database")}
    tree = resolve(wanted, "", base)
    homeserver = _section(HomeserverConfig, tree, "homeserver")
    state_dir = _state_dir(tree["state_dir"], base)
    return Location(homeserver.user, state_dir, _database(tree["database"]))


def load_homeserver(path: Path) -> HomeserverConfig:
    """How the bot reaches its homeserver, for programs that talk to nobody else.

    Raises:
        ConfigError: see :func:`load`.
    """
    wanted = {"homeserver": _read(path).get("homeserver")}
    return _section(HomeserverConfig, resolve(wanted, "", path.absolute().parent), "homeserver")


def _read(path: Path) -> dict[str, Any]:
    document = read_document(path.absolute())
    for key in document:
        if key not in KEYS:
            raise unknown(key, key, KEYS)
    return document


def _section(model: type[Model], tree: Mapping[str, Any], key: str) -> Model:
    try:
        return model.model_validate(mapping(tree.get(key), key))
    except ValidationError as error:
        raise first_problem(error, model, key) from None


def _state_dir(value: object, base: Path) -> Path:
    if value is None:
        value = os.environ.get("STATE_DIRECTORY", "").partition(":")[0] or None
    if value is None:
        fix = "Give a directory for the bot's database, such as ./state"
        raise ConfigError("state_dir", "is missing, and so is $STATE_DIRECTORY", fix)
    if not isinstance(value, str) or not value:
        raise ConfigError("state_dir", "must be a path", "Give a directory, such as ./state")
    return Path(os.path.abspath(base / Path(value).expanduser()))  # noqa: PTH100  # folds ".."


def _database(value: object) -> Secret | None:
    if value is None:
        return None
    if not isinstance(value, str) or not value.startswith("postgresql://"):
        fix = "Write null for SQLite in the state directory, or postgresql://user@host/name"
        raise ConfigError("database", "is not a postgresql:// address", fix)
    return Secret(value)
