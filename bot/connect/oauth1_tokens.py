"""Request tokens and access tokens of OAuth 1.0a (RFC 5849, section 2).

oauthlib signs, `bot.wire` carries. Nothing of a server's answer stands in an error.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import parse_qsl, urlencode

from bot.connect.transport import NONSENSE, post, quiet_oauthlib
from bot.errors import ActasError, ServiceError, Unavailable
from bot.secret import Secret

OUT_OF_BAND: Final = "oob"
_TRUE: Final = Secret("true")


@dataclass(frozen=True, slots=True)
class Endpoints:
    """Where a service gives out its tokens: three absolute addresses without a query."""

    request_token: str
    authorize: str
    access_token: str


@dataclass(frozen=True, slots=True)
class Consumer:
    """The bot's own registration with the service (its "app")."""

    key: Secret
    secret: Secret


@dataclass(frozen=True, slots=True)
class Token:
    """A request token or an access token."""

    key: Secret
    secret: Secret


class WrongVerifier(ActasError):
    """The service does not accept the verifier (the PIN), or not for this request token."""


@dataclass(frozen=True, slots=True)
class TokenExchange:
    """Gets tokens from one service. ``timeout`` is for each request as a whole, in seconds."""

    endpoints: Endpoints
    consumer: Consumer
    timeout: float

    async def request_token(self, callback: str) -> Token:
        """A fresh request token. ``callback`` is an address, or ``OUT_OF_BAND`` for a PIN.

        Raises:
            RateLimited, Unavailable: there is none to be had; the operator can be meant.
        """
        status, answer = await self._post(self.endpoints.request_token, callback=callback)
        if 400 <= status < 500:
            place = "" if callback == OUT_OF_BAND else ", or the address that it is to send you to"
            raise Unavailable(
                f"it does not accept this bot's own consumer key{place}; tell the operator of this "
                "bot"
            )
        if answer.get("oauth_callback_confirmed") != _TRUE:  # RFC 5849, section 2.1
            raise Unavailable(NONSENSE)
        return _token(answer)

    def authorize_url(self, request: Token) -> str:
        """The page on which its user authorises ``request``."""
        query = urlencode({"oauth_token": request.key.reveal()})
        return f"{self.endpoints.authorize}?{query}"

    async def access_token(self, request: Token, verifier: Secret) -> Token:
        """The access token of whoever authorised ``request``.

        Raises:
            WrongVerifier: see there.
            RateLimited, Unavailable: the service does not get to the answer.
        """
        status, answer = await self._post(
            self.endpoints.access_token, token=request, verifier=verifier
        )
        if 400 <= status < 500:
            raise WrongVerifier
        return _token(answer)

    async def _post(
        self,
        address: str,
        *,
        callback: str | None = None,
        token: Token | None = None,
        verifier: Secret | None = None,
    ) -> tuple[int, Mapping[str, Secret]]:
        """POST a signed request; return the status (200, or one of 4xx) and the answer's fields."""
        outcome = await self._attempt(address, callback, token, verifier)
        if isinstance(outcome, ServiceError):
            raise outcome  # here, where neither its context nor a local variable is a secret
        return outcome

    async def _attempt(
        self, address: str, callback: str | None, token: Token | None, verifier: Secret | None
    ) -> tuple[int, Mapping[str, Secret]] | ServiceError:
        headers = self._headers(address, callback, token, verifier)
        outcome = await post(address, headers=headers, within=self.timeout)
        if isinstance(outcome, ServiceError):
            return outcome
        status, body = outcome
        try:
            fields = parse_qsl(body.decode()) if status == 200 else []
        except ValueError:
            return Unavailable(NONSENSE)
        return status, {name: Secret(value) for name, value in fields}

    def _headers(
        self, address: str, callback: str | None, token: Token | None, verifier: Secret | None
    ) -> dict[str, str]:
        from oauthlib.oauth1 import Client

        quiet_oauthlib()
        signer = Client(
            self.consumer.key.reveal(),
            self.consumer.secret.reveal(),
            token.key.reveal() if token else None,
            token.secret.reveal() if token else None,
            callback_uri=callback,
            verifier=verifier.reveal() if verifier else None,
        )
        headers: dict[str, str] = signer.sign(address, "POST")[1]
        return headers


def _token(answer: Mapping[str, Secret]) -> Token:
    key, secret = answer.get("oauth_token"), answer.get("oauth_token_secret")
    if not (key and secret):
        raise Unavailable(NONSENSE)
    return Token(key, secret)
