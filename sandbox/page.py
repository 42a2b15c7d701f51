"""The pages of the stand-ins: how they look, and who is asked on them."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape

from aiohttp import web

_STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; max-width: 34rem; margin: 4rem auto; padding: 0 1rem }
fieldset { border: 1px solid #ccc; border-radius: .5rem; margin: 1rem 0 }
button, input { font: inherit; padding: .5rem 1.2rem; border-radius: 2rem; border: 1px solid #888 }
button[value=allow] { background: #111; color: #fff }
code { font-size: 2.5rem; letter-spacing: .2rem }
"""
_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}


def page(title: str, body: str, status: int = 200) -> web.Response:
    """A whole page; ``body`` is HTML."""
    text = (
        '<!DOCTYPE html><html lang="en"><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}</title><style>{_STYLE}</style><h1>{escape(title)}</h1>{body}</html>"
    )
    return web.Response(text=text, content_type="text/html", status=status, headers=_HEADERS)


def form(action: str, hidden: Mapping[str, str], inside: str) -> str:
    """A form; ``inside`` is HTML."""
    fields = "".join(
        f'<input type="hidden" name="{escape(name)}" value="{escape(value)}">'
        for name, value in hidden.items()
    )
    return f'<form method="post" action="{action}">{fields}{inside}</form>'


def decision(legend: str, field: str, people: Mapping[str, str], allow: str) -> str:
    """What stands in a form that asks whether an app may act for somebody, and for whom.

    ``people`` are shown by their names, and sent as ``field``; the button ``allow`` authorises.
    """
    choice = "".join(
        f'<label><input type="radio" name="{field}" value="{escape(value)}" required> '
        f"{escape(name)}</label><br>"
        for value, name in people.items()
    )
    return (
        f"<fieldset><legend>{legend}</legend>{choice}</fieldset>"
        f'<button name="decision" value="allow">{escape(allow)}</button> '
        '<button name="decision" value="deny" formnovalidate>Cancel</button>'
    )
