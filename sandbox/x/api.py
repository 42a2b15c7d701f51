"""The parts of API v2 that Actas uses, with X's checks, limits and refusals.

https://docs.x.com/x-api
"""

from __future__ import annotations

from aiohttp import web

from sandbox.x import problems
from sandbox.x.gate import Gate, refusal
from sandbox.x.limits import Limits, Plan
from sandbox.x.oauth import OAuth
from sandbox.x.oauth2 import OAuth2
from sandbox.x.reading import Reading
from sandbox.x.state import State
from sandbox.x.writing import Writing


class ApiV2:
    """All of it. Every request comes with a token of an account."""

    def __init__(
        self, state: State, oauth: OAuth, oauth2: OAuth2, limits: Limits, plan: Plan
    ) -> None:
        gate = Gate(state, oauth, oauth2, limits)
        self._parts = (Reading(state, gate), Writing(state, gate, plan))

    def routes(self) -> list[web.RouteDef]:
        """The routes of the API; any other path is not found."""
        known = [route for part in self._parts for route in part.routes()]
        return [*known, web.route("*", "/2/{rest:.*}", self.unknown)]

    async def unknown(self, _request: web.Request) -> web.Response:
        """Any other path."""
        return refusal(404, problems.NOT_FOUND)
