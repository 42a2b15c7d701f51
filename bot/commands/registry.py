"""Everything that can be said, and what it means."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias

from bot.commands.arguments import readable
from bot.commands.phrases import Phrases
from bot.commands.shapes import Shapes
from bot.commands.suggestions import Known, suggest
from bot.errors import ConfigError
from bot.plugin import Command, Flow, Service
from bot.secret import Secret

AnyService: TypeAlias = Service[Any]

_RESERVED: Final = frozenset({"yes", "no", "cancel", "approve"})  # answers to questions
_SWAPPED: Final = frozenset({"help", "connect", "disconnect"})  # "jenkins connect" is understood


@dataclass(frozen=True, slots=True)
class Invocation:
    """A command, and its arguments as they were typed. ``service`` is None for a built-in one."""

    service: AnyService | None
    command: Command
    text: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class FlowStart:
    """The words that begin a flow (``t setupauth``)."""

    service: AnyService
    flow: Flow


@dataclass(frozen=True, slots=True)
class FlowAnswer:
    """The words that carry an answer to a flow (``t auth 748256``); an empty answer is falsy."""

    service: AnyService
    flow: Flow
    secret: Secret


@dataclass(frozen=True, slots=True)
class Unknown:
    """Nothing that can be said.

    It holds no word of what was typed, which may be a misplaced secret. ``suggestions`` are known
    phrases, best first; ``service`` is the one whose name began the text. ``close`` is False where
    nothing suggests that a command was meant at all: uncertain addresses (see ``parser.Address``)
    then get no answer.
    """

    service: AnyService | None
    suggestions: tuple[str, ...]
    close: bool


Resolved: TypeAlias = Invocation | FlowStart | FlowAnswer | Unknown


@dataclass(frozen=True, slots=True)
class _Start:
    flow: Flow


@dataclass(frozen=True, slots=True)
class _Answer:
    flow: Flow


_Meaning: TypeAlias = Command | _Start | _Answer


class Registry:
    """The configured services and the built-in commands, by the words that people type."""

    def __init__(self, services: Sequence[AnyService], builtins: Sequence[Command]) -> None:
        """Take the services and the built-in commands, one of which is called ``help``.

        Raises:
            ConfigError: a service's name or alias is taken already.
            ValueError, TypeError: a service's own fault: two of its commands share a phrase, or a
                parameter has a type that cannot be read.
        """
        self.services = tuple(services)
        self.builtins = tuple(builtins)
        self._shapes = Shapes(services)
        self._builtins = Phrases[Command](
            (name, command) for command in builtins for name in _named(command)
        )
        self._services = _by_name(services, {phrase[0] for phrase, _ in self._builtins})
        self._phrases = {service.name: Phrases(_meanings(service)) for service in services}
        self._known = tuple(_known(services, builtins))
        self.help = self._builtin("help")
        for command in (*builtins, *(c for service in services for c in service.commands)):
            for parameter in command.parameters:
                readable(parameter.type)

    def service(self, name: str) -> AnyService | None:
        """The service of this name or alias, in any case."""
        return self._services.get(name.strip().casefold())

    def resolve(self, text: str) -> Resolved:
        """Find what ``text`` means: a service's command or flow, a built-in command, or nothing.

        A service's name alone asks for its help, and no text at all for the bot's.
        """
        first, *rest = text.split(maxsplit=1) or [""]
        service = self.service(first)
        if service is not None:
            return self._of_service(service, text, "".join(rest))
        if not first:
            return Invocation(None, self.help, "")
        if (found := self._builtins.match(text)) is not None:
            return Invocation(None, *found)
        return self._unknown(None, text)

    def offering(self, text: str) -> tuple[tuple[AnyService, Command], ...]:
        """The services' commands that ``text`` begins with, without a service's name before it."""
        found = ((s, self._phrases[s.name].match(text)) for s in self.services)
        return tuple((s, m[0]) for s, m in found if m is not None and isinstance(m[0], Command))

    def canonical(self, pattern: str) -> str:
        """Write a pattern of ``commands.confirm`` with names in place of aliases.

        ``j b deploy-*`` becomes ``jenkins build deploy-*``. Words that name nothing (globs) stay.
        """
        first, *rest = pattern.split(maxsplit=1) or [""]
        service = self.service(first)
        if service is None:
            return pattern
        text = "".join(rest)
        found = self._phrases[service.name].match(text)
        if found is not None and isinstance(found[0], Command):
            text = f"{found[0].name} {found[1]}"
        return f"{service.name} {text}".rstrip()

    def looks_like_secret(self, text: str) -> tuple[AnyService, Flow] | None:
        """Whose secret ``text`` seems to hold, by the shapes that flows declare; see ``Shapes``."""
        return self._shapes.find(text)

    def phrases(self) -> tuple[str, ...]:
        """Every command and way to connect by its full name (``jenkins build``), no aliases."""
        return tuple(dict.fromkeys(known.phrase for known in self._known if known.words))

    def _of_service(self, service: AnyService, whole: str, rest: str) -> Resolved:
        if not rest:
            return Invocation(None, self.help, service.name)
        found = self._phrases[service.name].match(rest)
        if found is None:
            return self._swapped(service, rest) or self._unknown(service, whole)
        meaning, text = found
        if isinstance(meaning, Command):
            return Invocation(service, meaning, text)
        secret = Secret(text.rstrip())
        if isinstance(meaning, _Start) or (meaning.flow.self_starting and not secret):
            return FlowStart(service, meaning.flow)
        return FlowAnswer(service, meaning.flow, secret)

    def _swapped(self, service: AnyService, rest: str) -> Invocation | None:
        """``jenkins connect`` for ``connect jenkins``."""
        found = self._builtins.match(rest)
        if found is None or found[0].name not in _SWAPPED:
            return None
        return Invocation(None, found[0], f"{service.name} {found[1]}".rstrip())

    def _unknown(self, service: AnyService | None, text: str) -> Unknown:
        phrases, close = suggest(text, self._known)
        return Unknown(service, phrases, close or service is not None)

    def _builtin(self, name: str) -> Command:
        for command in self.builtins:
            if command.name == name:
                return command
        raise ValueError(f"there is no built-in command {name!r}")


def _named(item: Command | AnyService) -> Iterator[str]:
    yield item.name
    yield from item.aliases


def _meanings(service: AnyService) -> Iterator[tuple[str, _Meaning]]:
    for command in service.commands:
        for name in _named(command):
            yield name, command
    for flow in service.flows:
        for words in flow.start:
            yield words, _Start(flow)
        for words in flow.answer:
            yield words, _Answer(flow)


def _by_name(services: Sequence[AnyService], taken: Iterable[str]) -> dict[str, AnyService]:
    owners = dict.fromkeys((*_RESERVED, *taken), "a word of the bot's own")
    found: dict[str, AnyService] = {}
    for service in services:
        for name in _named(service):
            word = name.casefold()
            if word in owners:
                raise ConfigError(
                    f"services.{service.name}",
                    f"the word {name!r} is {owners[word]}",
                    "Give the service another name, or leave that alias out",
                )
            owners[word] = f"taken by the service {service.name}"
            found[word] = service
    return found


def _known(services: Sequence[AnyService], builtins: Sequence[Command]) -> Iterator[Known]:
    for command in builtins:
        for name in _named(command):
            yield Known((), _key(name), command.name)
    for service in services:
        names = tuple(name.casefold() for name in (*_named(service), service.title))
        yield Known(names, (), service.name)
        for phrase, meaning in _meanings(service):
            full = meaning.name if isinstance(meaning, Command) else phrase
            yield Known(names, _key(phrase), f"{service.name} {full}")


def _key(phrase: str) -> tuple[str, ...]:
    return tuple(phrase.casefold().split())
