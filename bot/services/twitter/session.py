"""The session that tweepy is given: it goes to the configured X, and says no itself."""

from __future__ import annotations

import json
from typing import Any, Final

import requests

from bot.http import Session
from bot.services.twitter.refusals import nonsense, refusal

LONGEST_ANSWER: Final = 1024 * 1024  # bytes; a hundred long posts have a fifth of it
_HOST: Final = "https://api.twitter.com"  # written out in tweepy


class TwitterSession(Session):
    """Sends tweepy's requests to ``api_url`` and returns only good answers: JSON objects.

    Everything else is raised as one of :mod:`bot.errors` before tweepy, whose own errors carry
    the signed request, comes to see it.
    """

    def __init__(self, api_url: str, account: str, timeout: float) -> None:
        super().__init__(api_url, timeout=timeout, most=LONGEST_ANSWER)
        self._api_url, self._account = api_url, account

    def request(  # type: ignore[override]  # tweepy passes the rest by name
        self, method: str, url: str, **options: Any
    ) -> requests.Response:
        """Send one request.

        Raises:
            ServiceError: X refuses, cannot be reached, or answers nonsense.
        """
        here = url.replace(f"{_HOST}/", f"{self._api_url}/", 1)
        answer = super().request(method, here, **options)
        status, body = answer.status_code, answer.content
        if not 200 <= status < 300:
            raise refusal(
                status, answer.headers, body, account=self._account, retryable=self.repeatable
            )
        if not _is_object(body):
            raise nonsense(retryable=self.repeatable)
        return answer


def _is_object(body: bytes) -> bool:
    try:
        return isinstance(json.loads(body), dict)
    except (ValueError, RecursionError):
        return False
