"""``/callback/<service>``: where a service's page sends its user back to.

What it brings along in the query is taken once, and the browser is sent on to the same page without
a query, so that neither code nor state stays in its address bar, its history or a ``Referer``. The
page is shown to the browser that holds the cookie (RFC 6749, section 10.12; RFC 9700, section 4.2).
"""

from __future__ import annotations

from typing import Final
from urllib.parse import quote

import structlog
from aiohttp import web

from bot.connect.callback import LASTS, Callbacks
from bot.metrics import Metrics
from bot.web import pages
from bot.web.hardening import page

_COOKIE: Final = "actas-visit"

log = structlog.get_logger()


def routes(callbacks: Callbacks, metrics: Metrics) -> list[web.RouteDef]:
    """The one page of all services."""
    visits = _Visits(callbacks, metrics)
    return [web.get("/callback/{service}", visits.get, allow_head=False)]


class _Visits:
    def __init__(self, callbacks: Callbacks, metrics: Metrics) -> None:
        self._callbacks, self._metrics = callbacks, metrics
        self._secure = callbacks.public_url.startswith("https://")
        # with this prefix no other host of the domain, and no page without TLS, can set it
        self._cookie = f"__Host-{_COOKIE}" if self._secure else _COOKIE

    async def get(self, request: web.Request) -> web.Response:
        """Take what the service's page sends; show the bot's own to who has been here."""
        if _is_guess(request):
            return page(pages.lost(), 503)
        if request.query_string:
            return self._arrived(request)
        shown = self._callbacks.shown(request.cookies.get(self._cookie, ""))
        if shown is None or shown.service != request.match_info["service"]:
            return page(pages.lost(), 404)
        return page(pages.visited(shown))

    def _arrived(self, request: web.Request) -> web.Response:
        """Never the page itself: what is in its address has to go first."""
        service, query = request.match_info["service"], request.query
        repeated = len(set(query)) < len(query)  # which of them counts, is told by nobody
        ticket = None if repeated else self._callbacks.arrive(service, query)
        if ticket is None:
            self._metrics.refused["callback"] += 1
        else:
            log.info("callback.arrived", service=service)
        answer = web.Response(
            status=303, headers={"Location": f"/callback/{quote(service, safe='')}"}
        )
        if ticket is not None:
            answer.set_cookie(
                self._cookie,
                ticket,
                max_age=round(LASTS),
                path="/",
                secure=self._secure,
                httponly=True,
                samesite="Lax",
            )
        return answer


def _is_guess(request: web.Request) -> bool:
    """Whether a browser asks only in case that somebody will want to see it."""
    purpose = request.headers.get("Sec-Purpose", "") + request.headers.get("Purpose", "")
    return "prefetch" in purpose.lower()
