"""Sessions of AWS: a code of an MFA device opens one, and it lasts for hours.

https://docs.aws.amazon.com/STS/latest/APIReference/API_GetSessionToken.html
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from bot.connect.mfa import SecondFactor, WrongCode
from bot.errors import ServiceError, Unavailable, UserError
from bot.model import Credential
from bot.plugin import Grant, StepUp
from bot.secret import Secret
from bot.services.aws.faults import NONSENSE, Refused, translate
from bot.services.aws.keys import SERIAL, Keys, lasting, with_session
from bot.services.aws.site import Site

NEED: Final = "AWS asks for a code of your MFA device."
_ACTION: Final = "sts:GetSessionToken"


class Sessions:
    """Opens the sessions of one configured AWS."""

    def __init__(self, site: Site, title: str) -> None:
        self._site = site
        self._second = SecondFactor(
            title=title, code="the 6 digits that your MFA device shows", open=self.open
        )

    def step_up(self, credential: Credential) -> StepUp:
        """The error that makes the credential's owner give a code."""
        return StepUp(self._second.flow(credential), NEED)

    async def open(self, credential: Credential, code: Secret) -> Grant:
        """A session for ``code``, with the access key that it came from.

        Raises:
            WrongCode: AWS does not accept the code.
            UserError: the MFA device is not this user's.
            ServiceError: AWS does not accept the access key, or does not do its part.
        """
        settings = self._site.settings
        params = {
            "SerialNumber": credential.fields[SERIAL].reveal(),
            "TokenCode": code.reveal(),
            "DurationSeconds": settings.session_hours * 3600,
        }
        made = await self._site.client("sts", settings.region, lasting(credential))
        try:
            async with made as client:
                answer = await self._site.ask(
                    client, "get_session_token", changes=False, params=params
                )
        except Refused as refused:
            failure = _failure(refused)
        else:
            return _grant(credential, answer)
        raise failure


def _failure(refused: Refused) -> WrongCode | UserError | ServiceError:
    if refused.code == "AccessDenied" and "pass code" in refused.message:
        return WrongCode()
    if refused.code == "AccessDenied" and "MFA serial number" in refused.message:
        return UserError(
            "AWS does not know that MFA device as yours.",
            "Connect again, with the ARN that stands at the device in your security credentials.",
        )
    return translate(refused, _ACTION, "a session", retryable=True)


def _grant(credential: Credential, answer: dict[str, Any]) -> Grant:
    found = answer.get("Credentials", {})
    parts = [found.get(name) for name in ("AccessKeyId", "SecretAccessKey", "SessionToken")]
    until = found.get("Expiration")
    if not all(isinstance(part, str) and part for part in parts) or not isinstance(until, datetime):
        raise Unavailable(NONSENSE)
    key, secret, token = (Secret(part) for part in parts)
    return Grant(with_session(credential, Keys(key, secret, token)), fresh_until=until)
