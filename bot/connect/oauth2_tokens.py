"""The token endpoint of OAuth 2 (RFC 6749, section 3.2), asked by one client.

oauthlib prepares and parses, :mod:`bot.connect.transport` carries. Nothing of a server's answer
stands in an error, but which of the registered errors it is.
"""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final, Literal, TypeVar
from urllib.parse import quote_plus, urlencode

from bot.connect.transport import NONSENSE, post, quiet_oauthlib
from bot.errors import ActasError, ServiceError, Unavailable
from bot.secret import Secret

T = TypeVar("T")
Parameters = Mapping[str, "Secret | str"]

OPERATORS: Final = "it does not accept this bot's own registration; tell the operator of this bot"

_REGISTERED: Final = frozenset(
    {
        *("invalid_grant", "invalid_scope", "unsupported_grant_type"),  # RFC 6749, section 5.2
        *("invalid_client", "unauthorized_client", "invalid_request"),
        *("authorization_pending", "slow_down", "access_denied", "expired_token"),  # RFC 8628, 3.5
        *("incorrect_device_code", "device_flow_disabled"),  # GitHub's own
        *("bad_verification_code", "bad_refresh_token", "incorrect_client_credentials"),
    }
)
_SAME: Final = {  # GitHub's words
    "bad_verification_code": "invalid_grant",
    "bad_refresh_token": "invalid_grant",
    "incorrect_device_code": "expired_token",
    "incorrect_client_credentials": "invalid_client",
}
_TOKEN: Final = re.compile(r"[\x21-\x7e]+")  # it will stand in a header
_LONGEST: Final = 100 * 365 * 24 * 3600  # seconds; what lasts longer does not end


class Refused(ActasError):
    """The endpoint says no. ``error`` is RFC 6749's or RFC 8628's word for it, or "" for others."""

    def __init__(self, error: str) -> None:
        super().__init__(error or "refused")
        self.error = error


@dataclass(frozen=True, slots=True)
class Tokens:
    """What the endpoint gave out. ``scopes`` is None where it does not say: those asked for."""

    access: Secret
    refresh: Secret | None = None
    scopes: tuple[str, ...] | None = None
    ends: datetime | None = None
    refresh_ends: datetime | None = None


@dataclass(frozen=True, slots=True)
class Client:
    """The bot's own registration, and how it shows it: by Basic authentication, or in the body.

    One without a secret is a public client: its id stands in the body. ``words`` and ``ca_file``:
    see :class:`~bot.connect.oauth2_app.OAuth2`.
    """

    id: str
    secret: Secret | None
    authentication: Literal["basic", "body"]
    timeout: float
    words: Mapping[str, str] = field(default_factory=dict)
    ca_file: Path | None = None

    async def tokens(self, address: str, grant_type: str, parameters: Parameters) -> Tokens:
        """Ask for tokens.

        Raises:
            Refused: what is presented is not (or not yet) good for any.
            RateLimited, Unavailable: the endpoint does not do its part.
        """
        return await self.ask(address, {"grant_type": grant_type, **parameters}, read_tokens)

    async def ask(self, address: str, parameters: Parameters, read: Callable[[str], T | None]) -> T:
        """POST ``parameters``, and return what ``read`` makes of the answer.

        ``read`` returns None, or raises oauthlib's errors or ValueError, for what it is not.

        Raises:
            Refused, RateLimited, Unavailable: see :meth:`tokens`.
        """
        outcome = await self._attempt(address, parameters, read)
        if isinstance(outcome, ActasError):
            raise outcome  # here, where neither its context nor a local variable is a secret
        return outcome

    async def succeeds(self, address: str, parameters: Parameters) -> bool:
        """POST ``parameters``; whether the answer is 200, whatever it says.

        Raises:
            RateLimited, Unavailable: see :meth:`tokens`.
        """
        outcome = await self._post(address, parameters)
        if isinstance(outcome, ServiceError):
            raise outcome
        return outcome[0] == 200

    async def _attempt(
        self, address: str, parameters: Parameters, read: Callable[[str], T | None]
    ) -> T | ActasError:
        outcome = await self._post(address, parameters)
        if isinstance(outcome, ServiceError):
            return outcome
        status, body = outcome
        found = _understood(status, body, read)
        if isinstance(found, Refused):
            return Refused(self.words.get(found.error, found.error))
        return found

    async def _post(self, address: str, parameters: Parameters) -> tuple[int, bytes] | ServiceError:
        headers, body = {"Accept": "application/json"}, dict(parameters)
        if self.secret is None:
            body["client_id"] = self.id
        elif self.authentication == "body":
            body |= {"client_id": self.id, "client_secret": self.secret}
        else:
            headers["Authorization"] = self._basic(self.secret)
        form = {k: v.reveal() if isinstance(v, Secret) else v for k, v in body.items()}
        return await post(
            address,
            headers=headers,
            within=self.timeout,
            form=urlencode(form),
            ca_file=self.ca_file,
        )

    def _basic(self, secret: Secret) -> str:
        pair = f"{quote_plus(self.id)}:{quote_plus(secret.reveal())}"  # RFC 6749, section 2.3.1
        return f"Basic {b64encode(pair.encode()).decode()}"


