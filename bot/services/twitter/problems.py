"""What the bodies of X's refusals say, reduced to what is told apart here.

X names kinds by a type, a reason, a code's message or prose, and not always the same way; whatever
it writes stays in here. Bodies as documented and as others have met them:
https://docs.x.com/x-api/fundamentals/response-codes-and-errors
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from enum import Enum, auto
from typing import Any, Final

_MOST: Final = 5  # of the errors of one body that are looked at
_LONG: Final = 500  # characters of a text that are looked at


class Problem(Enum):
    """Why X says no."""

    CREDITS = auto()  # what the app's owner has paid for is used up
    PLAN = auto()  # not among what the app may use at all
    READ_ONLY = auto()  # the app's permissions at X
    DUPLICATE = auto()
    REPLY = auto()  # not invited to reply
    GONE = auto()  # what is replied to
    NOT_YOURS = auto()
    TWICE = auto()  # reposted already
    DAILY = auto()  # the account's own limit
    LOCKED = auto()  # the user's own account
    SUSPENDED = auto()  # somebody else's
    PROTECTED = auto()
    MISSING = auto()


_BY_TEXT: Final[tuple[tuple[str, Problem], ...]] = (
    ("duplicate content", Problem.DUPLICATE),
    ("status is a duplicate", Problem.DUPLICATE),
    ("deleted or not visible", Problem.GONE),
    ("reply to this conversation is not allowed", Problem.REPLY),
    ("not permitted to reply", Problem.REPLY),
    ("can only reply to", Problem.REPLY),
    ("restricted who can reply", Problem.REPLY),
    ("not authorized to delete", Problem.NOT_YOURS),
    ("already retweeted", Problem.TWICE),
    ("daily limit", Problem.DAILY),
    ("daily status update limit", Problem.DAILY),
    ("your account is suspended", Problem.LOCKED),
    ("temporarily locked", Problem.LOCKED),
    ("has been suspended", Problem.SUSPENDED),
    ("not authorized to see", Problem.PROTECTED),
    ("spend cap", Problem.CREDITS),
    ("different access level", Problem.PLAN),
    ("client-not-enrolled", Problem.PLAN),
    ("official-client-forbidden", Problem.PLAN),
)
_BY_TYPE: Final[Mapping[str, Problem]] = {
    "credits": Problem.CREDITS,
    "credits-depleted": Problem.CREDITS,
    "usage-capped": Problem.CREDITS,
    "client-forbidden": Problem.PLAN,
    "unsupported-authentication": Problem.PLAN,
    "oauth1-permissions": Problem.READ_ONLY,
    "not-authorized-for-resource": Problem.PROTECTED,
    "resource-not-found": Problem.MISSING,
}


def in_body(body: bytes) -> Problem | None:
    """The problem that the body of a refusal names; None where it names none that is known."""
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return named_by(found) if isinstance(found, dict) else None


def named_by(problem: Mapping[str, Any]) -> Problem | None:
    """The problem that one of X's problem objects names."""
    said = " ".join(_texts(problem)).lower()
    for text, kind in _BY_TEXT:
        if text in said:
            return kind
    return _BY_TYPE.get(_short(problem.get("type")).rpartition("/")[2])


def in_place_of_data(answer: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """The first error of a good answer that has errors and no data."""
    errors = answer.get("errors")
    if answer.get("data") is not None or not isinstance(errors, list) or not errors:
        return None
    return errors[0] if isinstance(errors[0], dict) else {}


def _texts(problem: Mapping[str, Any]) -> Iterator[str]:
    yield from (_short(problem.get(name)) for name in ("detail", "reason"))
    errors = problem.get("errors")
    for error in errors[:_MOST] if isinstance(errors, list) else ():
        if isinstance(error, dict):
            yield from (_short(error.get(name)) for name in ("message", "detail"))


def _short(value: object) -> str:
    return value[:_LONG] if isinstance(value, str) else ""
