"""Who may use the bot, where, and for what. Pure: the same question gets the same answer.

Patterns are Matrix globs: ``*`` is any text, ``?`` any one character, all else is itself; they
cover the whole id and are case-sensitive. In a pattern with a colon the parts before and after the
first colon are compared each for itself, so that no ``*`` reaches over it: ``@*:example.org`` is
neither ``@x:example.org.evil`` nor ``@a:b:example.org``.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Final, Protocol

from bot.model import Actor
from bot.plugin import Command

_VERIFIED: Final = "admin unfreeze"
"""What a homeserver that invents an admin could use to let somebody in as somebody else (P2)."""


class Access(Protocol):
    """The part ``access`` of the configuration."""

    @property
    def users(self) -> Sequence[str]:
        """Patterns of the user ids that may use the bot."""

    @property
    def admins(self) -> Sequence[str]:
        """The user ids, no patterns, that may administrate it; they may use it as well."""

    @property
    def rooms(self) -> Sequence[str]:
        """Patterns of the ids of the rooms that it works in; an alias could be anybody's claim."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """The answer. ``reason`` is a sentence for the user, empty where it is allowed."""

    allowed: bool
    reason: str = ""

    def __bool__(self) -> bool:
        return self.allowed


ALLOWED: Final = Verdict(allowed=True)


def denied(reason: str) -> Verdict:
    """A refusal, with its reason."""
    return Verdict(allowed=False, reason=reason)


def may(actor: Actor, command: Command | None, access: Access) -> Verdict:
    """Whether ``actor`` may give ``command`` where they are; None: whether they may speak at all.

    ``command`` is one of the bot's own: on services' commands the services decide.

    A direct message is no room that an operator lists: users always have theirs.
    """
    admin = actor.user in access.admins
    if not admin and not matches(access.users, actor.user):
        return denied("You are not among my users; my operator can add you.")
    if not actor.private and not matches(access.rooms, actor.room):
        return denied("I may not work in this room; use our direct message.")
    if command is not None and command.for_admins:
        return _administration(actor, command, admin=admin)
    return ALLOWED


def matches(patterns: Iterable[str], name: str) -> bool:
    """Whether one of ``patterns`` covers the user or room id ``name``."""
    return any(_covers(pattern, name) for pattern in patterns)


def confirms(patterns: Sequence[str], phrase: str) -> bool:
    """Whether the command ``phrase`` waits for a "yes", by the patterns of ``commands.confirm``.

    ``phrase`` is ``commands.arguments.phrase``: "jenkins build deploy-prod a=b". A pattern covers
    the whole of it or its first words, so that an argument more does not evade it; and it counts in
    any case, because services such as Jenkins find "Deploy-Prod" under "deploy-prod" too.
    """
    said = _folded(phrase)
    return any(_glob(form, said) for p in patterns for form in (_folded(p), f"{_folded(p)} *"))


def _administration(actor: Actor, command: Command, *, admin: bool) -> Verdict:
    if not admin:
        return denied("That is for my admins.")
    if not actor.private:
        return denied("Say that in our direct message.")
    if command.name == _VERIFIED and not actor.verified:
        return denied(
            "I have to have verified you for that: otherwise your homeserver could say it for you. "
            "Say `verify`, compare emoji with my operator, then say it again."
        )
    return ALLOWED


def _covers(pattern: str, name: str) -> bool:
    before, colon, after = pattern.partition(":")
    if not colon:
        return _glob(pattern, name)
    first, found, last = name.partition(":")
    return bool(found) and _glob(before, first) and _glob(after, last)


def _glob(pattern: str, text: str) -> bool:
    return fnmatchcase(text, pattern.replace("[", "[[]"))  # brackets belong to IPv6 server names


def _folded(text: str) -> str:
    return " ".join(text.casefold().split())
