"""What everybody sees of GitHub in a browser: public issues, pull requests and runs."""

from __future__ import annotations

from html import escape

from aiohttp import web

from sandbox.github.repo import Repo
from sandbox.github.world import World
from sandbox.page import page


class Pages:
    """The pages that links in answers lead to, for people who are not signed in."""

    def __init__(self, world: World) -> None:
        self._world = world

    def routes(self) -> list[web.RouteDef]:
        """The routes."""
        repo = "/{owner}/{repo}"
        return [
            web.get(repo + r"/{kind:issues|pull}/{number:\d+}", self.issue),
            web.get(repo + r"/actions/runs/{id:\d+}", self.run),
        ]

    async def issue(self, request: web.Request) -> web.Response:
        """An issue with its comments."""
        issue = self._repo(request).issue(int(request.match_info["number"]))
        if issue is None:
            raise web.HTTPNotFound
        said = [(issue.user, issue.body or ""), *((c.user, c.body) for c in issue.comments)]
        texts = "".join(
            f"<p><b>{escape(user.login)}</b></p><blockquote>{escape(text)}</blockquote>"
            for user, text in said
        )
        state = "merged" if issue.pull and issue.pull.merged else issue.state
        return page(f"{issue.title} #{issue.number}", f"<p>{state}</p>{texts}")

    async def run(self, request: web.Request) -> web.Response:
        """A run, with who triggered it."""
        wanted = int(request.match_info["id"])
        for run in self._repo(request).runs:
            if run.id == wanted:
                whole = run.last.whole(self._world.now())
                how = f"<p>{whole.conclusion or whole.status}</p>"
                who = f"<p>Triggered via {run.event} by {escape(run.last.actor.login)}</p>"
                return page(f"{run.workflow.name} #{run.number}", how + who)
        raise web.HTTPNotFound

    def _repo(self, request: web.Request) -> Repo:
        repo = self._world.repo(f"{request.match_info['owner']}/{request.match_info['repo']}")
        if repo is None or repo.private:
            raise web.HTTPNotFound
        return repo
