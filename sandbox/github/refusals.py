"""GitHub's ways of saying no."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from aiohttp import web

DOCUMENTATION = "https://docs.github.com/rest"
FORBIDDEN_UNTIL_ADMIN = "Must have admin rights to Repository."
NO_USER_AGENT = (
    "Request forbidden by administrative rules. Please make sure your request has a User-Agent "
    "header (https://docs.github.com/en/rest/overview/resources-in-the-rest-api"
    "#user-agent-required). Check https://developer.github.com for other possible causes.\n"
)


class Refusal(Exception):
    """Ends a request with this answer."""

    def __init__(
        self,
        status: int,
        message: str,
        errors: Sequence[object] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.status, self.message = status, message
        self.errors, self.headers = errors, headers or {}

    def response(self, page: str = "") -> web.Response:
        """The answer; ``page`` is where the documentation of what was asked for is."""
        body: dict[str, Any] = {"message": self.message}
        if self.errors is not None:
            body["errors"] = list(self.errors)
        body["documentation_url"] = DOCUMENTATION + (f"/{page}" if page else "")
        body["status"] = str(self.status)
        return web.json_response(body, status=self.status, headers=self.headers)


def bad_credentials() -> Refusal:
    """401."""
    return Refusal(401, "Bad credentials")


def not_found(headers: Mapping[str, str] | None = None) -> Refusal:
    """404, also for what the user may not see."""
    return Refusal(404, "Not Found", headers=headers)


def invalid(resource: str, field: str, code: str, **more: object) -> Refusal:
    """422 about one field: ``missing``, ``missing_field``, ``invalid``, ``custom``…"""
    error = {"resource": resource, "field": field, "code": code, **more}
    return Refusal(422, "Validation Failed", [error])


def bad_json() -> Refusal:
    """400."""
    return Refusal(400, "Problems parsing JSON")
