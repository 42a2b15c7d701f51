"""The contract of a service.

A service lives in one folder (or package) and exports a :class:`ServiceType` through the
entry-point group ``actas.services``. A handler is given a :class:`Call` and typed arguments and
returns a :class:`~bot.reply.Reply`; it sees no Matrix, no vault and no event.
"""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from pathlib import Path
from typing import Annotated, Any, Generic, Protocol, Self, TypeVar, get_type_hints

from pydantic import AfterValidator, BaseModel, ConfigDict, PlainValidator

from bot.errors import Unauthorized
from bot.model import Actor, Credential
from bot.reply import EMPTY, Reply
from bot.secret import Secret

Api = TypeVar("Api")


def _secret(value: object) -> Secret:
    if isinstance(value, Secret):
        return value
    if not isinstance(value, str) or not value:
        raise ValueError("must be a text that is not empty")
    return Secret(value)


SecretValue = Annotated[Secret, PlainValidator(_secret)]
"""A field of :class:`Settings` whose value is never shown."""


def _is_there(value: Path) -> Path:
    if not value.is_file():
        raise ValueError("is no file that is there")
    return value


FileValue = Annotated[Path, AfterValidator(_is_there)]
"""A field of :class:`Settings` that names a file, such as ``ca_file``."""


class Settings(BaseModel):
    """Base of a service's part of the configuration; a key it does not know is an error.

    What mends a mistake is its field's ``description``, or ``fix`` of the ValueError, if it has it.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)


class Effect(Enum):
    """What a command does over there: READ may run twice, WRITE never, DANGER asks first."""

    READ = "read"
    WRITE = "write"
    DANGER = "danger"


Flag = Annotated[bool, "flag"]
"""A parameter ``no_follow: Flag = False`` is ``--no-follow``, anywhere behind the command."""


class Progress(Protocol):
    """The one answer of a long command, edited as it goes."""

    async def update(self, reply: Reply) -> None:
        """Show ``reply`` as the state so far; throttled, the last one wins."""


class Following(Protocol):
    """What the caller follows of this service in this room."""

    async def stop(self, topic: str = "") -> tuple[str, ...]:
        """Follow it no more; the topics that were, and all of them where none is given."""


@dataclass(frozen=True, slots=True)
class Call(Generic[Api]):
    """A handler's whole world. ``account`` is who the user is over there, e.g. "alice"."""

    actor: Actor
    account: str
    api: Api
    progress: Progress
    following: Following


@dataclass(frozen=True, slots=True)
class Question:
    """Something that a command still has to know before it can run.

    It is asked in the thread of the command, a ``secret`` one in the direct message only. The
    answer is kept under ``name``; where there are ``choices``, it is one of them, as they spell it.
    ``secret_typed``: what was typed with the command holds a secret, so its message is removed.
    """

    name: str
    prompt: Reply
    choices: tuple[str, ...] = ()
    secret: bool = False
    secret_typed: bool = False


@dataclass(frozen=True, slots=True)
class Ready:
    """What will be run. ``arguments`` take the place of those that were typed.

    ``preview`` stands in the question for a "yes", which is asked for where the configuration says
    so, where something had to be asked before, and where ``ask`` is True. ``also`` is what else it
    amounts to ("build deploy-prod ENV=prod"): patterns of ``commands.confirm`` for that count, too.
    """

    arguments: Mapping[str, Any]
    preview: Reply = EMPTY
    ask: bool = False
    also: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Step:
    """How far something is that is followed.

    ``reply`` takes the place of the answer, ``state`` that of ``Follow.state``; None: it has ended.
    ``wait`` is in seconds, until the next look. ``more`` is said in the thread of the answer.
    """

    reply: Reply
    state: Mapping[str, Any] | None
    wait: float = 3.0
    more: tuple[Reply, ...] = ()


Prepare = Callable[..., Awaitable[Ready | Question | Reply]]
"""``prepare(call, answers, **arguments)``: looks, before anything is asked, noted or done.

It may be called again, with what was answered meanwhile (``Mapping[str, str | Secret]``). A Reply
is said in place of a run.
"""

FollowUp = Callable[["Call[Any]", Mapping[str, Any]], Awaitable[Step]]
"""``follow(call, state)``: looks how far it is. Called until it has ended, also after a restart."""


