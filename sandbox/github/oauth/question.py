"""Who is asked on the pages, and for what."""

from __future__ import annotations

from html import escape

from sandbox.github.apps import App
from sandbox.github.world import World
from sandbox.page import decision


def question(world: World, app: App, scopes: tuple[str, ...]) -> str:
    """Who authorises the app, for what; with the two buttons."""
    people = {user.login: user.login for user in world.users.values() if user.kind == "User"}
    asked = app.permissions if app.permissions is not None else scopes
    wants = "".join(f"<li>{escape(word)}</li>" for word in asked) or "<li>public data only</li>"
    return (
        f"<p>{escape(app.name)} wants access to:</p><ul>{wants}</ul>"
        f"{decision('Signed in as', 'login', people, f'Authorize {app.name}')}"
    )
