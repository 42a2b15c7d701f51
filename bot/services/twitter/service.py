"""The service itself: its settings turned into flows, commands and clients."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace

from bot.errors import ServiceError, Unauthorized
from bot.model import Credential
from bot.plugin import Command, Flow, Grant
from bot.secret import Secret
from bot.services.twitter.api import App, Prices, TwitterApi
from bot.services.twitter.commands import COMMANDS
from bot.services.twitter.connecting import (
    TITLE,
    bearer_flow,
    consumer_of,
    oauth2_of,
    signed_flow,
)
from bot.services.twitter.settings import TwitterSettings
from bot.services.twitter.signing import signature
from bot.threads import Lane


class Twitter:
    """One configured X: an app of the operator's, used by everybody for their own account."""

    title = TITLE
    commands: Sequence[Command] = COMMANDS

    def __init__(self, name: str, aliases: Sequence[str], settings: TwitterSettings) -> None:
        self.name, self.aliases = name, tuple(aliases)
        self.origins: Sequence[str] = (settings.api_url,)
        self._consumer, self._oauth2 = consumer_of(settings), oauth2_of(settings)
        self._app = App(
            api_url=settings.api_url,
            web_url=settings.web_url,
            timeout=settings.timeout,
            prices=Prices(settings.post_price, settings.link_price),
            lane=Lane(f"{name} (twitter)"),
        )
        self.flows: Sequence[Flow] = (self._flow(settings, min((name, *aliases), key=len)),)

    def _flow(self, settings: TwitterSettings, word: str) -> Flow:
        if settings.callback == "oauth2" and self._oauth2 is not None:
            return bearer_flow(self._oauth2, word, self._own_id)
        if self._consumer is None:
            raise ValueError("the settings see to it that there is one")
        return signed_flow(settings, self._consumer, word)

    @asynccontextmanager
    async def api(self, credential: Credential) -> AsyncIterator[TwitterApi]:
        """See :meth:`bot.plugin.Service.api`; every request opens and closes its own connection."""
        yield self._api(credential.fields, credential.account)

    async def whoami(self, api: TwitterApi) -> str:
        """The handle, as people write it: ``@alice``.

        Raises:
            ServiceError: X does not accept the credential, or does not answer.
        """
        return f"@{await api.me()}"

    async def renew(self, credential: Credential) -> Grant:
        """Exchange the refresh token of OAuth 2; see :meth:`bot.plugin.Renewing.renew`."""
        if self._oauth2 is None:
            raise Unauthorized("it was connected in another way")
        grant = await self._oauth2.renew(credential)
        kept = {k: v for k, v in credential.fields.items() if k == "user_id"}
        return replace(grant, fields={**grant.fields, **kept})

    async def revoke(self, credential: Credential) -> bool:
        """Invalidate what X has given out. False where X did not do it, for whatever reason."""
        try:
            if "access_token" in credential.fields:
                return self._oauth2 is not None and await self._oauth2.revoke(credential)
            await self._api(credential.fields, credential.account).invalidate()
        except ServiceError:
            return False
        return True

    def _api(self, fields: Mapping[str, Secret], account: str) -> TwitterApi:
        return TwitterApi(self._app, signature(fields, self._consumer), account)

    async def _own_id(self, grant: Grant) -> str:
        return await self._api(grant.fields, "").own_id()


class TwitterType:
    """``type: twitter``."""

    kind = "twitter"
    title = TITLE
    usual_aliases: Sequence[str] = ("t",)
    settings = TwitterSettings

    def create(self, name: str, aliases: Sequence[str], settings: TwitterSettings) -> Twitter:
        """See :meth:`bot.plugin.ServiceType.create`."""
        return Twitter(name, aliases, settings)
