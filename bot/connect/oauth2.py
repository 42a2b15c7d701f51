"""OAuth 2 by authorization code, with PKCE: the person authorises the bot on the service's page.

A service declares its endpoints and its own registration; the rest is the same everywhere::

    oauth = OAuth2("https://…/authorize", "https://…/token", client_id, secret, ("read",))
    flows = (WebFlow(oauth, title="GitHub", word="github"), DeviceFlow(oauth, …))

RFC 6749 (section 4.1), RFC 7636 (PKCE), RFC 9207 (issuer).
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import KW_ONLY, dataclass
from typing import Final
from urllib.parse import parse_qs, urlsplit, urlunsplit

from bot.connect.callback import refusal
from bot.connect.oauth2_answers import Refused, Tokens
from bot.connect.oauth2_app import OAuth2
from bot.connect.oauth2_tokens import OPERATORS
from bot.connect.transport import NONSENSE, quiet_oauthlib
from bot.errors import ActasError, Unavailable, UserError
from bot.plugin import Conversation, Grant
from bot.secret import Secret

_MOMENT: Final = 5.0  # seconds: whoever cancels waits for it, and so does the end of the bot

__all__ = ("Authorisation", "OAuth2", "WebFlow")


@dataclass(slots=True)
class Authorisation:
    """What both flows of OAuth 2 are made of.

    The texts call the service ``title``, and ``word`` where it is typed. For the rest see
    :class:`~bot.plugin.Flow`.
    """

    oauth: OAuth2
    title: str
    word: str
    start: Sequence[str] = ()
    answer: Sequence[str] = ()
    _: KW_ONLY
    self_starting: bool = False
    shape: str = ""
    revoke_hint: str = ""

    async def run(self, talk: Conversation) -> Grant:
        """Say what is asked for, and what was not granted; the grant is :meth:`OAuth2.grant`'s.

        Raises:
            Abandoned: the person cancelled, or went away.
            UserError: they refused on the page, or what was to be brought back had ended.
            RateLimited, Unavailable: the service does not do its part.
        """
        if asks := self.oauth.asks(self.title):
            await talk.tell(asks)
        tokens = await self._tokens(talk)
        if lacks := self.oauth.lacks(self.title, tokens):
            await talk.tell(lacks)
        return self.oauth.grant(tokens)

    async def _tokens(self, talk: Conversation) -> Tokens:
        """Lead the person to the page, and have its tokens."""
        raise NotImplementedError

    def _failure(self, error: str) -> ActasError:
        """What it means for the person that a page or an endpoint said ``error``; it is not shown.

        See RFC 6749, sections 4.1.2.1 and 5.2; RFC 8628, section 3.5.
        """
        again = f"Say `connect {self.word}` for a new"
        match error:
            case "access_denied":
                return refusal(self.title)
            case "invalid_grant":
                return UserError(
                    f"{self.title} did not accept what its page had sent you back with: it is good "
                    "for a short while, and once.",
                    f"{again} link.",
                )
            case "expired_token":
                return UserError(f"The code for {self.title} has ended.", f"{again} one.")
            case "server_error" | "temporarily_unavailable":
                return Unavailable("it has a problem at the moment")
        return Unavailable(OPERATORS)


@dataclass(slots=True, kw_only=True)
class WebFlow(Authorisation):
    """The flow: show the page, wait until it sends the person back, redeem what it sent."""

    name: str = "web"
    web: bool = True

    async def _tokens(self, talk: Conversation) -> Tokens:
        """Redeem what the page sends at once: some last half a minute, too short to type ours."""
        verifier, challenge = _proof()
        redirect_uri = ""

        def page(address: str) -> str:
            nonlocal redirect_uri
            back = urlsplit(address)
            redirect_uri = urlunsplit(back._replace(query=""))
            return self.oauth.authorize(redirect_uri, parse_qs(back.query)["state"][0], challenge)

        redeemed: list[asyncio.Task[Tokens]] = []

        def arrived(query: Mapping[str, str]) -> None:
            code = self._code(query)
            if isinstance(code, Secret):
                task = self._redeem(code, verifier, redirect_uri)
                redeemed.append(asyncio.create_task(task))

        try:
            code = self._code(await talk.callback(page, arrived))
            outcome = await asyncio.shield(redeemed[0]) if isinstance(code, Secret) else code
        except BaseException:  # who came back may be somebody else
            await self._undo(redeemed)
            raise
        if isinstance(outcome, ActasError):
            raise outcome
        return outcome

    async def _undo(self, redeemed: Sequence[asyncio.Task[Tokens]]) -> None:
        """Give back what nobody has claimed, if that can be done in a moment."""
        for task in redeemed:
            with suppress(ActasError, TimeoutError):
                async with asyncio.timeout(_MOMENT):
                    await self.oauth.revoke(self.oauth.grant(await task))

    def _code(self, query: Mapping[str, str]) -> Secret | ActasError:
        """What is in the query that came back, or what is wrong with it."""
        if self.oauth.issuer and query.get("iss", self.oauth.issuer) != self.oauth.issuer:
            return Unavailable("you were sent back in the name of another server")
        if error := query.get("error"):
            return self._failure(error)
        return Secret(query["code"]) if query.get("code") else Unavailable(NONSENSE)

    async def _redeem(self, code: Secret, verifier: Secret, redirect_uri: str) -> Tokens:
        try:
            return await self.oauth.redeem(code, verifier, redirect_uri)
        except Refused as refused:
            problem = self._failure(refused.error)
        raise problem


def _proof() -> tuple[Secret, str]:
    """A verifier and its challenge (RFC 7636, section 4)."""
    from oauthlib.oauth2 import WebApplicationClient

    quiet_oauthlib()
    client = WebApplicationClient("")
    verifier = client.create_code_verifier(64)
    return Secret(verifier), client.create_code_challenge(verifier, "S256")
