"""A command on its way: what was said, what it will do, with whose credential."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from bot.commands.arguments import phrase, shown
from bot.commands.registry import Invocation
from bot.journal import Note, Record
from bot.model import Credential, Message, Place
from bot.plugin import Effect
from bot.reply import EMPTY, Link, Reply
from bot.secret import Secret


@dataclass(slots=True)
class Run:
    """One command on its way.

    ``typed`` are the arguments as they were said, ``bound`` those that it is run with. ``since`` is
    the server's time (ms) of what set it going: its message, or the "yes" to it; ``place`` is where
    the last word that it is made of stands, None where that is in another room. ``resumed``: it was
    parked, so that its message may be long ago. ``answers`` are those to its questions, ``asks``
    and ``preview`` are for the question whether it is meant, ``also`` is what else it amounts to.
    ``approved_by`` is the second person, where there has to be one.
    """

    message: Message
    invocation: Invocation
    typed: Mapping[str, Any]
    to_direct: bool
    since: int
    place: Place | None
    bound: Mapping[str, Any] = field(default_factory=dict)
    credential: Credential | None = None
    resumed: bool = False
    answers: dict[str, str | Secret] = field(default_factory=dict)
    asks: bool = False
    preview: Reply = EMPTY
    also: tuple[str, ...] = ()
    removed: bool = False  # its message held a secret, and is gone
    approved_by: str | None = None

    @property
    def service_name(self) -> str:
        return self.invocation.service.name if self.invocation.service else ""

    @property
    def acts(self) -> bool:
        return self.invocation.command.effect is not Effect.READ

    @property
    def account(self) -> str:
        return self.credential.account if self.credential else ""

    @property
    def shown(self) -> str:
        """The command as people may see it."""
        return shown(self.service_name, self.invocation.command, self.bound or self.typed)

    @property
    def shows_secret(self) -> bool:
        """Whether its message holds what is not to be seen."""
        command, name = self.invocation.command, self.service_name
        if any(isinstance(answer, Secret) for answer in self.answers.values()):
            return False  # that one was asked for elsewhere, and what is masked may be it
        masked = shown(name, command, self.bound)
        return masked != shown(name, command, self.bound, masked=False)

    @property
    def phrases(self) -> tuple[str, ...]:
        """The command as patterns see it, and what else it amounts to."""
        service, command = self.service_name, self.invocation.command
        return phrase(service, command, self.bound), *(f"{service} {a}" for a in self.also)

    def record(self, about: Link | None = None) -> Record:
        """What the journal keeps of it."""
        command, note = self.invocation.command, Note(self.shown, about)
        return Record(self.message, self.service_name, command, note, self.approved_by)
