"""What apps have asked people for, until they have answered."""

from __future__ import annotations

import base64
import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from sandbox.github.apps import App
from sandbox.github.users import User

CODE: Final = timedelta(minutes=10)
_LETTERS: Final = "BCDFGHJKLMNPQRSTVWXZ"


@dataclass(slots=True, eq=False)
class Code:
    """A code of the web flow: once, within ten minutes, for whoever began."""

    text: str = field(repr=False)
    app: App
    user: User
    scopes: tuple[str, ...]
    redirect_uri: str
    challenge: str
    expires: datetime

    def proven_by(self, verifier: str) -> bool:
        """Whether ``verifier`` is what the challenge was made of (S256), if there was one."""
        if not self.challenge:
            return True
        digest = hashlib.sha256(verifier.encode()).digest()
        return base64.urlsafe_b64encode(digest).rstrip(b"=").decode() == self.challenge


@dataclass(slots=True, eq=False)
class Device:
    """A request of the device flow. ``interval`` is how many seconds have to pass between polls."""

    device_code: str = field(repr=False)
    user_code: str
    app: App
    scopes: tuple[str, ...]
    expires: datetime
    interval: float
    polled: datetime | None = None
    user: User | None = None
    denied: bool = False

    def polled_at(self, now: datetime) -> str:
        """Count a poll; the error that it is answered with, or "" once a token is due."""
        if self.expires <= now:
            return "expired_token"
        if self._too_soon(now):
            return "slow_down"
        if self.denied:
            return "access_denied"
        return "" if self.user else "authorization_pending"

    def _too_soon(self, now: datetime) -> bool:
        last, self.polled = self.polled, now
        soon = last is not None and (now - last).total_seconds() < self.interval
        if soon:
            self.interval += 5  # as GitHub does, and says in its answer
        return soon


class Asked:
    """The codes and devices that are under way.

    ``lifetime`` (seconds) and ``interval`` of a device's codes are GitHub's own.
    """

    def __init__(self) -> None:
        self.codes: dict[str, Code] = {}
        self.devices: dict[str, Device] = {}
        self.lifetime = 900
        self.interval: float = 5

    def authorised(self, app: App, user: User, asked: Mapping[str, str], now: datetime) -> Code:
        """Somebody has authorised an app on its page, which was asked for with this query."""
        made = Code(
            secrets.token_hex(10),
            app,
            user,
            scopes_of(asked),
            asked.get("redirect_uri") or app.callback,
            asked.get("code_challenge", ""),
            now + CODE,
        )
        self.codes[made.text] = made
        return made

    def device(self, app: App, scopes: tuple[str, ...], now: datetime) -> Device:
        """An app begins a device flow."""
        letters = "".join(secrets.choice(_LETTERS) for _ in range(8))
        made = Device(
            secrets.token_hex(20),
            f"{letters[:4]}-{letters[4:]}",
            app,
            scopes,
            now + timedelta(seconds=self.lifetime),
            self.interval,
        )
        self.devices[made.device_code] = made
        return made

    def waiting(self, user_code: str, now: datetime) -> Device | None:
        """What waits for this user code, with or without the hyphen, in any case."""
        wanted = user_code.strip().upper().replace("-", "")
        for device in self.devices.values():
            open_ = device.user is None and not device.denied and device.expires > now
            if open_ and device.user_code.replace("-", "") == wanted:
                return device
        return None


def scopes_of(asked: Mapping[str, str]) -> tuple[str, ...]:
    """The scopes that are asked for, separated by spaces or commas."""
    return tuple(dict.fromkeys(asked.get("scope", "").replace(",", " ").split()))