class Argument(Protocol):
    """A parameter type that reads itself from what was typed.

    Built-in types: ``str`` (one word, quoted as in a shell), ``int``, and :class:`Rest`.
    A class attribute ``numbered = True`` lets a bare number mean an item of the user's last list;
    such a class is constructed with the item's value (a string); ``quotable = False`` says that
    nobody has to quote a number to mean something else by it. A class attribute ``usage`` is shown
    in place of the parameter's name ("head:<branch> <title>"). ``str()`` shows a value as it would
    be typed; where it may hold a secret, ``masked()`` shows it to a room.
    """

    @classmethod
    def take(cls, text: str) -> tuple[Self, str]:
        """Read one value from the head of ``text``; return it and what is left.

        Raises:
            UserError: what stands there is no such value.
        """


class Rest(str):
    """All the text that is left, exactly as it was typed."""

    __slots__ = ()

    @classmethod
    def take(cls, text: str) -> tuple[Self, str]:
        """Take everything."""
        return cls(text), ""


@dataclass(frozen=True, slots=True)
class Parameter:
    """One argument of a command. ``required`` is False where the handler has a default.

    ``flag`` is how it is typed where it is a flag ("--no-follow").
    """

    name: str
    type: Any
    required: bool
    flag: str = ""

    @property
    def label(self) -> str:
        """What it is called in help: as its type says, or its name."""
        return self._own or self.flag or self.name

    @property
    def usage(self) -> str:
        """``<job>``, ``[params]``, ``[--no-follow]``."""
        if not self.required:
            return f"[{self.label}]"
        return self._own or f"<{self.name}>"

    @property
    def _own(self) -> str:
        found = getattr(self.type, "usage", "")
        return found if isinstance(found, str) else ""


@dataclass(frozen=True, slots=True)
class Command:
    """A command: described by a decorator, registered by standing in a service's list."""

    name: str
    handler: Callable[..., Awaitable[Reply]]
    effect: Effect
    parameters: tuple[Parameter, ...]
    summary: str
    aliases: tuple[str, ...] = ()
    examples: tuple[str, ...] = ()
    prepare: Prepare | None = None
    follow: FollowUp | None = None

    @property
    def for_admins(self) -> bool:
        """Whether a built-in command is for admins only: its first word says so."""
        return self.name.split()[0] == "admin"

    @property
    def usage(self) -> str:
        """``build <job> [params]``."""
        return " ".join((self.name, *(parameter.usage for parameter in self.parameters)))


def command(
    name: str,
    *,
    effect: Effect = Effect.READ,
    aliases: Sequence[str] = (),
    examples: Sequence[str] = (),
    prepare: Prepare | None = None,
    follow: FollowUp | None = None,
) -> Callable[[Callable[..., Awaitable[Reply]]], Command]:
    """Describe a handler: its types are the parser, its docstring's first line the help.

    The handler's first parameter is the :class:`Call`; a parameter with a default is optional.
    ``name`` may be of several words.
    """

    def describe(handler: Callable[..., Awaitable[Reply]]) -> Command:
        hints = get_type_hints(handler, include_extras=True)
        _, *rest = inspect.signature(handler).parameters.values()
        if untyped := [p.name for p in rest if p.name not in hints]:
            raise TypeError(f"the parameter {untyped[0]} of {name!r} needs a type")
        parameters = tuple(
            Parameter(
                p.name,
                hints[p.name],
                p.default is inspect.Parameter.empty,
                f"--{p.name.replace('_', '-')}" if hints[p.name] is Flag else "",
            )
            for p in rest
        )
        return Command(
            name=name,
            handler=handler,
            effect=effect,
            parameters=parameters,
            summary=(inspect.getdoc(handler) or "").partition("\n")[0],
            aliases=tuple(aliases),
            examples=tuple(examples),
            prepare=prepare,
            follow=follow,
        )

    return describe


class Conversation(Protocol):
    """What a flow may do with the person, in their encrypted direct message."""

    async def tell(self, reply: Reply) -> None:
        """Say something."""

    async def ask(self, prompt: Reply, *, secret: bool) -> Secret:
        """Ask and wait for a text. A secret answer is redacted as soon as it has arrived.

        Raises:
            Abandoned: the person cancelled, or took longer than ten minutes.
        """

    async def confirm(self, question: Reply) -> bool:
        """Ask a question that is answered with "yes" or "no" as an encrypted text."""

    async def callback(
        self,
        url: Callable[[str], str | Awaitable[str]],
        arrived: Callable[[Mapping[str, str]], None] | None = None,
    ) -> Mapping[str, str]:
        """Send the person to a service's page, and wait for what that sends them back with.

        ``url`` is given the address of the bot's own page to come back to, which ends in a one-shot
        ``?state=`` of 128 bits and is good for ten minutes, and returns the address to open. That
        page's query is returned without the state: once the person has typed, in the direct
        message, the code that the bot's page shows to whoever comes back, or at once where the
        service's page says that it was refused (``error``, ``denied``).

        ``arrived`` is given the query as soon as somebody comes back, when nobody knows who: for
        what would not last until the code is typed.

        Raises:
            Abandoned: the person cancelled, or took longer than ten minutes.
            UserError: three codes were wrong.
        """


