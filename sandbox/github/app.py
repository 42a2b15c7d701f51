"""The stand-in itself: started in code, on loopback, on a free port."""

from __future__ import annotations

import ssl
from typing import Final

from aiohttp import web
from aiohttp.typedefs import Handler

from sandbox.github.browser import authorise, enter
from sandbox.github.gate import Gate, Route
from sandbox.github.oauth.device_page import DevicePage
from sandbox.github.oauth.exchange import Exchange
from sandbox.github.oauth.web_flow import WebFlow
from sandbox.github.pages import Pages
from sandbox.github.refusals import not_found
from sandbox.github.rest import (
    branches,
    comments,
    contents,
    issues,
    jobs,
    merging,
    notifications,
    people,
    proposing,
    pulls,
    reviewing,
    runs,
    search,
    workflows,
)
from sandbox.github.rest.revoking import Revoking
from sandbox.github.setting import Setting
from sandbox.github.visit import Visit
from sandbox.github.world import API
from sandbox.seen import Seen
from sandbox.stand_in import StandIn

_PARTS: Final = (
    people,
    contents,
    issues,
    comments,
    search,
    branches,
    pulls,
    proposing,
    reviewing,
    merging,
    workflows,
    runs,
    jobs,
    notifications,
)


class GitHubStandIn(Setting, StandIn):
    """A GitHub that checks tokens and permissions as the real one does.

    ::

        async with GitHubStandIn("alice", "bob") as github:
            github.add_repo("alice/site", private=True, bob="write")
            token = github.new_token("bob", "repo")

    Its pages are at ``url``, its REST API under ``url + "/api/v3"``, as on an Enterprise server.
    ``requests`` are all that it was asked.
    """

    def __init__(self, *logins: str) -> None:
        StandIn.__init__(self)
        Setting.__init__(self)
        self.requests: list[Seen] = []
        for login in logins:
            self.add_user(login, login.capitalize())

    @property
    def api(self) -> str:
        """Where the REST API is."""
        return self.url + API

    async def start(self, tls: ssl.SSLContext | None = None) -> None:
        """Listen on a free port of 127.0.0.1."""
        app = web.Application(middlewares=[self._see])
        for pages in (WebFlow, DevicePage, Exchange, Revoking, Pages):
            app.add_routes(pages(self._world).routes())
        gate = Gate(self._world)
        for part in _PARTS:
            for route in part.routes():
                app.add_routes(gate.routes(route))
        app.router.add_get("/_logs/{run}/{job}", self._log)
        app.add_routes(gate.routes(Route("*", "/{rest:.*}", _unknown, "")))
        await self._listen(app, tls)
        self._world.root = self.url

    async def authorise(self, address: str, login: str, *, allow: bool = True) -> str:
        """Authorise an app on its page as somebody, or cancel; where the browser is sent to."""
        return await authorise(address, login, allow=allow)

    async def enter(self, user_code: str, login: str, *, allow: bool = True) -> None:
        """Enter a device's code on the page as somebody, and authorise or cancel."""
        await enter(f"{self.url}/login/device", user_code, login, allow=allow)

    async def _log(self, request: web.Request) -> web.Response:
        wanted = int(request.match_info["job"])
        for repo in self._world.repos.values():
            for run in repo.runs:
                found = run.job(wanted)
                if found:
                    lines = (f"##[group]{step}\n##[endgroup]\n" for step in found[1].job.steps)
                    return web.Response(text="".join(lines))
        raise web.HTTPNotFound

    @web.middleware
    async def _see(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        body = (await request.read()).decode(errors="replace")
        self.requests.append(Seen(request.method, request.raw_path, dict(request.headers), body))
        return await handler(request)


async def _unknown(_: Visit) -> web.Response:
    raise not_found()
