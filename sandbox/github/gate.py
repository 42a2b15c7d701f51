"""What every request to the REST API passes: user agent, version, token, rate limit."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Final, NamedTuple, TypeAlias

from aiohttp import web

from sandbox.github.refusals import NO_USER_AGENT, Refusal, bad_credentials
from sandbox.github.tokens import Token
from sandbox.github.visit import Visit
from sandbox.github.world import API, World

Handler: TypeAlias = Callable[[Visit], Awaitable[web.Response]]

VERSIONS: Final = ("2022-11-28", "2026-03-10")


class Route(NamedTuple):
    """Where a handler is found; ``page`` is where its documentation is."""

    method: str
    path: str
    handler: Handler
    page: str
    resource: str = "core"


class Gate:
    """Lets requests through to handlers, as whoever the token belongs to."""

    def __init__(self, world: World) -> None:
        self._world = world

    def routes(self, route: Route) -> list[web.RouteDef]:
        """``route`` behind the gate; those of a repository are also found by its id."""

        async def handle(request: web.Request) -> web.Response:
            visit = Visit(self._world, request, None)
            if not request.headers.get("User-Agent"):
                return web.Response(status=403, text=NO_USER_AGENT, content_type="text/html")
            try:
                self._enter(visit, route.resource)
                response = await route.handler(visit)
            except Refusal as refusal:
                response = refusal.response(route.page)
            response.headers.update(visit.headers)
            return response

        other = route.path.replace("/repos/{owner}/{repo}", "/repositories/{repository_id}")
        paths = dict.fromkeys((route.path, other))
        return [web.route(route.method, API + path, handle) for path in paths]

    def _enter(self, visit: Visit, resource: str) -> None:
        version = visit.request.headers.get("X-GitHub-Api-Version", VERSIONS[0])
        if version not in VERSIONS:
            raise Refusal(400, f'"{version}" is not a supported version of the REST API.')
        visit.headers["X-GitHub-Api-Version-Selected"] = version
        visit.headers["X-GitHub-Media-Type"] = "github.v3; format=json"
        visit.token = self._token(visit.request)
        if visit.token:
            _tell(visit.headers, visit.token)
        who = str(visit.token.user.id) if visit.token else ""
        visit.headers.update(self._world.limits.take(who, resource, self._world.now()))

    def _token(self, request: web.Request) -> Token | None:
        header = request.headers.get("Authorization")
        if header is None:
            return None
        scheme, _, text = header.partition(" ")
        token = self._world.tokens.good(text.strip(), self._world.now())
        if token is None or scheme.lower() not in ("bearer", "token"):
            raise bad_credentials()
        return token


def _tell(headers: dict[str, str], token: Token) -> None:
    if not token.fine_grained:
        headers["X-OAuth-Scopes"] = ", ".join(token.scopes)
        headers["X-Accepted-OAuth-Scopes"] = ""
        if token.app:
            headers["X-OAuth-Client-Id"] = token.app.client_id
    if token.expires and not token.app:
        when = token.expires.strftime("%Y-%m-%d %H:%M:%S UTC")
        headers["GitHub-Authentication-Token-Expiration"] = when
