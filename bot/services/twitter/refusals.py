"""What X says no with, as the errors of Actas. Nothing of its answer is passed on."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
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
from bot.services.twitter.problems import Problem, in_body, named_by

_DAILY: Final = ("x-user-limit-24hour", "x-app-limit-24hour")


@dataclass(frozen=True, slots=True)
class Matter:
    """What is asked for, in the words of the answer to a refusal.

    ``account`` asks. ``thing`` is what may not be there ("post 12"), ``deed`` what may not be
    allowed ("liking posts").
    """

    account: str
    thing: str = "such thing"
    deed: str = "this"


def refusal(
    status: int, headers: Mapping[str, str], body: bytes, matter: Matter, *, retryable: bool
) -> ServiceError:
    """The error for an answer whose status is not 2xx.

    ``retryable`` is False where something may have been changed, had it not been refused.
    """
    if status == 401:
        return Unauthorized()
    if status == 402:
        return _out_of_credits()
    refused = 400 <= status < 500 and status != 408
    problem = in_body(body) if refused else None
    if problem is not None and (status != 429 or problem is Problem.CREDITS):
        return _KNOWN[problem](matter)
    if status in _UNKNOWN:
        return _UNKNOWN[status](matter)
    if status == 429:
        return RateLimited(_opens(headers))
    return Unavailable(f"status {status}", retryable=refused or retryable)


def absence(error: Mapping[str, Any], matter: Matter) -> ServiceError:
    """The error for a good status without data, where ``error`` stands in its place."""
    problem = named_by(error)
    return Forbidden(account=matter.account) if problem is None else _KNOWN[problem](matter)


def nonsense(*, retryable: bool) -> Unavailable:
    """The error for an answer that cannot be understood."""
    return Unavailable("its answer cannot be understood", retryable=retryable)


def _out_of_credits() -> Invalid:
    return Invalid(
        "what the owner of this bot's app has paid for is used up; tell the operator of this bot"
    )


_KNOWN: Final[Mapping[Problem, Callable[[Matter], ServiceError]]] = {
    Problem.CREDITS: lambda _: _out_of_credits(),
    Problem.PLAN: lambda m: Invalid(
        f"{m.deed} is not in the plan of this bot's app; do it in a browser, or ask the operator "
        "of this bot"
    ),
    Problem.READ_ONLY: lambda m: Forbidden(
        "Read and write (of this bot's app)", m.account, "Tell the operator of this bot."
    ),
    Problem.DUPLICATE: lambda _: Invalid(
        "you have already posted this very text; change it a little"
    ),
    Problem.REPLY: lambda _: Invalid(
        "through an app you may reply only where the author of the post has mentioned you; do it "
        "in a browser"
    ),
    Problem.GONE: lambda m: NotFound(m.thing),
    Problem.NOT_YOURS: lambda _: Invalid("that post is not yours, and you can delete only yours"),
    Problem.TWICE: lambda _: Invalid("you have reposted that already"),
    Problem.DAILY: lambda _: RateLimited(),
    Problem.LOCKED: lambda _: Invalid(
        "your account is locked or suspended; log in there with a browser to see why"
    ),
    Problem.SUSPENDED: lambda _: Invalid("that account is suspended"),
    Problem.PROTECTED: lambda _: Invalid(
        "those posts are protected, and shown to accepted followers only"
    ),
    Problem.MISSING: lambda m: NotFound(m.thing),
}
_UNKNOWN: Final[Mapping[int, Callable[[Matter], ServiceError]]] = {
    400: lambda _: Invalid("the text or the query is not one that it takes"),
    403: lambda m: Forbidden(account=m.account),
    404: lambda m: NotFound(m.thing),
    409: lambda _: Invalid("it conflicts with something that is already there"),
}


def _opens(headers: Mapping[str, str]) -> datetime | None:
    """When the next window begins: of the day where that is what is used up, else of 15 minutes."""
    daily = (f"{name}-reset" for name in _DAILY if headers.get(f"{name}-remaining") == "0")
    return _time(headers.get(next(daily, "x-rate-limit-reset"), ""))


def _time(seconds: str) -> datetime | None:
    """Seconds since 1970."""
    try:
        return datetime.fromtimestamp(int(seconds), UTC)
    except (ValueError, OverflowError, OSError):
        return None
