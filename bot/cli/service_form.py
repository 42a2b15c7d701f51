"""Which services to set up: from flags, or by asking for what their settings require."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, get_args

import yaml

from bot.cli.asking import NONE, Asker
from bot.cli.questions import by_hand, fits_a_line, question, title_of
from bot.config.environment import resolve
from bot.config.problems import is_needed, problem_with
from bot.config.services import claim, find_kind, read_services
from bot.errors import ConfigError
from bot.instances import make
from bot.plugin import Service, ServiceType
from bot.secret import Secret

Settings = dict[str, Any]


@dataclass(slots=True)
class Form:
    """What goes into ``services``, and the files that its secrets go into, by name.

    ``taken`` are the words that mean a service, with what each of them is.
    """

    services: dict[str, Settings] = field(default_factory=dict)
    files: dict[str, Secret] = field(default_factory=dict)
    taken: dict[str, str] = field(default_factory=dict)

    def made(self, kinds: Mapping[str, ServiceType], base: Path) -> list[Service[Any]]:
        """The services as they will be, without those of which something is wrong yet."""
        found = []
        for name, settings in self.services.items():
            known = {key: self._secret(value) for key, value in settings.items()}
            with suppress(ConfigError):  # told by who reads the file, in its words
                entries = read_services(resolve({name: known}, "services", base), kinds)
                found.append(make(entries[name]))
        return found

    def _secret(self, value: Any) -> Any:
        """What a reference to a file stands for that is not written yet."""
        if isinstance(value, str) and value.startswith("file:"):
            return self.files.get(value.removeprefix("file:"), value)
        return value


def fill(
    asker: Asker, kinds: Mapping[str, ServiceType], wanted: list[str] | None, given: list[str]
) -> Form:
    """Set up the services in ``wanted`` (``NAME`` or ``NAME=TYPE``), or ask which ones.

    ``given`` are values, ``NAME.KEY=VALUE``.

    Raises:
        ConfigError: a service or a flag is not known, or something required is missing or wrong.
    """
    form = Form()
    values = _values(given)
    if wanted is None:
        wanted = [name for name in sorted(kinds) if _is_wanted(asker, name, kinds[name])]
    chosen = {}
    for word in wanted:
        name, _, kind = word.partition("=")
        kind = kind or name
        flag = f"--service {word}"
        chosen[name] = find_kind(kind, kinds, flag, flag)
        claim(name, flag, form.taken)
        form.services[name] = {"type": kind, **values.pop(name, {})}
    for name in values:
        raise ConfigError(f"--set {name}", "is of no service", f"Give --service {name} as well")
    for name, each in chosen.items():
        _complete(asker, form, name, each)
    return form


def _complete(asker: Asker, form: Form, name: str, kind: ServiceType) -> None:
    settings = form.services[name]
    _can_be_asked(name, kind, settings)
    for key, each in kind.settings.model_fields.items():
        if key in settings:
            _check_given(name, key, settings[key], kind)
            continue
        if not is_needed(kind.settings, settings, key):
            continue
        asked = question(name, kind, key)
        if _is_secret(each.annotation):
            file = f"{name}-{key}".replace("_", "-")
            form.files[file] = asker.secret(f"{name}_{key}".upper(), asked)
            settings[key] = f"file:{file}"
        else:
            flag = f"--set {name}.{key}"

            def check(answer: str, key: str = key, flag: str = flag) -> None:
                if problem := problem_with(kind.settings, key, answer, flag):
                    raise problem

            settings[key] = asker.text(f"{flag}=…", asked, None, check=check)
    _alias(asker, form, name, kind)


def _can_be_asked(name: str, kind: ServiceType, settings: Settings) -> None:
    for key, each in kind.settings.model_fields.items():
        if each.is_required() and key not in settings and not fits_a_line(each.annotation):
            fix = f"Write {name} into the file yourself: {by_hand(kind)} shows how"
            raise ConfigError(f"--set {name}.{key}", "is more than can be asked for here", fix)


def _check_given(name: str, key: str, value: object, kind: ServiceType) -> None:
    flag = f"--set {name}.{key}"
    if isinstance(value, str) and value.startswith(("env:", "file:")):
        return
    if _is_secret(kind.settings.model_fields[key].annotation):
        problem = "is secret, and flags show in the list of processes"
        raise ConfigError(flag, problem, f"Write {flag}=env:NAME or {flag}=file:PATH")
    if found := problem_with(kind.settings, key, value, flag):
        raise found


def _is_secret(annotation: object) -> bool:
    """Whether a field holds a secret, or None where it need not."""
    return annotation is Secret or any(_is_secret(each) for each in get_args(annotation))


def _alias(asker: Asker, form: Form, name: str, kind: ServiceType) -> None:
    """Give the service the words that were given or typed, or the usual ones that are free."""
    settings, flag = form.services[name], f"--set {name}.aliases"

    def check(words: Sequence[str]) -> None:
        taken = dict(form.taken)
        for word in words:
            claim(word, flag, taken)

    given = settings.get("aliases")
    if given is not None and not (
        isinstance(given, list) and all(isinstance(each, str) for each in given)
    ):
        raise ConfigError(flag, "must be a list of words", f"Write, for example, {flag}=[j]")
    usual = [word for word in getattr(kind, "usual_aliases", ()) if word not in form.taken]
    asked = f"Short words for {name}" + (f", or {NONE} for none" if usual else ", if any")
    words = asker.words(flag, asked, given, " ".join(usual), check=check)
    for word in words:
        claim(word, flag, form.taken)
    if words:
        settings["aliases"] = words


def _is_wanted(asker: Asker, name: str, kind: ServiceType) -> bool:
    title = title_of(kind)
    called = title if title.lower() == name else f"{title} ({name})"
    guide = by_hand(kind)
    if guide and asker.interactive:
        asker.remark(f"{called} is written into the file by hand, later: {guide} shows how.")
    return not guide and asker.confirm(f"Connect to {called}?")


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
