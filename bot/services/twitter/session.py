"""The session that tweepy is given: it goes to the configured X, and says no itself."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

import requests

from bot.http import Session
from bot.services.twitter.problems import in_place_of_data
from bot.services.twitter.refusals import Matter, absence, nonsense, refusal

if TYPE_CHECKING:
    from bot.services.twitter.signing import Auth

LONGEST_ANSWER: Final = 1024 * 1024  # bytes; a hundred long posts have a fifth of it
_HOST: Final = "https://api.twitter.com"  # written out in tweepy


class TwitterSession(Session):
    """Sends tweepy's requests to ``api_url`` and returns only good answers: JSON objects with data.

    ``auth`` authorises each of them; see :class:`~bot.services.twitter.signing.Signature`.

    Everything else is raised as one of :mod:`bot.errors` before tweepy, whose own errors carry
    the signed request, comes to see it.
    """

    def __init__(self, api_url: str, auth: Auth, matter: Matter, timeout: float) -> None:
        super().__init__(api_url, timeout=timeout, most=LONGEST_ANSWER)
        self.auth = auth
        self._api_url, self._matter = api_url, matter

    def request(  # type: ignore[override]  # tweepy passes the rest by name
        self, method: str, url: str, **options: Any
    ) -> requests.Response:
        """Send one request.

        Raises:
            ServiceError: X refuses, has no such thing, cannot be reached, or answers nonsense.
        """
        here = url.replace(f"{_HOST}/", f"{self._api_url}/", 1)
        answer = super().request(method, here, **options)
        status, body = answer.status_code, answer.content
        if not 200 <= status < 300:
            raise refusal(status, answer.headers, body, self._matter, retryable=self.repeatable)
        found = _object(body)
        if found is None:
            raise nonsense(retryable=self.repeatable)
        if (error := in_place_of_data(found)) is not None:
            raise absence(error, self._matter)
        return answer


def _object(body: bytes) -> Mapping[str, Any] | None:
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None
