"""Having the homeserver show who the bot is: its identity, and its device as signed by it.

Everything here may be cut off at any point and done again; see ``identity.Held``.
"""

from __future__ import annotations

from typing import Any, Final

import structlog

from bot.errors import ConfigError
from bot.matrix.adoption import adopt_identity
from bot.matrix.client import Homeserver, MatrixError, Session
from bot.matrix.devices import DeviceList, read_device_list
from bot.matrix.identity import Held, OwnIdentity
from bot.matrix.login import Login, Variable
from bot.matrix.machine import Machine
from bot.matrix.store import CryptoStore
from bot.matrix.user_auth import authenticate
from bot.vault.vault import Vault

_PUBLISHED: Final = "published"  # in the vault: the device that was introduced

log = structlog.get_logger()


class ForeignIdentity(ConfigError):
    """The account has an identity that is not in the vault; it is never replaced by itself."""

    def __init__(self, user: str) -> None:
        super().__init__(
            "homeserver.user",
            f"{user} already has a cross-signing identity that was not made here",
            "Restore the state directory it was made with, or give its recovery key in "
            f"{Variable.RECOVERY_KEY}; `actas setup --reset-identity` replaces it",
        )


async def introduce(
    homeserver: Homeserver,
    session: Session,
    store: CryptoStore,
    vault: Vault,
    login: Login,
    *,
    reset: bool = False,
) -> Machine:
    """Load the device's keys, and have them and our identity shown.

    Once that is done it is noted in the vault, so that later starts need not ask, unless they are
    given a recovery key. ``reset`` replaces whatever identity the account has.

    Raises:
        ConfigError: the operator's to mend; the homeserver shows what it showed before.
        MatrixError, Unreachable: the homeserver refused or is away; it may have taken what it was
            sent, and this can be done again.
    """
    await store.open()
    fresh = store.account is None
    machine = Machine(session.user_id, session.device_id, store)
    published = await vault.get_value(_PUBLISHED) == session.device_id.encode()
    if published and fresh:
        raise _keys_lost(session)
    held = await Held.load(vault)
    settled = published and held.next is None
    if not settled or reset or login.recovery is not None:
        await store.flush()
        introduction = _Introduction(homeserver, session, machine, vault, login)
        await introduction.make(held, reset=reset)
        await vault.put_value(_PUBLISHED, session.device_id.encode())
    return machine


async def query_own_keys(homeserver: Homeserver, user: str) -> dict[str, Any]:
    """What the homeserver shows of the account itself.

    Raises:
        MatrixError, Unreachable: the homeserver refused or is away.
    """
    return await homeserver.request("POST", "/v3/keys/query", {"device_keys": {user: []}})


class _Introduction:
    """One conversation with the homeserver about who we are."""

    def __init__(
        self,
        homeserver: Homeserver,
        session: Session,
        machine: Machine,
        vault: Vault,
        login: Login,
    ) -> None:
        self._homeserver, self._session, self._machine = homeserver, session, machine
        self._vault, self._login, self._user = vault, login, session.user_id

    async def make(self, held: Held, *, reset: bool) -> None:
        """The identity goes up before a new device's keys do: nobody ever sees it unsigned."""
        answer = await query_own_keys(self._homeserver, self._user)
        shown = read_device_list(self._user, answer)
        self._see_same_keys(shown)
        if shown.master is None and _shows_something(answer, self._user) and not reset:
            raise ForeignIdentity(self._user)  # half an identity is one as well
        own = held.known_as(shown.master)
        if reset and (own is None or own is held.current):
            own = await self._publish(held, held.next or OwnIdentity.new())
        elif own is None and shown.master is None:
            self._see_nothing_to_recover(held)
            own = await self._publish(held, held.current or held.next or OwnIdentity.new())
        elif own is None:
            own = await self._adopt(answer)
        elif held.next is not None and own is held.current:
            log.warning("identity.reset_unfinished", mend="actas setup --reset-identity")
        await self._show_device(own, shown)
        await Held(own, held.next if own is held.current else None).save(self._vault)

    async def _publish(self, held: Held, own: OwnIdentity) -> OwnIdentity:
        """Make it the account's identity; whatever happens, it and the one before are kept."""
        if own is not held.current:
            await Held(held.current, own).save(self._vault)
        objects = own.key_objects(self._user)
        signature = self._machine.sign_json(objects["master"])
        signed = {self._user: {f"ed25519:{self._session.device_id}": signature}}
        objects["master"]["signatures"] = signed
        body = {f"{usage}_key": thing for usage, thing in objects.items()}
        where = "/v3/keys/device_signing/upload"
        try:
            await authenticate(self._homeserver, self._user, where, body, self._login.password)
        except ConfigError:  # it was refused, and will not be taken later
            await held.save(self._vault)
            raise
        log.info("identity.published", master=own.master)
        return own

    async def _adopt(self, answer: dict[str, Any]) -> OwnIdentity:
        """Take the seeds of the identity that is shown from the account's secret storage."""
        if self._login.recovery is None:
            raise ForeignIdentity(self._user)
        own = await adopt_identity(self._homeserver, self._user, answer, self._login.recovery)
        await Held(own).save(self._vault)
        log.info("identity.adopted", master=own.master)
        return own

    def _see_same_keys(self, shown: DeviceList) -> None:
        """Before anything is published: a device that has other keys is not ours to sign."""
        device = shown.devices.get(self._session.device_id)
        keys = self._machine.account.identity_keys
        if device and (device.ed25519, device.curve25519) != (keys["ed25519"], keys["curve25519"]):
            raise _keys_lost(self._session)

    def _see_nothing_to_recover(self, held: Held) -> None:
        if self._login.recovery is not None and held == Held():
            problem = f"is set, but {self._user} has no cross-signing identity yet"
            raise ConfigError(Variable.RECOVERY_KEY, problem, "Take it out: the bot makes one")

    async def _show_device(self, own: OwnIdentity, shown: DeviceList) -> None:
        session, machine = self._session, self._machine
        device = shown.devices.get(session.device_id)
        if not machine.account.shared:
            device_keys = machine.device_keys(own.self_signing)
            body = {"device_keys": device_keys, **machine.prekeys(0, fallback_used=True)}
            await machine.store.flush()
            await self._homeserver.request("POST", "/v3/keys/upload", body)
            machine.acknowledged()
            await machine.store.flush()
        elif device is None or not device.signed or shown.master != own.master:
            device_keys = machine.device_keys(own.self_signing)
            signed = {self._user: {session.device_id: device_keys}}
            answer = await self._homeserver.request("POST", "/v3/keys/signatures/upload", signed)
            if answer.get("failures"):
                raise MatrixError(200, "M_UNKNOWN", None, answer)


def _shows_something(answer: dict[str, Any], user: str) -> bool:
    """Whether an answer of ``/keys/query`` has a master key of the user's, sound or not."""
    masters = answer.get("master_keys")
    return isinstance(masters, dict) and bool(masters.get(user))


def _keys_lost(session: Session) -> ConfigError:
    return ConfigError(
        "database",
        f"the encryption keys of the bot's device {session.device_id} are gone from it",
        f"Restore the database, or end that session and start with {Variable.PASSWORD} set",
    )
