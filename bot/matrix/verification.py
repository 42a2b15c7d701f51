"""Emoji verifications under way: a person begins one in the direct message, the operator confirms.

The person compares what their client shows with what the operator sees on a channel that the
homeserver does not carry: ``actas verify`` on the bot's machine. What is verified is the identity
(master key), and it is pinned by that, also in place of one that the bot knew before.
https://spec.matrix.org/v1.18/client-server-api/#key-verification-framework
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final, Literal, Protocol

import structlog

from bot import notices
from bot.clock import now
from bot.errors import ActasError
from bot.matrix.devices import Device, DeviceList
from bot.matrix.events import VERIFICATION
from bot.matrix.inbox import Verifying
from bot.matrix.keys import KeyExchange
from bot.matrix.machine import Machine
from bot.matrix.outbound import Sender, transaction_id
from bot.matrix.sas import METHOD, Cancel, Party, Sas

_PLAIN: Final = re.compile(r"[!-~]{1,255}")
"""How ids are written that an operator is shown beside emoji: nothing that could pass for some."""
_PATIENCE: Final = 10 * 60 * 1000  # ms from the request to the end (spec)
_SENDING: Final = 30.0  # seconds for one step of ours to go out
_FAREWELL: Final = 2.0  # seconds
_AHEAD: Final = 5 * 60 * 1000  # ms that a request's time may be ahead of ours (spec)

State = Literal["asked", "comparing", "confirmed", "verified", "cancelled"]


class Tell(Protocol):
    """Gives a fixed sentence in a room, about an event (its id)."""

    async def __call__(self, room: str, sentence: str, *, about: str) -> None:
        """Failures are logged."""


log = structlog.get_logger()


@dataclass(slots=True)
class Verification:
    """One person's verification. ``outcome`` says in words how it ended."""

    user: str
    room: str
    transaction: str
    device: str
    sas: Sas
    master: str
    began: int
    state: State = "asked"
    outcome: str = ""

    @property
    def over(self) -> bool:
        """Whether it has ended, well or not."""
        return self.state in ("verified", "cancelled")