def _understood(status: int, body: bytes, read: Callable[[str], T | None]) -> T | ActasError:
    from oauthlib.oauth2 import MissingTokenError, OAuth2Error

    quiet_oauthlib()
    answer: T | None = None
    try:
        answer = read(body.decode())
    except MissingTokenError:
        pass
    except OAuth2Error as refusal:  # also with status 200, as GitHub does
        return Refused(_known(refusal.error))
    except (ValueError, TypeError, AttributeError, OverflowError, RecursionError):
        pass  # oauthlib takes the shape of an answer for granted
    if status != 200:
        return Unavailable(f"status {status}")
    return Unavailable(NONSENSE) if answer is None else answer


def _known(error: object) -> str:
    """A registered word for an error, or "": nothing else of an answer goes on."""
    word = error if isinstance(error, str) and error in _REGISTERED else ""
    return _SAME.get(word, word)


def read_tokens(body: str) -> Tokens | None:
    """An answer of the token endpoint (RFC 6749, section 5.1); None for what is none.

    Raises:
        OAuth2Error: it says no.
        ValueError, TypeError, AttributeError, OverflowError, RecursionError: it is nonsense.
    """
    from oauthlib.oauth2.rfc6749.parameters import parse_token_response

    answer: dict[str, Any] = parse_token_response(body)
    access, refresh = _token(answer["access_token"]), _token(answer.get("refresh_token"))
    if access is None or str(answer.get("token_type")).casefold() != "bearer":
        return None
    seconds = answer.get("expires_in") or 0
    if seconds < 0 or (refresh is None and answer.get("refresh_token")):
        return None
    scopes = answer.get("scope")
    return Tokens(
        access=access,
        refresh=refresh,
        scopes=None if scopes is None else split_scopes(" ".join(scopes)),
        ends=_end(seconds),
        refresh_ends=_end(answer.get("refresh_token_expires_in")),  # not in the RFC: GitHub's
    )


def split_scopes(text: str) -> tuple[str, ...]:
    """Scopes, of which each stands once; GitHub puts commas between them."""
    return tuple(dict.fromkeys(re.findall(r"[\x21-\x2b\x2d-\x7e]+", text)))


def _token(value: object) -> Secret | None:
    return Secret(value) if isinstance(value, str) and _TOKEN.fullmatch(value) else None


def _end(seconds: object) -> datetime | None:
    if not isinstance(seconds, int) or not 0 < seconds <= _LONGEST:
        return None
    return datetime.now(UTC) + timedelta(seconds=seconds)
