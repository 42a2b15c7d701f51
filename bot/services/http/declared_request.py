"""How a request is declared: method and path, query, JSON body."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, ClassVar, Final
from urllib.parse import quote, urlencode

from pydantic import Field, ValidationInfo, field_validator, model_validator

from bot.plugin import Settings
from bot.services.http.declared_argument import Arguments, argument_holes
from bot.services.http.holes import Values, holes, seen_at, spelled, value_of
from bot.services.http.mistakes import Mistake, meant
from bot.services.http.path import Path

METHODS: Final = ("get", "post", "put", "patch", "delete")
_PATH: Final = "Give a path below url, such as projects/{project}/issues"
_HOLES: Final = "{name} stands for an argument, {account} for the person, {now} for the time"


def known_holes(arguments: Arguments) -> frozenset[str]:
    """The holes that a request may have."""
    return frozenset({"account", "now", *argument_holes(arguments)})


class RequestSettings(Settings):
    """One request: a method with its path, what goes into the query, and the JSON body.

    ``within``: it stands in a command, whose arguments it has; the command checks them.
    """

    within: ClassVar[bool] = False
    get: Path | None = Field(default=None, description=_PATH)
    post: Path | None = Field(default=None, description=_PATH)
    put: Path | None = Field(default=None, description=_PATH)
    patch: Path | None = Field(default=None, description=_PATH)
    delete: Path | None = Field(default=None, description=_PATH)
    query: dict[str, Any] = Field(
        default={}, description=f"Give names with values, such as {{state: opened}}; {_HOLES}"
    )
    body: Any = Field(default=None, description=f"Give what is sent as JSON; {_HOLES}")

    @field_validator(*METHODS, mode="before")
    @classmethod
    def _path(cls, value: Any, info: ValidationInfo) -> Path | None:
        if value is None or isinstance(value, Path):
            return value
        if not isinstance(value, str):
            raise ValueError("must be a text")  # noqa: TRY004 - pydantic's way to say so
        path = Path.of(value)
        if not cls.within:
            _must_be_fillable(path, info.data.get("arguments", {}), looks=_looks(info))
        return path

    @field_validator("query", "body")
    @classmethod
    def _values(cls, value: Any, info: ValidationInfo) -> Any:
        try:
            json.dumps(value, allow_nan=False)
        except (TypeError, ValueError, RecursionError):
            raise ValueError("must be plain JSON: put dates in quotes") from None
        if info.field_name == "query":
            for each in value.values():
                parts = each if isinstance(each, list) else [each]
                if any(isinstance(part, dict | list) for part in parts):
                    raise ValueError("can only have texts, numbers, and lists of them")
        for text in _texts(value):
            if "{{" in text:
                raise ValueError("has {{ }}, which is for answers: write {name} for an argument")
            if not cls.within:
                arguments = info.data.get("arguments", {})
                _must_be_known(holes(text), arguments, looks=_looks(info))
        return value

    @model_validator(mode="after")
    def _one_method(self) -> RequestSettings:
        given = [method for method in METHODS if getattr(self, method) is not None]
        if not given:
            problem = f"needs one of {', '.join(METHODS)}, with its path"
            raise Mistake(problem, "Write, for example, get: things")
        if len(given) > 1:
            raise Mistake(f"has {' and '.join(given)}", "Keep one")
        if self.get is not None and self.body is not None:
            problem = "has a body, which goes with post, put, patch and delete only"
            raise Mistake(problem, "What a get asks for goes into query")
        return self

    @property
    def method(self) -> str:
        """``GET`` and the like."""
        return next(each for each in METHODS if getattr(self, each) is not None).upper()

    @property
    def path(self) -> Path:
        """Where it goes."""
        found: Path = getattr(self, self.method.lower())
        return found

    @property
    def seen(self) -> tuple[str, ...]:
        """The holes that the answer to a preview fills."""
        texts = (self.path.text, *_texts(self.query), *_texts(self.body))
        found = dict.fromkeys(hole for text in texts for hole in holes(text))
        return tuple(hole for hole in found if seen_at(hole))

    def check(self, arguments: Arguments) -> None:
        """Check a request that stands within a command against the arguments of that.

        Raises:
            ValueError: it needs one that there is not.
        """
        _must_be_fillable(self.path, arguments)
        for text in (*_texts(self.query), *_texts(self.body)):
            _must_be_known(holes(text), arguments)

    def address(self, values: Values) -> str:
        """Path and query, encoded.

        Raises:
            UserError: an argument cannot be a part of the path.
        """
        query = urlencode(list(self._pairs(values)), quote_via=quote, safe="")
        path = self.path.filled(values)
        return f"{path}?{query}" if query else path

    def payload(self, values: Values) -> Any:
        """The JSON body; None where there is none."""
        return _filled(self.body, values)

    def _pairs(self, values: Values) -> Iterator[tuple[str, str]]:
        for name, declared in self.query.items():
            found = _filled(declared, values)
            for each in found if isinstance(found, list) else [found]:
                if each is not None:
                    yield name, spelled(each).encode("utf-8", "replace").decode()


def _filled(declared: Any, values: Values) -> Any:
    """JSON with its holes filled: values stay values, and what was left out is left out."""
    match declared:
        case str():
            return value_of(declared, values)
        case Mapping():
            made = {name: _filled(each, values) for name, each in declared.items()}
            return {n: v for n, v in made.items() if v is not None or declared[n] is None}
        case list():
            found = [(each, _filled(each, values)) for each in declared]
            return [value for each, value in found if value is not None or each is None]
        case _:
            return declared


def _texts(declared: Any) -> Iterator[str]:
    match declared:
        case str():
            yield declared
        case Mapping():
            for each in declared.values():
                yield from _texts(each)
        case list():
            for each in declared:
                yield from _texts(each)


def _looks(info: ValidationInfo) -> bool:
    """Whether there is a preview, whose answer fills holes."""
    return info.data.get("preview") is not None


def _must_be_fillable(path: Path, arguments: Arguments, *, looks: bool = False) -> None:
    _must_be_known(path.holes, arguments, looks=looks)
    for name in path.holes:
        declared = arguments.get(name.partition(".")[0])
        if declared is not None and declared.optional and declared.default is None:
            raise ValueError(f"needs {{{name}}}, which may be left out and has no default")


def _must_be_known(names: tuple[str, ...], arguments: Arguments, *, looks: bool = False) -> None:
    known = known_holes(arguments)
    for name in names:
        if seen_at(name):
            if not looks:
                raise ValueError(f"has {{{name}}}, and there is no preview before it")
        elif name not in known:
            problem = f"{{{name}}} is no argument here; there are {_listed(known)}"
            raise Mistake(problem, meant(name, known, "{{{}}}"))


def _listed(names: frozenset[str]) -> str:
    return ", ".join(f"{{{name}}}" for name in sorted(names))
