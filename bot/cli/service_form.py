"""Which services to set up: from flags, or by asking for what their settings require."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import yaml
from pydantic.fields import FieldInfo

from bot.cli.asking import Asker
from bot.config.problems import unknown
from bot.errors import ConfigError
from bot.plugin import ServiceType
from bot.secret import Secret

Settings = dict[str, Any]


@dataclass(slots=True)
class Form:
    """What goes into ``services``, and the files that its secrets go into, by name."""

    services: dict[str, Settings] = field(default_factory=dict)
    files: dict[str, Secret] = field(default_factory=dict)


def fill(
    asker: Asker, kinds: Mapping[str, ServiceType], wanted: list[str] | None, given: list[str]
) -> Form:
    """Set up the services in ``wanted`` (``NAME`` or ``NAME=TYPE``), or ask which ones.

    ``given`` are values, ``NAME.KEY=VALUE``.

    Raises:
        ConfigError: a service or a flag is not known, or something required is missing.
    """
    form = Form()
    values = _values(given)
    if wanted is None:
        wanted = [kind for kind in sorted(kinds) if asker.confirm(f"Connect to {kind}?")]
    for word in wanted:
        name, _, kind = word.partition("=")
        kind = kind or name
        if kind not in kinds:
            raise unknown(f"--service {word}", kind, kinds, noun="type of service")
        form.services[name] = {"type": kind, **values.pop(name, {})}
        _complete(asker, form, name, kinds[kind])
    for name in values:
        raise ConfigError(f"--set {name}", "is of no service", f"Give --service {name} as well")
    return form


def _complete(asker: Asker, form: Form, name: str, kind: ServiceType) -> None:
    settings = form.services[name]
    for key, each in kind.settings.model_fields.items():
        secret = each.annotation is Secret
        if secret and key in settings and not _is_reference(settings[key]):
            problem = "is secret, and flags show in the list of processes"
            fix = f"--set {name}.{key}=env:NAME or file:PATH"
            raise ConfigError(f"--set {name}.{key}", problem, fix)
        if key in settings or not each.is_required():
            continue
        question = f"{name}: {_question(key, each)}"
        if secret:
            file = f"{name}-{key}".replace("_", "-")
            form.files[file] = asker.secret(f"{name}_{key}".upper(), question)
            settings[key] = f"file:{file}"
        else:
            settings[key] = asker.text(f"--set {name}.{key}=…", question, None)
    if "aliases" not in settings and asker.interactive:
        settings["aliases"] = asker.words(f"{name}: other words for it, if any", None)


def _values(given: list[str]) -> dict[str, Settings]:
    values: dict[str, Settings] = {}
    for each in given:
        path, equals, text = each.partition("=")
        name, dot, key = path.partition(".")
        if not (equals and dot and name and key):
            problem, fix = (
                "is not NAME.KEY=VALUE",
                "Such as --set ci.url=https://ci.example.org",
            )
            raise ConfigError(f"--set {path}", problem, fix)
        try:
            values.setdefault(name, {})[key] = yaml.safe_load(text)
        except yaml.YAMLError:
            values.setdefault(name, {})[key] = text  # such as @alice, which YAML wants in quotes
    return values


def _is_reference(value: object) -> bool:
    return isinstance(value, str) and value.startswith(("env:", "file:"))


def _question(key: str, each: FieldInfo) -> str:
    return f"{key} ({each.description.rstrip('.')})" if each.description else key
