"""Ranges of time as GitHub's filters have them: ``>=2026-01-02T03:04:05Z``, ``A..B``, a day."""

from __future__ import annotations

from datetime import datetime

from sandbox.github.refusals import Refusal
from sandbox.github.world import iso


def within(when: datetime, wanted: str) -> bool:
    """Whether ``when`` is in the range.

    Raises:
        Refusal: 422, it is none.
    """
    text = iso(when) or ""
    low, dots, high = wanted.partition("..")
    if dots:
        return _not_before(text, low) and _not_after(text, high)
    for sign in (">=", "<=", ">", "<"):
        if wanted.startswith(sign):
            bound = _checked(wanted.removeprefix(sign))
            after, before = _not_before(text, bound), _not_after(text, bound)
            return {">=": after, "<=": before, ">": not before, "<": not after}[sign]
    return text.startswith(_checked(wanted))


def _not_before(text: str, bound: str) -> bool:
    return bound in ("", "*") or text >= _checked(bound)


def _not_after(text: str, bound: str) -> bool:
    return bound in ("", "*") or text[: len(_checked(bound))] <= _checked(bound)


def _checked(bound: str) -> str:
    """A time in UTC, as far as it is given."""
    try:
        parsed = datetime.fromisoformat(bound)
    except ValueError:
        raise Refusal(422, "Validation Failed") from None
    return iso(parsed) or "" if parsed.tzinfo else bound
