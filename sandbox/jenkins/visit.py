"""One request of somebody who may be there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from sandbox.jenkins.access import html, page, require
from sandbox.jenkins.tree import SHALLOW, parse
from sandbox.jenkins.users import User
from sandbox.jenkins.world import World

Form = Mapping[str, Sequence[str]]
"""A request's parameters; every one may come several times."""


@dataclass(frozen=True)
class Visit:
    """A request, its user (who has Overall/Read), and what is visited."""

    world: World
    request: web.Request
    user: User

    def require(self, permission: str, scope: str) -> None:
        """Go on only with a permission.

        Raises:
            Refusal: 403.
        """
        require(self.user, permission, scope)

    async def form(self) -> Form:
        """The parameters as a servlet sees them: those of the query, then those of the body."""
        found: dict[str, list[str]] = {}
        body = await self.request.post()
        for name, value in (*self.request.query.items(), *body.items()):
            found.setdefault(name, []).append(str(value))
        return found

    def json(self, bean: Any) -> web.Response:
        """A bean under ``api/json``, reduced to what is asked for."""
        text = self.request.query.get("tree")
        try:
            wanted = parse(text) if text else SHALLOW
        except ValueError:
            return html(500, page("Oops!", "java.lang.IllegalArgumentException"))
        return web.json_response(wanted.pick(bean))


def one(form: Form, name: str) -> str:
    """The first value of a parameter, or ""."""
    return form[name][0] if name in form else ""
