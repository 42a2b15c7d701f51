"""How the pages look, and who is asked on them."""

from __future__ import annotations

from html import escape

from aiohttp import web

from sandbox.github.apps import App
from sandbox.github.world import World

_STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; max-width: 34rem; margin: 4rem auto; padding: 0 1rem }
fieldset { border: 1px solid #d1d9e0; border-radius: .5rem; margin: 1rem 0 }
button, input { font: inherit; padding: .5rem 1.2rem; border-radius: .4rem; border: 1px solid #888 }
button[value=allow] { background: #1f883d; color: #fff }
"""
_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}


def page(title: str, body: str, status: int = 200) -> web.Response:
    """A page; ``body`` is HTML."""
    text = (
        f'<!DOCTYPE html><html lang="en"><meta charset="utf-8"><title>{escape(title)}</title>'
        f"<style>{_STYLE}</style><h1>{escape(title)}</h1>{body}</html>"
    )
    return web.Response(text=text, content_type="text/html", status=status, headers=_HEADERS)


def form(action: str, hidden: dict[str, str], inside: str) -> str:
    """A form of HTML."""
    fields = "".join(
        f'<input type="hidden" name="{escape(name)}" value="{escape(value)}">'
        for name, value in hidden.items()
    )
    return f'<form method="post" action="{action}">{fields}{inside}</form>'


def question(world: World, app: App, scopes: tuple[str, ...]) -> str:
    """Who authorises the app, for what; with the two buttons."""
    people = "".join(
        f'<label><input type="radio" name="login" value="{escape(user.login)}" required> '
        f"{escape(user.login)}</label><br>"
        for user in world.users.values()
        if user.kind == "User"
    )
    asked = app.permissions if app.permissions is not None else scopes
    wants = "".join(f"<li>{escape(word)}</li>" for word in asked) or "<li>public data only</li>"
    return (
        f"<p>{escape(app.name)} wants access to:</p><ul>{wants}</ul>"
        f"<fieldset><legend>Signed in as</legend>{people}</fieldset>"
        f'<button name="decision" value="allow">Authorize {escape(app.name)}</button> '
        '<button name="decision" value="deny" formnovalidate>Cancel</button>'
    )
