"""python-jenkins with its holes closed. Imported when it is first needed: it takes a while.

As shipped it takes headers from the environment, asks for a crumb that API tokens do not need, and
puts whole pages and parameters into the texts of its exceptions.
"""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from typing import Any, Final
from urllib.parse import quote

import jenkins
import requests
from requests.auth import HTTPBasicAuth

from bot.http import Session
from bot.services.jenkins.faults import Refused, stranger

MOST: Final = 8 * 1024**2  # bytes of one answer; 50,000 jobs are about half of it

_LOG: Final = "logText/progressiveText"
_DIGITS: Final = 15  # of a size in bytes


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a build's log. ``size``: the bytes of all of it; ``more``: it still grows."""

    data: bytes = field(repr=False)
    size: int
    more: bool


class Client(jenkins.Jenkins):  # type: ignore[misc]  # python-jenkins has no types
    """One user's client; blocking, for one thread at a time.

    It raises :class:`~bot.services.jenkins.faults.Refused`, and what ``session`` raises.
    """

    def __init__(
        self, url: str, user: str, token: str, *, timeout: float, verify: str | bool
    ) -> None:
        # The library's own constructor is left out: it takes headers and the checking of
        # certificates from the environment, logs the former, and tries Kerberos.
        self.server = f"{url}/"
        self.timeout = timeout
        self.crumb = False
        self.auth = HTTPBasicAuth(user.encode(), token.encode())
        self._auth_resolved = True
        advice = "; the operator should check ca_file"
        self.session = Session(url, timeout=timeout, most=MOST, verify=verify, advice=advice)
        self.session.auth = self.auth
        self._session = self.session  # where the library looks for it
        self._ahead = 0.0

    def read(self, item: str, tree: str) -> dict[str, Any]:
        """What ``api/json`` of ``item`` ("job/a/job/b", not quoted) says for this ``tree=``."""
        try:
            found = self.get_info(item, query=f"?tree={quote(tree, safe=',[]{}')}")
        except (jenkins.JenkinsException, RecursionError):
            found = None  # and raised below, where no context holds what came in
        if not isinstance(found, dict):
            raise stranger(retryable=True)
        return found

    @property
    def now(self) -> float:
        """The time by Jenkins' own clock, as far as its answers have told it (seconds)."""
        return time.time() + self._ahead

    def get(self, path: str) -> Any:
        """The JSON at ``path`` (not quoted), whatever it is: for plugins with their own address."""
        response = self._get("GET", path)
        try:
            return json.loads(response.text)
        except (ValueError, RecursionError):
            pass
        raise stranger(retryable=True)

    def log(self, run: str, start: int) -> Piece:
        """A build's log from the byte ``start``; ``run`` is "job/a/12", not quoted.

        See https://www.jenkins.io/doc/book/using/remote-access-api/ ("progressiveText").
        """
        response = self._get("GET", f"{run}/{_LOG}", start)
        if not response.headers.get("Content-Type", "").startswith("text/plain"):
            raise stranger(retryable=True)
        text = response.headers.get("X-Text-Size", "")
        if not _is_size(text):  # it has not begun yet, or its file is gone
            return Piece(b"", 0, more=False)
        more = response.headers.get("X-More-Data", "").lower() == "true"
        return Piece(response.content, int(text), more)

    def log_size(self, run: str) -> int:
        """The bytes of a build's log, without them; 0 where that cannot be asked."""
        try:
            response = self._get("HEAD", f"{run}/{_LOG}", 0)
        except Refused as refused:
            if refused.status in (405, 501):  # a proxy that knows no HEAD
                return 0
            raise
        text = response.headers.get("X-Text-Size", "")
        return int(text) if _is_size(text) else 0

    def post(self, path: str, data: Sequence[tuple[str, str]]) -> tuple[int, str]:
        """Post a form to ``path`` (not quoted); the answer's status and Location.

        A redirect is an answer here, as Jenkins' queue gives it, and is not followed.
        """
        url = self._build_url(quote(path))
        try:
            response = self.jenkins_request(requests.Request("POST", url, data=list(data)))
        except Refused as refused:
            if refused.status not in (302, 303):
                raise
            return refused.status, refused.location
        return response.status_code, response.headers.get("Location", "")

    def _get(self, method: str, path: str, start: int | None = None) -> requests.Response:
        query = "" if start is None else f"?start={start}"
        request = requests.Request(method, self._build_url(quote(path)) + query)
        response: requests.Response = self.jenkins_request(request)
        return response

    def _response_handler(self, response: requests.Response) -> requests.Response:
        """Let 2xx pass; overrides the library's, which puts the whole page into its exception."""
        headers = response.headers
        self._set_clock(headers.get("Date", ""))
        if 200 <= response.status_code < 300:
            return response
        raise Refused(
            response.status_code,
            permission=headers.get("X-Required-Permission", ""),
            account=headers.get("X-You-Are-Authenticated-As", ""),
            location=headers.get("Location", ""),
            retry_after=headers.get("Retry-After", ""),
        )

    def _set_clock(self, date: str) -> None:
        try:
            self._ahead = parsedate_to_datetime(date).timestamp() - time.time()
        except (ValueError, OverflowError):
            return  # it does not say


def _is_size(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) <= _DIGITS
