"""What can go wrong between us and GitHub, and what it means to a person.

The client raises :class:`Refused`, which keeps of what GitHub said no more than a status, a few
headers and which of the known reasons it gave; :func:`translate` makes errors of
:mod:`bot.errors`. See
https://docs.github.com/en/rest/using-the-rest-api/troubleshooting-the-rest-api.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from enum import Enum, auto
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

_LONGEST_WAIT: Final = 86_400  # seconds; what asks for more is not believed
_LATEST: Final = 32_503_680_000  # the year 3000
_PERMISSION: Final = re.compile(r"[a-z_]+(?::[a-z_]+|=[a-z]+)?(?:[,;] ?[a-z_]+(?::[a-z_]+|=\w+)?)*")
_LONG: Final = 2_000  # characters of a message that are looked at


class Reason(Enum):
    """Why GitHub says no, as far as it is told apart here; the value is a sentence for people."""

    ARCHIVED = "its repository is archived, so nothing in it can be changed"
    SSO = (
        "the organisation wants single sign-on: authorise your token for it in GitHub's settings, "
        "or connect again"
    )
    NO_TRIGGER = "that workflow cannot be started by hand: it has no workflow_dispatch"
    NO_REF = "it has no such branch or tag"
    INPUTS = "the workflow does not take these inputs"
    DISABLED = "that workflow is disabled"
    NOT_MERGEABLE = "it cannot be merged as it is: there are conflicts, or a rule of its branch"
    MOVED_ON = "something has been pushed to it meanwhile, so it was not merged: look again"
    METHOD = "its repository does not allow this way of merging"
    NO_ISSUES = "issues are switched off in that repository"
    GONE = "it has been deleted"
    LOCKED = "the conversation is locked"
    NOT_COLLABORATOR = "only people with access to the repository can review"
    OWN_REVIEW = "the author of a pull request cannot review it"
    OVER = "it has ended already"
    RUNNING = "it still runs"
    OLD = "it is too old to be run again"
    LIMITED = auto()
    NO_DETAILS = auto()


_BY_TEXT: Final[tuple[tuple[str, Reason], ...]] = (
    ("secondary rate limit", Reason.LIMITED),
    ("api rate limit exceeded", Reason.LIMITED),
    ("abuse detection", Reason.LIMITED),
    ("return_run_details", Reason.NO_DETAILS),
    ("archived", Reason.ARCHIVED),
    ("saml", Reason.SSO),
    ("'workflow_dispatch' trigger", Reason.NO_TRIGGER),
    ("no ref found", Reason.NO_REF),
    ("unexpected inputs", Reason.INPUTS),
    ("required input", Reason.INPUTS),
    ("provided value", Reason.INPUTS),
    ("disabled workflow", Reason.DISABLED),
    ("head branch was modified", Reason.MOVED_ON),
    ("merge commits are not allowed", Reason.METHOD),
    ("merges are not allowed", Reason.METHOD),
    ("merging is not allowed", Reason.METHOD),
    ("not mergeable", Reason.NOT_MERGEABLE),
    ("required status check", Reason.NOT_MERGEABLE),
    ("approving review is required", Reason.NOT_MERGEABLE),
    ("rule violations", Reason.NOT_MERGEABLE),
    ("still a draft", Reason.NOT_MERGEABLE),
    ("issues are disabled", Reason.NO_ISSUES),
    ("issues has been disabled", Reason.NO_ISSUES),
    ("was deleted", Reason.GONE),
    ("locked", Reason.LOCKED),
    ("may only be requested from collaborators", Reason.NOT_COLLABORATOR),
    ("review cannot be requested from pull request author", Reason.OWN_REVIEW),
    ("approve your own pull request", Reason.OWN_REVIEW),
    ("cannot cancel a workflow run that is completed", Reason.OVER),
    ("already running", Reason.RUNNING),
    ("is still running", Reason.RUNNING),
    ("over a month ago", Reason.OLD),
)


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
    reason = _reason(body)
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
        return Invalid(f"{what} has moved: use the new name of its repository")
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
        403: Forbidden(fault.permission),
        404: NotFound(what),
        405: Invalid(Reason.NOT_MERGEABLE.value),
        409: Invalid(f"{what} has changed meanwhile: look again"),
        410: Invalid(f"there is no {what} any more, or its repository has none at all"),
    }
    refused_anyhow = Invalid(f"what was asked of {what} was refused (status {fault.status})")
    return by_status.get(fault.status, refused_anyhow)


def _reason(body: bytes) -> Reason | None:
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return None
    if not isinstance(found, dict):
        return None
    said = " ".join(_texts(found)).lower()
    return next((reason for text, reason in _BY_TEXT if text in said), None)


def _texts(found: Mapping[str, Any]) -> list[str]:
    """GitHub's message; and those of single fields, which are texts or objects with one."""
    errors = found.get("errors")
    several = errors[:5] if isinstance(errors, list) else [errors]
    said = [found.get("message")]
    said += [error.get("message") if isinstance(error, dict) else error for error in several]
    return [text[:_LONG] for text in said if isinstance(text, str)]


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
