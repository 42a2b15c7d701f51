"""Connecting: an access key, and the MFA device whose codes open sessions with it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Final

from bot.connect.token import Field, Further, Token
from bot.errors import UserError
from bot.plugin import Conversation, Grant
from bot.services.aws.keys import KEY_ID, KEY_SECRET, SERIAL

PAGE: Final = "https://console.aws.amazon.com/iam/home#/security_credentials"
_SHAPE: Final = r"(?<![A-Z0-9])A(?:KI|SI)A[A-Z0-9]{16}(?![A-Z0-9])"
_SERIAL: Final = r"arn:aws[a-z-]*:iam::[0-9]{12}:mfa/[\w+=,.@/-]{1,256}|[A-Z]{4}[0-9]{8}"
_FIELDS: Final = (
    Field(
        KEY_ID,
        "AKIA…",
        r"AKIA[A-Z0-9]{16}",
        "That does not begin with the id of an access key, AKIA and 16 letters and digits. "
        "(ASIA is one that ends soon by itself.)",
    ),
    Field(
        KEY_SECRET,
        "secret",
        r"[A-Za-z0-9/+=]{40}",
        "That is not the secret of an access key, which has 40 characters.",
    ),
)
_DEVICE: Final = Further(
    Field(
        SERIAL,
        "ARN",
        _SERIAL,
        "That is not the ARN of a device that makes codes, arn:aws:iam::…:mfa/…. "
        "(A passkey or security key, …:u2f/…, makes none.)",
    ),
    "Do you have an MFA device that shows codes? Say its ARN, `arn:aws:iam::…:mfa/…`, as it stands "
    "in your security credentials, or `none`. Where AWS asks for MFA, it does not go without.",
    "none",
)


@dataclass(slots=True, kw_only=True)
class KeyFlow(Token):
    """The flow. Where there is an MFA device, the grant has to be renewed at once: by a code.

    ``account`` asks AWS for the number of the account that a grant's access key belongs to.
    """

    account: Callable[[Grant], Awaitable[str]] = field(repr=False)

    async def run(self, talk: Conversation) -> Grant:
        """Ask for the key and the device.

        Raises:
            Abandoned, UserError: see :class:`~bot.connect.token.Token`; or the device belongs to
                another account than the key.
            ServiceError: AWS does not accept the key, or does not answer.
        """
        grant = await Token.run(self, talk)  # not super(): a class with slots is made anew
        serial = grant.fields[SERIAL].reveal()
        if not serial:
            return grant
        if serial.startswith("arn:") and serial.split(":")[4] != await self.account(grant):
            raise UserError(
                "That MFA device belongs to another account than the access key.",
                "Start again with the ARN of your own.",
            )
        return replace(grant, fresh_until=datetime.now(UTC))


def key_flow(account: Callable[[Grant], Awaitable[str]]) -> KeyFlow:
    """The way to connect."""
    return KeyFlow(
        page=PAGE,
        what="an access key",
        note='It is under "Access keys"; never make one of the root user.',
        fields=_FIELDS,
        further=(_DEVICE,),
        shape=_SHAPE,
        revoke_hint=f"Deactivate and delete the access key on {PAGE}",
        account=account,
    )
