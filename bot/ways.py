"""Which ways there are to connect a service here, and which one is meant."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from bot.config import WebConfig
from bot.errors import ConfigError, UserError
from bot.plugin import Flow, Service
from bot.reply import EMPTY, Inline, Reply, Typed, say


@dataclass(frozen=True, slots=True)
class Ways:
    """``web``: the bot has a page that people can come back to from a service's.

    ``known``: they are for somebody whom the bot knows by this identity, or meets anew.
    """

    web: bool
    known: bool = True

    def of(self, service: Service[Any]) -> Sequence[Flow]:
        """The ways to connect a service, best first."""
        return [
            flow
            for flow in service.flows
            if (self.web or not getattr(flow, "web", False))
            and (self.known or not getattr(flow, "unbound", False))
        ]

    def choose(self, service: Service[Any], flow: Flow | str) -> Flow:
        """The way that is meant: ``flow``, or the one of that name, or the best one.

        Raises:
            UserError: there is none of that name, or it needs a page that the bot does not have, or
                does not show who somebody is whose identity has changed.
        """
        ways = self.of(service)
        name = flow if isinstance(flow, str) else flow.name
        found = [way for way in ways if name.casefold() in ("", way.name) or way is flow]
        if found:
            return found[0]
        if not ways or any(flow.name == name for flow in service.flows):
            problem, fix = self._lacks(service, name)
            instead = f"Say `connect {service.name} {ways[0].name}`" if ways else fix
            raise UserError(problem, instead)
        known = " or ".join(f"`connect {service.name} {way.name}`" for way in ways)
        raise UserError(f"{service.title} is not connected that way.", f"Say {known}")

    def _lacks(self, service: Service[Any], name: str) -> tuple[str, str]:
        """Why a way is not offered here, and what mends that where there is no other."""
        page = [flow for flow in service.flows if getattr(flow, "web", False)]
        if not self.web and page and name in ("", *(flow.name for flow in page)):
            fix = "Ask my operator to set web.public_url"
            return "That needs a web page of mine, which I do not have.", fix
        problem = "Your identity has changed, and that way does not show that it is you."
        return problem, "Ask an admin to unfreeze you"

    def others(self, service: Service[Any], chosen: Flow) -> Reply:
        """What else could be said to connect it, where there is a choice."""
        others = [way.name for way in self.of(service) if way is not chosen]
        if not others:
            return EMPTY
        several = "Other ways" if len(others) > 1 else "Another way"
        return say(f"{several} to connect {service.title}: ", *_typed(service.name, others), ".")


def must_be_connectable(service: Service[Any], web: WebConfig) -> None:
    """See that there is a way to connect a service.

    Raises:
        ConfigError: all need a page that the bot does not have.
    """
    if not Ways(web=web.public_url is not None).of(service):
        problem = f"is null, and services.{service.name} is connected over a web page only"
        there = web.listen or "web.listen, which is null as well"
        fix = f"Give the address at which browsers reach {there}, or choose another way for it"
        raise ConfigError("web.public_url", problem, fix)


def _typed(service: str, names: Sequence[str]) -> Iterator[Inline]:
    for number, name in enumerate(names):
        if number:
            yield " or " if number == len(names) - 1 else ", "
        yield Typed(f"connect {service} {name}", own=True)
