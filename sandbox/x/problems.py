"""The bodies with which X refuses, word for word."""

from __future__ import annotations

from typing import Any

_PROBLEMS = "https://api.twitter.com/2/problems"


def _plain(status: int, title: str, detail: str = "") -> dict[str, Any]:
    return {"title": title, "type": "about:blank", "status": status, "detail": detail or title}


UNAUTHORIZED = _plain(401, "Unauthorized")
NO_CREDITS = {
    "title": "CreditsDepleted",
    "type": f"{_PROBLEMS}/credits",
    "detail": "Your enrolled account does not have any credits to fulfill this request.",
}
FORBIDDEN = _plain(403, "Forbidden", "You are not permitted to perform this action.")
READ_ONLY_APP = {
    "title": "Forbidden",
    "type": f"{_PROBLEMS}/oauth1-permissions",
    "status": 403,
    "detail": "Your client app is not configured with the appropriate oauth1 app permissions "
    "for this endpoint.",
}
DUPLICATE = _plain(
    403, "Forbidden", "You are not allowed to create a Tweet with duplicate content."
)
NOT_YOURS = _plain(403, "Forbidden", "You are not authorized to delete this Tweet.")
NOT_FOUND = _plain(404, "Not Found")
CONFLICT = _plain(409, "Conflict")
TOO_MANY = _plain(429, "Too Many Requests")

INVALID_TOKEN = {"errors": [{"code": 89, "message": "Invalid or expired token."}]}
NOT_AUTHENTICATED = {"errors": [{"code": 32, "message": "Could not authenticate you."}]}
WRONG_VERIFIER = "Error processing your OAuth request: Invalid oauth_verifier parameter"


def invalid(parameter: str, value: str, message: str) -> dict[str, Any]:
    """The body of a 400 about one parameter."""
    return {
        "errors": [{"parameters": {parameter: [value]}, "message": message}],
        "title": "Invalid Request",
        "detail": "One or more parameters to your request was invalid.",
        "type": f"{_PROBLEMS}/invalid-request",
    }


def missing(kind: str, parameter: str, value: str) -> dict[str, Any]:
    """The body of a 200 that says there is no such thing."""
    return {
        "errors": [
            {
                "value": value,
                "detail": f"Could not find {kind} with {parameter}: [{value}].",
                "title": "Not Found Error",
                "resource_type": kind,
                "parameter": parameter,
                "resource_id": value,
                "type": f"{_PROBLEMS}/resource-not-found",
            }
        ]
    }
