"""The configured services, made, and looked at before anything relies on them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from bot.commands.arguments import readable
from bot.commands.registry import Registry
from bot.config import ServiceEntry
from bot.errors import ConfigError
from bot.packages import blame, faulty, is_ours
from bot.plugin import Call, Command, Service, command
from bot.reply import EMPTY, Reply

_SERVICE: Final = (
    "name", "title", "aliases", "origins", "flows", "commands", "api", "whoami", "revoke",
)  # fmt: skip
_FLOW: Final = ("name", "start", "answer", "self_starting", "shape", "revoke_hint", "run")


def make(entry: ServiceEntry) -> Service[Any]:
    """The service that is configured, with all that the bot calls and shows of it.

    Raises:
        ConfigError: it cannot be made as it is configured, or its package has a fault.
    """
    module = type(entry.kind).__module__
    try:
        service = entry.kind.create(entry.name, entry.aliases, entry.settings)
        fault = next(_faults(service, entry.name), "")
    except ConfigError:
        raise
    except Exception as error:
        if is_ours(module):
            raise
        fault = blame(error, module)
    if fault:
        raise faulty(f"services.{entry.name}", module, fault)
    return service


def _faults(service: Service[Any], name: str) -> Iterator[str]:
    """What the bot would stumble over, later."""
    yield from (f"the service has no {part}" for part in _SERVICE if not hasattr(service, part))
    if service.name != name:
        yield f"the service does not keep the name that it is given: it is {service.name!r}"
    if not service.flows:
        yield "the service has no way to connect in its flows"
    for flow in service.flows:
        yield from (
            f"the flow {type(flow).__name__} has no {part}"
            for part in _FLOW
            if not hasattr(flow, part)
        )
    for each in service.commands:
        yield from _of_command(each)
    try:
        Registry([service], [_help])
    except (TypeError, ValueError) as error:  # what they say is about code
        yield str(error)


def _of_command(each: Any) -> Iterator[str]:
    if not isinstance(each, Command):
        yield f"{getattr(each, '__name__', each)!r} is among its commands, without @command"
        return
    for parameter in each.parameters:
        try:
            readable(parameter.type)
        except TypeError as error:
            yield f"the command {each.name!r}: <{parameter.name}>: {error}"


@command("help")
async def _help(call: Call[None]) -> Reply:
    """Stand in for the bot's own."""
    del call
    return EMPTY
