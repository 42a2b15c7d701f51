"""OAuth 2 by device code (RFC 8628): a short code, typed on the service's page in any browser.

It needs no page of the bot's own to come back to: the bot asks the service until it knows.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from bot.connect.oauth2 import Authorisation
from bot.connect.oauth2_answers import Refused, Tokens
from bot.errors import ActasError, RateLimited, Unavailable
from bot.plugin import Conversation
from bot.prose import counted
from bot.reply import Link, Mono, Reply, line
from bot.secret import Secret

_GRANT_TYPE: Final = "urn:ietf:params:oauth:grant-type:device_code"
_USER_CODE: Final = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9 -]{0,30}[A-Za-z0-9])?")
_ADDRESS: Final = re.compile(r"https?://[\x21-\x7e]{1,1000}")
_INTERVAL: Final = 5  # seconds, where the service does not say
_SLOWER: Final = 5  # seconds more, each time it says that it is asked too often
_SLOWEST: Final = 60  # seconds; while it does not answer the interval doubles, up to this
_LONGEST: Final = 1800  # seconds that anybody is waited for


@dataclass(frozen=True, slots=True)
class DeviceCode:
    """A code that waits for its user. ``complete`` is the page with the code filled in, or ""."""

    device: Secret
    user: str
    page: str
    complete: str
    lasts: float
    interval: float


@dataclass(slots=True, kw_only=True)
class DeviceFlow(Authorisation):
    """The flow: show the code and the page, and ask the service until it was typed there.

    ``wait`` sleeps for so many seconds.
    """

    name: str = "device"
    unbound: bool = True
    wait: Callable[[float], Awaitable[None]] = asyncio.sleep

    async def _tokens(self, talk: Conversation) -> Tokens:
        """Ask until there are tokens, or it is known that there will be none (section 3.5)."""
        code = await self._begin()
        await talk.tell(self._invitation(code))
        outcome: Tokens | float | ActasError = code.interval
        try:
            async with asyncio.timeout(code.lasts):
                while isinstance(outcome, float):
                    await self.wait(outcome)
                    outcome = await self._look(code, outcome)
        except TimeoutError:
            outcome = self._failure("expired_token")
        if isinstance(outcome, Tokens):
            return outcome
        raise outcome

    async def _begin(self) -> DeviceCode:
        """A fresh code (section 3.1)."""
        scopes = {"scope": " ".join(self.oauth.scopes)} if self.oauth.scopes else {}
        try:
            return await self.oauth.client.ask(self.oauth.device_url, scopes, self._read)
        except Refused as refused:
            problem = self._failure(refused.error)
        raise problem

    async def _look(self, code: DeviceCode, interval: float) -> Tokens | float | ActasError:
        """Ask once: the tokens, the seconds until the next time, or why there is none."""
        try:
            return await self.oauth.client.tokens(
                self.oauth.token_url, _GRANT_TYPE, {"device_code": code.device}
            )
        except (RateLimited, Unavailable) as problem:
            return 2 * interval if 2 * interval <= _SLOWEST else problem
        except Refused as refused:
            match refused.error:
                case "authorization_pending":
                    return interval
                case "slow_down":
                    return interval + _SLOWER
                case "invalid_grant":  # oidc-provider forgets codes that have ended
                    return self._failure("expired_token")
                case error:
                    return self._failure(error)

    def _read(self, body: str) -> DeviceCode | None:
        """An answer of the device endpoint (section 3.2); None for what is none."""
        from oauthlib.oauth2.rfc6749.errors import raise_from_error

        answer = json.loads(body)
        if "error" in answer:
            raise_from_error(answer["error"], {})
        page, complete = answer.get("verification_uri"), answer.get("verification_uri_complete")
        lasts, interval = answer.get("expires_in"), answer.get("interval", _INTERVAL)
        device, user = answer.get("device_code"), answer.get("user_code")
        if not (isinstance(device, str) and device and isinstance(user, str)):
            return None
        if not (_USER_CODE.fullmatch(user) and self._is_page(page) and _is_count(lasts)):
            return None
        return DeviceCode(
            device=Secret(device),
            user=user,
            page=page,
            complete=complete if self._is_page(complete) else "",
            lasts=float(min(lasts, _LONGEST)),
            interval=float(interval if _is_count(interval) else _INTERVAL),
        )

    def _is_page(self, value: object) -> bool:
        """Whether people can be sent there: not in clear, unless the service is asked in clear."""
        if not isinstance(value, str) or not _ADDRESS.fullmatch(value):
            return False
        return value.startswith(("https://", f"{urlsplit(self.oauth.device_url).scheme}://"))

    def _invitation(self, code: DeviceCode) -> Reply:
        minutes = counted(max(1, round(code.lasts / 60)), "minute")
        filled = (" (or ", Link("with the code filled in", code.complete), ")")
        return Reply(
            (
                line(
                    *("Open ", Link(code.page, code.page), " and type the code ", Mono(code.user)),
                    *(*(filled if code.complete else ()), f". It is good for {minutes}."),
                ),
                line(
                    f"Log in to {self.title} as the account to use, and authorise the app; "
                    "I see by myself when you have."
                ),
                line(
                    "The code is for you alone: type it only because you asked for it here "
                    "yourself, and pass it on to nobody."
                ),
                line("Say ", Mono("cancel"), " to stop."),
            )
        )


def _is_count(value: object) -> bool:
    return isinstance(value, int) and value > 0
