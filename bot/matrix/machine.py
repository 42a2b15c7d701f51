"""nio's Olm machine with its holes closed. No I/O: bytes and JSON in, decisions out.

What nio does is kept (Olm sessions, their pickles, the handling of Olm payloads); what it trusts
too easily is decided here. The numbers N1 … N22 are those of ``docs/security.md``.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import structlog
import vodozemac
from nio.crypto import InboundGroupSession, Olm, Session
from nio.exceptions import EncryptionError
from unpaddedbase64 import decode_base64

from bot.clock import now
from bot.matrix.devices import Device, DeviceList
from bot.matrix.events import is_shallow
from bot.matrix.ids import is_id, is_key
from bot.matrix.pickles import Outbound
from bot.matrix.rotation import is_due
from bot.matrix.signing import SigningKey, is_signed
from bot.matrix.store import CryptoStore
from bot.recent import Recent

MEGOLM: Final = "m.megolm.v1.aes-sha2"
OLM: Final = "m.olm.v1.curve25519-aes-sha2"
_ONE_TIME_KEYS: Final = 50
_CLAIMS: Final = 20  # devices, known or not, that one Megolm session may seem to be from
_WEDGED_OF_ONE: Final = 10  # devices of one user that are noted as wedged
UNWEDGE_EVERY: Final = 3600 * 1000  # ms between two new sessions with a wedged device
_PLAINTEXT_LIMIT: Final = 65_536  # bytes of an event, by the spec

log = structlog.get_logger()


class NoKey(Exception):
    """The Megolm session of an event has not arrived (yet)."""

    def __init__(self, session_id: str) -> None:
        super().__init__(session_id)
        self.session_id = session_id


class Refused(Exception):
    """An event is not what it claims to be; ``reason`` is a word for the log."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Decrypted:
    """A decrypted room event, with what its encryption proves.

    ``device`` is the sender's device that holds the Olm identity which delivered the session, or
    None where the sender has no such device (any more).
    """

    type: str
    content: Mapping[str, Any]
    sender: str
    sender_key: str
    session_id: str
    index: int
    device: Device | None


