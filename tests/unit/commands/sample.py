"""Two services and the built-in commands around them, as the tests of the language need them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any, Literal, Self

from bot.commands.registry import Registry
from bot.connect.token import Field, Token
from bot.errors import UserError
from bot.plugin import Call, Command, Conversation, Effect, Flow, Grant, Rest, command
from bot.reply import Reply, say

NOTHING = Rest("")
SHAPE = r"\S+:11[0-9a-f]{32}"


class Job(str):
    """A job's name, up to a ``,``."""

    __slots__ = ()
    numbered = True

    @classmethod
    def take(cls, text: str) -> tuple[Self, str]:
        name, _, rest = text.partition(",")
        if not name.strip():
            raise UserError("There is no name before the comma.")
        return cls(name.strip()), rest.strip()


class Colour(Enum):
    RED = "red"
    DARK_BLUE = "dark-blue"


@command("build", effect=Effect.DANGER, aliases=("b",), examples=("build deploy-prod, a=b",))
async def build(call: Call[Any], job: Job, params: Rest = NOTHING) -> Reply:
    """Start a build.

    Parameters are ``name=value`` pairs,
    as many as the job has.

    Raises:
        UserError: never shown.
    """
    return say(job, params)


@command("list", examples=("!jenkins list deploy",))
async def listing(call: Call[Any], part: Rest = NOTHING) -> Reply:
    """List the jobs."""
    return say(part)


@command("list views")
async def views(call: Call[Any]) -> Reply:
    """List the views."""
    return say("views")


@command("tweet", effect=Effect.WRITE, examples=("t tweet Hello!",))
async def tweet(call: Call[Any], text: Rest) -> Reply:
    """Post a tweet."""
    return say(text)


@command("search")
async def search(
    call: Call[Any],
    query: str,
    count: int = 10,
    *,
    kind: Literal["recent", "popular"] = "recent",
    colour: Colour | None = None,
    safe: bool = True,
) -> Reply:
    """Search."""
    return say(query, str(count), kind, str(colour), str(safe))


@command("help")
async def help_(call: Call[Any], topic: Rest = NOTHING) -> Reply:
    """Show what can be said."""
    return say(topic)


@command("connect")
async def connect(call: Call[Any], service: str) -> Reply:
    """Connect your account."""
    return say(service)


@command("forget me")
async def forget(call: Call[Any]) -> Reply:
    """Remove everything of yours."""
    return say("forgotten")


@command("admin users")
async def users(call: Call[Any]) -> Reply:
    """Show who is here."""
    return say("users")


@command("admin freeze", effect=Effect.WRITE)
async def freeze(call: Call[Any], user: str) -> Reply:
    """Freeze somebody."""
    return say(user)


@dataclass(frozen=True)
class Pin:
    """A flow whose answers only mean something once it has begun."""

    name: str = "pin"
    start: Sequence[str] = ("setupauth",)
    answer: Sequence[str] = ("auth",)
    self_starting: bool = False
    shape: str = ""
    revoke_hint: str = ""

    async def run(self, talk: Conversation) -> Grant:
        return Grant({"pin": await talk.ask(say("PIN?"), secret=True)})


@dataclass(frozen=True)
class Sample:
    """A service of which only the words matter."""

    name: str
    title: str
    aliases: Sequence[str]
    flows: Sequence[Flow]
    commands: Sequence[Command]
    origins: Sequence[str] = ()

    def api(self, credential):
        raise NotImplementedError

    async def whoami(self, api):
        raise NotImplementedError

    async def revoke(self, credential):
        raise NotImplementedError


TOKEN = Token(
    page="https://ci.example.org/me",
    what="an API token",
    fields=(Field("user", "user", r"[^:]+", "No user."), Field("token", "token", ".+", "No.")),
    shape=SHAPE,
    revoke_hint="Revoke it in Jenkins.",
)
PIN = Pin()
JENKINS = Sample("jenkins", "Jenkins", ("j",), (TOKEN,), (listing, views, build))
X = Sample("twitter", "X", ("t",), (PIN,), (search, tweet))
BUILTINS = (help_, connect, forget)
FOR_ADMINS = (users, freeze)


def registry() -> Registry:
    """The two services and the built-in commands."""
    return Registry((JENKINS, X), BUILTINS)
