"""The commands that every bot has: help connect disconnect accounts history verify forget me."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import quote

from bot.accounts import Accounts
from bot.commands.help import help_reply
from bot.commands.registry import Registry
from bot.connections import Connections
from bot.errors import Exposed, UserError
from bot.following import Followers
from bot.journal import Entry, Journal
from bot.model import Message
from bot.plugin import Call, Command, Effect, Ready, Rest, Service, command
from bot.reply import Block, Inline, Link, Mono, Reply, Strong, Table, Typed, line, say
from bot.vault.vault import Account

_NOTHING: Final = Rest("")
_PER_PAGE: Final = 20
_PAGES: Final = 1_000_000  # nobody has run more, and no database can skip any number
_RESULTS: Final = {"finished": "done", "started": "running", "interrupted": "cut off"}


class Builtins:
    """Their handlers. A built-in command's ``call.api`` is the message that asked for it."""

    def __init__(self, prefix: str, admins: Sequence[str]) -> None:
        self._prefix, self._admins = prefix, admins
        self._registry: Registry
        self._accounts: Accounts
        self._connections: Connections
        self._followers: Followers
        self._journal: Journal

    def use(
        self,
        *,
        registry: Registry,
        accounts: Accounts,
        connections: Connections,
        followers: Followers,
        journal: Journal,
    ) -> None:
        """The registry lists these commands, so it comes after them."""
        self._registry, self._accounts, self._connections = registry, accounts, connections
        self._followers, self._journal = followers, journal

    @property
    def commands(self) -> Sequence[Command]:
        """All of them, in the order that help shows them."""
        describe: Callable[..., Any] = command
        return (
            describe("help")(self.help),
            describe("connect", prepare=self.before_connect)(self.connect),
            describe("disconnect", effect=Effect.WRITE)(self.disconnect),
            describe("accounts", aliases=("whoami",))(self.accounts),
            describe("history", examples=("history", "history 2"))(self.history),
            describe("verify")(self.verify),
            describe("forget me", effect=Effect.DANGER, prepare=self.before_forget)(self.forget),
        )

    async def help(self, call: Call[Message], topic: Rest = _NOTHING) -> Reply:
        """Show what I can do, or how one thing is said."""
        prefix = "" if call.actor.private else self._prefix
        admin = call.actor.private and call.actor.user in self._admins
        return help_reply(self._registry, topic, prefix, in_rooms=self._prefix, admin=admin)

    async def before_connect(
        self, call: Call[Message], answers: Mapping[str, Any], service: str, way: Rest = _NOTHING
    ) -> Ready:
        """See that nobody has pasted a secret where a name belongs."""
        del call, answers
        if (found := self._registry.looks_like_secret(f"{service} {way}")) is not None:
            service_of, flow = found
            way_of = f" {flow.name}" if len(service_of.flows) > 1 else ""
            hint = f"Say `connect {service_of.name}{way_of}`, and paste it when I ask for it"
            raise Exposed("That is a token, and no way to connect: I did not use it.", hint)
        return Ready({"service": service, "way": way})

    async def connect(self, call: Call[Message], service: str, way: Rest = _NOTHING) -> Reply:
        """Give me your own account on a service, in our direct message.

        Some services have several ways to connect; I take the best, unless you name another.
        """
        return await self._connections.begin(call.api, self._service(service), way.strip())

    async def disconnect(self, call: Call[Message], service: str) -> Reply:
        """Remove your account on a service from me, for good."""
        found = self._service(service)
        await self._connections.cancel(call.actor.user, found.name)
        await self._followers.stop(call.actor.user, service=found.name)
        removed = await self._accounts.disconnect(call.actor, found)
        gone = f"What you gave me for {found.title} is removed"
        if removed.revoked:
            return say(f"{gone}, and revoked over there.")
        hints = [flow.revoke_hint for flow in found.flows if flow.revoke_hint]
        by_hand = removed.by_hand or "".join(hints[:1])
        still = f". It still works over there. {by_hand.rstrip('.')}" if by_hand else ""
        return say(f"{gone}{still}.")

    async def accounts(self, call: Call[Message]) -> Reply:
        """Show what you have connected, and who you are there."""
        mine = await self._accounts.of(call.actor)
        if not mine:
            first = self._registry.services[0].name if self._registry.services else "<service>"
            return say("You have connected nothing yet. Say ", Typed(f"connect {first}"), ".")
        rows: list[tuple[Inline, ...]] = []
        for account in mine:
            frozen = account.identity != call.actor.identity
            rows.append(
                (
                    Strong(account.service),
                    account.account or "cannot be opened",
                    f"{account.created:%Y-%m-%d}",
                    f"{account.expires:%Y-%m-%d %H:%M}" if account.expires else "never",
                    f"{account.last_used:%Y-%m-%d %H:%M}" if account.last_used else "never",
                    "frozen: connect again" if frozen else _state(account),
                )
            )
        header = ("service", "you are", "since", "expires (UTC)", "last used (UTC)", "state")
        return Reply((Table(header, tuple(rows)),))

    async def history(self, call: Call[Message], page: int = 1) -> Reply:
        """Show what you have run, newest first: when, where, how it ended, and its link."""
        if not 1 <= page <= _PAGES:
            raise UserError(f"There is no page {page}.", "Pages begin with 1.")
        found = await self._journal.history(
            call.actor, skip=(page - 1) * _PER_PAGE, most=_PER_PAGE + 1
        )
        if not found:
            return say("You have run nothing yet." if page == 1 else "There is nothing more.")
        rows = tuple(_history_row(entry, call.actor.room) for entry in found[:_PER_PAGE])
        blocks: list[Block] = [Table(("when (UTC)", "where", "what", "result", "over there"), rows)]
        if len(found) > _PER_PAGE:
            blocks.append(line("More: ", Typed(f"history {page + 1}"), "."))
        return Reply(tuple(blocks))

    async def verify(self, call: Call[Message]) -> Reply:
        """Show how I get to know you for sure, by comparing emoji."""
        how = line(
            *(
                "Open my profile in your client, choose ",
                Strong("Verify"),
                ", then to compare emoji.",
            ),
            *(" My operator sees the same ones when they run ", Mono("actas verify"), ": compare "),
            "them by phone, or side by side.",
        )
        why = line(
            "From then on your client can tell me from everybody else, and I can tell you: nobody "
            "who merely runs your homeserver can take your place."
        )
        if not call.actor.verified:
            return Reply((how, why))
        return Reply((line("I have verified you by emoji. To do it again:"), how))

    async def before_forget(self, call: Call[Message], answers: Mapping[str, Any]) -> Ready:
        """Say what would be gone."""
        del answers
        names = [account.service for account in await self._accounts.of(call.actor)]
        kept = f"your credentials ({', '.join(names)}) and " if names else ""
        what = say(f"For good, it removes {kept}what your history shows.")
        return Ready({}, preview=what)

    async def forget(self, call: Call[Message]) -> Reply:
        """Remove everything that I keep of yours."""
        await self._connections.cancel(call.actor.user)
        self._connections.parking.drop(call.actor.user)
        await self._followers.stop(call.actor.user)
        await self._journal.forget(call.actor.user)
        names = await self._accounts.forget(call.actor)
        what = ", ".join(names) if names else "nothing was connected"
        return Reply(
            (
                line("Everything of yours is removed: ", what, "."),
                line("What was done as you stays in the journal, without its text."),
            )
        )

    def _service(self, name: str) -> Service[Any]:
        found = self._registry.service(name)
        if found is None:
            known = ", ".join(service.name for service in self._registry.services)
            raise UserError(f"I know no service of that name; there are: {known}.")
        return found


def _state(account: Account) -> str:
    now = datetime.now(UTC)
    if account.expires is not None and account.expires <= now:
        return "ended: connect again"
    if account.fresh_until is None:
        return "ready"
    if account.fresh_until <= now:
        return "renewed when you use it"
    return f"ready until {account.fresh_until:%Y-%m-%d %H:%M}, then renewed"


def _history_row(entry: Entry, here: str) -> tuple[Inline, ...]:
    """Clients show a room's address as its name."""
    elsewhere = Link("another room", f"https://matrix.to/#/{quote(entry.room)}")
    where: Inline = "here" if entry.room == here else elsewhere
    result = _RESULTS.get(entry.state, entry.state)
    if entry.approved_by:
        result = f"{result}, approved by {entry.approved_by}"
    when = datetime.fromtimestamp(entry.started / 1000, UTC)
    about: Inline = entry.note.about or ""
    return f"{when:%Y-%m-%d %H:%M}", where, Mono(entry.note.text), result, about
