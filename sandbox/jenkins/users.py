"""Who has an account on a Jenkins, and what they may do there."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass, field
from typing import Final

OVERALL_READ: Final = "hudson.model.Hudson.Read"
ADMINISTER: Final = "hudson.model.Hudson.Administer"
READ: Final = "hudson.model.Item.Read"
BUILD: Final = "hudson.model.Item.Build"
CANCEL: Final = "hudson.model.Item.Cancel"
CONFIGURE: Final = "hudson.model.Item.Configure"
ARTIFACTS: Final = "hudson.model.Run.Artifacts"


@dataclass
class User:
    """Somebody. Tokens are kept as Jenkins does: 34 hexadecimal digits, of which it has a hash.

    ``permissions`` are given by scope: a full name, whose insides inherit them, or "" for all.
    """

    id: str
    full_name: str
    hashes: set[str] = field(default_factory=set, repr=False)
    permissions: dict[str, set[str]] = field(default_factory=dict)

    def new_token(self) -> str:
        """Make an API token; it is shown only now."""
        token = f"11{secrets.token_hex(16)}"
        self.hashes.add(_hash(token))
        return token

    def knows(self, token: str) -> bool:
        """Whether ``token`` is one of this user's."""
        return _hash(token) in self.hashes

    def may(self, permission: str, scope: str = "") -> bool:
        """Whether the user has ``permission`` on the item ``scope``, or overall."""
        if ADMINISTER in self.permissions.get("", ()):
            return True
        names = scope.split("/")
        scopes = ("", *("/".join(names[: n + 1]) for n in range(len(names))))
        return any(permission in self.permissions.get(name, ()) for name in scopes)


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
