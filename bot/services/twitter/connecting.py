"""The ways to connect an account of X, of which the operator chooses one."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import KW_ONLY, dataclass, replace
from typing import Final

from bot.connect.oauth1 import PinFlow
from bot.connect.oauth1 import WebFlow as SignedWebFlow
from bot.connect.oauth1_tokens import Consumer, Endpoints, TokenExchange
from bot.connect.oauth2 import OAuth2, WebFlow
from bot.errors import ServiceError
from bot.plugin import Conversation, Flow, Grant
from bot.secret import Secret
from bot.services.twitter.settings import TwitterSettings

TITLE: Final = "X"
SCOPES: Final = ("tweet.read", "tweet.write", "users.read", "like.write", "offline.access")
"""What the commands need. Whatever is read needs both of the first kind; the last is for renewing.

https://docs.x.com/fundamentals/authentication/guides/v2-authentication-mapping
"""

_START: Final = ("setupauth",)
_ANSWER: Final = ("auth",)


@dataclass(slots=True)
class KnownWebFlow(WebFlow):
    """The flow of OAuth 2, which ends with one more field: ``user_id``.

    Its tokens do not tell whose they are, many of X's addresses hold the id of who asks, and every
    look-up of it costs the app's owner.
    """

    _: KW_ONLY
    own_id: Callable[[Grant], Awaitable[str]]

    async def run(self, talk: Conversation) -> Grant:
        """See :meth:`bot.connect.oauth2.WebFlow.run`."""
        grant = await WebFlow.run(self, talk)
        try:
            own = await self.own_id(grant)
        except ServiceError:
            with suppress(ServiceError):
                await self.oauth.revoke(grant)  # nobody else will
            raise
        return replace(grant, fields={**grant.fields, "user_id": Secret(own)})


def consumer_of(settings: TwitterSettings) -> Consumer | None:
    """The app as OAuth 1.0a knows it, where it does."""
    if settings.consumer_key is None or settings.consumer_secret is None:
        return None
    return Consumer(settings.consumer_key, settings.consumer_secret)


def oauth2_of(settings: TwitterSettings) -> OAuth2 | None:
    """The app as OAuth 2 knows it, where it does; without a secret it is a public client."""
    if settings.client_id is None:
        return None
    return OAuth2(
        authorize_url=f"{settings.web_url}/i/oauth2/authorize",
        token_url=f"{settings.api_url}/2/oauth2/token",
        client_id=settings.client_id,
        client_secret=settings.client_secret,
        scopes=SCOPES,
        revoke_url=f"{settings.api_url}/2/oauth2/revoke",
        timeout=settings.timeout,
        # X calls every token and code that is no good (any more) a wrong request
        words={"invalid_request": "invalid_grant"},
    )


def signed_flow(settings: TwitterSettings, consumer: Consumer, word: str) -> Flow:
    """The flow of OAuth 1.0a: with a PIN, or over a page of the bot's own."""
    api = settings.api_url
    places = Endpoints(
        request_token=f"{api}/oauth/request_token",
        authorize=f"{api}/oauth/authorize",
        access_token=f"{api}/oauth/access_token",
    )
    exchange = TokenExchange(places, consumer, settings.timeout)
    kind = PinFlow if settings.callback == "pin" else SignedWebFlow
    return kind(exchange=exchange, title=TITLE, word=word, start=_START, answer=_ANSWER)


def bearer_flow(oauth2: OAuth2, word: str, own_id: Callable[[Grant], Awaitable[str]]) -> Flow:
    """The flow of OAuth 2."""
    return KnownWebFlow(oauth2, TITLE, word, _START, _ANSWER, own_id=own_id)
