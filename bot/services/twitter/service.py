"""The service itself: its settings turned into flows, commands and clients."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from bot.connect.oauth1 import PinFlow
from bot.connect.oauth1_tokens import Consumer, Endpoints, Token, TokenExchange
from bot.errors import ServiceError
from bot.model import Credential
from bot.plugin import Command, Flow
from bot.services.twitter.api import App, Prices, TwitterApi
from bot.services.twitter.commands import COMMANDS
from bot.services.twitter.settings import TwitterSettings
from bot.threads import Lane

_TITLE = "X"


class Twitter:
    """One configured X: an app of the operator's, used by everybody for their own account."""

    title = _TITLE
    commands: Sequence[Command] = COMMANDS

    def __init__(self, name: str, aliases: Sequence[str], settings: TwitterSettings) -> None:
        self.name, self.aliases = name, tuple(aliases)
        self.origins: Sequence[str] = (settings.api_url,)
        consumer = Consumer(settings.consumer_key, settings.consumer_secret)
        exchange = TokenExchange(_endpoints(settings.api_url), consumer, settings.timeout)
        word = min((name, *aliases), key=len)
        self.flows: Sequence[Flow] = (PinFlow(exchange=exchange, title=_TITLE, word=word),)
        self._app = App(
            consumer=consumer,
            api_url=settings.api_url,
            web_url=settings.web_url,
            timeout=settings.timeout,
            prices=Prices(settings.post_price, settings.link_price),
            lane=Lane(f"actas-{name}"),
        )

    @asynccontextmanager
    async def api(self, credential: Credential) -> AsyncIterator[TwitterApi]:
        """See :meth:`bot.plugin.Service.api`; every request opens and closes its own connection."""
        token = Token(credential.fields["token"], credential.fields["token_secret"])
        yield TwitterApi(self._app, token, credential.account)

    async def whoami(self, api: TwitterApi) -> str:
        """The handle, as people write it: ``@alice``.

        Raises:
            ServiceError: X does not accept the credential, or does not answer.
        """
        return f"@{await api.me()}"

    async def revoke(self, credential: Credential) -> bool:
        """Invalidate the access token. False where X did not do it, for whatever reason."""
        try:
            async with self.api(credential) as api:
                await api.invalidate()
        except ServiceError:
            return False
        return True


class TwitterType:
    """``type: twitter``."""

    kind = "twitter"
    title = _TITLE
    usual_aliases: Sequence[str] = ("t",)
    settings = TwitterSettings

    def create(self, name: str, aliases: Sequence[str], settings: TwitterSettings) -> Twitter:
        """See :meth:`bot.plugin.ServiceType.create`."""
        return Twitter(name, aliases, settings)


def _endpoints(api_url: str) -> Endpoints:
    return Endpoints(
        request_token=f"{api_url}/oauth/request_token",
        authorize=f"{api_url}/oauth/authorize",
        access_token=f"{api_url}/oauth/access_token",
    )
