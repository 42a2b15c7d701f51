"""Whom somebody at Element is, and takes others for."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import cast

from tests.e2e.element.account import Account
from tests.e2e.element.verification import Verification


class Isolation(StrEnum):
    """Which devices are talked with: those that their owners have signed, or all."""

    SIGNED = "signed"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class Trust:
    """What a client makes of somebody's identity.

    ``needs_approval``: it has changed since it was first seen.
    """

    verified: bool
    needs_approval: bool


class Identified(Account):
    """An account with an identity, which signs its devices and verifies other people."""

    async def publish_identity(self, *, anew: bool = False) -> None:
        """Publish an identity, sign this device, and get a recovery key."""
        answer = await self.do("publishIdentity", anew=anew)
        self.recovery_key = answer["recoveryKey"]

    async def reset_identity(self) -> None:
        """Replace the identity, as somebody does who lost their keys."""
        await self.publish_identity(anew=True)

    async def recover(self, recovery_key: str) -> None:
        """Take the identity from the secret storage and sign this device with it.

        Raises:
            ElementRefused: the key does not open it.
        """
        await self.do("recover", recoveryKey=recovery_key)
        self.recovery_key = recovery_key

    async def user_status(self, user: str) -> Trust:
        """What this client makes of somebody's identity."""
        return Trust(**await self.do("userStatus", user=user))

    async def devices(self, user: str) -> dict[str, bool]:
        """The devices of somebody, and of each whether its owner has signed it."""
        return cast(dict[str, bool], await self.do("devices", user=user))

    async def sees_verified(self, user: str) -> None:
        """Wait until somebody counts as verified: a moment after the emoji were confirmed."""
        await self.do("untilVerified", user=user)

    async def sees_signed(self, user: str, device: str) -> None:
        """Wait until somebody's device is signed, as this client sees it."""
        await self.do("untilSigned", user=user, device=device)

    async def approve(self, user: str) -> None:
        """Go on with somebody whose identity has changed."""
        await self.do("approve", user=user)

    async def isolate(self, isolation: Isolation) -> None:
        """Change which devices are talked with."""
        await self.do("isolate", mode=isolation)

    async def request_verification(self, user: str, room: str = "") -> Verification:
        """Ask somebody in a room to compare emoji; without a room, another own device."""
        number = await self.do("requestVerification", user=user, room=room)
        return self._verification(number)

    async def is_asked(self, *, after: int = 0) -> Verification:
        """Wait for a request to compare emoji beyond the first ``after`` verifications."""

        def asked() -> list[Verification]:
            return [v for v in self.verifications[after:] if not v.ours]

        await self.until(asked, "a request to compare emoji")
        return asked()[0]
