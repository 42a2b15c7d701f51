"""What shows X who asks: keys that sign each request (OAuth 1.0a), or a token in it (OAuth 2)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from bot.connect.oauth1_tokens import Consumer, Token
from bot.errors import Unauthorized
from bot.secret import Secret


class Signature(Protocol):
    """What one user's requests are made with."""

    @property
    def user_id(self) -> str:
        """The user's id at X."""

    @property
    def signs(self) -> bool:
        """Whether every request is signed."""

    def keys(self) -> Mapping[str, str]:
        """What tweepy is given, by its names."""


@dataclass(frozen=True, slots=True)
class Keys:
    """The bot's and the user's, for OAuth 1.0a."""

    consumer: Consumer
    token: Token
    signs: bool = True

    @property
    def user_id(self) -> str:
        """What the user's token begins with."""
        return self.token.key.reveal().partition("-")[0]

    def keys(self) -> Mapping[str, str]:
        """All four of them."""
        return {
            "consumer_key": self.consumer.key.reveal(),
            "consumer_secret": self.consumer.secret.reveal(),
            "access_token": self.token.key.reveal(),
            "access_token_secret": self.token.secret.reveal(),
        }


@dataclass(frozen=True, slots=True)
class Bearer:
    """An access token of OAuth 2, which does not tell whose it is."""

    token: Secret
    user_id: str = ""
    signs: bool = False

    def keys(self) -> Mapping[str, str]:
        """Nothing else is needed."""
        return {"bearer_token": self.token.reveal()}


def signature(fields: Mapping[str, Secret], consumer: Consumer | None) -> Signature:
    """What a credential with these fields is used with.

    Raises:
        Unauthorized: it was connected in a way that the operator has closed since.
    """
    if token := fields.get("access_token"):
        own = fields.get("user_id")
        return Bearer(token, own.reveal() if own else "")
    if consumer is None:
        raise Unauthorized("it was connected in another way")
    return Keys(consumer, Token(fields["token"], fields["token_secret"]))
