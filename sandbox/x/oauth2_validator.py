"""oauthlib's questions about clients, codes and bearer tokens, answered from what is remembered."""

# ruff: noqa: ARG002  # names and arguments are oauthlib's
from __future__ import annotations

import hmac
import time
from base64 import b64decode
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import unquote_plus

from oauthlib.oauth2 import RequestValidator

from sandbox.x.grants import CODE_LASTS, SCOPES, Client, Code, Grants


class Validator(RequestValidator):  # type: ignore[misc]  # oauthlib ships no type information
    """See :class:`oauthlib.oauth2.RequestValidator`; ``request`` is oauthlib's own."""

    def __init__(self, grants: Grants) -> None:
        super().__init__()
        self._grants = grants

    # ------------------------------------------------------------------------------ the app
    def client_authentication_required(self, request: Any) -> bool:
        client = self._grants.clients.get(request.client_id or "")
        return client is None or client.secret is not None

    def authenticate_client(self, request: Any) -> bool:
        scheme, _, coded = request.headers.get("Authorization", "").partition(" ")
        try:
            name, _, secret = b64decode(coded, validate=True).decode().partition(":")
        except ValueError:
            return False
        client = self._grants.clients.get(unquote_plus(name))
        if scheme != "Basic" or client is None or client.secret is None:
            return False
        request.client = client
        return hmac.compare_digest(unquote_plus(secret).encode(), client.secret.encode())

    def authenticate_client_id(self, client_id: str, request: Any) -> bool:
        request.client = self._grants.clients.get(client_id)
        return request.client is not None and request.client.secret is None

    def validate_client_id(self, client_id: str, request: Any) -> bool:
        return client_id in self._grants.clients

    def validate_grant_type(
        self, client_id: str, grant_type: str, client: Client, request: Any
    ) -> bool:
        return grant_type in {"authorization_code", "refresh_token"}

    # --------------------------------------------------------------- the page, and its codes
    def validate_redirect_uri(self, client_id: str, redirect_uri: str, request: Any) -> bool:
        return redirect_uri in self._grants.callbacks

    def get_default_redirect_uri(self, client_id: str, request: Any) -> None:
        return None

    def validate_response_type(
        self, client_id: str, response_type: str, client: Client, request: Any
    ) -> bool:
        return response_type == "code"

    def is_pkce_required(self, client_id: str, request: Any) -> bool:
        return True

    def get_default_scopes(self, client_id: str, request: Any) -> list[str]:
        return []

    def validate_scopes(
        self, client_id: str, scopes: Sequence[str], client: Client, request: Any
    ) -> bool:
        return bool(scopes) and set(scopes) <= set(SCOPES)

    def save_authorization_code(
        self, client_id: str, code: Mapping[str, str], request: Any
    ) -> None:
        self._grants.given.append(code["code"])
        self._grants.codes[code["code"]] = Code(
            self._grants.clients[client_id],
            request.redirect_uri,
            tuple(request.scopes),
            request.code_challenge,
            request.code_challenge_method,
            request.user,
            time.time() + CODE_LASTS,
        )

    def validate_code(self, client_id: str, code: str, client: Client, request: Any) -> bool:
        known = self._grants.codes.get(code)
        if known is None or known.client != client or known.ends < time.time():
            return False
        request.user, request.scopes = known.account, known.scopes
        return True

    def get_code_challenge(self, code: str, request: Any) -> str:
        return self._grants.codes[code].challenge

    def get_code_challenge_method(self, code: str, request: Any) -> str:
        return self._grants.codes[code].method

    def confirm_redirect_uri(
        self, client_id: str, code: str, redirect_uri: str, client: Client, request: Any
    ) -> bool:
        return self._grants.codes[code].redirect_uri == redirect_uri

    def invalidate_authorization_code(self, client_id: str, code: str, request: Any) -> None:
        del self._grants.codes[code]
        self._grants.redeemed.set()

    # ------------------------------------------------------------------------------- tokens
    def save_bearer_token(self, token: Mapping[str, str], request: Any) -> None:
        if request.grant_type == "refresh_token":
            del self._grants.by_refresh[request.refresh_token]
            self._grants.refreshes += 1
        refresh = token.get("refresh_token", "")
        self._grants.give(
            request.client, request.user, request.scopes, token["access_token"], refresh
        )

    def validate_refresh_token(self, refresh_token: str, client: Client, request: Any) -> bool:
        known = self._grants.by_refresh.get(refresh_token)
        if known is None or known.client != client:
            return False
        request.user = known.account
        return True

    def get_original_scopes(self, refresh_token: str, request: Any) -> Sequence[str]:
        return list(self._grants.by_refresh[refresh_token].scopes)

    def revoke_token(self, token: str, token_type_hint: str, request: Any) -> None:
        self._grants.take_back(token, request.client)
