"""A GitLab on loopback, as far as a declared service goes: API v4, tokens, scopes and levels.

Shapes and statuses: https://docs.gitlab.com/api/rest/ and the pages of each resource. A merge by
somebody who may not is answered with 401 there, as it is here.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, Final, TypeAlias

from aiohttp import web

from sandbox.http_apis import gitlab_issues as issues
from sandbox.http_apis import gitlab_pipelines as pipelines
from sandbox.http_apis import gitlab_requests as requests
from sandbox.http_apis import gitlab_shapes as shapes
from sandbox.http_apis.gitlab_asked import Asked, page, says
from sandbox.http_apis.gitlab_state import GitLabState, Token
from sandbox.stand_in import StandIn

_TOKEN: Final = web.RequestKey("token", Token)
Handler: TypeAlias = Callable[[Asked], Awaitable[web.Response]]


class GitLabStandIn(StandIn):
    """``async with GitLabStandIn() as gitlab``; ``gitlab.state`` is what it has."""

    def __init__(self) -> None:
        super().__init__()
        self.state = GitLabState()
        self.seen: list[web.Request] = []

    async def start(self) -> None:
        """See :class:`StandIn`."""
        app = web.Application(middlewares=[self._authenticated])
        of = "/api/v4/projects/{project}"
        app.add_routes(
            [
                web.get("/api/v4/user", self._user),
                web.get("/api/v4/personal_access_tokens/self", self._token),
                web.delete("/api/v4/personal_access_tokens/self", self._revoke),
                web.get("/api/v4/projects", self._projects),
                web.get(f"{of}/issues", self._in(issues.listed)),
                web.post(f"{of}/issues", self._in(issues.create)),
                web.get(f"{of}/issues/{{number}}", self._in(issues.show)),
                web.put(f"{of}/issues/{{number}}", self._in(issues.edit)),
                web.post(f"{of}/issues/{{number}}/notes", self._in(issues.comment)),
                web.get(f"{of}/merge_requests", self._in(requests.listed)),
                web.get(f"{of}/merge_requests/{{number}}", self._in(requests.show)),
                web.put(f"{of}/merge_requests/{{number}}/merge", self._in(requests.merge)),
                web.get(f"{of}/pipelines", self._in(pipelines.listed)),
                web.post(f"{of}/pipelines/{{number}}/retry", self._in(pipelines.retry)),
            ]
        )
        await self._listen(app)

    # --------------------------------------------------------------------------- who asks
    @web.middleware
    async def _authenticated(self, request: web.Request, handler: Any) -> web.StreamResponse:
        self.seen.append(request)
        bearer = request.headers.get("Authorization", "").removeprefix("Bearer ")
        token = self.state.tokens.get(request.headers.get("PRIVATE-TOKEN") or bearer)
        if token is None or token.revoked:
            return says(401, "401 Unauthorized")
        wanted = {"api", "read_api"} if request.method == "GET" else {"api"}
        if not wanted & token.scopes:
            description = (
                "The request requires higher privileges than provided by the access token."
            )
            refusal = {"error": "insufficient_scope", "error_description": description}
            return web.json_response({**refusal, "scope": "api"}, status=403)
        request[_TOKEN] = token
        try:
            answer: web.StreamResponse = await handler(request)
        except web.HTTPNotFound:
            return web.json_response({"error": "404 Not Found"}, status=404)
        return answer

    def _in(self, handler: Handler) -> Callable[[web.Request], Awaitable[web.Response]]:
        async def handle(request: web.Request) -> web.Response:
            token: Token = request[_TOKEN]
            project = self.state.find(request.match_info["project"], token.user)
            if project is None:
                return says(404, "404 Project Not Found")
            return await handler(Asked(request, token.user, project, self.url))

        return handle

    async def _user(self, request: web.Request) -> web.Response:
        token: Token = request[_TOKEN]
        return web.json_response({**token.user.shape, "email": "someone@example.org"})

    async def _token(self, request: web.Request) -> web.Response:
        token: Token = request[_TOKEN]
        return web.json_response({"active": True, "expires_at": token.expires})

    async def _revoke(self, request: web.Request) -> web.Response:
        request[_TOKEN].revoked = True
        return web.Response(status=204)

    async def _projects(self, request: web.Request) -> web.Response:
        user = request[_TOKEN].user
        mine = request.query.get("membership") == "true"
        found = [p for p in self.state.projects if p.level(user) or (p.public and not mine)]
        return page(request, [shapes.project(self.url, each) for each in found])
