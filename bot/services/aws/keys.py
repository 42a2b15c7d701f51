"""What a credential holds: an access key, an MFA device, and a session that a code has opened."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from bot.model import Credential
from bot.secret import Secret

KEY_ID: Final = "access_key_id"
KEY_SECRET: Final = "secret_access_key"  # noqa: S105 - a field's name
SERIAL: Final = "mfa_serial"
_SESSION: Final = ("session_key_id", "session_secret", "session_token")
_LASTING: Final = (KEY_ID, KEY_SECRET, SERIAL)


@dataclass(frozen=True, slots=True)
class Keys:
    """What a request is signed with. ``token`` is there where these are a session's."""

    id: Secret = field(repr=False)
    secret: Secret = field(repr=False)
    token: Secret | None = field(default=None, repr=False)


def lasting(credential: Credential) -> Keys:
    """The access key itself."""
    return Keys(credential.fields[KEY_ID], credential.fields[KEY_SECRET])


def current(credential: Credential) -> Keys:
    """The session's keys where there is one, or the access key."""
    found = [credential.fields.get(name) for name in _SESSION]
    key, secret, token = found
    if key and secret and token:
        return Keys(key, secret, token)
    return lasting(credential)


def needs_code(credential: Credential) -> bool:
    """Whether the person has an MFA device."""
    return bool(credential.fields.get(SERIAL))


def with_session(credential: Credential, session: Keys) -> Mapping[str, Secret]:
    """The credential's fields, and a new session's."""
    kept = {name: credential.fields[name] for name in _LASTING}
    opened = (session.id, session.secret, session.token or Secret(""))
    return {**kept, **dict(zip(_SESSION, opened, strict=True))}
