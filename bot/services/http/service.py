"""A declared service: its commands are made of its settings."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from typing import Any, Final

from bot.errors import ServiceError, Unavailable
from bot.model import Credential
from bot.plugin import Call, Command, Effect, Flow, Known, Ready, command
from bot.prose import short
from bot.reply import Reply, Strong, say
from bot.services.http import data, marks
from bot.services.http.arguments import stamp
from bot.services.http.client import HttpApi, Request
from bot.services.http.declared import CommandSettings, WhoamiSettings
from bot.services.http.declared_argument import parameters
from bot.services.http.declared_request import RequestSettings
from bot.services.http.running import Prove, Running
from bot.services.http.settings import HttpSettings

_WHOAMI: Final = "whoami"


class HttpService:
    """One API, with everybody's own token for it."""

    def __init__(self, name: str, aliases: Sequence[str], settings: HttpSettings) -> None:
        self.name: str = name
        self.title: str = settings.title
        self.aliases: Sequence[str] = aliases
        self.site = settings.site
        self.origins: Sequence[str] = (self.site.origin,)
        self.flows: Sequence[Flow] = (settings.token.flow(),)
        self._whoami, self._expires = settings.whoami, settings.expires
        self._revoke = settings.token.revoke
        self.commands: Sequence[Command] = tuple(
            command_of(name, spec, self.whoami) for name, spec in settings.commands.items()
        )
        if not any(_WHOAMI in (each.name, *each.aliases) for each in self.commands):
            self.commands = (*self.commands, _whoami_of(self))

    @asynccontextmanager
    async def api(self, credential: Credential) -> AsyncIterator[HttpApi]:
        """This user's client; nothing is connected before it is first used."""
        api = HttpApi(self.site, credential)
        try:
            yield api
        finally:
            await api.close()

    async def whoami(self, api: HttpApi) -> Known:
        """The account's name over there, as the declaration makes it, and when its token ends.

        Raises:
            Unauthorized: the token is not accepted.
        """
        return Known(await self.name_of(api), await self._end(api))

    async def name_of(self, api: HttpApi) -> str:
        """The account's name, as the declaration makes it.

        Raises:
            Unavailable: the service does not say so.
        """
        name = await self._told(api, self._whoami)
        if not name:
            raise Unavailable("it does not say whose account that is")
        return short(name, 200)

    async def _end(self, api: HttpApi) -> datetime | None:
        """When the token ends; None where the service does not say so, for whatever reason."""
        if self._expires is None:
            return None
        with suppress(ServiceError, ValueError):
            end = datetime.fromisoformat(await self._told(api, self._expires))
            return end if end.tzinfo else end.replace(tzinfo=UTC)
        return None

    async def _told(self, api: HttpApi, declared: WhoamiSettings) -> str:
        """What a declaration makes of the answer to its request."""
        body = await api.send(_request(declared, safe=True))
        answer = data.bounded(data.read(body, retryable=True))
        known = {"site": self.site.origin}
        return marks.plain(declared.answer.rendered(answer, known, retryable=True))

    async def revoke(self, credential: Credential) -> bool:
        """Whether the service says that the token is good for nothing any more."""
        if self._revoke is None:
            return False
        async with self.api(credential) as api:
            try:
                await api.send(_request(self._revoke, safe=False))
            except ServiceError:
                return False
        return True


def command_of(name: str, spec: CommandSettings, prove: Prove) -> Command:
    """The command that a declaration means."""

    async def run(call: Call[HttpApi], /, **arguments: Any) -> Reply:
        return await Running.of(spec, call, prove, arguments).reply()

    async def look(call: Call[HttpApi], _: Mapping[str, Any], /, **arguments: Any) -> Ready:
        return await Running.of(spec, call, prove, arguments).preview(arguments)

    run.__doc__ = spec.help
    looks = spec.does is Effect.DANGER or spec.preview is not None or spec.also
    return Command(
        name=name,
        handler=run,
        effect=spec.does,
        parameters=parameters(spec.arguments),
        summary=spec.help,
        aliases=spec.aliases,
        examples=spec.examples,
        prepare=look if looks else None,
    )


def _whoami_of(service: HttpService) -> Command:
    """What every service has, for those that do not declare it."""

    async def whoami(call: Call[HttpApi]) -> Reply:
        name = await service.name_of(call.api)
        return say(f"On {service.title} you are ", Strong(name), ".")

    whoami.__doc__ = f"Ask {service.title} which account you act as."
    return command(_WHOAMI)(whoami)


def _request(declared: RequestSettings, *, safe: bool) -> Request:
    values = {"account": "", "now": stamp(datetime.now(UTC))}
    return Request(
        method=declared.method,
        path=declared.address(values),
        safe=safe,
        body=declared.payload(values),
    )
