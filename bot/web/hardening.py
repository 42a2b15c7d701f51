"""What every answer has in common: headers that forbid nearly everything, and plain refusals."""

from __future__ import annotations

import base64
import hashlib
from typing import Final

from aiohttp import web
from aiohttp.typedefs import Handler

from bot.web import pages

_STYLE: Final = base64.b64encode(hashlib.sha256(pages.STYLE.encode()).digest()).decode()
_POLICY: Final = (
    "default-src 'none'",
    f"style-src 'sha256-{_STYLE}'",
    "img-src data:",  # the empty icon, so that browsers ask for none
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
)
_FEATURES: Final = ("camera", "display-capture", "geolocation", "microphone", "payment", "usb")
HEADERS: Final = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "; ".join(_POLICY),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": ", ".join(f"{feature}=()" for feature in _FEATURES),
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "X-Robots-Tag": "noindex",
}


async def harden(_: web.Request, response: web.StreamResponse) -> None:
    """Add the headers, and do not say what serves it."""
    response.headers.update(HEADERS)
    response.headers.pop("Server", None)


@web.middleware
async def refusals(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Refuse in words for people, which repeat nothing of the request."""
    try:
        return await handler(request)
    except web.HTTPException as refused:
        if refused.status < 400:
            raise
        allow = refused.headers.get("Allow")
        answer = page(pages.refusal(), refused.status)
    if allow:
        answer.headers["Allow"] = allow
    return answer


def page(html: str, status: int = 200) -> web.Response:
    """A page for people."""
    return web.Response(text=html, status=status, content_type="text/html", charset="utf-8")
