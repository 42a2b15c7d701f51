"""Ways back from a service's page: one-shot addresses, and the codes that bind them to a person.

Whoever opens the link in somebody's direct message may be somebody else, to whom it was passed on.
The page that a service sends its user back to therefore does not connect anything: it names the
Matrix user who asked, and shows a code, which has to be said in that user's direct message
(RFC 6749, section 10.12; RFC 8628, section 6.1 for the alphabet of codes).
"""

from __future__ import annotations

import asyncio
import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from bot.clock import now
from bot.errors import UserError
from bot.recent import Recent

LASTS: Final = 600.0  # seconds
_LETTERS: Final = "BCDFGHJKLMNPQRSTVWXZ"  # no vowels: no words; none that looks like another
_REFUSALS: Final = ("error", "denied")  # of OAuth 2 (RFC 6749, section 4.1.2.1) and 1.0a
_OF_A_REFUSAL: Final = frozenset((*_REFUSALS, "iss"))  # RFC 9207: who refuses


class _Query(dict[str, str]):
    """What came back. It does not show itself: where a callback fails, its future is logged."""

    def __repr__(self) -> str:
        return "********"


def is_refusal(query: Mapping[str, str]) -> bool:
    """Whether the service's page sends its user back because they refused, or it did."""
    return any(name in query for name in _REFUSALS)


def refusal(title: str) -> UserError:
    """The error for somebody who refused on the page of ``title``."""
    return UserError(f"It was refused on the page of {title}, so nothing is connected.")


@dataclass(slots=True)
class Expected:
    """A visit that is waited for. ``address`` is where the service's page sends its user back to.

    ``came`` is the query that it sent, without the state; ``code`` is what the bot's page shows.
    """

    user: str
    service: str
    title: str
    address: str = field(repr=False)
    code: str = field(repr=False)
    came: asyncio.Future[Mapping[str, str]] = field(repr=False)
    until: int
    ticket: str = field(default="", repr=False)

    @property
    def refused(self) -> bool:
        """Whether the service's page sent the user back with a refusal."""
        return self.came.done() and is_refusal(self.came.result())

    def is_code(self, text: str) -> bool:
        """Whether ``text`` is the code, however it is spaced and cased."""
        typed = "".join(filter(str.isalnum, text.upper()))
        return hmac.compare_digest(typed.encode(), self.code.replace("-", "").encode())


@dataclass(frozen=True, slots=True)
class Shown:
    """What the page of ``bot`` says to who came back; ``user`` is who asked.

    ``code`` is "" where none is of use: the service's page refused, or the bot has done with it.
    """

    bot: str
    user: str
    service: str
    title: str
    code: str = field(repr=False)
    refused: bool
    until: int


class Callbacks:
    """All visits that are waited for.

    ``public_url`` is how browsers reach the bot's own pages; ``bot`` is its user id.
    """

    def __init__(self, public_url: str, bot: str) -> None:
        self.public_url, self._bot = public_url, bot
        self._expected: Recent[str, Expected] = Recent()
        self._shown: Recent[str, Shown] = Recent()

    def expect(self, user: str, service: str, title: str) -> Expected:
        """Wait for a visit on behalf of ``user`` from the page of ``service``, for ten minutes."""
        state = secrets.token_urlsafe(16)
        expected = self._expected[state] = Expected(
            user=user,
            service=service,
            title=title,
            address=f"{self.public_url}/callback/{service}?state={state}",
            code=f"{_letters()}-{_letters()}",
            came=asyncio.get_running_loop().create_future(),
            until=now() + round(LASTS * 1000),
        )
        return expected

    def forget(self, expected: Expected) -> None:
        """Wait for it no more; its page goes on to say whose it was, and shows no code."""
        for state in [key for key, value in self._expected.items() if value is expected]:
            del self._expected[state]
        shown = self._shown.get(expected.ticket)
        if shown is not None:
            self._shown[expected.ticket] = replace(shown, code="")

    def arrive(self, service: str, query: Mapping[str, str]) -> str | None:
        """Take a visit at ``/callback/<service>``; a state is good for a single one.

        Returns a ticket with which the visitor's browser is shown the page, or None where no such
        visit is waited for, or nothing came but the state.
        """
        state = query.get("state", "")
        expected = self._expected.get(state)
        if expected is None or expected.service != service or expected.until < now():
            return None
        came = {name: value for name, value in query.items() if name != "state"}
        if not came:
            return None
        if is_refusal(came):  # it needs no code, so it must grant nothing
            came = {name: value for name, value in came.items() if name in _OF_A_REFUSAL}
        del self._expected[state]
        if expected.came.done():  # nobody waits any more
            return None
        expected.came.set_result(_Query(came))
        expected.ticket = secrets.token_urlsafe(16)
        self._show(expected)
        return expected.ticket

    def shown(self, ticket: str) -> Shown | None:
        """What the page says to the browser that holds ``ticket``."""
        shown = self._shown.get(ticket)
        return shown if shown is not None and shown.until >= now() else None

    def _show(self, expected: Expected) -> None:
        for ticket in [key for key, shown in self._shown.items() if shown.until < now()]:
            del self._shown[ticket]
        self._shown[expected.ticket] = Shown(
            bot=self._bot,
            user=expected.user,
            service=expected.service,
            title=expected.title,
            code="" if expected.refused else expected.code,
            refused=expected.refused,
            until=expected.until,
        )


def _letters() -> str:
    return "".join(secrets.choice(_LETTERS) for _ in range(4))
