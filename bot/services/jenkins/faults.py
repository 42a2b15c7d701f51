"""What can go wrong between us and Jenkins, and what it means to a person.

The client raises :class:`Refused`, which carries nothing that Jenkins said but a status and the
names in its headers; :func:`translate` makes errors of :mod:`bot.errors`.
"""

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

_ANONYMOUS: Final = "anonymous"
_LONGEST_WAIT: Final = 86_400  # seconds; what asks for more is not believed


class Refused(Exception):
    """Jenkins answered, with a status that is not 2xx.

    ``permission`` and ``account`` are its ``X-Required-Permission`` and
    ``X-You-Are-Authenticated-As``; ``location`` is where a 3xx points to.
    """

    def __init__(
        self,
        status: int,
        *,
        permission: str = "",
        account: str = "",
        location: str = "",
        retry_after: str = "",
    ) -> None:
        super().__init__(status)
        self.status, self.permission, self.account = status, permission, account
        self.location, self.retry_after = location, retry_after


def stranger(*, retryable: bool) -> Unavailable:
    """The error for an answer of something else than a Jenkins."""
    return Unavailable("its address answers, but not as a Jenkins does", retryable=retryable)


def translate(fault: Refused, what: str, *, retryable: bool) -> ServiceError:
    """The error to raise. ``what`` was asked about ("job 'x'").

    ``retryable`` is False where something may have been changed, had it not been refused.
    """
    if fault.status >= 500:
        return Unavailable(f"status {fault.status}", retryable=retryable)
    if fault.status < 400:
        reason = "it sends us to another address; the operator should check its url"
        return Unavailable(reason, retryable=retryable)
    return _refusal(fault, what)


def _refusal(fault: Refused, what: str) -> ServiceError:
    anonymous = fault.status == 403 and fault.account == _ANONYMOUS
    match 401 if anonymous else fault.status:
        case 401:
            return Unauthorized()
        case 403:
            return Forbidden(fault.permission, fault.account)
        case 404:
            return NotFound(what)
        case 409:
            return Invalid(f"{what} is disabled, or cannot be built")
        case 429:
            return RateLimited(_until(fault.retry_after))
    return Invalid(f"the request for {what} was refused (status {fault.status})")


def _until(retry_after: str) -> datetime | None:
    if not retry_after.isdecimal() or len(retry_after) > 8:
        return None  # a date, or nonsense: nothing is promised
    return datetime.now(UTC) + timedelta(seconds=min(int(retry_after), _LONGEST_WAIT))