class Verifications:
    """One verification a user; the last of each is kept, so that its end can be told."""

    def __init__(
        self,
        *,
        sender: Sender,
        machine: Machine,
        keys: KeyExchange,
        master: str,
        verified: Callable[[str, str], Awaitable[None]],
        tell: Tell,
    ) -> None:
        """``master`` is the bot's own public master key.

        ``verified`` is told of a user whose identity, by its master key, has been.
        """
        self._sender, self._keys, self._verified, self._tell = sender, keys, verified, tell
        ed25519 = machine.account.identity_keys["ed25519"]
        self._us = Party(machine.user_id, machine.device_id, ed25519, master)
        self._by_user: dict[str, Verification] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    # ------------------------------------------------------------------ the person's side
    async def take(self, step: Verifying) -> None:
        """One step of the person's; what is out of order or wrong ends the verification."""
        if step.kind == "request":
            await self._requested(step)
            return
        found = self._by_user.get(step.user)
        if found is None or found.over:
            return
        if (found.transaction, found.room) != (step.transaction, step.room):
            return
        try:
            await self._next(found, step)
        except Cancel as cancel:
            await self._cancel(found, cancel)

    async def _requested(self, step: Verifying) -> None:
        content, age = step.content, now() - step.ts
        if not -_AHEAD < age < _PATIENCE or content.get("to") != self._us.user:
            return
        methods = content.get("methods")
        if not isinstance(methods, list) or METHOD not in methods:
            return
        listed = (await self._keys.devices_of([step.user], anew=[step.user])).get(step.user)
        device = _asking(listed, content.get("from_device"))
        if listed is None or device is None or listed.master is None:
            log.warning("verification.refused", user=step.user, reason="unsigned device")
            await self._tell(step.room, notices.UNSIGNED_REQUEST, about=step.event_id)
            return
        if (before := self._by_user.get(step.user)) is not None and not before.over:
            await self._cancel(before, Cancel("m.user", "begun anew"))
        them = Party(step.user, device.device_id, device.ed25519, listed.master)
        sas = Sas(step.event_id, self._us, them)
        found = Verification(
            step.user, step.room, step.event_id, device.device_id, sas, listed.master, now()
        )
        self._by_user[step.user] = found
        log.info("verification.begun", user=step.user, device=device.device_id)
        await self._say(found, "ready", {"from_device": self._us.device, "methods": [METHOD]})

    async def _next(self, found: Verification, step: Verifying) -> None:
        match step.kind:
            case "start":
                await self._say(found, "accept", found.sas.start(step.content))
            case "key":
                await self._say(found, "key", found.sas.key(step.content))
                if found.over:
                    return
                found.state = "comparing"
                await self._tell(found.room, notices.COMPARE, about=step.event_id)
            case "mac":
                found.sas.prove(step.content)
                await self._conclude(found)
            case "cancel":
                found.state, found.outcome = "cancelled", f"{found.user} has ended it"
                log.info("verification.cancelled", user=found.user, by="them")

    # ------------------------------------------------------------------ the operator's side
    def all(self) -> list[Verification]:
        """Those under way and those that ended last, by user."""
        return [self._by_user[user] for user in sorted(self._by_user)]

    def confirm(self, transaction: str) -> None:
        """The operator has seen that both sides show the same.

        Raises:
            KeyError: there is no such verification, or nothing to compare in it.
        """
        found = self._comparing(transaction)
        found.state = "confirmed"
        self._start(self._confirmed(found))

    def reject(self, transaction: str) -> None:
        """The operator has seen that they differ: somebody stands between.

        Raises:
            KeyError: as for :meth:`confirm`.
        """
        found = self._comparing(transaction)
        self._start(self._cancel(found, Cancel("m.mismatched_sas", "the emoji differ")))

    def expire(self) -> None:
        """End what has taken too long."""
        for found in self.all():
            if not found.over and now() - found.began > _PATIENCE:
                self._start(self._cancel(found, Cancel("m.timeout", "it took too long")))

    async def close(self) -> None:
        """End all: nothing of them outlives the process. The homeserver may be away."""
        with suppress(TimeoutError):
            async with asyncio.timeout(_FAREWELL):
                for found in self.all():
                    if not found.over:
                        await self._cancel(found, Cancel("m.user", "the bot stops"))

    def _comparing(self, transaction: str) -> Verification:
        for found in self._by_user.values():
            if found.transaction == transaction and found.state == "comparing":
                return found
        raise KeyError(transaction)

    def _start(self, step: Coroutine[Any, Any, None]) -> None:
        """Have a step taken; nobody waits for the homeserver."""
        task = asyncio.create_task(step)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _confirmed(self, found: Verification) -> None:
        await self._say(found, "mac", found.sas.mac())
        await self._conclude(found)

    # ------------------------------------------------------------------ both
    async def _conclude(self, found: Verification) -> None:
        """Both have said that it matches: the identity is the person's."""
        if found.state != "confirmed" or not found.sas.proved:
            return
        await self._verified(found.user, found.master)
        found.state, found.outcome = "verified", f"{found.user} is verified"
        log.info("identity.verified", user=found.user)
        await self._say(found, "done", {})
        await self._tell(found.room, notices.VERIFIED, about=found.transaction)

    async def _cancel(self, found: Verification, cancel: Cancel) -> None:
        found.state, found.outcome = "cancelled", cancel.reason
        log.warning("verification.cancelled", user=found.user, code=cancel.code)
        await self._say(found, "cancel", {"code": cancel.code, "reason": cancel.reason})

    async def _say(self, found: Verification, kind: str, content: Mapping[str, Any]) -> None:
        """Send a step. It holds nothing of anybody's, and has to reach a changed identity too."""
        relation = {"rel_type": "m.reference", "event_id": found.transaction}
        try:
            async with asyncio.timeout(_SENDING):
                await self._sender.send_notice(
                    found.room,
                    {**content, "m.relates_to": relation},
                    txn=transaction_id(found.transaction, kind),
                    kind=VERIFICATION + kind,
                )
        except (ActasError, TimeoutError) as error:
            log.error("verification.not_sent", user=found.user, error=str(error))
            if not found.over:
                found.state, found.outcome = "cancelled", "the homeserver did not take our part"


def _asking(listed: DeviceList | None, device_id: Any) -> Device | None:
    """The device that asks, if its owner's identity has signed it.

    A homeserver chooses the ids of its users' devices, and the operator is shown them.
    """
    device = listed.devices.get(device_id) if listed and isinstance(device_id, str) else None
    if listed is None or device is None or not device.signed:
        return None
    plain = all(_PLAIN.fullmatch(each) for each in (device.device_id, device.user_id))
    return device if plain else None
