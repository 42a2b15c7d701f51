"""What a service's settings are called when they are asked for."""

from __future__ import annotations

from enum import Enum
from pathlib import Path
from types import NoneType, UnionType
from typing import Annotated, Any, Final, Literal, Union, get_args, get_origin

from bot.plugin import ServiceType
from bot.secret import Secret

_SAMPLE: Final = "config.sample.yaml"
_SIMPLE: Final = (str, int, float, bool, Path, Enum, Secret, NoneType)


def title_of(kind: ServiceType) -> str:
    """``Jenkins``: the kind's own title, or its name as one."""
    return str(getattr(kind, "title", None) or kind.kind.capitalize())


def question(name: str, kind: ServiceType, key: str) -> str:
    """``Jenkins' address (such as https://ci.example.org)``, for the service of this name.

    The field's title and first example say it; where it has none, its description (which is the
    remedy of an error, "Give the address"); else its key.
    """
    each = kind.settings.model_fields[key]
    remedy = (each.description or "").rstrip(".").removeprefix("Give ")
    text = each.title or remedy or f"{title_of(kind)}: {key}"
    if each.examples:
        text += f" (such as {each.examples[0]})"
    text = text[:1].upper() + text[1:]
    return text if name == kind.kind else f"{name}: {text}"


def fits_a_line(annotation: Any) -> bool:
    """Whether a value of this type can be typed as an answer; a section or a list cannot."""
    origin, parts = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return fits_a_line(parts[0])
    if origin in (Union, UnionType):
        return all(map(fits_a_line, parts))
    return origin is Literal or (isinstance(annotation, type) and issubclass(annotation, _SIMPLE))


def by_hand(kind: ServiceType) -> str:
    """Where it is described how the kind is written into the file; "" where asking is enough."""
    fields = kind.settings.model_fields.values()
    if all(fits_a_line(each.annotation) for each in fields if each.is_required()):
        return ""
    return str(getattr(kind, "guide", None) or _SAMPLE)
