"""Jenkins: list, describe and build jobs with everybody's own API token."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Final

from bot.connect.token import Field, Token
from bot.model import Credential
from bot.plugin import Command, Flow, ServiceType, Settings
from bot.services.jenkins.api import JenkinsApi
from bot.services.jenkins.commands import COMMANDS
from bot.services.jenkins.settings import JenkinsSettings
from bot.services.jenkins.site import Site
from bot.threads import Lane

_SHAPE: Final = (
    r"(?<![0-9A-Za-z])11[0-9a-f]{32}(?![0-9A-Za-z])"
    r"|^(?!(?i:md5|md5sum|etag|hash|digest|checksum|uuid|guid|id):)[^\s:/@]+:[0-9a-f]{32}$"
)
"""A token; or one from before Jenkins 2.129, which shows nothing by itself, as it is pasted: with
its user, and not where a name is common for other things of 32 digits."""

_WRONG_SHAPE: Final = (
    "That is not an API token of Jenkins, which has 34 hexadecimal digits and is not your password."
)


class JenkinsService:
    """One configured Jenkins. Its API tokens do not expire; they cannot be revoked from here."""

    title = "Jenkins"

    def __init__(self, name: str, aliases: Sequence[str], settings: JenkinsSettings) -> None:
        self.name: str = name
        self.aliases: Sequence[str] = aliases
        self.origins: Sequence[str] = (settings.origin,)
        self.flows: Sequence[Flow] = (token_flow(settings.url),)
        self.commands: Sequence[Command] = COMMANDS
        self.site = Site(settings, Lane(f"{name} (jenkins)"))

    @asynccontextmanager
    async def api(self, credential: Credential) -> AsyncIterator[JenkinsApi]:
        """This user's client; nothing is imported or connected before it is first used."""
        api = JenkinsApi(self.site, credential)
        try:
            yield api
        finally:
            api.close()

    async def whoami(self, api: JenkinsApi) -> str:
        """The user id on Jenkins.

        Raises:
            Unauthorized: the token is not accepted.
        """
        return (await api.me()).id

    async def revoke(self, credential: Credential) -> bool:  # noqa: ARG002 - the contract's
        """False: Jenkins revokes a token by an id of its own, which only its page shows."""
        return False


class JenkinsType:
    """The kind ``jenkins`` in the configuration."""

    kind: str = "jenkins"
    title = JenkinsService.title
    usual_aliases: Sequence[str] = ("j",)
    settings: type[Settings] = JenkinsSettings

    def create(
        self, name: str, aliases: Sequence[str], settings: JenkinsSettings
    ) -> JenkinsService:
        """An instance under the name ``name``."""
        return JenkinsService(name, aliases, settings)


def token_flow(url: str) -> Token:
    """The way to connect: ``user:apitoken``, as the token's page shows the one and the other."""
    page = f"{url}/me/security/"
    return Token(
        page=page,
        what="an API token",
        note=f"(Before Jenkins 2.479 the page is {url}/me/configure.)",
        fields=(
            Field(
                "user", "user", r"[^\s:][^:\x00-\x1f]*", "That has no user in front of the colon."
            ),
            Field("token", "apitoken", r"[0-9a-f]{32}|[0-9a-f]{34}", _WRONG_SHAPE),
        ),
        shape=_SHAPE,
        revoke_hint=f"Revoke the API token on {page}",
    )


SERVICE: Final[ServiceType] = JenkinsType()
