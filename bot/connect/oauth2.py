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

from bot.connect.oauth2_app import OAuth2
from bot.connect.oauth2_tokens import OPERATORS, Refused, Tokens
from bot.connect.transport import NONSENSE, quiet_oauthlib
from bot.errors import ActasError, Unavailable, UserError
from bot.plugin import Conversation, Grant
from bot.secret import Secret

_MOMENT: Final = 5.0  # seconds: whoever cancels waits for it, and so does the end of the bot

__all__ = ("OAuth2", "WebFlow", "failure")


@dataclass(slots=True)
class WebFlow:
    """The flow: show the page, wait until it sends the person back, redeem what it sent.

    The texts call the service ``title``. For the rest see :class:`~bot.plugin.Flow`.
    """

    oauth: OAuth2
    title: str
    word: str
    start: Sequence[str] = ()
    answer: Sequence[str] = ()
    _: KW_ONLY
    name: str = "web"
    self_starting: bool = False
    shape: str = ""
    revoke_hint: str = ""
    web: bool = True

    async def run(self, talk: Conversation) -> Grant:
        """Lead the person there and back; the grant is that of :meth:`OAuth2.grant`.

        Raises:
            Abandoned: the person cancelled, or went away.
            UserError: they refused on the page, or its answer came too late.
            RateLimited, Unavailable: the service does not do its part.
        """
        if asks := self.oauth.asks():
            await talk.tell(asks)
        verifier, challenge = _proof()
        redirect_uri = ""

        def page(address: str) -> str:
            nonlocal redirect_uri
            back = urlsplit(address)
            redirect_uri = urlunsplit(back._replace(query=""))
            state = parse_qs(back.query)["state"][0]
            return self.oauth.authorize(redirect_uri, state, challenge)

        redeemed: list[asyncio.Task[Tokens]] = []

        def arrived(query: Mapping[str, str]) -> None:
            code = self._code(query)
            if isinstance(code, Secret):  # some last half a minute: too short to type ours
                task = self._redeem(code, verifier, redirect_uri)
                redeemed.append(asyncio.create_task(task))

        try:
            code = self._code(await talk.callback(page, arrived))
        except BaseException:  # who came back may be somebody else
            await self._undo(redeemed)
            raise
        if isinstance(code, ActasError):
            raise code
        tokens = await redeemed[0]
        if lacks := self.oauth.lacks(tokens):
            await talk.tell(lacks)
        return self.oauth.grant(tokens)

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
            return failure(self.title, error)
        return Secret(query["code"]) if query.get("code") else Unavailable(NONSENSE)

    async def _redeem(self, code: Secret, verifier: Secret, redirect_uri: str) -> Tokens:
        try:
            return await self.oauth.redeem(code, verifier, redirect_uri)
        except Refused as refusal:
            problem = failure(self.title, refusal.error)
        raise problem


def failure(title: str, error: str) -> ActasError:
    """What it means for the person that a page or an endpoint said ``error``; none of it is shown.

    See RFC 6749, sections 4.1.2.1 and 5.2; RFC 8628, section 3.5.
    """
    match error:
        case "access_denied":
            return UserError(f"It was refused on the page of {title}, so nothing is connected.")
        case "invalid_grant":
            return UserError(
                f"{title} did not accept what its page had sent you back with: it is good for a "
                "short while, and once.",
                "Connect again for a new link.",
            )
        case "expired_token":
            return UserError(f"The code for {title} has ended.", "Connect again for a new one.")
        case "server_error" | "temporarily_unavailable":
            return Unavailable("it has a problem at the moment")
    return Unavailable(OPERATORS)


def _proof() -> tuple[Secret, str]:
    """A verifier and its challenge (RFC 7636, section 4)."""
    from oauthlib.oauth2 import WebApplicationClient

    quiet_oauthlib()
    client = WebApplicationClient("")
    verifier = client.create_code_verifier(64)
    return Secret(verifier), client.create_code_challenge(verifier, "S256")
