"""Who is asking, and Jenkins' ways of saying no."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from html import escape

from aiohttp import web

from sandbox.jenkins.users import OVERALL_READ, User

VERSION = {"X-Jenkins": "2.516.3", "X-Hudson": "1.395"}


class Refusal(Exception):
    """Ends a request with this answer."""

    def __init__(self, response: web.Response) -> None:
        super().__init__(response.status)
        self.response = response


def who(request: web.Request, users: Mapping[str, User]) -> User | None:
    """The user of an API token, or None for nobody.

    Raises:
        Refusal: 401, the name and the token do not belong together.
    """
    header = request.headers.get("Authorization")
    if header is None:
        return None
    scheme, _, encoded = header.partition(" ")
    try:
        name, _, token = base64.b64decode(encoded, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        name, token = "", ""
    user = users.get(name)
    if scheme.lower() == "basic" and user is not None and user.knows(token):
        return user
    body = page("Error 401 Unauthorized", f"Invalid password/token for user: {escape(name)}")
    challenge = {"WWW-Authenticate": 'Basic realm="Jenkins"'}
    raise Refusal(html(401, body, challenge))


def require(user: User | None, permission: str, scope: str = "") -> User:
    """The user, who has the permission.

    Raises:
        Refusal: 403, which names the user and the permission.
    """
    if user is not None and user.may(OVERALL_READ):
        if permission == OVERALL_READ or user.may(permission, scope):
            return user
    else:
        permission = OVERALL_READ
    name = "anonymous" if user is None else user.id
    _, kind, word = permission.rsplit(".", 2)
    kind = {"Hudson": "Overall", "Item": "Job"}.get(kind, kind)
    body = page("Access Denied", f"{escape(name)} is missing the {kind}/{word} permission")
    headers = {
        "X-You-Are-Authenticated-As": name,
        "X-You-Are-In-Group-Disabled": "JENKINS-39402: use /whoAmI to diagnose",
        "X-Required-Permission": permission,
    }
    raise Refusal(html(403, body, headers))


def require_post(request: web.Request) -> None:
    """Go on with a POST only, before anything else is looked at.

    Raises:
        Refusal: 405.
    """
    if request.method != "POST":
        text = "This URL requires POST"
        raise Refusal(html(405, page("Method Not Allowed", text), {"Allow": "POST"}))


def missing() -> Refusal:
    """404, also for what the user may not see."""
    return Refusal(html(404, page("Error 404 Not Found", "Not Found")))


def error(status: int, text: str) -> Refusal:
    """An error page with Jenkins' own words."""
    return Refusal(html(status, page(f"Error {status}", escape(text))))


def failure(text: str) -> Refusal:
    """A page that says what the user did wrong (``hudson.model.Failure``)."""
    return Refusal(html(400, page("Error", escape(text)), {"X-Error": text}))


def page(title: str, text: str) -> str:
    """A page as a browser would be shown."""
    return (
        f"<!DOCTYPE html><html><head><title>{title} [Jenkins]</title></head>"
        f"<body><h1>{title}</h1><p>{text}</p></body></html>"
    )


def redirect(place: str) -> web.Response:
    """302."""
    return web.Response(status=302, headers={"Location": place})


def beside(request: web.Request) -> str:
    """The address of what a request does something with: ``.``, seen from there."""
    return f"{request.url.with_query(None).parent}/"


def html(status: int, body: str, headers: Mapping[str, str] | None = None) -> web.Response:
    """An answer in HTML."""
    return web.Response(status=status, text=body, content_type="text/html", headers=headers)
