"""The service itself: its settings turned into flows, commands and clients."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Final

from bot.addresses import origin_of
from bot.connect.device import DeviceFlow
from bot.connect.oauth2 import OAuth2, WebFlow
from bot.connect.token import Field, Token
from bot.errors import ServiceError, Unauthorized
from bot.model import Credential
from bot.plugin import Command, Flow, Grant, Known
from bot.services.github.api import GitHubApi
from bot.services.github.commands import COMMANDS
from bot.services.github.revoking import page_of, revoke_grant
from bot.services.github.settings import GitHubSettings
from bot.services.github.site import Site

TITLE: Final = "GitHub"
_TOKEN: Final = r"gh[pou]_[A-Za-z0-9]{20,255}|github_pat_[A-Za-z0-9_]{20,255}"  # noqa: S105 - a shape
_SHAPE: Final = rf"(?<![A-Za-z0-9_])(?:{_TOKEN}|gh[sr]_[A-Za-z0-9]{{20,255}})(?![A-Za-z0-9_])"
_WORDS: Final = {
    "bad_verification_code": "invalid_grant",
    "bad_refresh_token": "invalid_grant",
    "incorrect_device_code": "expired_token",
}


class GitHub:
    """One configured GitHub: github.com, or an Enterprise Server."""

    title = TITLE
    commands: Sequence[Command] = COMMANDS

    def __init__(self, name: str, aliases: Sequence[str], settings: GitHubSettings) -> None:
        self.name, self.aliases = name, tuple(aliases)
        self.origins: Sequence[str] = tuple(
            dict.fromkeys((origin_of(settings.api_url), settings.url))
        )
        self.site = Site(settings)
        self._oauth = _oauth(settings)
        self.flows: Sequence[Flow] = tuple(_flows(name, settings, self._oauth))

    @asynccontextmanager
    async def api(self, credential: Credential) -> AsyncIterator[GitHubApi]:
        """This user's client; nothing is imported or connected before it is first used."""
        api = GitHubApi(self.site, credential)
        try:
            yield api
        finally:
            await api.close()

    async def whoami(self, api: GitHubApi) -> Known:
        """The login, and when the token ends where GitHub says so.

        Raises:
            Unauthorized: the token is not accepted.
        """
        login = await api.me()
        return Known(login, api.expires)

    async def renew(self, credential: Credential) -> Grant:
        """A new token of a GitHub App, whose tokens last eight hours.

        Raises:
            Unauthorized: it cannot be renewed.
            ServiceError: GitHub does not answer.
        """
        if self._oauth is None:
            raise Unauthorized("there is no app any more that could renew it")
        return await self._oauth.renew(credential)

    async def revoke(self, credential: Credential) -> bool:
        """Take the bot's app all that its user has allowed it. False where that was not done.

        GitHub lets only the app itself do so, which needs its secret, and a pasted token is not the
        app's: it stays until its owner deletes it.
        """
        try:
            return await revoke_grant(self.site, credential)
        except ServiceError:
            return False

    def where_to_revoke(self, credential: Credential) -> str:
        """On which page its owner ends it, by what kind of token it is."""
        return page_of(self.site.settings.url, credential.fields["access_token"])


class GitHubType:
    """``type: github``."""

    kind = "github"
    title = TITLE
    usual_aliases: Sequence[str] = ("gh",)
    settings = GitHubSettings

    def create(self, name: str, aliases: Sequence[str], settings: GitHubSettings) -> GitHub:
        """See :meth:`bot.plugin.ServiceType.create`."""
        return GitHub(name, aliases, settings)


def token_flow(url: str) -> Token:
    """The way to connect that needs no app: a personal access token."""
    page = f"{url}/settings/personal-access-tokens/new"
    return Token(
        page=page,
        what="a token",
        note=(
            "Give it the repositories that you want to use from here, with Issues, Pull requests, "
            "Actions and Contents. Notifications need a classic token instead, "
            f"with the scope repo: {url}/settings/tokens/new?scopes=repo&description=actas"
        ),
        fields=(
            Field(
                "access_token",
                "github_pat_…",
                _TOKEN,
                "That is not a token of GitHub, which begins with github_pat_ or ghp_.",
            ),
        ),
        shape=_SHAPE,
        revoke_hint=f"Delete the token on {url}/settings/tokens",
    )


def _flows(name: str, settings: GitHubSettings, oauth: OAuth2 | None) -> list[Flow]:
    flows: list[Flow] = [token_flow(settings.url)]
    if oauth is not None:
        flows.insert(0, DeviceFlow(oauth=oauth, title=TITLE, word=name))
    if oauth is not None and oauth.client_secret is not None:
        flows.insert(0, WebFlow(oauth=oauth, title=TITLE, word=name))
    return flows


def _oauth(settings: GitHubSettings) -> OAuth2 | None:
    if settings.client_id is None:
        return None
    return OAuth2(
        f"{settings.url}/login/oauth/authorize",
        f"{settings.url}/login/oauth/access_token",
        settings.client_id,
        settings.client_secret,
        settings.scopes,
        device_url=f"{settings.url}/login/device/code",
        timeout=settings.timeout,
        authentication="body",
        words=_WORDS,
        ca_file=settings.ca_file,
    )
