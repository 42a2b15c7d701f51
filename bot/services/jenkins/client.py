"""python-jenkins with its holes closed. Imported when it is first needed: it takes a while.

As shipped it takes headers from the environment, asks for a crumb that API tokens do not need, and
puts whole pages and parameters into the texts of its exceptions.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final
from urllib.parse import quote

import jenkins
import requests
from requests.auth import HTTPBasicAuth

from bot.http import Session
from bot.services.jenkins.faults import Refused, stranger

MOST: Final = 8 * 1024**2  # bytes of one answer; 50,000 jobs are about half of it


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

    def read(self, item: str, tree: str) -> dict[str, Any]:
        """What ``api/json`` of ``item`` ("job/a/job/b", not quoted) says for this ``tree=``."""
        try:
            found = self.get_info(item, query=f"?tree={quote(tree, safe=',[]{}')}")
        except (jenkins.JenkinsException, RecursionError):
            found = None  # and raised below, where no context holds what came in
        if not isinstance(found, dict):
            raise stranger(retryable=True)
        return found

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

    def _response_handler(self, response: requests.Response) -> requests.Response:
        """Let 2xx pass; overrides the library's, which puts the whole page into its exception."""
        if 200 <= response.status_code < 300:
            return response
        headers = response.headers
        raise Refused(
            response.status_code,
            permission=headers.get("X-Required-Permission", ""),
            account=headers.get("X-You-Are-Authenticated-As", ""),
            location=headers.get("Location", ""),
            retry_after=headers.get("Retry-After", ""),
        )
