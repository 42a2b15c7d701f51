"""What a status means to a person. Nothing that the service wrote beside it is repeated."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final

from bot.errors import (
    Forbidden,
    Invalid,
    NotFound,
    RateLimited,
    ServiceError,
    Unauthorized,
    Unavailable,
)

_LONGEST_WAIT: Final = 86_400  # seconds; what asks for more is not believed


def refusal(
    status: int, retry_after: str, *, what: str, permission: str, retryable: bool
) -> ServiceError:
    """The error for an answer that is not 2xx, about ``what`` ("project 'x'")."""
    if status >= 500 or status == 408:
        return Unavailable(f"status {status}", retryable=retryable)
    if status < 400:
        reason = "it sends us to another address; the operator should check its url"
        return Unavailable(reason, retryable=retryable)
    if status in (409, 412):
        return Invalid(f"it has changed meanwhile, or does not go with what is there ({status})")
    known: dict[int, ServiceError] = {
        401: Unauthorized(),
        403: Forbidden(permission),
        404: NotFound(what),
        410: NotFound(what),
        429: RateLimited(_until(retry_after)),
    }
    return known.get(status) or Invalid(f"the request was refused (status {status})")


def _until(retry_after: str) -> datetime | None:
    if not (retry_after.isascii() and retry_after.isdecimal()) or len(retry_after) > 8:
        return None  # a date, or nonsense: nothing is promised
    return datetime.now(UTC) + timedelta(seconds=min(int(retry_after), _LONGEST_WAIT))
