"""People's credentials: whose they are, whether they may be used, how they come and go."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Final

import structlog

from bot.errors import ActasError, NotConnected, ServiceError, Unopenable, UserError
from bot.matrix.pins import Pins
from bot.model import Actor, Credential, Standing
from bot.plugin import Conversation, Flow, Grant, Known, Service
from bot.renewals import Renewals
from bot.vault.vault import Account, Vault

_MOMENT: Final = 5.0  # seconds: whoever cancels waits for it, and so does the end of the bot

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Removed:
    """What became of a credential upstream; ``by_hand``: where its owner revokes it, if known."""

    revoked: bool = False
    by_hand: str = ""


@dataclass(frozen=True, slots=True)
class Proved:
    """A credential that its service accepts, and what it may do there, as far as that was said."""

    credential: Credential
    scopes: tuple[str, ...]


class Accounts:
    """The vault as commands see it: a credential is used for its owner only (P2)."""

    def __init__(self, vault: Vault, pins: Pins, services: Mapping[str, Service[Any]]) -> None:
        self._vault, self._pins, self._services = vault, pins, services
        self._renewals = Renewals(vault)

    async def credential(self, actor: Actor, service: Service[Any]) -> Credential:
        """The actor's own credential, ready to be used; renewed, where it is time.

        Raises:
            NotConnected: there is none.
            StepUp, ServiceError: see :meth:`bot.plugin.Renewing.renew`.
            UserError: it is frozen: it was given under another identity than the actor's, or that
                is not the one that the actor is known by now, or their server shows another one
                since they spoke, or an admin has frozen them.
        """
        try:
            found = await self._vault.get(actor.user, service.name)
        except Unopenable:
            reference = f"{actor.user}/{service.name}"
            log.error("credential.unopenable", user=actor.user, service=service.name)
            raise UserError(
                f"Your stored credential for {service.name} cannot be opened; it was not used.",
                f"Connect again, and tell the operator: {reference}",
            ) from None
        if found is None:
            raise NotConnected(
                f"You have not connected {service.title}.", f"Say `connect {service.name}`."
            )
        await self._must_not_be_frozen(actor, found)
        await self._vault.touch(actor.user, service.name, datetime.now(UTC))
        fresh = await self._renewals.fresh(found, service)
        await self._must_not_be_frozen(actor, fresh)  # it may have taken a while
        return fresh

    async def _must_not_be_frozen(self, actor: Actor, credential: Credential) -> None:
        known = await self.knows(actor) and not self._pins.shown_another(actor.user)
        if not known or credential.identity != actor.identity:
            await self.must_be_able_to_connect(actor)
            name = credential.service
            raise UserError(
                f"Your credential for {name} is frozen, because your identity has changed.",
                f"Say `connect {name}` in our direct message to connect again.",
            )

    async def close(self) -> None:
        """Wait for what is being renewed."""
        await self._renewals.close()

    async def knows(self, actor: Actor) -> bool:
        """Whether the actor is who the bot knows the user as now, not only when they spoke."""
        return await self.standing(actor) is Standing.KNOWN

    async def standing(self, actor: Actor) -> Standing:
        """What the actor is now to who the bot knows the user as."""
        await self._pins.need([actor.user])
        return self._pins.standing(actor.user, actor.identity)

    async def prove(
        self, actor: Actor, service: Service[Any], flow: Flow, talk: Conversation
    ) -> Proved:
        """Lead the actor through ``flow``, and have the service say whose account it is.

        Raises:
            Abandoned, UserError, ServiceError: see :meth:`bot.plugin.Flow.run`.
        """
        grant = await flow.run(talk)
        try:
            return await self._proved(actor, service, grant)
        except BaseException:  # it was made for this, and nobody has it
            if not flow.self_starting:
                await self.give_back(service, _credential(actor, service, grant))
            raise

    async def _proved(self, actor: Actor, service: Service[Any], grant: Grant) -> Proved:
        credential = _credential(actor, service, grant)
        async with service.api(credential) as api:
            found = await service.whoami(api)
        if isinstance(found, str):
            found = Known(found)
        ends = min((end for end in (grant.expires, found.expires) if end), default=None)
        return Proved(replace(credential, account=found.account, expires=ends), grant.scopes)

    async def give_back(self, service: Service[Any], credential: Credential) -> None:
        """Revoke what was made and is not kept, if that can be done in a moment.

        Not where one of theirs is stored that it may be one with: GitHub ends all that a person has
        allowed an app, X gives the same token again. Disconnecting ends both.
        """
        with suppress(TimeoutError):
            async with asyncio.timeout(_MOMENT):
                if not await self._may_be_used(credential):
                    await _revoked(service, credential)

    async def _may_be_used(self, made: Credential) -> bool:
        try:
            stored = await self._vault.accounts(made.user)
        except ActasError:  # it cannot be told
            return True
        same = (made.account, None)  # None: it does not open
        return any(
            each.service == made.service and (not made.account or each.account in same)
            for each in stored
        )

    async def step_up(
        self, actor: Actor, service: Service[Any], flow: Flow, talk: Conversation
    ) -> Proved:
        """Lead the actor through what a credential of theirs needs before it is used.

        Raises:
            NotConnected: they have disconnected it meanwhile.
            Abandoned, UserError, ServiceError: see :meth:`bot.plugin.Flow.run`.
        """
        proved = await self._proved(actor, service, await flow.run(talk))
        found = await self._vault.get(actor.user, service.name)
        if found is None or found.account != proved.credential.account:
            raise NotConnected(f"You have disconnected {service.title} meanwhile.")
        return replace(proved, credential=replace(proved.credential, created=found.created))

    async def must_be_able_to_connect(self, actor: Actor) -> None:
        """See that what the actor connects could be kept, before they show a secret for it.

        Raises:
            UserError: an admin has frozen them; or their identity has changed, and the one before
                had been verified: then an account at a service does not speak for the new one.
        """
        standing = await self.standing(actor)
        if standing is Standing.FROZEN:
            raise UserError("An admin has frozen what is yours here.", "Ask them to unfreeze you")
        if standing is Standing.MUST_VERIFY:
            raise UserError(
                "Your identity has changed, and I had verified the one before.",
                "Say `verify` to have the new one verified, or ask an admin to unfreeze you",
            )

    async def keep(self, actor: Actor, service: Service[Any], credential: Credential) -> None:
        """Store what was proved, sealed; an identity that has changed is pinned anew by it.

        Raises:
            UserError: the identity has changed, and this is not the account of the one before; or
                it has changed since the flow began; or see :meth:`must_be_able_to_connect`.
        """
        async with self._renewals.slot(actor.user, service.name):
            await self.must_be_able_to_connect(actor)
            known = await self.knows(actor)
            if not known and actor.pinned:
                raise UserError("Your identity has changed since you began.", "Connect again")
            if not known:
                await self._recognise(credential, service)
            await self._vault.put(credential)
            self._renewals.drop(actor.user, service.name)
            if not known:
                await self._pins.repin(actor.user, actor.identity)
        log.info("account.connected", user=actor.user, service=service.name)

    async def _recognise(self, credential: Credential, service: Service[Any]) -> None:
        """Whoever resets an identity can show an account of their own: it must be the known one.

        Who has stored nothing is met like somebody new: there is nothing to get at.
        """
        stored = {a.service: a.account for a in await self._vault.accounts(credential.user)}
        if stored and stored.get(service.name) != credential.account:
            log.warning("account.not_recognised", user=credential.user, service=service.name)
            raise UserError(
                "That does not prove who you are, so nothing was stored: it is not an account "
                "that I know you by.",
                "Connect an account that you had connected before your identity changed, or say "
                "`verify` to have the new identity verified",
            )

    async def disconnect(self, actor: Actor, service: Service[Any]) -> Removed:
        """Remove the actor's credential for good (P8), and revoke it where that is possible.

        A frozen one is removed without being used.

        Raises:
            NotConnected: there is none.
            UserError: the actor's identity has changed.
        """
        await self.must_be_known(actor)
        removed = await self._remove(actor, service.name)
        if removed is None:
            raise NotConnected(f"You have not connected {service.title}.")
        revoked = removed.revoked
        log.info("account.disconnected", user=actor.user, service=service.name, revoked=revoked)
        return removed

    async def forget(self, actor: Actor) -> list[str]:
        """Remove everything of the actor's (P8); returns the names of the services it was for.

        Raises:
            UserError: the actor's identity has changed.
        """
        await self.must_be_known(actor)
        names = [account.service for account in await self._vault.accounts(actor.user)]
        for name in names:
            await self._remove(actor, name)
        await self._vault.forget(actor.user)
        log.info("account.forgotten", user=actor.user)
        return names

    async def accept(self, user: str) -> list[str]:
        """Know a user by the identity that their homeserver shows now, and let it use all theirs.

        An admin answers for that. Returns the services whose credentials are usable again.

        Raises:
            UserError: the user is not known, or has no identity at the moment.
        """
        pin = await self._pins.accept(user)
        if pin is None:
            raise UserError(
                f"I know no identity of {user} that I could go by.",
                "They have to set up cross-signing in their client and write to me first",
            )
        return await self._rebind(user, pin.master_key)

    async def verified(self, user: str, master: str) -> None:
        """Know a user by the identity with this master key, and let it use all theirs.

        Emoji were compared: the person and the operator answer for that.
        """
        await self._pins.repin(user, master, verified=True)
        await self._rebind(user, master)

    async def _rebind(self, user: str, master: str) -> list[str]:
        thawed = []
        for account in await self._vault.accounts(user):
            async with self._renewals.slot(user, account.service):
                try:
                    if await self._vault.rebind(user, account.service, master):
                        thawed.append(account.service)
                except Unopenable:
                    log.error("credential.unopenable", user=user, service=account.service)
        if thawed:
            log.warning("account.thawed", user=user, services=thawed)
        return thawed

    async def of(self, actor: Actor) -> list[Account]:
        """What the actor has connected."""
        return await self._vault.accounts(actor.user)

    async def must_be_known(self, actor: Actor) -> None:
        """See that the actor is who the bot knows the user as now.

        Raises:
            UserError: they are not.
        """
        if not await self.knows(actor):
            await self.must_be_able_to_connect(actor)
            raise UserError("Your identity has changed.", "Connect again first")

    async def _remove(self, actor: Actor, service: str) -> Removed | None:
        """Revoke and remove, after what renews it; None where there was nothing.

        Of a service that is not configured any more, there is nobody to revoke it.
        """
        async with self._renewals.slot(actor.user, service):
            known = self._services.get(service)
            removed = Removed() if known is None else await self._revoke(actor, known)
            self._renewals.drop(actor.user, service)
            return removed if await self._vault.delete(actor.user, service) else None

    async def _revoke(self, actor: Actor, service: Service[Any]) -> Removed:
        try:
            credential = await self._vault.get(actor.user, service.name)
        except Unopenable as error:
            log.warning("account.not_revoked", service=service.name, error=type(error).__name__)
            return Removed()
        if credential is None or credential.identity != actor.identity:
            return Removed()
        newest = self._renewals.newest(credential)
        if await _revoked(service, newest):
            return Removed(revoked=True)
        return Removed(by_hand=_by_hand(service, newest))


async def _revoked(service: Service[Any], credential: Credential) -> bool:
    """Revoke it over there; False where that is not possible, for whatever reason."""
    try:
        return await service.revoke(credential)
    except ServiceError as error:
        log.warning("account.not_revoked", service=service.name, error=type(error).__name__)
    except Exception:  # a bug of the service's: what is stored goes all the same
        log.exception("bug", service=service.name)
    return False


def _by_hand(service: Service[Any], credential: Credential) -> str:
    """Where its owner revokes it, as far as the service tells."""
    where = getattr(service, "where_to_revoke", None)
    try:
        return "" if where is None else str(where(credential))
    except Exception:  # a bug of the service's: what is stored goes all the same
        log.exception("bug", service=service.name)
    return ""


def _credential(actor: Actor, service: Service[Any], grant: Grant) -> Credential:
    """What a flow of the actor's has ended with; whose account it is has to be asked."""
    return Credential(
        user=actor.user,
        service=service.name,
        account="",
        fields=grant.fields,
        identity=actor.identity,
        created=datetime.now(UTC),
        expires=grant.expires,
        fresh_until=grant.fresh_until,
    )
