"""Who has an account on GitHub."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class User:
    """Somebody. ``id`` stays when the login changes."""

    id: int
    login: str
    name: str = ""
    kind: str = "User"

    def simple(self, root: str) -> dict[str, Any]:
        """A ``simple-user``, as it stands in everything that somebody has done."""
        api = f"{root}/api/v3/users/{self.login}"
        return {
            "login": self.login,
            "id": self.id,
            "node_id": f"U_{self.id}",
            "avatar_url": f"{root}/avatars/u/{self.id}",
            "gravatar_id": "",
            "url": api,
            "html_url": f"{root}/{self.login}",
            "repos_url": f"{api}/repos",
            "type": self.kind,
            "user_view_type": "public",
            "site_admin": False,
        }

    def private(self, root: str) -> dict[str, Any]:
        """A ``private-user``, as people see themselves."""
        return {
            **self.simple(root),
            "name": self.name or None,
            "company": None,
            "blog": "",
            "location": None,
            "email": None,
            "hireable": None,
            "bio": None,
            "two_factor_authentication": True,
            "public_repos": 0,
            "followers": 0,
            "following": 0,
            "created_at": "2020-01-01T00:00:00Z",
            "updated_at": "2026-01-01T00:00:00Z",
        }
