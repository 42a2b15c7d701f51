"""The ``services`` section: which services there are, and under which words."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from pydantic import ValidationError

from bot.config.models import ServiceEntry
from bot.config.problems import first_problem, mapping, unknown
from bot.errors import ConfigError
from bot.packages import blame, faulty, is_ours
from bot.plugin import ServiceType

BUILT_IN: Final = frozenset(
    [
        "help",
        "connect",
        "disconnect",
        "accounts",
        "whoami",
        "history",
        "verify",
        "forget",
        "admin",
        "yes",
        "no",
        "cancel",
        "approve",
    ]
)
"""First words of the bot's own commands and answers; no service can have them."""

_COMMON: Final = ("type", "aliases", "per_minute")
"""Keys that every service has beside its own."""

_WORD: Final = re.compile(r"[a-z0-9][a-z0-9_.-]{0,31}")
_WORD_FIX: Final = "Take a word of up to 32 of a-z 0-9 _ . -, beginning with a letter or digit"


def read_services(value: object, kinds: Mapping[str, ServiceType]) -> dict[str, ServiceEntry]:
    """The configured services by name, in the file's order.

    Raises:
        ConfigError: see :func:`bot.config.loading.load`.
    """
    section = mapping(value, "services")
    entries = {name: _entry(name, item, kinds) for name, item in section.items()}
    taken: dict[str, str] = {}
    for entry in entries.values():
        claim(entry.name, f"services.{entry.name}", taken)
    for entry in entries.values():
        for place, alias in enumerate(entry.aliases):
            claim(alias, f"services.{entry.name}.aliases[{place}]", taken)
    return entries


def _entry(name: str, value: object, kinds: Mapping[str, ServiceType]) -> ServiceEntry:
    key = f"services.{name}"
    settings = dict(mapping(value, key))
    kind = _kind(settings.pop("type", None), key, kinds)
    aliases = settings.pop("aliases", [])
    if not isinstance(aliases, list) or not all(isinstance(alias, str) for alias in aliases):
        raise ConfigError(f"{key}.aliases", "must be a list of words", "Write, for example, [j]")
    per_minute = settings.pop("per_minute", None)
    if per_minute is not None and not (type(per_minute) is int and 1 <= per_minute <= 6000):
        problem, fix = "must be a whole number of 1 to 6000", "Or leave it out"
        raise ConfigError(f"{key}.per_minute", problem, fix)
    try:
        checked = kind.settings.model_validate(settings)
    except ValidationError as error:
        raise first_problem(error, kind.settings, key, also=_COMMON) from None
    except Exception as error:
        module = kind.settings.__module__
        if is_ours(module):
            raise
        fault = blame(error, module)
    else:
        return ServiceEntry(name, kind, tuple(aliases), checked, per_minute)
    raise faulty(key, module, fault)


def _kind(value: object, key: str, kinds: Mapping[str, ServiceType]) -> ServiceType:
    if value is None:
        raise ConfigError(f"{key}.type", "is missing", f"Known here: {', '.join(sorted(kinds))}")
    return find_kind(str(value), kinds, key, f"{key}.type")


def find_kind(word: str, kinds: Mapping[str, ServiceType], key: str, type_key: str) -> ServiceType:
    """The kind of this name, for the service at ``key``, which says so at ``type_key``.

    Raises:
        ConfigError: there is none, or its package cannot be used.
    """
    try:
        return kinds[word]
    except KeyError:
        raise unknown(type_key, word, kinds, noun="type of service") from None
    except ConfigError as broken:
        raise ConfigError(key, broken.problem, broken.fix) from None


def claim(word: str, key: str, taken: dict[str, str]) -> None:
    """Take a word for a service; ``taken`` says what each word means so far.

    Raises:
        ConfigError: it is not one that can be typed, or it means something else already.
    """
    if not _WORD.fullmatch(word):
        raise ConfigError(key, f"{word!r} cannot be typed as a service's name", _WORD_FIX)
    if word in BUILT_IN:
        raise ConfigError(key, f"{word!r} is a command of the bot's own", "Take another word")
    if word in taken:
        raise ConfigError(key, f"{word!r} already means {taken[word]}", "Take another word")
    taken[word] = key
