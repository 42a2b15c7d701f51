"""Running one command: arguments, credential, confirmation, call, journal, answer."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from functools import partial
from secrets import randbelow
from typing import Any, Final

import structlog

from bot.accounts import Accounts, NotConnected
from bot.answers import Answers, Live
from bot.clock import now
from bot.commands.arguments import bind, phrase, shown
from bot.commands.registry import Invocation, Registry
from bot.connections import Connections
from bot.errors import ActasError, ServiceError, Unauthorized, UserError
from bot.journal import Journal, State
from bot.metrics import Metrics
from bot.model import Credential, Message, follows
from bot.plugin import Call, Effect
from bot.policy import confirms
from bot.recent import Recent
from bot.reply import Mono, Reply, Strong, line, say
from bot.wording import bug, explain

CHOICES: Final = {"yes": True, "y": True, "no": False, "n": False}
_CONFIRM_FOR: Final = 2 * 60 * 1000  # ms

log = structlog.get_logger()


@dataclass(slots=True)
class _Run:
    """One command on its way.

    ``since`` is the server's time (ms) of what set it going: its message, or the "yes" to it.
    ``resumed``: it was parked, so that its message may be long ago.
    """

    message: Message
    invocation: Invocation
    bound: Mapping[str, Any]
    to_direct: bool
    since: int
    credential: Credential | None = None
    resumed: bool = False

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
        return shown(self.service_name, self.invocation.command, self.bound)


@dataclass(frozen=True, slots=True)
class _Pending:
    """A command that waits for "yes", and the account that it was asked about.

    ``coded`` is the "yes" that nobody can have said before it was asked for.
    """

    run: _Run
    account: str
    asked: int
    until: int
    coded: str | None = None


class Nothing:
    """Nothing is followed."""

    async def stop(self, topic: str = "") -> tuple[str, ...]:  # noqa: ARG002 - the contract's
        """Nothing to stop."""
        return ()


class Runner:
    """Runs commands of people who may give them."""

    def __init__(
        self,
        *,
        accounts: Accounts,
        answers: Answers,
        connections: Connections,
        journal: Journal,
        registry: Registry,
        metrics: Metrics,
        confirm: Sequence[str],
    ) -> None:
        self._accounts, self._answers, self._connections = accounts, answers, connections
        self._journal, self._metrics = journal, metrics
        self._confirm = [registry.canonical(pattern) for pattern in confirm]
        self._following = Nothing()
        self._listings: Recent[tuple[str, str, str], tuple[str, ...]] = Recent()
        self._pending: Recent[tuple[str, str], _Pending] = Recent()

    # ------------------------------------------------------------------ before the call
    async def run(self, message: Message, invocation: Invocation, *, to_direct: bool) -> bool:
        """Run a command, or say what has to come first.

        False where it has not been run: what was said about it is the answer to its message. A
        question or a parked command is forgotten when the bot stops, and never taken up by itself.
        """
        key = (message.actor.user, message.actor.room)
        self._pending.pop(key, None)  # a new command takes the place of one that waits for "yes"
        service = invocation.service
        listing = self._listings.get((*key, service.name)) if service else None
        try:
            bound = bind(invocation.command, invocation.text, listing)
        except UserError as error:
            await self._answers.answer(message, explain(error), to_direct=to_direct)
            return False
        return await self._start(_Run(message, invocation, bound, to_direct, message.ts))

    async def _start(self, run: _Run) -> bool:
        try:
            await self._equip(run)
        except NotConnected as error:
            await self._connect_first(run, error)
            return False
        except UserError as error:
            await self._answers.answer(run.message, explain(error), to_direct=run.to_direct)
            return False
        if self._asks_first(run):
            await self._ask(run)
            return False
        await self._call(run)
        return True

    async def _resume(self, run: _Run, since: int) -> None:
        """Run what was parked: exactly what was understood and offered, whatever came since."""
        run.since, run.credential, run.resumed = max(run.since, since), None, True
        try:
            await self._start(run)
        except Exception:  # a bug here must not end the lane
            log.exception("bug", command=run.invocation.command.name)

    async def _equip(self, run: _Run) -> None:
        if (service := run.invocation.service) is not None:
            run.credential = await self._accounts.credential(run.message.actor, service)

    def asked(self, user: str, room: str) -> int:
        """When a command of the user's began to wait for "yes" there (ms); 0 if none waits."""
        pending = self._pending.get((user, room))
        return pending.asked if pending is not None and pending.until > now() else 0

    def is_answer(self, message: Message, word: str) -> bool:
        """Whether ``word`` answers the command that waits there for "yes"."""
        pending = self._pending.get((message.actor.user, message.actor.room))
        return pending is not None and word in (*CHOICES, pending.coded)

    async def decide(self, message: Message, word: str) -> None:
        """The user's "yes" or "no" to the command that waits for it.

        A homeserver can hold back a "yes" to another question and say that it is a new one. So one
        that has not certainly come after the command, as it was said, is asked for with a code.
        """
        key = (message.actor.user, message.actor.room)
        pending = self._pending.pop(key)
        if not CHOICES.get(word, True):
            await self._answers.answer(message, say("Dropped."))
            return
        at_once = not pending.run.resumed and follows(message.place, pending.run.message.place)
        if word != pending.coded and not at_once:
            coded = _new_code()
            self._pending[key] = replace(pending, coded=coded)
            asked = _uncertain(coded, pending.run.shown)
            await self._answers.answer(message, asked, interim="code")
            return
        try:
            await self._mean(message, pending)
        except UserError as error:
            await self._answers.answer(message, explain(error))
            return
        await self._call(pending.run)

    async def _mean(self, message: Message, pending: _Pending) -> None:
        """The "yes" is by whom was asked, after they were asked, about the account that was named.

        Raises:
            UserError: it is not.
        """
        run, again = pending.run, "Nothing was run; say the command again"
        if message.actor.identity != run.message.actor.identity:
            raise UserError("Your identity has changed since I asked.", again)
        if message.ts < run.since:
            raise UserError("That was said before I asked.", again)
        await self._equip(run)
        if run.account != pending.account:
            was, now_is = pending.account, run.account
            raise UserError(f"I asked about {was}, and you are connected as {now_is} now.", again)

    def _asks_first(self, run: _Run) -> bool:
        command = run.invocation.command
        if command.effect is Effect.DANGER:
            return True
        return run.acts and confirms(self._confirm, phrase(run.service_name, command, run.bound))

    async def _ask(self, run: _Run) -> None:
        actor = run.message.actor
        as_whom = (" as ", Strong(run.account)) if run.account else ()
        question = line("This will run ", Mono(run.shown), *as_whom, ".")
        coded = _new_code() if run.resumed else None
        yes, no = Mono(coded or "yes"), Mono("no")
        say_yes = line("Say ", yes, " within two minutes to run it, or ", no, ".")
        asked = Reply((question, say_yes))
        if actor.private:
            self._connections.parking.withdraw(actor)
        if await self._answers.answer(run.message, asked, interim="question"):
            account, run.credential = run.account, None  # nothing is kept open meanwhile
            self._pending[actor.user, actor.room] = _Pending(
                run, account, asked=now(), until=now() + _CONFIRM_FOR, coded=coded
            )

    async def _connect_first(self, run: _Run, why: UserError | Unauthorized) -> None:
        """Say so in one line, park the command, and start connecting in the direct message."""
        message, service, command = run.message, run.invocation.service, run.invocation.command
        assert service is not None  # noqa: S101  # only services are connected
        run.credential = None  # nothing is kept open while it waits
        self._connections.parking.park(
            message.actor, service.name, run.shown, command.effect, partial(self._resume, run)
        )
        try:
            there = await self._connections.begin(message, service, service.flows[0])
        except ActasError as error:
            log.error("direct_message.failed", user=message.actor.user, error=str(error))
            hint = say("Say ", Mono(f"connect {service.name}"), " in a direct message to me.")
            await self._answers.answer(message, hint, interim="connect")
            return
        if there.blocks:
            reason = why.text if isinstance(why, UserError) else f"{service.title} refused you."
            led = f"{reason} I have sent you a direct message to connect; your command waits."
            await self._answers.answer(message, say(led), interim="connect")

    # ------------------------------------------------------------------ the call
    async def _call(self, run: _Run) -> None:
        """At most once for what acts (P5); answered in any case (P6)."""
        message, command = run.message, run.invocation.command
        if run.acts and not await self._journal.begin(message, run.service_name, command):
            return
        live = Live(self._answers, message, silent=run.to_direct)
        started = now()
        async with self._answers.typing(message):
            reply, state = await self._outcome(run, live)
        service, ms = run.service_name, now() - started
        self._metrics.ran(service, command.name, state, ms)
        log.info("command.finished", service=service, name=command.name, state=state, ms=ms)
        await live.end()
        if reply is None:
            await self._reconnect(run)
            return
        if reply.listing:
            actor = message.actor
            self._listings[actor.user, actor.room, run.service_name] = reply.listing
        await self._finish(run, reply, state, live)

    async def _outcome(self, run: _Run, live: Live) -> tuple[Reply | None, State]:
        """What the handler answers, or what its failure means; None: the credential is refused.

        The one place where a bug is caught.
        """
        service, account = run.invocation.service, run.account
        try:
            async with AsyncExitStack() as stack:
                api: Any = run.message
                if service is not None and run.credential is not None:
                    api = await stack.enter_async_context(service.api(run.credential))
                call = Call(run.message.actor, account, api, live, self._following)
                return await run.invocation.command.handler(call, **run.bound), "finished"
        except Unauthorized:
            return None, "failed"
        except (UserError, ServiceError) as error:
            title, name = (service.title, service.name) if service else ("", "")
            return explain(error, title=title, account=account, name=name), "failed"
        except Exception:  # a bug: an id for the user, the trace in the log
            reference = secrets.token_hex(4)
            log.exception("bug", id=reference, command=run.invocation.command.name)
            return bug(reference, acted=run.acts), "failed"

    async def _finish(self, run: _Run, reply: Reply, state: State, live: Live) -> None:
        message, command = run.message, run.invocation.command
        try:
            if reply.blocks:
                outgoing = await self._answers.compose(
                    message, reply, to_direct=run.to_direct, live=live
                )
                if run.acts:
                    user = message.actor.user
                    await self._journal.settle(message.event_id, user, state, outgoing)
                await self._answers.send(outgoing)
        except ActasError as error:
            log.error("answer.not_sent", room=message.actor.room, error=str(error))
            return
        if run.acts:
            await self._journal.close([message.event_id])
        else:
            await self._journal.record(message, run.service_name, command, state)

    async def _reconnect(self, run: _Run) -> None:
        """The service does not accept the credential any more: nothing was done over there."""
        if run.acts:
            await self._journal.withdraw(run.message.event_id)
        await self._connect_first(run, Unauthorized())
        await self._journal.close([run.message.event_id])


def _new_code() -> str:
    return f"yes {randbelow(9000) + 1000}"


def _uncertain(coded: str, shown: str) -> Reply:
    """Ask for a "yes" that no homeserver can have held back: it has not been said before."""
    return say(
        "I cannot tell that you said that after I had asked: you may be at another device, or your "
        "homeserver has held it back. Say ",
        Mono(coded),
        " to run ",
        Mono(shown),
        ".",
    )
