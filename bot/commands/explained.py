"""What help says of one service and of one command, made of their types and docstrings."""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Sequence

from bot.commands.arguments import describe
from bot.commands.registry import AnyService, Registry
from bot.plugin import Command, Effect, Flow, Parameter
from bot.reply import Block, Inline, Line, Mono, Reply, Strong, bullets, line

_EFFECTS = {
    Effect.WRITE: "It changes something over there; it runs once at most.",
    Effect.DANGER: 'It shows what it would do and as whom, and waits for your "yes".',
}
_OPTIONAL = " (may be left out)"


def about_service(service: AnyService, prefix: str) -> Reply:
    """All that can be said to a service, and the ways to connect it."""
    blocks: list[Block] = [line(*_title(service))]
    if service.commands:
        blocks.append(summaries(service.commands, f"{prefix}{service.name} "))
    if service.flows:
        blocks.append(line("To connect, in our direct message: ", *_ways(service), "."))
    for first in [c for c in service.commands if c.effect is not Effect.READ][:1]:
        topic = Mono(f"{prefix}help {service.name} {first.name}")
        blocks.append(line(topic, " tells more of that one, with examples."))
    return Reply(tuple(blocks))


def about_command(
    registry: Registry, service: AnyService | None, command: Command, prefix: str
) -> Reply:
    """How a command is said, what it does, and what its arguments are."""
    before = f"{prefix}{service.name} " if service else prefix
    blocks: list[Block] = [line(Mono(before + command.usage))]
    blocks += [line(*_inline(paragraph)) for paragraph in _paragraphs(command)]
    if command.parameters:
        own = registry if service is None else None
        blocks.append(bullets([_argument(p, own) for p in command.parameters]))
    if service is None and command.name == "connect":
        blocks += _connecting(registry)
    if command.effect in _EFFECTS:
        blocks.append(line(_EFFECTS[command.effect]))
    if command.aliases:
        blocks.append(_in_short(command.aliases, before))
    examples = [line(Mono(_example(service, text, prefix))) for text in command.examples]
    if examples:
        blocks += [line("For example:"), bullets(examples)]
    return Reply(tuple(blocks))


def in_brief(service: AnyService) -> Line:
    """Its name, and the words of all that can be said to it."""
    words = ", ".join(command.name for command in service.commands)
    return line(*_title(service), f": {words}" if words else "")


def summaries(commands: Sequence[Command], before: str) -> Block:
    """A list of commands: how each is said, and what it does."""
    return bullets([line(Mono(before + c.usage), f" – {c.summary}") for c in commands])


def either(texts: Sequence[str]) -> Iterator[Inline]:
    """``a``, ``b`` or ``c``: texts to be typed."""
    for number, text in enumerate(texts):
        if number:
            yield " or " if number == len(texts) - 1 else ", "
        yield Mono(text)


def _argument(parameter: Parameter, own: Registry | None) -> Line:
    """One argument; of the bot's ``own`` commands, a service is one of those that there are."""
    what: list[Inline] = list(_inline(describe(parameter.type)))
    if own is not None and own.services and parameter.name == "service":
        what = list(either([service.name for service in own.services]))
    if own is not None and parameter.name == "way":
        what = ["one of those below, where a service has several"]
    optional = "" if parameter.required else _OPTIONAL
    return line(Mono(parameter.label), ": ", *what, optional)


def _title(service: AnyService) -> Iterator[Inline]:
    """Its name, and the words for it."""
    yield Strong(service.title)
    yield " ("
    yield from either((service.name, *service.aliases))
    yield ")"


def _in_short(aliases: Sequence[str], before: str) -> Line:
    parts: list[Inline] = []
    for alias in aliases:
        parts += [", " if parts else "In short: ", Mono(before + alias)]
    return line(*parts)


def _connecting(registry: Registry) -> Sequence[Block]:
    ways = [line(Strong(s.title), ": ", *_ways(s)) for s in registry.services if s.flows]
    return (line("There, it can also be said like this:"), bullets(ways)) if ways else ()


def _ways(service: AnyService) -> Iterator[Inline]:
    """The ways to connect. All of them belong into the direct message, so without the prefix."""
    yield Mono(f"connect {service.name}")
    for flow in service.flows if len(service.flows) > 1 else ():
        yield " or "
        yield Mono(f"connect {service.name} {flow.name}")
    for words in (words for flow in service.flows for words in _begins(flow)):
        yield " or "
        yield Mono(f"{service.name} {words}")


def _begins(flow: Flow) -> Iterator[str]:
    yield from flow.start
    if flow.self_starting:
        yield from (f"{words} …" for words in flow.answer)


def _paragraphs(command: Command) -> Iterator[str]:
    """The docstring's summary and what follows it, up to its first section ("Raises:")."""
    doc = inspect.getdoc(command.handler) or command.summary
    for paragraph in doc.split("\n\n"):
        first = paragraph.strip().partition("\n")[0]
        if first.endswith(":") and first[:-1].isalpha():
            return
        if first:
            yield " ".join(paragraph.split())


def _inline(paragraph: str) -> Iterator[Inline]:
    """Double backticks mark code in docstrings."""
    for number, piece in enumerate(paragraph.split("``")):
        yield Mono(piece) if number % 2 else piece


def _example(service: AnyService | None, text: str, prefix: str) -> str:
    """An example as it is typed in a room, whether or not its author wrote prefix and service."""
    text = text.removeprefix(prefix)
    if service is None or text.partition(" ")[0] in (service.name, *service.aliases):
        return prefix + text
    return f"{prefix}{service.name} {text}"
