"""oauthlib's questions about keys, tokens and nonces, answered from the stand-in's state."""

# ruff: noqa: ARG002, PLR0917  # names and arguments are oauthlib's
from __future__ import annotations

import string
from collections.abc import Sequence
from typing import Any

from oauthlib.oauth1 import RequestValidator
from oauthlib.oauth1.rfc5849.errors import OAuth1Error

from sandbox.x.state import PIN_TRIES, AccessToken, RequestToken, State

_NOBODY = (
    "nobody-at-all-0000000000"  # oauthlib goes on with it after an unknown key, against timing
)


class NotApproved(OAuth1Error):  # type: ignore[misc]  # oauthlib ships no type information
    """An address to come back to that is not registered with the app."""

    error = "callback_not_approved"
    status_code = 403

    def __init__(self) -> None:
        super().__init__(status_code=self.status_code)


class Validator(RequestValidator):  # type: ignore[misc]  # oauthlib ships no type information
    """See :class:`oauthlib.oauth1.RequestValidator`; ``request`` is oauthlib's own."""

    enforce_ssl = False  # the stand-in is on loopback only
    safe_characters = frozenset(string.ascii_letters + string.digits + "-_")  # 1001-0a1b2c…
    client_key_length = (1, 64)
    request_token_length = (20, 64)
    access_token_length = (20, 64)
    nonce_length = (8, 64)
    verifier_length = (7, 32)  # a PIN has seven digits, a callback's verifier is longer
    dummy_client = dummy_request_token = dummy_access_token = _NOBODY

    def __init__(self, state: State, callbacks: Sequence[str]) -> None:
        super().__init__()
        self._state, self._callbacks = state, callbacks

    # ------------------------------------------------------------------------------ the app
    def validate_client_key(self, client_key: str, request: Any) -> bool:
        return client_key == self._state.consumer_key

    def get_client_secret(self, client_key: str, request: Any) -> str:
        return self._state.consumer_secret if client_key == self._state.consumer_key else _NOBODY

    def validate_timestamp_and_nonce(
        self,
        client_key: str,
        timestamp: str,
        nonce: str,
        request: Any,
        request_token: str | None = None,
        access_token: str | None = None,
    ) -> bool:
        used = (timestamp, nonce) in self._state.nonces
        self._state.nonces.add((timestamp, nonce))
        return not used

    # ----------------------------------------------------------------------- request tokens
    def validate_redirect_uri(self, client_key: str, redirect_uri: str, request: Any) -> bool:
        address, _, _ = redirect_uri.partition("?")
        if redirect_uri != "oob" and address not in self._callbacks:
            raise NotApproved
        return True

    def save_request_token(self, token: dict[str, str], request: Any) -> None:
        key = token["oauth_token"]
        self._state.request_tokens[key] = RequestToken(
            key, token["oauth_token_secret"], request.redirect_uri
        )

    def validate_request_token(self, client_key: str, token: str, request: Any) -> bool:
        return token in self._state.request_tokens

    def get_request_token_secret(self, client_key: str, token: str, request: Any) -> str:
        known = self._state.request_tokens.get(token)
        return known.secret if known else _NOBODY

    def validate_verifier(self, client_key: str, token: str, verifier: str, request: Any) -> bool:
        known = self._state.request_tokens.get(token)
        if known is None:
            return False
        if known.account is not None and known.verifier == verifier:
            return True
        known.tries += 1
        if known.tries >= PIN_TRIES:
            del self._state.request_tokens[token]
        return False

    def invalidate_request_token(self, client_key: str, token: str, request: Any) -> None:
        del self._state.request_tokens[token]

    # ------------------------------------------------------------------------ access tokens
    def granted(self, request: Any) -> AccessToken:
        """The access token that a proven request token is turned into."""
        account = self._state.request_tokens[request.resource_owner_key].account
        if account is None:
            raise LookupError("nobody has authorised this request token")
        return self._state.grant(account)

    def save_access_token(self, token: dict[str, str], request: Any) -> None:
        """Nothing to do: :meth:`granted` has kept it."""

    def validate_access_token(self, client_key: str, token: str, request: Any) -> bool:
        return token in self._state.access_tokens

    def get_access_token_secret(self, client_key: str, token: str, request: Any) -> str:
        known = self._state.access_tokens.get(token)
        return known.secret if known else _NOBODY

    # ------------------------------------------------------------- realms, which X does not use
    def get_default_realms(self, client_key: str, request: Any) -> list[str]:
        return []

    def get_realms(self, token: str, request: Any) -> list[str]:
        return []

    def validate_requested_realms(self, client_key: str, realms: Any, request: Any) -> bool:
        return True

    def validate_realms(
        self, client_key: str, token: str, request: Any, uri: Any = None, realms: Any = None
    ) -> bool:
        return True
