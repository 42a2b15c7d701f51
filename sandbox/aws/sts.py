"""The Security Token Service: who one is, and sessions for codes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from aiohttp import web

from sandbox.aws.people import ACCOUNT, People, Person, Session
from sandbox.aws.problems import Denial

_NAMESPACE: Final = "https://sts.amazonaws.com/doc/2011-06-15/"
_SHORTEST: Final = 900  # seconds
_LONGEST: Final = 129_600


def answer(
    people: People, person: Person, session: Session | None, form: Mapping[str, str]
) -> web.Response:
    """Do what ``Action`` says.

    Raises:
        Denial: it may not be done.
    """
    match form["Action"]:
        case "GetCallerIdentity":
            return _result(
                "GetCallerIdentity",
                f"<Arn>{person.arn}</Arn><UserId>AIDA{person.name.upper()}</UserId>"
                f"<Account>{ACCOUNT}</Account>",
            )
        case "GetSessionToken" if session is None:
            return _session_token(people, person, form)
        case "GetSessionToken":
            raise Denial("AccessDenied", "Cannot call GetSessionToken with session credentials")
        case action:
            raise Denial("InvalidAction", f"Could not find operation {action}", 400)


def _session_token(people: People, person: Person, form: Mapping[str, str]) -> web.Response:
    seconds = int(form.get("DurationSeconds", "43200"))
    if not _SHORTEST <= seconds <= _LONGEST:
        raise Denial("ValidationError", "DurationSeconds is out of range", 400)
    mfa = "SerialNumber" in form or "TokenCode" in form
    if mfa:
        _check_code(person, form.get("SerialNumber", ""), form.get("TokenCode", ""))
    made = people.open(person, seconds, mfa=mfa)
    return _result(
        "GetSessionToken",
        f"<Credentials><AccessKeyId>{made.key_id}</AccessKeyId>"
        f"<SecretAccessKey>{made.secret}</SecretAccessKey>"
        f"<SessionToken>{made.token}</SessionToken>"
        f"<Expiration>{made.ends:%Y-%m-%dT%H:%M:%SZ}</Expiration></Credentials>",
    )


def _check_code(person: Person, serial: str, code: str) -> None:
    failed = "MultiFactorAuthentication failed"
    if person.device is None or person.device.serial != serial:
        raise Denial(
            "AccessDenied",
            f"{failed}, unable to validate MFA code.  Please verify your MFA serial number is "
            "valid and associated with this user.",
        )
    if not person.device.takes(code):
        raise Denial("AccessDenied", f"{failed} with invalid MFA one time pass code. ")


def _result(action: str, inner: str) -> web.Response:
    return web.Response(
        text=f'<{action}Response xmlns="{_NAMESPACE}"><{action}Result>{inner}</{action}Result>'
        f"<ResponseMetadata><RequestId>request</RequestId></ResponseMetadata></{action}Response>",
        content_type="text/xml",
    )