class Abandoned(Exception):  # not an error: the person thought better of it
    """The person cancelled the conversation, or left it alone for too long."""


@dataclass(frozen=True, slots=True)
class Grant:
    """What a flow ends with: the secrets to seal. Times are timezone-aware.

    ``expires`` is when the person has to connect again; ``fresh_until`` when it has to be renewed
    before it is used (see :class:`Renewing`): an access token's end, or a session's. ``scopes`` are
    what the service says that it may do, for the person to read.
    """

    fields: Mapping[str, Secret]
    expires: datetime | None = None
    fresh_until: datetime | None = None
    scopes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Known:
    """Whose account a credential is, and when it ends where only the service can tell."""

    account: str
    expires: datetime | None = None


class Flow(Protocol):
    """A way to connect.

    ``start`` are the words that begin it beside ``connect <service>`` (``setupauth``), ``answer``
    the words that carry an answer to its question (``auth``, ``set auth``). Where ``self_starting``
    is True such an answer may come unasked: it begins the flow and answers its first question.
    ``shape`` is a regular expression of what a pasted secret of this kind looks like, or "".
    ``revoke_hint`` tells where a secret that was shown to others is revoked, or "" where it needs
    no revoking. A flow may have one more attribute: ``web = True`` says that it needs
    :meth:`Conversation.callback`, so that it is offered where the bot has a ``web.public_url``; and
    ``unbound = True`` that whoever goes through it need not be who asked, so that it is not offered
    to somebody whose identity has changed.
    """

    name: str
    start: Sequence[str]
    answer: Sequence[str]
    self_starting: bool
    shape: str
    revoke_hint: str

    async def run(self, talk: Conversation) -> Grant:
        """Lead the person through it.

        Raises:
            Abandoned: see :meth:`Conversation.ask`.
            UserError: what was given cannot be right; the text says why.
            ServiceError: the service refused or failed.
        """


class StepUp(Unauthorized):
    """The credential is good, but the person has to do something before it is used: a code, say.

    ``flow`` leads them through it, and its grant takes the place of the credential. ``need`` says
    what is missing, in a sentence ("AWS asks for a code of your MFA device.").
    """

    def __init__(self, flow: Flow, need: str) -> None:
        super().__init__(need)
        self.flow, self.need = flow, need


class Renewing(Protocol):
    """What a service has beside :class:`Service` whose grants are ``fresh_until`` some time."""

    async def renew(self, credential: Credential) -> Grant:
        """What takes the place of a credential that is fresh no longer.

        One at a time for each credential; what is returned is stored before it is used.

        Raises:
            StepUp: the person has to do something first.
            Unauthorized: it cannot be renewed (any more): the person has to connect again.
            ServiceError: the service does not do its part at the moment.
        """


class Service(Protocol[Api]):
    """One configured instance of a service. ``name`` is the word that users type.

    It may have more methods: see :class:`Renewing`; and ``where_to_revoke(credential) -> str``, a
    sentence on where its owner revokes what :meth:`revoke` cannot, instead of its flows' hints.
    """

    name: str
    title: str  # "Jenkins", "X"
    aliases: Sequence[str]
    origins: Sequence[str]  # scheme://host[:port] that its credentials are sent to
    flows: Sequence[Flow]  # best first
    commands: Sequence[Command]

    def api(self, credential: Credential) -> AbstractAsyncContextManager[Api]:
        """This user's client, made for one call and closed after it."""

    async def whoami(self, api: Api) -> str | Known:
        """Prove the credential and return the account's name over there.

        Raises:
            Unauthorized: the credential is not accepted.
        """

    async def revoke(self, credential: Credential) -> bool:
        """Revoke upstream. False where the service has no way to do so."""


class ServiceType(Protocol):
    """A kind of service: ``kind`` is what ``type:`` says in the configuration.

    ``settings`` models its part of the configuration, without ``type`` and ``aliases``.
    `actas setup` asks for its required fields by their ``title`` and first of ``examples``, where
    they have them. It looks for three more attributes, which a kind may leave out: ``title`` (a
    text: "Jenkins", "X"), ``usual_aliases`` (a sequence of words that people expect) and ``guide``
    (where it is described, for a kind whose required fields are more than answers can be).
    """

    kind: str
    settings: type[Settings]

    def create(self, name: str, aliases: Sequence[str], settings: Any) -> Service[Any]:
        """An instance under the name ``name``."""
