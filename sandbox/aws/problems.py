"""Refusals, in the code and the format of the service that was asked."""

from __future__ import annotations

from typing import Final
from xml.sax.saxutils import escape

from aiohttp import web

_ID: Final = "7a62c49f-347e-4fc4-9331-6e8eEXAMPLE"
_INVALID: Final = "The security token included in the request is invalid."
_VALIDATE: Final = "AWS was not able to validate the provided access credentials"

_SPELLED: Final = {
    # what happened: by service, the code, the status, and the message where it is another
    "UnknownKey": {
        "sts": ("InvalidClientTokenId", 403, _INVALID),
        "ec2": ("AuthFailure", 401, _VALIDATE),
        "s3": ("InvalidAccessKeyId", 403, "The AWS Access Key Id you provided does not exist."),
        "logs": ("UnrecognizedClientException", 400, _INVALID),
    },
    "WrongToken": {
        "sts": ("InvalidClientTokenId", 403, _INVALID),
        "ec2": ("AuthFailure", 401, _VALIDATE),
        "s3": ("InvalidToken", 400, "The provided token is malformed or otherwise invalid."),
        "logs": ("UnrecognizedClientException", 400, _INVALID),
    },
    "Expired": {
        "sts": ("ExpiredToken", 403, ""),
        "ec2": ("RequestExpired", 400, "Request has expired."),
        "s3": ("ExpiredToken", 400, "The provided token has expired."),
        "logs": ("ExpiredTokenException", 400, ""),
    },
    "Skewed": {
        "sts": ("SignatureDoesNotMatch", 403, ""),
        "ec2": ("RequestExpired", 400, "Request has expired."),
        "s3": ("RequestTimeTooSkewed", 403, ""),
        "logs": ("InvalidSignatureException", 400, ""),
    },
    "SignatureDoesNotMatch": {
        "ec2": ("AuthFailure", 401, _VALIDATE),
        "logs": ("InvalidSignatureException", 400, ""),
    },
    "AccessDenied": {
        "ec2": ("UnauthorizedOperation", 403, "You are not authorized to perform this operation."),
        "logs": ("AccessDeniedException", 400, ""),
    },
}


class Denial(Exception):
    """The front refuses; ``code`` is what happened, or AWS's own word for it."""

    def __init__(self, code: str, message: str = "", status: int = 0) -> None:
        super().__init__(code)
        self.code, self.message, self.status = code, message, status

    def answer(self, service: str) -> web.Response:
        """As ``service`` says it."""
        spelled = _SPELLED.get(self.code, {}).get(service, (self.code, 403, ""))
        code, status, message = spelled
        return _ANSWERS.get(service, _query)(
            code, message or self.message or code, self.status or status
        )


def _query(code: str, message: str, status: int) -> web.Response:
    return _xml(
        '<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error>'
        f"<Type>Sender</Type><Code>{code}</Code><Message>{escape(message)}</Message></Error>"
        f"<RequestId>{_ID}</RequestId></ErrorResponse>",
        status,
    )


def _ec2(code: str, message: str, status: int) -> web.Response:
    return _xml(
        f"<Response><Errors><Error><Code>{code}</Code><Message>{escape(message)}</Message></Error>"
        f"</Errors><RequestID>{_ID}</RequestID></Response>",
        status,
    )


def _s3(code: str, message: str, status: int) -> web.Response:
    return _xml(
        f"<Error><Code>{code}</Code><Message>{escape(message)}</Message>"
        f"<RequestId>{_ID}</RequestId><HostId>host</HostId></Error>",
        status,
    )


def _json(code: str, message: str, status: int) -> web.Response:
    return web.json_response(
        {"__type": code, "message": message},
        status=status,
        content_type="application/x-amz-json-1.1",
    )


def _xml(body: str, status: int) -> web.Response:
    text = f'<?xml version="1.0" encoding="UTF-8"?>\n{body}'
    return web.Response(text=text, status=status, content_type="text/xml")


_ANSWERS: Final = {"ec2": _ec2, "s3": _s3, "logs": _json}
