"""What can go wrong between us and GitHub, and what it means to a person.

The client raises :class:`Refused`, which keeps of what GitHub said no more than a status, a few
headers and which of the known reasons it gave; :func:`translate` makes errors of
:mod:`bot.errors`. See
https://docs.github.com/en/rest/using-the-rest-api/troubleshooting-the-rest-api.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
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
from bot.services.github.reasons import Reason, given_in

_LONGEST_WAIT: Final = 86_400  # seconds; what asks for more is not believed
_REMEDY: Final = "Connect again with a token that has it, or ask an admin over there for it."
_LATEST: Final = 32_503_680_000  # the year 3000
_PERMISSION: Final = re.compile(r"[a-z_]+(?::[a-z_]+|=[a-z]+)?(?:[,;] ?[a-z_]+(?::[a-z_]+|=\w+)?)*")


class NotOffered(Invalid):
    """An older GitHub Enterprise Server does not know something that was asked for beside."""


class Refused(Exception):
    """GitHub answered, with a status that is not 2xx.

    ``permission`` is what it says would be needed; ``until`` when its limits open again.
    """

    def __init__(
        self,
        status: int,
        reason: Reason | None = None,
        *,
        permission: str = "",
        until: datetime | None = None,
    ) -> None:
        super().__init__(status)
        self.status, self.reason, self.permission, self.until = status, reason, permission, until


def refused(status: int, headers: Mapping[str, str], body: bytes, now: datetime) -> Refused:
    """What an answer that is not 2xx means. ``headers`` are in lower case."""
    reason = given_in(body)
    spent = headers.get("x-ratelimit-remaining") == "0" and "retry-after" not in headers
    if status in (403, 429) and (spent or status == 429 or "retry-after" in headers):
        reason = Reason.LIMITED
    if status == 403 and headers.get("x-github-sso", "").startswith("required"):
        reason = Reason.SSO
    until = _until(headers, now) if reason is Reason.LIMITED else None
    return Refused(status, reason, permission=_permission(headers), until=until)


def translate(fault: Refused, what: str, *, retryable: bool) -> ServiceError:
    """The error to raise. ``what`` was asked about ("issue acme/site#12").

    ``retryable`` is False where something may have been changed, had it not been refused.
    """
    if fault.status >= 500:
        return Unavailable(f"status {fault.status}", retryable=retryable)
    if fault.status in (301, 307, 308):
        return Invalid(f"{what} has moved; its page leads to where it is now")
    if fault.status < 400:
        reason = "it sends us to another address; the operator should check its url"
        return Unavailable(reason, retryable=retryable)
    return _refusal(fault, what)


def stranger(*, retryable: bool) -> Unavailable:
    """The error for an answer of something else than a GitHub."""
    return Unavailable("its address answers, but not as GitHub does", retryable=retryable)


def _refusal(fault: Refused, what: str) -> ServiceError:
    match fault.reason:
        case Reason.LIMITED:
            return RateLimited(fault.until)
        case Reason.NO_DETAILS:
            return NotOffered("it does not tell which run it becomes")
        case Reason(value=str(sentence)):
            return Invalid(sentence)
    by_status: dict[int, ServiceError] = {
        401: Unauthorized(),
        403: Forbidden(fault.permission, remedy=_REMEDY),
        404: NotFound(what),
        405: Invalid(Reason.NOT_MERGEABLE.value),
        409: Invalid(f"{what} has changed meanwhile: look again"),
        410: Invalid(f"there is no {what} any more, or its repository has none at all"),
    }
    refused_anyhow = Invalid(f"the request for {what} was refused (status {fault.status})")
    return by_status.get(fault.status, refused_anyhow)


def _permission(headers: Mapping[str, str]) -> str:
    """``issues=write`` for fine-grained tokens; or the scopes that would do, if none is there."""
    for name in ("x-accepted-github-permissions", "x-accepted-oauth-scopes"):
        found = headers.get(name, "").strip()
        if not found or not _PERMISSION.fullmatch(found):
            continue
        if name.endswith("scopes"):
            accepted = {scope.strip() for scope in found.split(",")}
            has = {scope.strip() for scope in headers.get("x-oauth-scopes", "").split(",")}
            if accepted & has:  # it is not for want of a scope
                continue
        return found
    return ""


def _until(headers: Mapping[str, str], now: datetime) -> datetime | None:
    wait, reset = headers.get("retry-after", ""), headers.get("x-ratelimit-reset", "")
    if re.fullmatch(r"[0-9]{1,8}", wait):
        return now + timedelta(seconds=min(int(wait), _LONGEST_WAIT))
    if headers.get("x-ratelimit-remaining") == "0" and re.fullmatch(r"[0-9]{1,11}", reset):
        return min(
            datetime.fromtimestamp(min(int(reset), _LATEST), UTC),
            now + timedelta(seconds=_LONGEST_WAIT),
        )
    return None
