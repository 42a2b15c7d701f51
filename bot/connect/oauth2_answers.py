"""What the endpoints of OAuth 2 answer: tokens, or a refusal (RFC 6749, sections 5.1 and 5.2).

oauthlib parses. Nothing of a server's answer stands in an error, but which of the registered errors
it is.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final, TypeVar

from bot.connect.transport import NONSENSE, quiet_oauthlib
from bot.errors import ActasError, Unavailable
from bot.secret import Secret

T = TypeVar("T")

_REGISTERED: Final = frozenset(
    {
        *("invalid_grant", "invalid_scope", "unsupported_grant_type"),  # RFC 6749, section 5.2
        *("invalid_client", "unauthorized_client", "invalid_request"),
        *("authorization_pending", "slow_down", "access_denied", "expired_token"),  # RFC 8628, 3.5
    }
)
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


def understood(
    status: int, body: bytes, read: Callable[[str], T | None], words: Mapping[str, str]
) -> T | ActasError:
    """What ``read`` makes of an answer, or the error to raise.

    ``read`` returns None, or raises oauthlib's errors or ValueError, for what it is not. ``words``
    of the service's own are taken for those that they stand for.
    """
    from oauthlib.oauth2 import MissingTokenError, OAuth2Error

    quiet_oauthlib()
    answer: T | None = None
    try:
        answer = read(body.decode())
    except MissingTokenError:
        pass
    except OAuth2Error as refusal:  # also with status 200, as GitHub does
        return Refused(_known(refusal.error, words))
    except (ValueError, TypeError, AttributeError, OverflowError, RecursionError):
        pass  # oauthlib takes the shape of an answer for granted
    if status != 200:
        return Unavailable(f"status {status}")
    return Unavailable(NONSENSE) if answer is None else answer


def _known(error: object, words: Mapping[str, str]) -> str:
    """A registered word for an error, or "": nothing else of an answer goes on."""
    word = words.get(error, error) if isinstance(error, str) else ""
    return word if word in _REGISTERED else ""


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
