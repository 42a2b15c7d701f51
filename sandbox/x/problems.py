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
NO_REPLY = _plain(
    403,
    "Forbidden",
    "Reply to this conversation is not allowed because you have not been mentioned or otherwise "
    "engaged by the author of the post you are replying to.",
)
NOT_ENROLLED = {
    "client_id": "12345678",
    "detail": "When authenticating requests to the Twitter API v2 endpoints, you must use keys and "
    "tokens from a Twitter developer App that is attached to a Project.",
    "registration_url": "https://developer.twitter.com/en/docs/projects/overview",
    "title": "Client Forbidden",
    "required_enrollment": "Appropriate Level of API Access",
    "reason": "client-not-enrolled",
    "type": f"{_PROBLEMS}/client-forbidden",
}
UNSUPPORTED = {
    "title": "Unsupported Authentication",
    "detail": "Authenticating with OAuth 1.0a User Context is forbidden for this endpoint.",
    "type": f"{_PROBLEMS}/unsupported-authentication",
    "status": 403,
}
SUSPENDED_YOURSELF = {
    "errors": [
        {
            "code": 64,
            "message": "Your account is suspended and is not permitted to access this feature.",
        }
    ]
}
SPEND_CAP = {
    "title": "SpendCapReached",
    "detail": "Your enrolled account has reached its billing cycle spend cap.",
    "type": f"{_PROBLEMS}/credits",
}
USAGE_CAP = {
    "title": "UsageCapExceeded",
    "detail": "Usage cap exceeded: Monthly product cap",
    "type": f"{_PROBLEMS}/usage-capped",
    "period": "Monthly",
    "scope": "Product",
}
NOT_FOUND = _plain(404, "Not Found")
CONFLICT = _plain(409, "Conflict")
TOO_MANY = _plain(429, "Too Many Requests")

INVALID_TOKEN = {"errors": [{"code": 89, "message": "Invalid or expired token."}]}
NOT_AUTHENTICATED = {"errors": [{"code": 32, "message": "Could not authenticate you."}]}
CALLBACK = {
    "errors": [
        {
            "code": 415,
            "message": "Callback URL not approved for this client application. Approved callback "
            "URLs can be adjusted in your application settings",
        }
    ]
}
NO_CLIENT = {
    "error": "unauthorized_client",
    "error_description": "Missing valid authorization header",
}
NO_SCOPE = _plain(403, "Forbidden")
WRONG_VERIFIER = "Error processing your OAuth request: Invalid oauth_verifier parameter"


def invalid(parameter: str, value: str, message: str) -> dict[str, Any]:
    """The body of a 400 about one parameter."""
    return {
        "errors": [{"parameters": {parameter: [value]}, "message": message}],
        "title": "Invalid Request",
        "detail": "One or more parameters to your request was invalid.",
        "type": f"{_PROBLEMS}/invalid-request",
    }


def message(text: str) -> dict[str, Any]:
    """The body of a 400 about what cannot be done, in one sentence."""
    return {
        "errors": [{"message": text}],
        "title": "Invalid Request",
        "detail": "One or more parameters to your request was invalid.",
        "type": f"{_PROBLEMS}/invalid-request",
    }


def wrong_value(what: str) -> dict[str, str]:
    """The body of a 400 of the token endpoint, which X calls a wrong request whatever it is."""
    description = f"Value passed for the {what} was invalid."
    return {"error": "invalid_request", "error_description": description}


def missing(kind: str, parameter: str, value: str) -> dict[str, Any]:
    """The body of a 200 that says there is no such thing."""
    detail = f"Could not find {kind} with {parameter}: [{value}]."
    return _in_place_of_data("Not Found Error", detail, kind, parameter, value)


def hidden(kind: str, parameter: str, value: str) -> dict[str, Any]:
    """The body of a 200 that says that it is protected."""
    detail = f"Sorry, you are not authorized to see the {kind} with {parameter}: [{value}]."
    error = _in_place_of_data("Authorization Error", detail, kind, parameter, value)
    error["errors"][0]["type"] = f"{_PROBLEMS}/not-authorized-for-resource"
    return error


def suspended(parameter: str, value: str) -> dict[str, Any]:
    """The body of a 200 that says that the account is suspended."""
    detail = f"User has been suspended: [{value}]."
    return _in_place_of_data("Forbidden", detail, "user", parameter, value)


def _in_place_of_data(
    title: str, detail: str, kind: str, parameter: str, value: str
) -> dict[str, Any]:
    return {
        "errors": [
            {
                "value": value,
                "detail": detail,
                "title": title,
                "resource_type": kind,
                "parameter": parameter,
                "resource_id": value,
                "type": f"{_PROBLEMS}/resource-not-found",
            }
        ]
    }
