"""The front: listens, checks who asks and whether they may, and notes it."""

from __future__ import annotations

import gc
import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Final
from urllib.parse import parse_qsl

from aiohttp import web

from sandbox.aws import sts
from sandbox.aws.people import ACCOUNT, Device, People, Person, Session
from sandbox.aws.problems import Denial
from sandbox.aws.signatures import Signed
from sandbox.stand_in import StandIn

if TYPE_CHECKING:
    from sandbox.aws.backend import Backend

REGIONS: Final = ("eu-central-1", "eu-west-1", "us-east-1")
CLOSED: Final = "ap-east-1"  # a region that the account has not enabled
_SERVICES: Final = ("sts", "ec2", "s3", "logs")


@dataclass(frozen=True, slots=True)
class Seen:
    """What somebody asked for. ``refused`` is why the front said no, or ""."""

    person: str
    action: str
    region: str
    mfa: bool
    refused: str = ""


@dataclass(slots=True)
class _Asked:
    """A request on its way through; ``seen`` is what is known of it so far."""

    request: web.Request
    body: bytes
    service: str = "sts"
    seen: Seen = field(default_factory=lambda: Seen("", "", "", mfa=False))

    @property
    def form(self) -> Mapping[str, str]:
        """The fields of a request of the query protocol."""
        return dict(parse_qsl(self.body.decode(), keep_blank_values=True))


class AwsStandIn(StandIn):
    """AWS on a free port of loopback: one account, some regions, all services at one address.

    ``seen`` is what was asked, oldest first.
    """

    def __init__(self) -> None:
        super().__init__()
        self.people = People()
        self.seen: list[Seen] = []
        self._denials: dict[str, Denial] = {}

    @cached_property
    def things(self) -> Backend:
        """What there is in the account. Where nobody asks for it, moto is not even imported."""
        gc.disable()  # it would go over all of moto, again and again: a third of the tests' time
        try:
            from sandbox.aws.backend import Backend

            return Backend()
        finally:
            gc.freeze()
            gc.enable()

    async def start(self) -> None:
        """Listen; ``url`` is known from here on."""
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", self._front)
        await self._listen(app)

    def add(
        self,
        name: str,
        *,
        mfa: bool = False,
        allowed: Sequence[str] = ("*",),
        with_mfa: Sequence[str] = (),
    ) -> Person:
        """A new user; with an MFA device, whose codes are ``person.device.code()``."""
        device = Device(f"arn:aws:iam::{ACCOUNT}:mfa/{name}") if mfa else None
        return self.people.add(Person(name, allowed, with_mfa, device=device))

    def refuse(self, action: str, code: str, message: str = "", status: int = 400) -> None:
        """Answer the next request for ``action`` ("ec2:StopInstances") with an error of AWS's."""
        self._denials[action] = Denial(code, message, status)

    def did(self, action: str) -> list[Seen]:
        """Who asked for ``action``, and was let through."""
        return [seen for seen in self.seen if seen.action == action and not seen.refused]

    async def _front(self, request: web.Request) -> web.Response:
        asked = _Asked(request, await request.read())
        try:
            answer = await self._answer(asked)
        except Denial as denial:
            self.seen.append(replace(asked.seen, refused=denial.code))
            return denial.answer(asked.service)
        self.seen.append(asked.seen)
        return answer

    async def _answer(self, asked: _Asked) -> web.Response:
        signed = Signed.read(asked.request)
        asked.service = signed.service
        person, session = self._caller(signed, asked)
        mfa = session is not None and session.mfa
        action = _action(asked)
        asked.seen = Seen(person.name, action, signed.region, mfa)
        if planned := self._denials.pop(action, None):
            raise planned
        if asked.service == "sts":  # what it does here needs no permission
            return sts.answer(self.people, person, session, asked.form)
        if not person.may(action, mfa=mfa):
            raise Denial("AccessDenied", f"User: {person.arn} is not authorized: {action}")
        return await self.things.ask(asked.request, asked.body)

    def _caller(self, signed: Signed, asked: _Asked) -> tuple[Person, Session | None]:
        if signed.service not in _SERVICES or signed.region not in (*REGIONS, CLOSED):
            raise Denial("SignatureDoesNotMatch", "Credential should be scoped to a valid region.")
        owner = self.people.owner(signed.key)
        if owner is None or signed.region == CLOSED:
            raise Denial("UnknownKey")
        person, session = owner
        signed.check(asked.request, asked.body, session.secret if session else person.secret)
        token = asked.request.headers.get("X-Amz-Security-Token", "")
        if not hmac.compare_digest(token, session.token if session else ""):
            raise Denial("WrongToken")
        if session is not None and session.is_over:
            raise Denial("Expired", "The security token included in the request is expired")
        return owner


def _action(asked: _Asked) -> str:
    """The action's name for policies."""
    request = asked.request
    if asked.service == "logs":
        return f"logs:{request.headers.get('X-Amz-Target', '').rpartition('.')[2]}"
    if asked.service != "s3":
        return f"{asked.service}:{asked.form.get('Action', '')}"
    bucket, _, key = request.path.lstrip("/").partition("/")
    if key or request.method not in ("GET", "HEAD"):
        return f"s3:{request.method.title()}Object"
    return "s3:ListBucket" if bucket else "s3:ListAllMyBuckets"
