"""Running one command: arguments, credential, questions, confirmation, call, journal, answer."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from functools import partial
from typing import Any

import structlog

from bot.accounts import Accounts
from bot.answers import Answers, Live
from bot.clock import now
from bot.commands.arguments import bind
from bot.commands.registry import Invocation, Registry
from bot.confirmations import Confirmations, Pending
from bot.connections import Connections
from bot.errors import (
    ActasError,
    Exposed,
    NotConnected,
    ServiceError,
    Unauthorized,
    UserError,
)
from bot.following import MOST, Followers, Silent
from bot.intake import Intake
from bot.journal import Journal, Note, Outgoing, State
from bot.metrics import Metrics
from bot.model import Message
from bot.plugin import Call, Effect, Progress, Question, Ready, Service, StepUp
from bot.policy import confirms
from bot.questions import Questions
from bot.recent import Recent
from bot.reply import EMPTY, Mono, Reply, Typed, line, say
from bot.run import Run
from bot.wording import bug, explain

log = structlog.get_logger()


class Runner:
    """Runs commands of people who may give them."""

    def __init__(
        self,
        *,
        accounts: Accounts,
        answers: Answers,
        confirmations: Confirmations,
        connections: Connections,
        followers: Followers,
        intake: Intake,
        journal: Journal,
        questions: Questions,
        registry: Registry,
        metrics: Metrics,
        confirm: Sequence[str],
        approve: Sequence[str],
    ) -> None:
        """``confirm`` are the patterns of commands that ask first, ``approve`` of those that
        somebody else has to let run.
        """
        self._accounts, self._answers, self._connections = accounts, answers, connections
        self._confirmations, self._questions = confirmations, questions
        self._followers, self._intake = followers, intake
        self._journal, self._metrics = journal, metrics
        self._confirm = [registry.canonical(pattern) for pattern in confirm]
        self._approve = [registry.canonical(pattern) for pattern in approve]
        self._listings: Recent[tuple[str, str, str], tuple[str, ...]] = Recent()

    # ------------------------------------------------------------------ before the call
    async def run(self, message: Message, invocation: Invocation, *, to_direct: bool) -> bool:
        """Run a command, or say what has to come first.

        False where it has not been run: what was said about it is the answer to its message. A
        question or a parked command is forgotten when the bot stops, and never taken up by itself.
        """
        key = (message.actor.user, message.actor.room)
        self._confirmations.replace(*key)
        self._questions.drop(*key)
        service = invocation.service
        listing = self._listings.get((*key, service.name)) if service else None
        try:
            typed = bind(invocation.command, invocation.text, listing)
        except UserError as error:
            name = service.name if service else ""
            reply = explain(error, typed=True)
            await self._answers.answer(message, reply, service=name, to_direct=to_direct)
            return False
        return await self._start(
            Run(message, invocation, typed, to_direct, since=message.ts, place=message.place)
        )

    async def _start(self, run: Run) -> bool:
        """From the credential on; True where the command has been run, and is closed."""
        try:
            await self._equip(run)
        except (NotConnected, Unauthorized) as error:
            await self._connect_first(run, error)
            return False
        except (UserError, ServiceError) as error:
            await self._say(run, self._explained(run, error))
            return False
        run.bound, run.preview = run.typed, EMPTY
        if await self._is_alone(run) or not await self._is_ready(run) or await self._is_alone(run):
            return False
        by_another = self._needs_another(run)
        asks_first = self._asks_first(run)  # nobody else can know whether that is what was meant
        if by_another or asks_first:
            await self._confirmations.ask(run, by_another=not asks_first)
            return False
        await self._call(run)
        return True

    async def _is_alone(self, run: Run) -> bool:
        """Whether somebody else would have to let it run where nobody else is: that was said."""
        if not (run.message.actor.private and self._needs_another(run)):
            return False
        where = "Say it in a room where somebody else can."
        alone = UserError("Somebody else has to let that run.", where)
        await self._answers.answer(run.message, explain(alone))
        return True

    async def go_on(self, run: Run) -> None:
        """Have it go on after an answer."""
        try:
            await self._start(run)
        except Exception:  # a bug here must not end the lane
            reference = secrets.token_hex(4)
            log.exception("bug", id=reference, command=run.invocation.command.name)
            await self._say(run, bug(reference, acted=run.acts))

    async def _resume(self, run: Run, since: int) -> None:
        """Run what was parked: exactly what was understood and offered, whatever came since."""
        run.since, run.credential, run.resumed = max(run.since, since), None, True
        await self.go_on(run)

    async def _equip(self, run: Run) -> None:
        if (service := run.invocation.service) is not None:
            run.credential = await self._accounts.credential(run.message.actor, service)

    async def _is_ready(self, run: Run) -> bool:
        """Let the command look before it runs. False where it does not run (yet): that was said."""
        command = run.invocation.command
        if command.prepare is None:
            return True
        try:
            async with self._answers.typing(run.message):
                found = await self._look(run)
        except Unauthorized as error:
            await self._connect_first(run, error)
        except Exposed as error:
            await self._removed(run, error)
        except (UserError, ServiceError) as error:
            await self._say(run, self._explained(run, error))
        except Exception:  # a bug: an id for the user, the trace in the log
            reference = secrets.token_hex(4)
            log.exception("bug", id=reference, command=command.name)
            await self._say(run, bug(reference))
        else:
            match found:
                case Ready():
                    run.bound, run.preview, run.asks = found.arguments, found.preview, found.ask
                    run.also = found.also
                    return await self._keeps_secret(run, typed=run.shows_secret)
                case Question():
                    run.credential = None  # nothing is kept open meanwhile
                    if await self._keeps_secret(run, typed=found.secret_typed):
                        await self._questions.put(run, found, self.go_on)
                case Reply():
                    self._remember(run, found)
                    await self._say(run, found)
        return False

    async def _keeps_secret(self, run: Run, *, typed: bool) -> bool:
        """A password that was typed in the direct message goes from there; False: it is not used.

        It is taken as every secret is (P1): where nobody else is in the room by the server's list.
        """
        message = run.message
        if not (typed and message.actor.private) or run.removed:
            return True
        if await self._intake.accepts(message):
            run.removed = True
            if not await self._intake.remove(message.actor.room, message.event_id):
                hint = say("I may not remove your message with the secret: please delete it.")
                await self._answers.answer(message, hint, interim="secret")
            return True
        what = "I cannot tell that nobody else reads this, so I did not use what you typed."
        await self._removed(run, Exposed(what, "Change what is secret of it"))
        return False

    async def _look(self, run: Run) -> Ready | Question | Reply:
        prepare = run.invocation.command.prepare
        assert prepare is not None  # noqa: S101  # it was asked
        async with self._calling(run, Silent()) as call:
            return await prepare(call, run.answers, **run.typed)

    async def _removed(self, run: Run, error: Exposed) -> None:
        message = run.message
        removed = await self._intake.remove(message.actor.room, message.event_id)
        done = (
            "I have removed your message." if removed else "Please delete your message; I may not."
        )
        await self._say(run, explain(Exposed(f"{error.text} {done}", error.hint)))

    async def _say(self, run: Run, reply: Reply) -> None:
        name = run.service_name
        await self._answers.answer(run.message, reply, service=name, to_direct=run.to_direct)

    # ------------------------------------------------------------------ somebody's word
    async def decide(self, message: Message, word: str) -> None:
        """The user's "yes" or "no" to the command of theirs that waits for it."""
        pending = await self._confirmations.take(message, word)
        if pending is not None:
            await self._mean(message, pending)

    async def approve(self, message: Message, word: str) -> None:
        """Somebody's word that lets another person's command run."""
        if not await self._accounts.knows(message.actor):
            return
        pending = await self._confirmations.take_approval(message, word)
        if pending is not None:
            pending.run.approved_by = message.actor.user
            await self._mean(message, pending)

    async def _mean(self, message: Message, pending: Pending) -> None:
        """Run it, if that is what the word is about."""
        try:
            await self._must_be_meant(message, pending)
        except Unauthorized as error:
            await self._connect_first(pending.run, error)
            return
        except (UserError, ServiceError) as error:
            await self._answers.answer(message, self._explained(pending.run, error))
            return
        if not pending.by_another and self._needs_another(pending.run):
            await self._confirmations.ask(pending.run, by_another=True)
            return
        await self._call(pending.run)

    async def _must_be_meant(self, message: Message, pending: Pending) -> None:
        """The word is by whom was asked, after it was asked for, about the account that was named.

        Raises:
            UserError: it is not.
        """
        run, again = pending.run, "Nothing was run; say the command again"
        own = message.actor.user == run.message.actor.user
        if own and message.actor.identity != run.message.actor.identity:
            raise UserError("Your identity has changed since I asked.", again)
        if message.ts < run.since:
            raise UserError("That was said before I asked.", again)
        await self._equip(run)
        if run.account != pending.account:
            was, now_is = pending.account, run.account
            who = "you are" if own else "they are"
            raise UserError(f"I asked about {was}, and {who} connected as {now_is} now.", again)

    def _needs_another(self, run: Run) -> bool:
        return run.acts and _one_of(self._approve, run)

    def _asks_first(self, run: Run) -> bool:
        """Something that acts and had to be asked about is shown as a whole first."""
        if run.asks or run.invocation.command.effect is Effect.DANGER:
            return True
        return run.acts and (bool(run.answers) or _one_of(self._confirm, run))

    async def _connect_first(self, run: Run, why: UserError | Unauthorized) -> None:
        """Say so in one line, park the command, and start connecting in the direct message."""
        message, service, command = run.message, run.invocation.service, run.invocation.command
        assert service is not None  # noqa: S101  # only services are connected
        run.credential = None  # nothing is kept open while it waits
        self._connections.parking.park(
            message.actor, service.name, run.shown, command.effect, partial(self._resume, run)
        )
        try:
            elsewhere = await self._lead(run, service, why)
        except UserError as error:  # there is no way to connect it
            await self._say(run, self._explained(run, error))
            return
        except ActasError as error:
            log.error("direct_message.failed", user=message.actor.user, error=str(error))
            hint = say("Say ", Mono(f"connect {service.name}"), " in a direct message to me.")
            await self._answers.answer(message, hint, interim="connect")
            return
        if elsewhere:
            led = f"{_reason(why, service.title)} I have sent you a direct message"
            what = "about it" if isinstance(why, StepUp) else "to connect"
            await self._answers.answer(
                message, say(f"{led} {what}; your command waits."), interim="connect"
            )

    async def _lead(self, run: Run, service: Service[Any], why: UserError | Unauthorized) -> bool:
        """Start what is missing in the direct message; True where that is elsewhere."""
        message = run.message
        if isinstance(why, StepUp):
            return await self._connections.step_up(message, service, why)
        waits = line(_reason(why, service.title), " ", Mono(run.shown), " waits meanwhile.")
        return bool((await self._connections.begin(message, service, why=Reply((waits,)))).blocks)

    # ------------------------------------------------------------------ the call
    async def _call(self, run: Run) -> None:
        """At most once for what acts (P5); answered in any case (P6)."""
        message, command = run.message, run.invocation.command
        if run.acts and not await self._journal.begin(run.record()):
            return
        live = Live(self._answers, message, run.service_name, silent=run.to_direct)
        started = now()
        async with self._answers.typing(message):
            reply, state = await self._outcome(run, live)
        service, ms = run.service_name, now() - started
        self._metrics.ran(service, command.name, state, ms)
        log.info("command.finished", service=service, name=command.name, state=state, ms=ms)
        await live.end()
        if isinstance(reply, Unauthorized):
            await self._reconnect(run, reply)
            return
        self._remember(run, reply)
        await self._finish(run, reply, state, live)

    async def _outcome(self, run: Run, live: Live) -> tuple[Reply | Unauthorized, State]:
        """What the handler answers, or what its failure means, or that its credential is refused.

        The one place where a bug is caught.
        """
        try:
            async with self._calling(run, live) as call:
                return await run.invocation.command.handler(call, **run.bound), "finished"
        except Unauthorized as error:
            return error, "failed"
        except (UserError, ServiceError) as error:
            return self._explained(run, error), "failed"
        except Exception:  # a bug: an id for the user, the trace in the log
            reference = secrets.token_hex(4)
            log.exception("bug", id=reference, command=run.invocation.command.name)
            return bug(reference, acted=run.acts), "failed"

    @asynccontextmanager
    async def _calling(self, run: Run, progress: Progress) -> AsyncIterator[Call[Any]]:
        service, actor = run.invocation.service, run.message.actor
        async with AsyncExitStack() as stack:
            api: Any = run.message
            if service is not None and run.credential is not None:
                api = await stack.enter_async_context(service.api(run.credential))
            following = self._followers.of(actor, run.service_name)
            yield Call(actor, run.account, api, progress, following)

    def _explained(self, run: Run, error: UserError | ServiceError) -> Reply:
        service = run.invocation.service
        title, name = (service.title, service.name) if service else ("", "")
        return explain(error, title=title, account=run.account, name=name, typed=True)

    def _remember(self, run: Run, reply: Reply) -> None:
        """What the numbers of a list mean from now on."""
        if reply.listing:
            actor = run.message.actor
            self._listings[actor.user, actor.room, run.service_name] = reply.listing

    async def _finish(self, run: Run, reply: Reply, state: State, live: Live) -> None:
        message, user = run.message, run.message.actor.user
        if reply.follow is not None and not self._followers.has_room(user):
            enough = line(
                f"I already follow {MOST} things for you, so not this one; ",
                Typed("watch --stop"),
                " frees some.",
            )
            reply = replace(reply, blocks=(*reply.blocks, enough), follow=None)
        if run.acts and reply.about:
            note = Note(run.shown, reply.about)
            await self._journal.note(message.event_id, message.actor, note)
        try:
            if reply.blocks or reply.file:
                outgoing = await self._composed(run, reply, state, live)
                if reply.follow is not None:
                    await self._followers.keep(run, reply.follow, outgoing.room)
                if run.acts:
                    await self._journal.settle(message.event_id, user, state, outgoing)
                event_id = await self._answers.send(outgoing)
                await self._followers.begin(message.event_id, outgoing.replaces or event_id)
        except ActasError as error:
            log.error("answer.not_sent", room=message.actor.room, error=str(error))
            return
        if run.acts:
            await self._journal.close([message.event_id])
        else:
            await self._journal.record(run.record(reply.about), state)

    async def _composed(self, run: Run, reply: Reply, state: State, live: Live) -> Outgoing:
        """The answer; where that cannot be made into a message, a sentence that says so (P6)."""
        message, name = run.message, run.service_name
        try:
            return await self._answers.compose(
                message, reply, service=name, to_direct=run.to_direct, live=live
            )
        except ActasError as error:
            log.warning("answer.not_composed", room=message.actor.room, error=str(error))
        done = run.acts and state == "finished"
        what = "That has been run, but its answer" if done else "The answer to that"
        return await self._answers.compose(message, say(f"{what} could not be sent."), service=name)

    async def _reconnect(self, run: Run, why: Unauthorized) -> None:
        """The service does not accept the credential any more: nothing was done over there."""
        if run.acts:
            await self._journal.withdraw(run.message.event_id)
        await self._connect_first(run, why)
        await self._journal.close([run.message.event_id])


def _one_of(patterns: Sequence[str], run: Run) -> bool:
    return any(confirms(patterns, phrase) for phrase in run.phrases)


def _reason(why: UserError | Unauthorized, title: str) -> str:
    match why:
        case UserError():
            return why.text
        case StepUp():
            return why.need
        case _:
            return f"{title} no longer accepts your credential."
