"""What X says no with, as the errors of Actas. Nothing of its answer is passed on.

https://docs.x.com/x-api/fundamentals/response-codes-and-errors
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, Final

from bot.errors import (
    Forbidden,
    Invalid,
    NotFound,
    RateLimited,
    ServiceError,
    Unauthorized,
    Unavailable,
)

_FIXED: Final[Mapping[int, Callable[[], ServiceError]]] = {
    400: lambda: Invalid("the text or the query is not one that it takes"),
    401: Unauthorized,
    402: lambda: Unavailable(
        "the credits of this bot's app are used up; tell the operator of this bot"
    ),
    404: lambda: NotFound("such thing"),
    409: lambda: Invalid("it conflicts with something that is already there"),
}


def refusal(
    status: int, headers: Mapping[str, str], body: bytes, *, account: str, retryable: bool
) -> ServiceError:
    """The error for an answer whose status is not 2xx.

    ``retryable`` is False where something may have been changed, had it not been refused.
    """
    if status in _FIXED:
        return _FIXED[status]()
    if status == 403:
        return _forbidden(_problem(body), account)
    if status == 429:
        return RateLimited(_reset(headers.get("x-rate-limit-reset", "")))
    refused = 400 <= status < 500 and status != 408
    return Unavailable(f"status {status}", retryable=refused or retryable)


def nonsense(*, retryable: bool) -> Unavailable:
    """The error for an answer that cannot be understood."""
    return Unavailable("its answer cannot be understood", retryable=retryable)


def _forbidden(problem: Mapping[str, Any], account: str) -> ServiceError:
    if "duplicate content" in str(problem.get("detail", "")):
        return Invalid("you have already posted this very text; change it a little")
    if str(problem.get("type", "")).endswith("/oauth1-permissions"):
        return Forbidden("Read and write (of this bot's app)", account)
    return Forbidden(account=account)


def _problem(body: bytes) -> Mapping[str, Any]:
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _reset(seconds: str) -> datetime | None:
    """Seconds since 1970, of the next window."""
    try:
        return datetime.fromtimestamp(int(seconds), UTC)
    except (ValueError, OverflowError, OSError):
        return None
