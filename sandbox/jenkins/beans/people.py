"""Who is asking, in Jenkins' words."""

from __future__ import annotations

from typing import Any

from sandbox.jenkins.users import User


def user(who: User, root: str) -> dict[str, Any]:
    """The signed-in user."""
    return {
        "_class": "hudson.model.User",
        "absoluteUrl": f"{root}user/{who.id}",
        "description": None,
        "fullName": who.full_name,
        "id": who.id,
        "property": [],
    }


def who_am_i(who: User | None) -> dict[str, Any]:
    """The same, also for nobody."""
    return {
        "_class": "hudson.security.WhoAmI",
        "anonymous": who is None,
        "authenticated": True,
        "authorities": [] if who is None else ["authenticated"],
        "name": "anonymous" if who is None else who.id,
    }
