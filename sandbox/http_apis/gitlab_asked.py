"""What GitLab is asked about a project, and how it answers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from aiohttp import web

from sandbox.http_apis.gitlab_state import Project, Thing, User


@dataclass(frozen=True, slots=True)
class Asked:
    """A request by somebody who sees the project; ``url`` is the GitLab's own."""

    request: web.Request
    user: User
    project: Project
    url: str

    @property
    def level(self) -> int:
        """What they are in it."""
        return self.project.level(self.user)

    def meant(self, things: list[Thing]) -> Thing | None:
        """The one whose number stands in the path."""
        number = self.request.match_info["number"]
        return next((each for each in things if str(each.number) == number), None)

    def in_state(self, things: list[Thing]) -> list[Thing]:
        """Those in the state that the query wants."""
        state = self.request.query.get("state", "all")
        return [each for each in things if state in ("all", each.state)]


def says(status: int, message: str) -> web.Response:
    """An answer that says no."""
    return web.json_response({"message": message}, status=status)


def page(request: web.Request, found: list[dict[str, Any]]) -> web.Response:
    """The first of a list."""
    size = min(int(request.query.get("per_page", "20")), 100)
    return web.json_response(found[:size], headers={"X-Total": str(len(found))})
