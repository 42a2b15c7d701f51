"""Who has keys, a device that makes codes, and permissions."""

from __future__ import annotations

import secrets
import string
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from fnmatch import fnmatchcase

import pyotp

ACCOUNT = "123456789012"
_STEP = 30  # seconds for which a code is shown


def key_id(kind: str) -> str:
    """``AKIA…`` for a person's key, ``ASIA…`` for a session's."""
    letters = string.ascii_uppercase + "234567"
    return kind + "".join(secrets.choice(letters) for _ in range(16))


def key_secret() -> str:
    """40 characters."""
    letters = string.ascii_letters + string.digits + "+/"
    return "".join(secrets.choice(letters) for _ in range(40))


@dataclass(slots=True)
class Session:
    """Temporary keys of a person; ``mfa``: they were given for a code."""

    person: Person
    ends: datetime
    mfa: bool
    key_id: str = field(default_factory=lambda: key_id("ASIA"))
    secret: str = field(default_factory=key_secret, repr=False)
    token: str = field(default_factory=lambda: secrets.token_urlsafe(120), repr=False)

    @property
    def is_over(self) -> bool:
        """Whether it has ended."""
        return datetime.now(UTC) >= self.ends


@dataclass(slots=True)
class Person:
    """An IAM user with one access key.

    ``allowed`` are patterns of actions (``ec2:Describe*``); those of ``with_mfa`` need a session
    that was given for a code (``aws:MultiFactorAuthPresent``). ``active``: the key is.
    """

    name: str
    allowed: Sequence[str] = ("*",)
    with_mfa: Sequence[str] = ()
    active: bool = True
    key_id: str = field(default_factory=lambda: key_id("AKIA"))
    secret: str = field(default_factory=key_secret, repr=False)
    device: Device | None = None

    @property
    def arn(self) -> str:
        """The user's name for policies."""
        return f"arn:aws:iam::{ACCOUNT}:user/{self.name}"

    def may(self, action: str, *, mfa: bool) -> bool:
        """Whether the policies allow it."""
        if not mfa and any(fnmatchcase(action, pattern) for pattern in self.with_mfa):
            return False
        return any(fnmatchcase(action, pattern) for pattern in self.allowed)


@dataclass(slots=True)
class Device:
    """A virtual MFA device: an app with a seed (RFC 6238). Each code is good once."""

    serial: str
    totp: pyotp.TOTP = field(default_factory=lambda: pyotp.TOTP(pyotp.random_base32()), repr=False)
    ahead: int = 0
    used: set[int] = field(default_factory=set)

    def code(self) -> str:
        """The code that it shows, once the one that was used has gone."""
        while self._counter(0) in self.used:
            self.ahead += _STEP
        return self.totp.generate_otp(self._counter(0))

    def takes(self, code: str) -> bool:
        """Use ``code``; False where it is none of now and the steps beside, or was used."""
        for steps in (-1, 0, 1):
            counter = self._counter(steps)
            if counter not in self.used and self.totp.generate_otp(counter) == code:
                self.used.add(counter)
                return True
        return False

    def _counter(self, steps: int) -> int:
        return int(time.time() + self.ahead) // _STEP + steps


class People:
    """Everybody, by their keys."""

    def __init__(self) -> None:
        self._people: list[Person] = []
        self._sessions: list[Session] = []

    def add(self, person: Person) -> Person:
        """Let them in."""
        self._people.append(person)
        return person

    def owner(self, key: str) -> tuple[Person, Session | None] | None:
        """Whose key it is, and of which session; None where it is nobody's, or not active."""
        for session in self._sessions:
            if session.key_id == key and session.person.active:
                return session.person, session
        found = next((p for p in self._people if p.key_id == key and p.active), None)
        return (found, None) if found else None

    def open(self, person: Person, seconds: int, *, mfa: bool) -> Session:
        """A new session."""
        session = Session(person, datetime.now(UTC) + timedelta(seconds=seconds), mfa)
        self._sessions.append(session)
        return session

    def end_sessions(self, person: Person) -> None:
        """Let every session of theirs be over."""
        for session in self._sessions:
            if session.person is person:
                session.ends = datetime.now(UTC)
