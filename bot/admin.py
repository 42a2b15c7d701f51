"""The commands for admins, from their own direct message. They act as nobody and see no secret."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from bot.accounts import Accounts
from bot.errors import UserError
from bot.matrix.pins import Pin, Pins
from bot.model import Message
from bot.plugin import Call, Command, Effect, command
from bot.reply import Inline, Mono, Reply, Strong, Table, line, say
from bot.vault.vault import Vault


class Admin:
    """Their handlers. Who is an admin is ``policy.may``'s to say."""

    def __init__(self, accounts: Accounts, pins: Pins, vault: Vault) -> None:
        self._accounts, self._pins, self._vault = accounts, pins, vault

    @property
    def commands(self) -> Sequence[Command]:
        """All of them, in the order that help shows them."""
        describe: Callable[..., Any] = command
        return (
            describe("admin users")(self.users),
            describe("admin freeze", effect=Effect.DANGER)(self.freeze),
            describe("admin unfreeze", effect=Effect.DANGER)(self.unfreeze),
        )

    async def users(self, call: Call[Message]) -> Reply:
        """Show who has connected what, and whose identity is verified, changed or frozen."""
        del call
        remarkable = {pin.user_id: pin for pin in await self._pins.remarkable()}
        rows: list[tuple[Inline, ...]] = []
        for user in sorted({*await self._vault.users(), *remarkable}):
            services = [account.service for account in await self._vault.accounts(user)]
            rows.append(
                (Strong(user), ", ".join(services) or "nothing", _state(remarkable.get(user)))
            )
        if not rows:
            return say("Nobody has connected anything yet.")
        return Reply((Table(("user", "connected", "identity"), tuple(rows)),))

    async def freeze(self, call: Call[Message], user: str) -> Reply:
        """Have nothing of somebody's used until an admin unfreezes them."""
        await self._accounts.must_be_known(call.actor)
        if not await self._pins.freeze(_user_id(user)):
            raise UserError("I have not met anybody of that name.")
        return say("Nothing of ", Strong(user), " is used until an admin unfreezes them.")

    async def unfreeze(self, call: Call[Message], user: str) -> Reply:
        """Undo a freeze; or accept a changed identity, which then uses all of theirs again.

        Accept one only when you know from themselves that they have reset it, and trust their
        homeserver to show me the right one; otherwise have them verified instead. Only an admin
        whom I have verified can do this.
        """
        await self._accounts.must_be_known(call.actor)
        if await self._pins.unfreeze(_user_id(user)):
            thawed = line(Strong(user), " is not frozen any more.")
            pin = self._pins.get(user)
            if pin is None or pin.changed_to is None:
                return Reply((thawed,))
            again = Mono(f"admin unfreeze {user}")
            changed = line("Their identity has changed as well: ", again, " accepts the new one.")
            return Reply((thawed, changed))
        services = await self._accounts.accept(user)
        known = line("I know ", Strong(user), " by their present identity from now on.")
        if not services:
            return Reply((known,))
        return Reply((known, line("Usable again: ", ", ".join(services), ".")))


def _user_id(text: str) -> str:
    if not text.startswith("@") or ":" not in text:
        raise UserError("That is no Matrix id.", "Write it as @name:server")
    return text


def _state(pin: Pin | None) -> Inline:
    if pin is None:
        return "known"
    changed = "changed, was verified" if pin.verified_at else "changed"
    identity = changed if pin.changed_to is not None else "verified" if pin.verified_at else ""
    return "; ".join(filter(None, ("frozen by an admin" if pin.frozen_at else "", identity)))
