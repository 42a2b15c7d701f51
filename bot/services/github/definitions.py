"""The inputs that a workflow's file declares under ``on.workflow_dispatch.inputs``.

https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax#onworkflow_dispatch
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from bot.prose import short
from bot.services.github import documents
from bot.services.github.action_beans import Content

_NAME: Final = re.compile(r"[A-Za-z_][\w-]{0,99}", re.ASCII)
_TEXT: Final = 1_000  # characters
_LARGEST: Final = 10**100  # Python writes no number of thousands of digits
_TRIGGER: Final = "workflow_dispatch"


@dataclass(frozen=True, slots=True)
class Definition:
    """One input. ``kind`` is string, choice, boolean, number or environment.

    ``default`` is None where there is none.
    """

    name: str
    kind: str = "string"
    required: bool = False
    default: str | None = None
    options: tuple[str, ...] = ()
    description: str = ""


def read(content: Content) -> tuple[Definition, ...] | None:
    """The inputs; None where the file is not understood, so that GitHub itself has to judge.

    Raises:
        LookupError: the workflow cannot be started by hand.
    """
    if content.type != "file" or content.encoding != "base64":
        return None
    document = documents.read(content.content)
    if not isinstance(document, dict):
        return None
    # YAML 1.1 takes the bare word "on" for a boolean
    trigger = document.get("on", document.get(True))
    if _TRIGGER not in _triggers(trigger):
        raise LookupError(_TRIGGER)
    own = trigger.get(_TRIGGER) if isinstance(trigger, dict) else None
    inputs = own.get("inputs") if isinstance(own, dict) else None
    if not isinstance(inputs, dict):
        return ()
    return tuple(_definition(name, of) for name, of in inputs.items() if _is_name(name))


def _triggers(trigger: object) -> tuple[object, ...]:
    return tuple(trigger) if isinstance(trigger, dict | list) else (trigger,)


def _definition(name: str, found: object) -> Definition:
    of: Mapping[object, object] = found if isinstance(found, dict) else {}
    options = of.get("options")
    default = of.get("default")
    return Definition(
        name,
        kind=_text(of.get("type")) or "string",
        required=of.get("required") is True,
        default=None if default in (None, "") else _text(default),
        options=tuple(map(_text, options[:100])) if isinstance(options, list) else (),
        description=short(_text(of.get("description"))),
    )


def _is_name(name: object) -> bool:
    return isinstance(name, str) and _NAME.fullmatch(name) is not None


def _text(value: object) -> str:
    """A scalar as GitHub reads it; nothing of what is none."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int) and abs(value) >= _LARGEST:
        return ""
    return str(value)[:_TEXT] if isinstance(value, str | int | float) else ""
