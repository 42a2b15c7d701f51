"""A GitLab on loopback, as far as a declared service goes: API v4, tokens, scopes and levels.

Shapes and statuses: https://docs.gitlab.com/api/rest/ and the pages of each resource. A merge by
somebody who may not is answered with 401 there, as it is here.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, Final, TypeAlias

from aiohttp import web

from sandbox.http_apis import gitlab_shapes as shapes
from sandbox.http_apis.gitlab_state import (
    DEVELOPER,
    PLANNER,
    REPORTER,
    GitLabState,
    Project,
    Thing,
    Token,
)
from sandbox.stand_in import StandIn

_TOKEN: Final = web.RequestKey("token", Token)
Handler: TypeAlias = Callable[[web.Request, Token, Project], Awaitable[web.Response]]


def says(status: int, message: str) -> web.Response:
    """An answer that says no."""
    return web.json_response({"message": message}, status=status)


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
                web.get(f"{of}/issues", self._in(self._issues)),
                web.post(f"{of}/issues", self._in(self._create)),
                web.get(f"{of}/issues/{{number}}", self._in(self._issue)),
                web.put(f"{of}/issues/{{number}}", self._in(self._edit)),
                web.post(f"{of}/issues/{{number}}/notes", self._in(self._note)),
                web.get(f"{of}/merge_requests", self._in(self._requests)),
                web.get(f"{of}/merge_requests/{{number}}", self._in(self._request)),
                web.put(f"{of}/merge_requests/{{number}}/merge", self._in(self._merge)),
                web.get(f"{of}/pipelines", self._in(self._pipelines)),
                web.post(f"{of}/pipelines/{{number}}/retry", self._in(self._retry)),
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
            return await handler(request, token, project)

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
        return _page(request, [shapes.project(self.url, each) for each in found])

    # ----------------------------------------------------------------------------- issues
    async def _issues(self, request: web.Request, _: Token, project: Project) -> web.Response:
        found = _in_state(request, project.issues)
        return _page(request, [shapes.issue(self.url, project, each) for each in found])

    async def _create(self, request: web.Request, token: Token, project: Project) -> web.Response:
        body = await request.json()
        if not str(body.get("title") or "").strip():
            return web.json_response({"error": "title is missing"}, status=400)
        made = Thing(len(project.issues) + 1, str(body["title"]), token.user)
        project.issues.append(made)
        return web.json_response(shapes.issue(self.url, project, made), status=201)

    async def _issue(self, request: web.Request, _: Token, project: Project) -> web.Response:
        found = _numbered(request, project.issues)
        if found is None:
            return says(404, "404 Issue Not Found")
        return web.json_response(shapes.issue(self.url, project, found))

    async def _edit(self, request: web.Request, token: Token, project: Project) -> web.Response:
        found = _numbered(request, project.issues)
        if found is None:
            return says(404, "404 Issue Not Found")
        if project.level(token.user) < PLANNER and found.author is not token.user:
            return says(403, "403 Forbidden")
        change = (await request.json()).get("state_event")
        found.state = {"close": "closed", "reopen": "opened"}.get(change, found.state)
        return web.json_response(shapes.issue(self.url, project, found))

    async def _note(self, request: web.Request, token: Token, project: Project) -> web.Response:
        found = _numbered(request, project.issues)
        if found is None:
            return says(404, "404 Issue Not Found")
        text = str((await request.json())["body"])
        found.notes.append((token.user, text))
        note = {"id": len(found.notes), "body": text, "author": token.user.shape}
        return web.json_response({**note, "noteable_iid": found.number}, status=201)

    # --------------------------------------------------------------------- merge requests
    async def _requests(self, request: web.Request, _: Token, project: Project) -> web.Response:
        found = _in_state(request, project.requests)
        return _page(request, [shapes.request(self.url, project, each) for each in found])

    async def _request(self, request: web.Request, _: Token, project: Project) -> web.Response:
        found = _numbered(request, project.requests)
        if found is None:
            return says(404, "404 Not found")
        return web.json_response(shapes.request(self.url, project, found))

    async def _merge(self, request: web.Request, token: Token, project: Project) -> web.Response:
        found = _numbered(request, project.requests)
        if found is None:
            return says(404, "404 Not found")
        if project.level(token.user) < DEVELOPER:
            return says(401, "401 Unauthorized")
        if found.state != "opened":
            return says(405, "405 Method Not Allowed")
        if not found.mergeable:
            return says(422, "Branch cannot be merged")
        found.state = "merged"
        return web.json_response(shapes.request(self.url, project, found))

    # -------------------------------------------------------------------------- pipelines
    async def _pipelines(
        self, request: web.Request, token: Token, project: Project
    ) -> web.Response:
        if project.level(token.user) < REPORTER:
            return says(403, "403 Forbidden")
        ref = request.query.get("ref")
        found = [each for each in project.pipelines if ref in (None, each.branch)]
        return _page(request, [shapes.pipeline(self.url, project, each) for each in found])

    async def _retry(self, request: web.Request, token: Token, project: Project) -> web.Response:
        found = _numbered(request, project.pipelines)
        if found is None:
            return says(404, "404 Not found")
        if project.level(token.user) < DEVELOPER:
            return says(403, "403 Forbidden")
        found.state = "running"
        return web.json_response(shapes.pipeline(self.url, project, found), status=201)


def _numbered(request: web.Request, things: list[Thing]) -> Thing | None:
    number = request.match_info["number"]
    return next((each for each in things if str(each.number) == number), None)


def _in_state(request: web.Request, things: list[Thing]) -> list[Thing]:
    state = request.query.get("state", "all")
    return [each for each in things if state in ("all", each.state)]


def _page(request: web.Request, found: list[dict[str, Any]]) -> web.Response:
    size = min(int(request.query.get("per_page", "20")), 100)
    return web.json_response(found[:size], headers={"X-Total": str(len(found))})
