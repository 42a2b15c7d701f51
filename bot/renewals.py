"""Credentials that are fresh for a while only: renewed before they are used, and stored first."""

from __future__ import annotations

import asyncio
import secrets
from collections import defaultdict
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import structlog

from bot.errors import ActasError, NotConnected, Unauthorized, UserError
from bot.model import Credential
from bot.plugin import Grant, Service
from bot.vault.vault import Vault

_BEFORE: Final = timedelta(minutes=1)  # that something is renewed before it has to be

log = structlog.get_logger()


class Renewals:
    """One at a time for each credential: a refresh token used twice ends all that came of it.

    Whoever stores or removes a credential holds its :meth:`slot` meanwhile.
    """

    def __init__(self, vault: Vault) -> None:
        self._vault = vault
        self._slots: defaultdict[tuple[str, str], asyncio.Lock] = defaultdict(asyncio.Lock)
        self._running: set[asyncio.Task[Credential]] = set()
        self._unwritten: dict[tuple[str, str], Grant] = {}

    def slot(self, user: str, service: str) -> asyncio.Lock:
        """The lock of a user's credential for a service."""
        return self._slots[user, service]

    async def fresh(self, found: Credential, service: Service[Any]) -> Credential:
        """The credential as it can be used; whoever waits for it may go away, and it is kept.

        Raises:
            NotConnected: it was removed meanwhile, or belongs to another identity now.
            StepUp, ServiceError: see :meth:`bot.plugin.Renewing.renew`.
            UserError: it could not be renewed, by a bug.
        """
        if _is_fresh(found):
            return found
        task = asyncio.create_task(self._renew(found, service))
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        return await asyncio.shield(task)

    def newest(self, stored: Credential) -> Credential:
        """What is stored, or what has taken its place and could not be written."""
        unwritten = self._unwritten.get((stored.user, stored.service))
        return _granted(stored, unwritten) if unwritten else stored

    def drop(self, user: str, service: str) -> None:
        """What could not be written is not wanted any more."""
        self._unwritten.pop((user, service), None)

    async def close(self) -> None:
        """Wait for those that run."""
        await asyncio.gather(*self._running, return_exceptions=True)

    async def _renew(self, seen: Credential, service: Service[Any]) -> Credential:
        slot = (seen.user, seen.service)
        async with self._slots[slot]:
            found = await self._vault.get(*slot)
            if found is None or found.identity != seen.identity:
                raise NotConnected(f"You have disconnected {service.title} meanwhile.")
            if _is_fresh(found):
                return found
            grant = self._unwritten.get(slot) or await _renewal(found, service)
            self._unwritten[slot] = grant  # if it cannot be written, it is still the only good one
            renewed = _granted(found, grant)
            await self._vault.put(renewed)
            del self._unwritten[slot]
        log.info("account.renewed", user=seen.user, service=seen.service)
        return renewed


def _is_fresh(credential: Credential) -> bool:
    return credential.fresh_until is None or datetime.now(UTC) < credential.fresh_until - _BEFORE


async def _renewal(credential: Credential, service: Service[Any]) -> Grant:
    renew = getattr(service, "renew", None)
    if renew is None:
        raise Unauthorized
    try:
        grant: Grant = await renew(credential)
    except ActasError:
        raise
    except Exception:  # a bug of the service's: an id for the user, the trace in the log
        reference = secrets.token_hex(4)
        log.exception("bug", id=reference, service=service.name)
    else:
        return grant
    raise UserError(
        f"Your credential for {service.name} could not be renewed: something is wrong in me.",
        f"Tell my operator this id: {reference}",
    )


def _granted(credential: Credential, grant: Grant) -> Credential:
    return replace(
        credential, fields=grant.fields, expires=grant.expires, fresh_until=grant.fresh_until
    )
