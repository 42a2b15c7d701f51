"""What is said in the direct message beside commands: answers to flows, and to what is offered."""

from __future__ import annotations

from typing import Any

from bot.answers import Answers
from bot.commands.registry import FlowAnswer, Registry
from bot.confirmations import CHOICES
from bot.connections import Connections
from bot.errors import UserError
from bot.intake import Intake
from bot.model import Message
from bot.plugin import Flow, Service
from bot.questions import Questions
from bot.reply import Mono, say
from bot.secret import Secret
from bot.wording import explain


class Direct:
    """Takes it to the conversation that it belongs to."""

    def __init__(
        self,
        *,
        answers: Answers,
        connections: Connections,
        intake: Intake,
        questions: Questions,
        registry: Registry,
    ) -> None:
        self._answers, self._connections, self._intake = answers, connections, intake
        self._questions, self._registry = questions, registry

    async def begin(
        self, message: Message, service: Service[Any], flow: Flow, first: Secret | None = None
    ) -> None:
        """Start connecting, and say what there is to say where it was asked for."""
        try:
            there = await self._connections.begin(message, service, flow, first)
        except UserError as error:
            there = explain(error)
        await self._answers.answer(message, there)

    async def flow_answer(self, message: Message, said: FlowAnswer) -> None:
        """``t auth 748256``, ``jenkins set auth user:token``: an answer, or the start of a flow."""
        service, flow = said.service, said.flow
        waiting = self._connections.waiting(message.actor.user)
        mine = waiting is not None and waiting[0].service == service.name
        if mine and not (flow.self_starting and self._asked_for_less(message)):
            await self._connections.answer(message, said.secret)
        elif not flow.self_starting:
            start = " ".join((service.name, *flow.start[:1])) if flow.start else "connect"
            text = say("There is nothing to answer at the moment. Say ", Mono(start), " first.")
            await self._intake.remove(message.actor.room, message.event_id)
            await self._answers.answer(message, text)
        elif not await self._intake.accepts(message):
            await self._intake.refuse(message, flow)
        else:
            if not await self._intake.remove(message.actor.room, message.event_id):
                hint = say("I may not remove your message with the secret: please delete it.")
                await self._answers.answer(message, hint)
            await self.begin(message, service, flow, said.secret)

    async def word(self, message: Message, text: str) -> bool:
        """A text in the direct message that is no command. True where it was understood."""
        user, word = message.actor.user, text.strip()
        waiting = self._connections.waiting(user)
        secret = self._registry.looks_like_secret(text)
        if word.casefold() == "cancel":
            ended = await self._connections.cancel(user)
            dropped = self._connections.parking.drop(user)
            dropped = self._questions.drop(user, message.actor.room) or dropped
            what = "Cancelled." if ended or dropped else "There is nothing to cancel."
            await self._answers.answer(message, say(what))
            return True
        pasted = secret is not None and secret[1].self_starting
        if waiting is not None and not (pasted and self._asked_for_less(message)):
            await self._connections.answer(message, Secret(message.body.strip()))  # as typed
            return True
        if await self._parked_choice(message, word.casefold()):
            return True
        if secret is not None and pasted:
            await self.flow_answer(message, FlowAnswer(*secret, Secret(word)))
            return True
        return False

    def _asked_for_less(self, message: Message) -> bool:
        """Whether what is waited for is no secret: an answer to that would not be removed."""
        waiting = self._connections.waiting(message.actor.user)
        return waiting is not None and waiting[0].waiting != "secret"

    async def _parked_choice(self, message: Message, word: str) -> bool:
        """``yes``, ``yes 2`` or ``no`` to commands that waited for a connection."""
        actor, parking = message.actor, self._connections.parking
        choice, _, number = word.partition(" ")
        if choice not in CHOICES or (number and not number.isdecimal()):
            return False
        if not parking.waiting(actor):
            return False
        if not CHOICES[choice]:
            parking.drop(actor.user)
            await self._answers.answer(message, say("Dropped."))
            return True
        certain = parking.certain(actor, message.place)
        parked = parking.take(actor, int(number) if number else None, certain=certain)
        if parked is None:
            again = parking.offer(actor, message.place, certain=certain)
            await self._answers.answer(message, again)
        else:
            self._connections.resume(parked, message.ts)
        return True
