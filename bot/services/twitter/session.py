"""The HTTP session that tweepy is given: it knows one host, has bounds, and says no itself."""

from __future__ import annotations

import io
import json
from typing import Any, Final

import requests

from bot.errors import ServiceError, Unavailable
from bot.services.twitter.adapter import WatchedAdapter
from bot.services.twitter.refusals import nonsense, refusal
from bot.services.twitter.wire import Wire

LONGEST_ANSWER: Final = 1024 * 1024  # bytes; a hundred long posts have a fifth of it
_HOST: Final = "https://api.twitter.com"  # written out in tweepy
_CHUNK: Final = 64 * 1024


class BoundedSession(requests.Session):
    """Sends tweepy's requests to ``api_url`` and returns only good answers: JSON objects.

    Everything else is raised as one of :mod:`bot.errors` before tweepy, whose own errors carry
    the signed request, comes to see it. No proxy and ``.netrc`` of the environment, no redirect.
    """

    def __init__(self, api_url: str, account: str, timeout: float, wire: Wire) -> None:
        super().__init__()
        self._api_url, self._account = api_url, account
        self._timeout, self._wire = timeout, wire
        self.trust_env = False
        self.headers["Accept-Encoding"] = "identity"
        self.mount("https://", WatchedAdapter(wire))
        self.mount("http://", WatchedAdapter(wire))

    def request(  # type: ignore[override]  # tweepy passes the rest by name
        self, method: str, url: str, **options: Any
    ) -> requests.Response:
        """Send one request.

        Raises:
            ServiceError: X refuses, cannot be reached, or answers nonsense.
        """
        writes = method != "GET"
        failure: ServiceError
        try:
            response, body = self._exchange(method, url, options)
        except requests.Timeout:
            failure = Unavailable("no answer in time", retryable=self._retryable(writes))
        except requests.RequestException:
            failure = Unavailable("no connection", retryable=self._retryable(writes))
        else:
            return self._checked(response, body, writes)
        raise failure  # outside of the handlers: the cause holds the signed request

    def close(self) -> None:
        """Close the connections, and what watches them."""
        super().close()
        self._wire.close()

    def _exchange(
        self, method: str, url: str, options: dict[str, Any]
    ) -> tuple[requests.Response, bytes]:
        if not url.startswith(f"{_HOST}/"):
            raise requests.exceptions.InvalidURL("not an address of X's API")
        options |= {"timeout": self._timeout, "allow_redirects": False, "stream": True}
        with super().request(method, self._api_url + url.removeprefix(_HOST), **options) as answer:
            body = bytearray()
            for chunk in answer.iter_content(_CHUNK):
                body += chunk
                if len(body) > LONGEST_ANSWER:
                    break
            return answer, bytes(body)

    def _checked(self, response: requests.Response, body: bytes, writes: bool) -> requests.Response:
        if not 200 <= response.status_code < 300:
            raise refusal(
                response.status_code, response.headers, body, account=self._account, writes=writes
            )
        if len(body) > LONGEST_ANSWER or not _is_object(body):
            raise nonsense(writes=writes)
        return _with_body(response, body)

    def _retryable(self, writes: bool) -> bool:
        return not (writes and self._wire.used)


def _with_body(response: requests.Response, body: bytes) -> requests.Response:
    """The same answer with its body at hand: requests reads a streamed one only once."""
    good = requests.Response()
    good.status_code, good.reason = response.status_code, response.reason
    good.headers, good.raw = response.headers, io.BytesIO(body)
    return good


def _is_object(body: bytes) -> bool:
    try:
        return isinstance(json.loads(body), dict)
    except (ValueError, RecursionError):
        return False
