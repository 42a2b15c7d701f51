"""The service itself: its settings turned into flows, commands and clients."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from importlib.util import find_spec
from typing import Final

from bot.errors import ConfigError, Unauthorized
from bot.model import Credential
from bot.plugin import Command, Flow, Grant, ServiceType, Settings
from bot.services.aws.api import AwsApi
from bot.services.aws.commands import COMMANDS
from bot.services.aws.connecting import key_flow
from bot.services.aws.keys import needs_code
from bot.services.aws.sessions import Sessions
from bot.services.aws.settings import AwsSettings
from bot.services.aws.site import Site
from bot.threads import Lane

_TITLE: Final = "AWS"
_LIBRARY: Final = "aiobotocore"


class Aws:
    """One configured AWS. Access keys do not expire, and cannot be revoked by their own right."""

    title = _TITLE
    commands: Sequence[Command] = COMMANDS

    def __init__(self, name: str, aliases: Sequence[str], settings: AwsSettings) -> None:
        self.name = name
        self.aliases: Sequence[str] = tuple(aliases)
        self.origins: Sequence[str] = (settings.endpoint_url or _address(settings.region),)
        self.flows: Sequence[Flow] = (key_flow(self._account_of),)
        readers = Lane(f"{name} (aws, answers)", width=2)
        self._site = Site(settings, Lane(f"{name} (aws)"), readers)
        self._sessions = Sessions(self._site, _TITLE)

    @asynccontextmanager
    async def api(self, credential: Credential) -> AsyncIterator[AwsApi]:
        """This user's clients; nothing is imported or connected before it is first used."""
        api = AwsApi(self._site, self._sessions, credential)
        try:
            yield api
        finally:
            await api.close()

    async def whoami(self, api: AwsApi) -> str:
        """``alice (123456789012)``: the user and the account's number.

        Raises:
            Unauthorized: the keys are not accepted.
        """
        user, account = await api.me()
        return f"{user} ({account})"

    async def renew(self, credential: Credential) -> Grant:
        """Never by itself: a session begins with a code.

        Raises:
            StepUp: always, where there is an MFA device.
            Unauthorized: there is none.
        """
        if not needs_code(credential):
            raise Unauthorized
        raise self._sessions.step_up(credential)

    async def revoke(self, credential: Credential) -> bool:  # noqa: ARG002 - the contract's
        """False: few may delete their own key; the page to do it by hand is in the hint."""
        return False

    async def _account_of(self, grant: Grant) -> str:
        made = Credential("", self.name, "", grant.fields, "", datetime.now(UTC))
        async with self.api(made) as api:
            return (await api.me())[1]


class AwsType:
    """``type: aws``."""

    kind: str = "aws"
    title = _TITLE
    usual_aliases: Sequence[str] = ()
    settings: type[Settings] = AwsSettings

    def create(self, name: str, aliases: Sequence[str], settings: AwsSettings) -> Aws:
        """See :meth:`bot.plugin.ServiceType.create`.

        Raises:
            ConfigError: what it needs is not installed.
        """
        if find_spec(_LIBRARY) is None:
            raise ConfigError(
                f"services.{name}",
                f"what AWS needs ({_LIBRARY}) is not installed",
                "Install it: pip install '.[aws]' in Actas' own directory",
            )
        return Aws(name, aliases, settings)


def _address(region: str) -> str:
    suffix = ".cn" if region.startswith("cn-") else ""
    return f"https://sts.{region}.amazonaws.com{suffix}"


SERVICE: Final[ServiceType] = AwsType()
