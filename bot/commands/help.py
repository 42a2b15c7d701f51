"""Help, made of the commands' types and docstrings; and what is said when nothing was understood.

Everything here is built from what the services declare, never from what somebody typed.
"""

from __future__ import annotations

from typing import Final

from bot.commands.explained import about_command, about_service, either, in_brief, summaries
from bot.commands.registry import AnyService, FlowAnswer, FlowStart, Invocation, Registry, Unknown
from bot.errors import UserError
from bot.plugin import Command
from bot.reply import Block, Line, Mono, Reply, Strong, line, say

ANSWERS: Final = {
    "cancel": "Stop what I ask you: in our direct message, or in the thread of my question.",
    "yes": "Let run what I have asked about; with the code behind it, where my question has one.",
    "no": "Drop what I have asked about.",
    "approve": "Let run what somebody else wants, with the code in my question behind it.",
}
"""What is said without a prefix, where the bot has asked something."""


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
        return about_service(found.service, prefix)
    if isinstance(found, Invocation):
        service = registry.service(found.text) if found.command is registry.help else None
        if service is not None:
            return about_service(service, prefix)
        return about_command(registry, found.service, found.command, prefix)
    return _about_words(registry, topic, found, prefix, admin=admin)


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
    phrases = [prefix + phrase for phrase in unknown.suggestions]
    if phrases:
        return say("I do not know that. Did you mean ", *either(phrases), "?")
    topic = f"help {unknown.service.name}" if unknown.service else "help"
    return say("I do not know that. ", Mono(prefix + topic), " shows what I can do.")


def _overview(registry: Registry, prefix: str, in_rooms: str, *, admin: bool) -> Reply:
    blocks: list[Block] = [
        line(
            "I run commands as you, with your own accounts. In a room begin with ",
            *((Mono(in_rooms), " or ") if in_rooms else ()),
            "my name; in our direct message just say it.",
        )
    ]
    blocks += [in_brief(service) for service in registry.services]
    always = [c for c in registry.builtins if admin or not c.for_admins]
    blocks += [line(Strong("And always")), summaries(always, prefix)]
    first = registry.services[0].name if registry.services else "connect"
    blocks += [
        line("Where I have asked you something, ", Mono("cancel"), " drops it."),
        line(
            Mono(f"{prefix}help {first}"), " tells more. ", Mono(">dm"),
            " at the end of a command sends its answer to our direct message.",
        ),
    ]  # fmt: skip
    return Reply(tuple(blocks))


def _about_words(
    registry: Registry, topic: str, unknown: Unknown, prefix: str, *, admin: bool
) -> Reply:
    """What answers questions, the first words of built-in commands, or a command without a service.

    The last is clear enough where only one service has it.
    """
    words = " ".join(topic.casefold().split())
    offers = registry.offering(topic) if unknown.service is None else ()
    if words in ANSWERS:
        more = [_offered(service, command, prefix) for service, command in offers]
        return Reply((line(Mono(words), f" – {ANSWERS[words]}"), *more))
    begun = [c for c in registry.builtins if c.name.startswith(f"{words} ")]
    if begun and begun[0].for_admins and not admin:
        raise UserError("That is for my admins, who say it in their direct message.")
    if len(begun) > 1:
        return Reply((summaries(begun, prefix),))
    found = [*((None, command) for command in begun), *offers]
    if len(found) == 1:
        return about_command(registry, *found[0], prefix)
    phrases = [f"{s.name} {c.name}" for s, c in offers] or list(unknown.suggestions)
    hint = f"{prefix}help shows everything."
    if phrases:
        hint = "Did you mean " + " or ".join(f"{prefix}help {phrase}" for phrase in phrases) + "?"
    raise UserError("There is no help on that.", hint)


def _offered(service: AnyService, command: Command, prefix: str) -> Line:
    """A service's command that is called as an answer is."""
    usage = Mono(f"{prefix}{service.name} {command.usage}")
    return line("With ", service.title, " there is ", usage, f" – {command.summary}")
