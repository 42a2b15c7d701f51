"""What a hostile homeserver may make of its answers, for :meth:`sandbox.gateway.Gateway.lying`.

Each function returns a change of an answer: of ``/sync`` unless it says otherwise.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sandbox.signing import Identity

Json = dict[str, Any]
Change = Callable[[Json], Json]
Event = Callable[[Json], bool]


def timeline(response: Json, room: str) -> list[Json]:
    """The events of a room in a sync response; changing the list changes the response."""
    joined = response.setdefault("rooms", {}).setdefault("join", {}).setdefault(room, {})
    events: list[Json] = joined.setdefault("timeline", {}).setdefault("events", [])
    return events


def once(change: Callable[[Json], None]) -> Change:
    """A change of the next answer, and of no other."""
    left = [change]

    def changed(answer: Json) -> Json:
        while left:
            left.pop()(answer)
        return answer

    return changed


# events -------------------------------------------------------------------------------------
def altered(room: str, wanted: Event, **fields: Any) -> Change:
    """Events of a room with other fields: another ``sender``, for instance.

    ``content`` is added to; everything else is replaced.
    """

    def change(response: Json) -> Json:
        if room not in response.get("rooms", {}).get("join", {}):
            return response
        for event in filter(wanted, timeline(response, room)):
            content = event["content"] | fields.get("content", {})
            event.update(fields | {"content": content})
        return response

    return change


def added(room: str, *events: Json) -> Change:
    """Events that nobody sent, or sent before: in the next sync response, and only there.

    They come first, so that what is said to bring that response about is looked at after them.
    """

    def change(response: Json) -> None:
        timeline(response, room)[:0] = events

    return once(change)


def without_state(room: str, *kinds: str) -> Change:
    """A room without its state events of these types."""

    def change(response: Json) -> Json:
        joined = response.get("rooms", {}).get("join", {}).get(room, {})
        for part in ("state", "timeline"):
            if events := joined.get(part, {}).get("events"):
                joined[part]["events"] = [e for e in events if e.get("type") not in kinds]
        return response

    return change


def stripped(room: str, wanted: Event, *fields: str) -> Change:
    """Events of a room whose content lacks some fields."""

    def change(response: Json) -> Json:
        if room not in response.get("rooms", {}).get("join", {}):
            return response
        for event in filter(wanted, timeline(response, room)):
            event["content"] = {k: v for k, v in event["content"].items() if k not in fields}
        return response

    return change


def without_member(room: str, user: str) -> Change:
    """A room that somebody is not in, whatever its state says of them; also of ``/members``."""

    def is_left(event: Json) -> bool:
        return (event.get("type"), event.get("state_key")) != ("m.room.member", user)

    def change(answer: Json) -> Json:
        if "chunk" in answer:
            answer["chunk"] = list(filter(is_left, answer["chunk"]))
        joined = answer.get("rooms", {}).get("join", {}).get(room, {})
        for part in ("state", "timeline"):
            if events := joined.get(part, {}).get("events"):
                joined[part]["events"] = list(filter(is_left, events))
        return answer

    return change


class Withholding:
    """To-device messages that are ``wanted`` are kept back until :meth:`release`."""

    def __init__(self, wanted: Event) -> None:
        self.kept: list[Json] = []
        self._wanted, self._released = wanted, False

    def __call__(self, response: Json) -> Json:
        """Keep them back, or give them."""
        events: list[Json] = response.setdefault("to_device", {}).setdefault("events", [])
        if self._released:
            events.extend(self.kept)
            self.kept.clear()
        else:
            self.kept += [event for event in events if self._wanted(event)]
            events[:] = [event for event in events if not self._wanted(event)]
        return response

    def release(self) -> None:
        """Give them with the next response."""
        self._released = True


def without(*fields: str) -> Change:
    """Any answer without these fields."""

    def change(answer: Json) -> Json:
        return {name: value for name, value in answer.items() if name not in fields}

    return change


# keys ---------------------------------------------------------------------------------------
def with_device(keys: Json) -> Change:
    """``/keys/query``: a device that its owner does not have, or other keys for one."""

    def change(answer: Json) -> Json:
        of_user = answer.get("device_keys", {}).get(keys["user_id"])
        if of_user is not None:
            of_user[keys["device_id"]] = keys
        return answer

    return change


def with_identity(identity: Identity, *devices: str) -> Change:
    """``/keys/query``: another identity of its user, which has signed some of the devices."""
    keys = identity.upload()

    def change(answer: Json) -> Json:
        of_user = answer.get("device_keys", {}).get(identity.user)
        if of_user is not None:
            for role in ("master", "self_signing"):
                answer.setdefault(f"{role}_keys", {})[identity.user] = keys[f"{role}_key"]
            for name in devices:
                if name in of_user:
                    of_user[name] = identity.sign_device(of_user[name])
        return answer

    return change


def without_devices(user: str) -> Change:
    """``/keys/query``: a user who has no devices at all."""

    def change(answer: Json) -> Json:
        if user in answer.get("device_keys", {}):
            answer["device_keys"][user] = {}
        return answer

    return change


def with_broken_keys(user: str, device: str, key: str) -> Change:
    """``/keys/query``: ``key`` in the place of a device's two own."""

    def change(answer: Json) -> Json:
        keys = answer.get("device_keys", {}).get(user, {}).get(device)
        if keys is not None:
            keys["keys"] = dict.fromkeys(keys["keys"], key)
        return answer

    return change


def with_prekey(user: str, prekey: Json) -> Change:
    """``/keys/claim``: ``prekey`` in the place of all that a user's devices offer."""

    def change(answer: Json) -> Json:
        for prekeys in answer.get("one_time_keys", {}).get(user, {}).values():
            prekeys.update(dict.fromkeys(prekeys, prekey))
        return answer

    return change


def with_new_device(user: str) -> Change:
    """A sync response that tells, once, that a user's devices have changed."""

    def change(response: Json) -> None:
        response.setdefault("device_lists", {}).setdefault("changed", []).append(user)

    return once(change)


def offering(user: str, device: str, prekey: Json) -> Change:
    """``/keys/claim``: a device that the homeserver has made up offers this key."""

    def change(answer: Json) -> Json:
        of_user = answer.setdefault("one_time_keys", {}).setdefault(user, {})
        of_user[device] = {"signed_curve25519:AAAAAQ": prekey}
        return answer

    return change