class Machine(Olm):  # type: ignore[misc]  # nio ships no type information
    """The Olm account, its sessions, and what may be done with them."""

    def __init__(self, user_id: str, device_id: str, store: CryptoStore) -> None:
        self._arrived: list[InboundGroupSession] = []
        self.wedged: Recent[tuple[str, str], int] = Recent()  # (user id, Curve25519 key): when (ms)
        self.withheld: Recent[tuple[str, str, str], None] = Recent()
        self._reopened: Recent[str, int] = Recent()
        super().__init__(user_id, device_id, store)

    # ------------------------------------------------------------------ own keys
    def device_keys(self, self_signing: SigningKey) -> dict[str, Any]:
        """Our device's keys, signed by the device and by our identity (no unsigned window)."""
        keys = {
            "algorithms": [OLM, MEGOLM],
            "device_id": self.device_id,
            "user_id": self.user_id,
            "keys": {
                f"{kind}:{self.device_id}": self.account.identity_keys[kind]
                for kind in ("curve25519", "ed25519")
            },
        }
        signatures = {
            f"ed25519:{self.device_id}": self.sign_json(keys),
            self_signing.key_id: self_signing.sign(keys),
        }
        return {**keys, "signatures": {self.user_id: signatures}}

    def prekeys(self, on_server: int, *, fallback_used: bool) -> dict[str, Any]:
        """What ``/keys/upload`` lacks; the account must be written before it is sent (N3, N4).

        Keys that were made but never acknowledged are offered again as they are.
        """
        account = self.account._account  # noqa: SLF001  # nio hides fallback keys
        wanted: dict[str, Any] = {}
        if on_server < _ONE_TIME_KEYS // 2 and not account.one_time_keys:
            account.generate_one_time_keys(_ONE_TIME_KEYS - max(on_server, 0))
        if account.one_time_keys:
            wanted["one_time_keys"] = self._signed_prekeys(account.one_time_keys)
        if fallback_used and not account.fallback_key:
            account.generate_fallback_key()
        if account.fallback_key:
            wanted["fallback_keys"] = self._signed_prekeys(account.fallback_key, fallback=True)
        if wanted:
            self.save_account()
        return wanted

    def acknowledged(self) -> None:
        """The server has our keys."""
        self.account.shared = True
        self.mark_keys_as_published()
        self.save_account()

    def _signed_prekeys(self, keys: Mapping[str, Any], **extra: bool) -> dict[str, Any]:
        signed = {}
        for key_id, key in keys.items():
            thing = {"key": key.to_base64(), **extra}
            signature = {f"ed25519:{self.device_id}": self.sign_json(thing)}
            signed[f"signed_curve25519:{key_id}"] = {
                **thing,
                "signatures": {self.user_id: signature},
            }
        return signed

    # ------------------------------------------------------------------ to-device messages
    def receive_to_device(self, events: Iterable[Any]) -> list[InboundGroupSession]:
        """Take in to-device events, each on its own (N2).

        Returns the room keys that have arrived; :meth:`accept` decides on them. What others keep
        from us stands in :attr:`withheld` afterwards: (their user id, room id, session id). Key
        requests are not answered, forwarded keys not taken, and nothing else is acted on.
        """
        self._arrived = []
        for event in events:
            try:
                self._receive_one(event)
            except (EncryptionError, ValueError, KeyError, TypeError, AttributeError) as error:
                log.warning("to_device.refused", error=type(error).__name__)
            except Exception as error:  # noqa: BLE001  # one bad item must not end the batch (N2)
                log.warning("to_device.broken", error=type(error).__name__)
        return self._arrived

    def olm_senders(self, events: Iterable[Any]) -> set[str]:
        """The Curve25519 keys whose Olm sessions these to-device events may need."""
        keys = set()
        for event in events:
            content = event.get("content") if isinstance(event, dict) else None
            key = content.get("sender_key") if isinstance(content, dict) else None
            if is_key(key):
                keys.add(key)
        return keys

    def _receive_one(self, event: Mapping[str, Any]) -> None:
        content = event["content"]
        if event["type"] == "m.room_key.withheld":
            self._note_withheld(event["sender"], content)
        if event["type"] != "m.room.encrypted" or content.get("algorithm") != OLM:
            return
        mine = content["ciphertext"].get(self.account.identity_keys["curve25519"])
        if mine is None or not is_key(content["sender_key"]):
            return
        body = mine["body"]
        if mine["type"] == 0:
            message: Any = vodozemac.PreKeyMessage.from_base64(body)
        else:
            message = vodozemac.AnyOlmMessage.normal(decode_base64(body))
        try:
            self.decrypt(event["sender"], content["sender_key"], message)
        finally:
            self.store.tidy_sessions(content["sender_key"])

    def _note_withheld(self, sender: str, content: Mapping[str, Any]) -> None:
        """A client says that it keeps a key from us. Anybody can say so, of their own sessions.

        https://spec.matrix.org/v1.18/client-server-api/#mroom_keywithheld
        """
        if content.get("code") == "m.no_olm":  # of no session: it cannot reach us at all
            self._mark_device_for_unwedging(sender, content["sender_key"])
        elif is_id(sender) and is_id(content["room_id"]) and is_key(content["session_id"]):
            self.withheld[sender, content["room_id"], content["session_id"]] = None

    def _handle_olm_event(self, sender: str, sender_key: str, payload: dict[str, Any]) -> None:
        """Called by nio for an Olm payload whose sender and recipient are right."""
        if is_key(ed25519 := payload["keys"]["ed25519"]):
            self.store.bind_sessions(sender_key, ed25519)
        if payload["type"] == "m.dummy":
            self._note_reopened(sender_key)
        if payload["type"] != "m.room_key":
            return
        content = payload["content"]
        room_id = content["room_id"]
        if content["algorithm"] != MEGOLM or not is_id(room_id) or not is_key(ed25519):
            raise Refused("malformed room key")
        self._arrived.append(
            InboundGroupSession(content["session_key"], ed25519, sender_key, room_id)
        )
        log.debug("room_key.received", sender=sender, room=room_id)

    def _note_reopened(self, sender_key: str) -> None:
        """A device could not read us and has opened a new Olm session: it lacks our room keys.

        Believed once an hour, since each time costs every room that the device is in a new session.
        """
        if now() - self._reopened.get(sender_key, 0) > UNWEDGE_EVERY:
            self._reopened[sender_key] = now()

    def _mark_device_for_unwedging(self, sender: str, sender_key: str) -> None:
        """Called by nio when no Olm session decrypts; a new one is started, once an hour.

        Of one user a few devices are noted, so that nobody crowds out what others have.
        """
        if not is_id(sender) or not is_key(sender_key) or (sender, sender_key) in self.wedged:
            return
        if sum(user == sender for user, _ in self.wedged) < _WEDGED_OF_ONE:
            self.wedged[sender, sender_key] = 0

    def accept(self, new: InboundGroupSession) -> bool:
        """Keep a room key, unless it would replace another one that is as good (N22).

        Whoever was given a session can give it on as their own, and be faster than who made it. So
        each that claims it has a copy, and :meth:`_session` takes that of an event's sender. What
        is stored of it has been loaded (``store.need_inbound``).
        """
        claims = self.store.inbound.get((new.room_id, new.id), {})
        old = claims.get(new.sender_key)
        if not (self._may_claim(claims, new) if old is None else _is_better(new, old)):
            log.warning("room_key.refused", room=new.room_id)
            return False
        self.store.save_inbound_group_session(new)
        for key in [k for k in self.withheld if k[1:] == (new.room_id, new.id)]:
            del self.withheld[key]
        return True

    def _may_claim(
        self, claims: Mapping[str, InboundGroupSession], new: InboundGroupSession
    ) -> bool:
        """Anybody may, and a device that we know however many others have."""
        return len(claims) < _CLAIMS or any(
            listed.holding(new.sender_key, new.ed25519) for listed in self.store.devices.values()
        )

    # ------------------------------------------------------------------ room events
    def decrypt_room_event(
        self, room_id: str, event: Mapping[str, Any], devices: Mapping[str, DeviceList]
    ) -> Decrypted:
        """Decrypt an ``m.room.encrypted`` event and establish who really sent it.

        Raises:
            NoKey: its session is not there.
            Refused: it is malformed, or not what it claims to be (N1, N5, N6).
        """
        try:
            content = event["content"]
            sender, session_id, algorithm = (
                event["sender"],
                content["session_id"],
                content["algorithm"],
            )
            if algorithm != MEGOLM:
                raise Refused("unknown algorithm")
            if not is_key(session_id):
                raise Refused("malformed")
            session = self._session(room_id, session_id, devices.get(sender))
            message = vodozemac.MegolmMessage.from_base64(content["ciphertext"])
            found = session._session.decrypt(message)  # noqa: SLF001  # nio's would decode leniently
            payload = json.loads(found.plaintext)
            return self._checked(room_id, sender, session, found.message_index, payload, devices)
        except vodozemac.MegolmDecryptionException:
            raise Refused("does not decrypt") from None
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            raise Refused("malformed") from None

    def _session(
        self, room_id: str, session_id: str, listed: DeviceList | None
    ) -> InboundGroupSession:
        """The session as one of the sender's devices gave it, or else as anybody did."""
        claims = self.store.inbound.get((room_id, session_id))
        if not claims:
            raise NoKey(session_id)
        for session in claims.values():
            if listed is not None and listed.holding(session.sender_key, session.ed25519):
                return session
        return next(iter(claims.values()))

    def _checked(  # noqa: PLR0917  # one event's parts, in the order they are found
        self,
        room_id: str,
        sender: str,
        session: InboundGroupSession,
        index: int,
        payload: dict[str, Any],
        devices: Mapping[str, DeviceList],
    ) -> Decrypted:
        if payload["room_id"] != room_id:
            raise Refused("meant for another room")
        if "state_key" in payload:
            raise Refused("encrypted state")
        if not is_shallow(payload):
            raise Refused("nested too deep")
        if not isinstance(payload["type"], str) or not isinstance(payload["content"], dict):
            raise Refused("malformed")
        if session.forwarding_chain:
            raise Refused("forwarded key")
        self.store.note_use(session)
        listed = devices.get(sender)
        return Decrypted(
            payload["type"],
            payload["content"],
            sender,
            session.sender_key,
            session.id,
            index,
            listed.holding(session.sender_key, session.ed25519) if listed else None,
        )

    # ------------------------------------------------------------------ sending
    def outbound_for(
        self, room_id: str, settings: Mapping[str, Any], allowed: set[tuple[str, str, str]]
    ) -> Outbound:
        """The room's Megolm session, a new one where the old may not be used any more.

        ``settings`` is the content of ``m.room.encryption`` (its rotation, N13); ``allowed`` are
        the devices, (user id, device id, Curve25519 key), that may read what is said now: a
        session that anybody else has is given up.
        """
        reopened = max((self._reopened.get(key, 0) for *_, key in allowed), default=0)
        outbound: Outbound | None = self.store.outbound.get(room_id)
        if outbound is not None:
            age = now() - outbound.created
            if (
                not is_due(settings, sent=outbound.index, age=age)
                and outbound.shared <= allowed
                and reopened < outbound.created
            ):
                return outbound
        outbound = Outbound(vodozemac.GroupSession(), max(now(), reopened + 1))
        self.store.save_outbound(room_id, outbound)
        return outbound

    def open_olm(self, device: Device, one_time_keys: Any) -> bool:
        """Start an Olm session from an answer of ``/keys/claim`` (N11). False if it is no good.

        It is used for this device only: a device can declare another one's Curve25519 key.
        """
        key_id = f"ed25519:{device.device_id}"
        try:
            ((_, key),) = one_time_keys.items()
            if is_signed(key, device.user_id, key_id, device.ed25519):
                session = self.create_session(key["key"], device.curve25519)
                session.ed25519, session.proved = device.ed25519, False
                self.store.tidy_sessions(device.curve25519)
                return True
        except (ValueError, KeyError, TypeError, AttributeError):
            pass
        log.warning("one_time_key.refused", user=device.user_id, device=device.device_id)
        return False

    def olm_session(self, device: Device) -> Session | None:
        """The newest Olm session with a device; ``store.need_senders`` has been called."""
        for session in self.session_store[device.curve25519]:
            if session.ed25519 in (device.ed25519, None):
                return session
        return None

    def room_key_for(
        self, device: Device, room_id: str, session: vodozemac.GroupSession
    ) -> dict[str, Any] | None:
        """The room key, encrypted to one device; None without an Olm session."""
        content = {
            "algorithm": MEGOLM,
            "room_id": room_id,
            "session_id": session.session_id,
            "session_key": session.session_key.to_base64(),
        }
        return self._encrypt_to(device, "m.room_key", content)

    def dummy_for(self, device: Device) -> dict[str, Any] | None:
        """An empty message that tells a wedged device of our new Olm session."""
        return self._encrypt_to(device, "m.dummy", {})

    def _encrypt_to(
        self, device: Device, kind: str, content: dict[str, Any]
    ) -> dict[str, Any] | None:
        olm = self.olm_session(device)
        if olm is None:
            return None
        encrypted: dict[str, Any] = self._olm_encrypt(olm, device, kind, content)
        return encrypted

    def encrypt_room_event(
        self, room_id: str, session: vodozemac.GroupSession, kind: str, content: Mapping[str, Any]
    ) -> dict[str, Any]:
        """The content of an ``m.room.encrypted`` event; a relation stays readable outside too.

        Raises:
            ValueError: the event would be larger than the spec allows.
        """
        payload = {"type": kind, "content": content, "room_id": room_id}
        plain = json.dumps(payload, ensure_ascii=False, separators=(",", ":")).encode()
        if len(plain) * 4 // 3 > _PLAINTEXT_LIMIT - 2048:
            raise ValueError("too large for one event")
        encrypted = {
            "algorithm": MEGOLM,
            "sender_key": self.account.identity_keys["curve25519"],
            "ciphertext": session.encrypt(plain).to_base64(),
            "session_id": session.session_id,
            "device_id": self.device_id,
        }
        if "m.relates_to" in content:
            encrypted["m.relates_to"] = content["m.relates_to"]
        return encrypted


def _is_better(new: InboundGroupSession, old: InboundGroupSession) -> bool:
    """Whether it is the same session of the same device, from an earlier message on."""
    start = old.first_known_index
    return bool(
        new.ed25519 == old.ed25519
        and new.first_known_index < start
        and new.export_session(start) == old.export_session(start)
    )
