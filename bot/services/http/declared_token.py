"""How a token is declared: where it is made, what it looks like, how it is sent."""

from __future__ import annotations

import re
from typing import Annotated, Final

from pydantic import AfterValidator, Field

from bot.connect.token import Field as Part
from bot.connect.token import Token
from bot.plugin import Settings
from bot.services.http.declared_request import RequestSettings
from bot.services.http.sending import Sending

_TALK: Final = (
    "please deploy website 12.3 to https://example.org/a-b_c?d=e#f, user@example.org: it is LATE "
    "3f786850e387550fdab836ed7e6dc881de23001b 0b6ad8f5-5f2b-4f8b-9d0e-0d5d7e4b7e11"
)


def _sendable(value: str) -> str:
    Sending.of(value)
    return value


def _page(value: str) -> str:
    if not re.fullmatch(r"https?://[!-~]+", value):
        raise ValueError("is not the address of a page")
    return value


def _shape(value: str) -> str:
    try:
        shape = re.compile(value)
    except re.error as error:
        raise ValueError(f"is no regular expression: {error.msg}") from None
    if any(shape.search(word) for word in ("", *_TALK.split())):
        raise ValueError("matches ordinary words: everything would be taken for a secret")
    return value


class TokenSettings(Settings):
    """The token that people paste, and how it goes to the service."""

    send: Annotated[str, AfterValidator(_sendable)] = Field(
        default="bearer",
        description='Write bearer, basic, or a header: X-Api-Key, or "Authorization: Token"',
    )
    what: str = Field(
        default="an API token", min_length=1, description="Say what people make there: an API token"
    )
    page: Annotated[str, AfterValidator(_page)] = Field(
        description="Give the address of the page where people make one"
    )
    shape: Annotated[str, AfterValidator(_shape)] = Field(
        default="", description="Give a regular expression of such a token, or leave it out"
    )
    revoke_hint: str = Field(default="", description="Say where one is revoked")
    revoke: RequestSettings | None = Field(
        default=None, description="Give the request that revokes the token it is sent with"
    )

    @property
    def sending(self) -> Sending:
        """How it is sent."""
        return Sending.of(self.send)

    def flow(self) -> Token:
        """The way to connect."""
        pattern = f"(?:{self.shape})" if self.shape else r".{4,1000}"
        token = Part(
            "token",
            "token",
            rf"(?=[!-~]+\Z){pattern}",
            f"That does not look like {self.what}.",
        )
        user = Part("user", "user", r"[!-9;-~]{1,200}", "That has no user in front of the colon.")
        return Token(
            page=self.page,
            what=self.what,
            fields=(user, token) if self.sending.basic else (token,),
            shape=self.shape,
            revoke_hint=self.revoke_hint or f"Revoke it on {self.page}",
        )
