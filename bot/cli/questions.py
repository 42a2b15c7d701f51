"""What a service's settings are called when they are asked for."""

from __future__ import annotations

from bot.plugin import ServiceType


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
