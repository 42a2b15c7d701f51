"""What is wrong with a value and how to mend it, in words for an operator."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping, Sequence
from types import NoneType, UnionType
from typing import Annotated, Any, Final, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError

from bot.errors import ConfigError

_SAMPLE: Final = "config.sample.yaml shows every key"
_PROBLEMS: Final = {
    "missing": "is missing",
    "string_type": "must be a text",
    "bool_type": "must be true or false",
    "int_type": "must be a whole number",
    "float_type": "must be a number",
    "tuple_type": "must be a list",
    "list_type": "must be a list",
    "model_type": "must be a section with keys of its own",
    "model_attributes_type": "must be a section with keys of its own",
    "string_too_short": "must not be empty",
    "string_too_long": "is longer than {max_length} characters",
    "string_pattern_mismatch": "is not of the right form",
    "greater_than_equal": "is less than {ge}",
    "less_than_equal": "is greater than {le}",
    "literal_error": "must be {expected}",
    "enum": "must be {expected}",
}


def first_problem(
    error: ValidationError, model: type[BaseModel], key: str, also: Sequence[str] = ()
) -> ConfigError:
    """The error to tell: an unknown key before a missing one, since it may be that one misspelt.

    ``key`` is the model's path in the file, ``also`` are keys that stand beside the model's own.
    Values are never repeated: they may be secrets.
    """
    found = error.errors(include_url=False, include_input=False)
    details = min(found, key=lambda each: each["type"] != "extra_forbidden")
    place = [part for part in details["loc"] if not _is_branch(part)]
    path = join(key, place)
    owner = _owner(model, place)
    if details["type"] == "extra_forbidden":
        return unknown(path, str(place[-1]), {*owner.model_fields, *also})
    return ConfigError(path, _problem(details), _own_fix(details) or _fix(owner, place))


def problem_with(model: type[BaseModel], key: str, value: object, path: str) -> ConfigError | None:
    """What is wrong with a value for one field of a model, whatever the others are; or None.

    ``path`` is what the error calls the value.
    """
    try:
        model.model_validate({key: value})
    except ValidationError as error:
        for details in error.errors(include_url=False, include_input=False):
            place = [part for part in details["loc"] if not _is_branch(part)]
            if place[:1] == [key]:
                fix = _own_fix(details) or _fix(_owner(model, place), place)
                return ConfigError(path, _problem(details), fix)
    return None


def is_needed(model: type[BaseModel], settings: Mapping[str, Any], key: str) -> bool:
    """Whether a field has to be given, which may depend on what the others in ``settings`` are."""
    try:
        model.model_validate({name: each for name, each in settings.items() if name != key})
    except ValidationError as error:
        found = error.errors(include_url=False, include_input=False)
        return any(each["type"] == "missing" and each["loc"] == (key,) for each in found)
    return False


def unknown(path: str, word: str, known: Iterable[str], noun: str = "key") -> ConfigError:
    """A word that is none of the known ones."""
    names = sorted(known)
    close = difflib.get_close_matches(word, names, n=1, cutoff=0.6)
    fix = f"Did you mean {close[0]}?" if close else f"Known here: {', '.join(names) or 'none'}"
    return ConfigError(path, f"is not a {noun} that Actas knows", fix)


def join(key: str, place: Sequence[str | int]) -> str:
    """``access`` and ``["users", 0]`` make ``access.users[0]``."""
    for part in place:
        key += f"[{part}]" if isinstance(part, int) else f".{part}" if key else str(part)
    return key


def mapping(value: Any, key: str) -> Mapping[str, Any]:
    """The value, which must be a section; an empty one may be left blank.

    Raises:
        ConfigError: it is no section, or has a key that is not a text (``no:`` is a truth value).
    """
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise ConfigError(key, "must be a section with keys of its own", _SAMPLE)
    for name in value:
        if not isinstance(name, str):
            problem = f"has the key {name!r}, which YAML does not read as a text"
            raise ConfigError(key, problem, "Put the key in quotes")
    return value


def _problem(details: Mapping[str, Any]) -> str:
    context = details.get("ctx", {})
    if details["type"] == "value_error":
        text = str(context.get("error", ""))
        return text[:1].lower() + text[1:]
    template = _PROBLEMS.get(details["type"])
    if template is None:
        return str(details["msg"]).lower()
    return template.format_map(context).replace("'", "")


def _own_fix(details: Mapping[str, Any]) -> str:
    """What the error itself says of mending it; "" where it says nothing."""
    context = details.get("ctx", {})
    return str(context.get("fix") or getattr(context.get("error"), "fix", ""))


def _is_branch(part: str | int) -> bool:
    # pydantic names the member of a union that it tried: "function-after[_listen(), str]"
    return isinstance(part, str) and ("[" in part or part in {"str", "none"})


def _owner(model: type[BaseModel], place: Sequence[str | int]) -> type[BaseModel]:
    """The model that the last of ``place`` is a key of, also within mappings and lists."""
    inner: Any = model
    for part in place[:-1]:
        if _is_model(inner):
            field = inner.model_fields.get(str(part))
            inner = _bare(field.annotation) if field else None
        else:
            parts = [each for each in get_args(inner) if each is not Ellipsis]
            inner = _bare(parts[-1]) if parts else None
        model = inner if _is_model(inner) else model
    return model


def _bare(annotation: Any) -> Any:
    """``X`` of ``X | None`` and of ``Annotated[X, …]``."""
    while isinstance(annotation, UnionType) or get_origin(annotation) in (Annotated, Union):
        annotation = next(each for each in get_args(annotation) if each is not NoneType)
    return annotation


def _is_model(found: Any) -> bool:
    return isinstance(found, type) and issubclass(found, BaseModel)


def _fix(owner: type[BaseModel], place: Sequence[str | int]) -> str:
    for part in reversed(place):
        field = owner.model_fields.get(str(part))
        if field is not None:
            return field.description or _SAMPLE
    return _SAMPLE
