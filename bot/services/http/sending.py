"""How a token is sent: in a header, and never in an address."""

from __future__ import annotations

import re
from base64 import b64encode
from dataclasses import dataclass
from typing import Final, Self

from bot.errors import Unauthorized
from bot.model import Credential

_HEADER: Final = re.compile(r"([A-Za-z][A-Za-z0-9-]{0,63})(?:: ?([!-~]{1,40}))?")
_TAKEN: Final = re.compile(
    r"(?i)accept.*|connection|content-.*|cookie|host|proxy-.*|query|te|transfer-encoding|upgrade"
    r"|url|user-agent"
)


@dataclass(frozen=True, slots=True)
class Sending:
    """``word`` stands before the token; ``basic``: user and token make the value together."""

    header: str
    word: str = ""
    basic: bool = False

    @classmethod
    def of(cls, text: str) -> Self:
        """``bearer``, ``basic``, the name of a header, or one with a word: ``X-Key: token``.

        Raises:
            ValueError: it is none of these.
        """
        if text in ("bearer", "basic"):
            return cls("Authorization", text.capitalize(), basic=text == "basic")
        found = _HEADER.fullmatch(text)
        if found is None or _TAKEN.fullmatch(found[1]):
            raise ValueError("is no header that a token can be sent in")
        return cls(found[1], found[2] or "")

    def headers(self, credential: Credential) -> dict[str, str]:
        """The header with a person's token in it.

        Raises:
            Unauthorized: the token is none that a header can hold.
        """
        fields = credential.fields
        if "token" not in fields or (self.basic and "user" not in fields):
            raise Unauthorized  # the operator has changed how it is sent: connect again
        value = fields["token"].reveal()
        if self.basic:
            value = b64encode(f"{fields['user'].reveal()}:{value}".encode()).decode()
        if not re.fullmatch(r"[!-~]+", value):
            raise Unauthorized
        return {self.header: f"{self.word} {value}".lstrip()}
