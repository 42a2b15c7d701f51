"""What shows X who asks: keys that sign each request (OAuth 1.0a), or a token in it (OAuth 2)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from bot.connect.oauth1_tokens import Consumer, Token
from bot.errors import Unauthorized
from bot.secret import Secret

if TYPE_CHECKING:
    import requests

    Auth = Callable[[requests.PreparedRequest], requests.PreparedRequest]


class Signature(Protocol):
    """What one user's requests are made with."""

    @property
    def user_id(self) -> str:
        """The user's id at X."""

    def auth(self) -> Auth:
        """What ``requests`` is given to authorise each request, when it is about to leave."""


@dataclass(frozen=True, slots=True)
class Keys:
    """The app's and the user's, for OAuth 1.0a."""

    consumer: Consumer
    token: Token

    @property
    def user_id(self) -> str:
        """What the user's token begins with."""
        return self.token.key.reveal().partition("-")[0]

    def auth(self) -> Auth:
        """See :meth:`Signature.auth`."""
        from requests_oauthlib import OAuth1

        signer: Auth = OAuth1(
            self.consumer.key.reveal(),
            client_secret=self.consumer.secret.reveal(),
            resource_owner_key=self.token.key.reveal(),
            resource_owner_secret=self.token.secret.reveal(),
            decoding=None,
        )
        return signer


@dataclass(frozen=True, slots=True)
class Bearer:
    """An access token of OAuth 2, which does not tell whose it is."""

    token: Secret
    user_id: str = field(default="", repr=False)

    def auth(self) -> Auth:
        """See :meth:`Signature.auth`."""
        return self._authorise

    def _authorise(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = f"Bearer {self.token.reveal()}"
        return request


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
