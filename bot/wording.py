"""Errors in words for people: what happened, whose fault it is, what to do; one line each."""

from __future__ import annotations

from datetime import UTC, datetime

from bot.errors import (
    Forbidden,
    Invalid,
    NotFound,
    RateLimited,
    ServiceError,
    Unauthorized,
    Unavailable,
    UserError,
)
from bot.plugin import StepUp
from bot.reply import Inline, Mono, Reply, Strong, Typed, pieces, say


def explain(
    error: UserError | ServiceError,
    *,
    title: str = "",
    account: str = "",
    name: str = "",
    typed: bool = False,
) -> Reply:
    """Say in one line what ``error`` means to the user.

    Args:
        title: the service's name for people ("Jenkins").
        account: who the user is over there, where that is known.
        name: the word for the service in commands ("jenkins").
        typed: the backticks in a hint mark commands of the service that was asked.
    """
    if isinstance(error, UserError):
        said = pieces(_sentence(error.text), Mono)
        if not error.hint:
            return say(*said)
        return say(*said, " ", *pieces(_sentence(error.hint), Typed if typed else Mono))
    return say(*_service_error(error, title or "The service", account, name))


def bug(reference: str, *, acted: bool = False) -> Reply:
    """Say that the bot itself failed; ``reference`` finds the traceback in its log.

    ``acted``: the command changes something, and may have done so.
    """
    look = " It may have been carried out: look before you repeat it." if acted else ""
    return say(
        "Something is wrong in me, not in what you said.",
        look,
        " Tell my operator this id: ",
        Mono(reference),
    )


def _service_error(error: ServiceError, title: str, account: str, name: str) -> tuple[Inline, ...]:
    parts: tuple[Inline, ...]
    match error:
        case StepUp(need=need):
            parts = (f"{need} Give me a command for it, and I shall ask you.",)
        case Unauthorized():
            parts = _unauthorized(title, account, name)
        case Forbidden():
            parts = _forbidden(error, title, account)
        case NotFound(what=what):
            seen = f" that {account} may see" if account else ""
            parts = (f"{title} has no {what}{seen}.",)
        case Invalid(what=what):
            parts = (f"{title} does not accept that: {_sentence(what)}",)
        case RateLimited(until=until):
            parts = (f"{title} has had too many requests from you; {_again(until)}",)
        case Unavailable():
            parts = (_unavailable(error, title),)
        case _:
            parts = (f"{title} refused that. Try again later, or ask an admin over there.",)
    return parts


def _unauthorized(title: str, account: str, name: str) -> tuple[Inline, ...]:
    whose = f" for {account}" if account else ""
    refused = f"{title} no longer accepts your credential{whose}."
    if not name:
        return (f"{refused} Connect again.",)
    return (f"{refused} Connect again: ", Typed(f"connect {name}", own=True))


def _forbidden(error: Forbidden, title: str, account: str) -> tuple[Inline, ...]:
    who: Inline = Strong(error.account or account) if error.account or account else "your account"
    if not error.permission:
        return (f"{title} does not allow that to ", who, ".")
    missing = (": the permission ", Mono(error.permission), " is missing.")
    remedy = error.remedy or "Ask an admin over there for it."
    return (f"{title} does not allow that to ", who, *missing, f" {remedy}")


def _again(until: datetime | None) -> str:
    if until is None:
        return "wait a while before you try again."
    return f"it opens again at {until.astimezone(UTC):%Y-%m-%d %H:%M} UTC."


def _unavailable(error: Unavailable, title: str) -> str:
    why = f" ({error.what.rstrip('.')})" if error.what else ""
    if error.retryable:
        return f"{title} cannot be reached or does not answer properly{why}. Try again later."
    return f"{title} broke off{why}. It may have been carried out: look before you repeat it."


def _sentence(text: str) -> str:
    text = text.strip()
    return text if not text or text[-1] in ".!?…:" else f"{text}."
