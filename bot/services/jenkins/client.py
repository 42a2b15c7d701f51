"""python-jenkins with its holes closed. Imported when it is first needed: it takes a while.

As shipped it follows redirects, knows no overall time limit, reads answers of any size, takes
headers, proxies and ``.netrc`` from the environment, asks for a crumb that API tokens do not need,
and puts whole pages and parameters into the texts of its exceptions.
"""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO
from typing import Any, Final
from urllib.parse import quote

import jenkins
import requests
from requests.auth import HTTPBasicAuth

from bot.services.jenkins.faults import Refused, Unanswered
from bot.services.jenkins.wires import WiredAdapter, Wires

MOST: Final = 8 * 1024**2  # bytes of one answer; 50,000 jobs are about half of it


class Client(jenkins.Jenkins):  # type: ignore[misc]  # python-jenkins has no types
    """One user's client; blocking, for one thread at a time. Raises only what is in ``faults``.

    ``timeout`` (seconds) bounds connecting and each read; :meth:`abort` ends everything.
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
        self._verify = verify
        self._wires = Wires()
        self._adapter = WiredAdapter(self._wires)
        self._session = requests.Session()
        self._session.trust_env = False
        self._session.auth = self.auth
        self._session.headers.update({"User-Agent": "actas", "Accept-Encoding": "identity"})

    @property
    def aborted(self) -> bool:
        """Whether it was stopped and is of no use any more."""
        return self._wires.is_cut

    @property
    def sent(self) -> bool:
        """Whether Jenkins can have seen anything of the present request."""
        return self._wires.used

    def abort(self) -> None:
        """Hang up, so that a thread that waits for an answer ends; from any thread."""
        self._wires.cut()

    def close(self) -> None:
        """Close all connections."""
        self._session.close()
        self._adapter.close()
        self._wires.close()

    def read(self, item: str, tree: str) -> dict[str, Any]:
        """What ``api/json`` of ``item`` ("job/a/job/b", not quoted) says for this ``tree=``."""
        try:
            found = self.get_info(item, query=f"?tree={quote(tree, safe=',[]{}')}")
        except (jenkins.JenkinsException, RecursionError):
            found = None  # and raised below, where no context holds what came in
        if not isinstance(found, dict):
            raise Unanswered("its address answers, but not as a Jenkins does")
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

    def _request(self, req: requests.Request, stream: bool | None = None) -> requests.Response:
        """Send, and read all of a bounded answer; overrides the library's.

        The adapter is used directly: a session would read a redirect's body without limit.
        """
        del stream
        self._wires.used = False
        try:
            prepared = self._session.prepare_request(req)
            received = self._adapter.send(
                prepared, stream=True, timeout=self.timeout, verify=self._verify
            )
            try:
                body = _bounded(received)
            finally:
                received.close()
        except (requests.RequestException, OSError) as error:
            reason = self._reason(error)
        else:
            return _whole(received, body)
        raise Unanswered(reason, sent=self.sent)  # outside: the context holds the request

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

    def _reason(self, error: Exception) -> str:
        if isinstance(error, requests.Timeout):
            return f"no answer within {self.timeout:g} seconds"
        if self.sent:
            return "the connection broke"
        if isinstance(error, requests.exceptions.SSLError):
            return "its certificate is not trusted here; the operator should check ca_file"
        return "no connection"


def _bounded(response: requests.Response) -> bytes:
    body = bytearray()
    for chunk in response.iter_content(65536):
        body += chunk
        if len(body) > MOST:
            raise Unanswered(f"its answer is larger than {MOST // 1024**2} MiB")
    return bytes(body)


def _whole(received: requests.Response, body: bytes) -> requests.Response:
    """The answer by itself, without the request that had the token in it."""
    response = requests.Response()
    response.status_code = received.status_code
    response.headers = received.headers
    response.encoding = "utf-8"  # JSON is; guessing takes seconds on a large answer
    response.raw = BytesIO(body)
    return response
