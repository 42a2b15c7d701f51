"""Help, made of the commands' types and docstrings; and what is said when nothing was understood.

Everything here is built from what the services declare, never from what somebody typed.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Sequence

from bot.commands.arguments import describe
from bot.commands.registry import AnyService, FlowAnswer, FlowStart, Invocation, Registry, Unknown
from bot.errors import UserError
from bot.plugin import Command, Effect, Flow
from bot.reply import Block, Inline, Line, Mono, Reply, Strong, bullets, line, say

_EFFECTS = {
    Effect.WRITE: "It changes something over there; it runs once at most.",
    Effect.DANGER: 'It shows what it would do and as whom, and waits for your "yes".',
}
_OPTIONAL = " (may be left out)"


def help_reply(
    registry: Registry, topic: str, prefix: str, *, in_rooms: str = "", admin: bool = False
) -> Reply:
    """Help about everything (``topic`` empty), a service, a command or a command of a service.

    Commands are shown with ``prefix``, as they are typed in a room; in a direct message it is
    empty, and ``in_rooms`` tells it. ``admin``: what is for admins is listed as well.

    Raises:
        UserError: there is no such topic; the hint has what is nearest.
    """
    if not topic.strip():
        return _overview(registry, prefix, in_rooms or prefix, admin=admin)
    found = registry.resolve(topic)
    if isinstance(found, FlowStart | FlowAnswer):
        return _about_service(found.service, prefix)
    if isinstance(found, Invocation):
        service = registry.service(found.text) if found.command is registry.help else None
        if service is not None:
            return _about_service(service, prefix)
        return _about_command(found.service, found.command, prefix)
    return _about_bare(registry, topic, found, prefix)


def greeting(registry: Registry, prefix: str) -> Reply:
    """Three lines for somebody whom the bot meets for the first time, in their direct message."""
    *others, last = [service.title for service in registry.services] or ["other services"]
    titles = f"{', '.join(others)} and {last}" if others else last
    first = registry.services[0].name if registry.services else "<service>"
    return Reply(
        (
            line("Hello! I run commands as you, with your own account on ", titles, "."),
            line("Say ", Mono(f"connect {first}"), " here to connect yours; only you can use it."),
            line(
                "In a room begin with ", Mono(prefix), " or my name: ", Mono(f"{prefix}help"), "."
            ),
        )
    )


def not_understood(unknown: Unknown, prefix: str) -> Reply:
    """The one-line answer to a text that means nothing; it repeats nothing of that text."""
    if unknown.suggestions:
        return say("I do not know that. Did you mean ", *_either(unknown.suggestions, prefix), "?")
    topic = f"help {unknown.service.name}" if unknown.service else "help"
    return say("I do not know that. ", Mono(prefix + topic), " shows what I can do.")


def _either(phrases: Sequence[str], prefix: str) -> Iterator[Inline]:
    for number, phrase in enumerate(phrases):
        if number:
            yield " or " if number == len(phrases) - 1 else ", "
        yield Mono(prefix + phrase)


def _overview(registry: Registry, prefix: str, in_rooms: str, *, admin: bool) -> Reply:
    blocks: list[Block] = [
        line(
            "I run commands as you, with your own accounts. In a room begin with ",
            *((Mono(in_rooms), " or ") if in_rooms else ()),
            "my name; in our direct message just say it.",
        )
    ]
    for service in registry.services:
        blocks += [_title(service), _summaries(service.commands, f"{prefix}{service.name} ")]
    always = [c for c in registry.builtins if admin or not c.for_admins]
    blocks += [line(Strong("And always")), _summaries(always, prefix)]
    topic = f"{prefix}help {registry.services[0].name}" if registry.services else f"{prefix}help"
    blocks.append(
        line(
            Mono(topic), " tells more. ", Mono(">dm"),
            " at the end of a command sends its answer to our direct message.",
        )
    )  # fmt: skip
    return Reply(tuple(blocks))


def _about_service(service: AnyService, prefix: str) -> Reply:
    before = f"{prefix}{service.name} "
    blocks: list[Block] = [_title(service)]
    if service.commands:
        blocks.append(_summaries(service.commands, before))
    if service.flows:
        blocks.append(_connecting(service))
    examples = [_example(service, c.examples[0], prefix) for c in service.commands if c.examples]
    if examples:
        blocks += [line("For example:"), bullets([line(Mono(text)) for text in examples])]
    return Reply(tuple(blocks))


def _about_command(service: AnyService | None, command: Command, prefix: str) -> Reply:
    before = f"{prefix}{service.name} " if service else prefix
    blocks: list[Block] = [line(Mono(before + command.usage))]
    blocks += [line(*_inline(paragraph)) for paragraph in _paragraphs(command)]
    arguments = [
        line(
            Mono(p.flag or p.name),
            ": ",
            *_inline(describe(p.type) + ("" if p.required else _OPTIONAL)),
        )
        for p in command.parameters
    ]
    if arguments:
        blocks.append(bullets(arguments))
    if command.effect in _EFFECTS:
        blocks.append(line(_EFFECTS[command.effect]))
    if command.aliases:
        blocks.append(_in_short(command.aliases, before))
    examples = [line(Mono(_example(service, text, prefix))) for text in command.examples]
    if examples:
        blocks += [line("For example:"), bullets(examples)]
    return Reply(tuple(blocks))


def _about_bare(registry: Registry, topic: str, unknown: Unknown, prefix: str) -> Reply:
    """A command's name without its service: clear enough where only one service has it."""
    offers = registry.offering(topic) if unknown.service is None else ()
    if len(offers) == 1:
        return _about_command(*offers[0], prefix)
    phrases = [f"{s.name} {c.name}" for s, c in offers] or list(unknown.suggestions)
    hint = f"{prefix}help shows everything."
    if phrases:
        hint = "Did you mean " + " or ".join(f"{prefix}help {phrase}" for phrase in phrases) + "?"
    raise UserError("There is no help on that.", hint)


def _title(service: AnyService) -> Line:
    if not service.aliases:
        return line(Strong(service.title))
    return line(Strong(service.title), *_also(service.aliases))


def _also(aliases: Sequence[str]) -> Iterator[Inline]:
    for number, alias in enumerate(aliases):
        yield ", " if number else " (also "
        yield Mono(alias)
    yield ")"


def _in_short(aliases: Sequence[str], before: str) -> Line:
    parts: list[Inline] = []
    for alias in aliases:
        parts += [", " if parts else "In short: ", Mono(before + alias)]
    return line(*parts)


def _summaries(commands: Sequence[Command], before: str) -> Block:
    return bullets([line(Mono(before + c.usage), f" – {c.summary}") for c in commands])


def _connecting(service: AnyService) -> Line:
    """The ways to connect. All of them belong into the direct message, so without the prefix."""
    parts: list[Inline] = ["To connect, in our direct message: ", Mono(f"connect {service.name}")]
    for words in (words for flow in service.flows for words in _begins(flow)):
        parts += [" or ", Mono(f"{service.name} {words}")]
    return line(*parts, ".")


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
