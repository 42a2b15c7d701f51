"""tweepy, as it is used here: one client for one request of one user, in a thread.

tweepy has an asynchronous client too, but that signs a request before its session sees the
address, so that it could not be sent anywhere else.
"""

from __future__ import annotations

import logging
from typing import Any, Final

import tweepy

from bot.services.twitter.session import TwitterSession
from bot.services.twitter.signing import Signature

# at DEBUG these write whole requests, with whatever authorises them
_TALKATIVE: Final = ("tweepy", "requests_oauthlib", "oauthlib", "urllib3")


class Client(tweepy.Client):  # type: ignore[misc]  # tweepy ships no type information
    """A client of one user, whose methods return the JSON objects of X's answers."""

    session: TwitterSession

    def __init__(self, signature: Signature, session: TwitterSession) -> None:
        for name in _TALKATIVE:
            logger = logging.getLogger(name)
            logger.setLevel(max(logger.level, logging.WARNING))
        super().__init__(**signature.keys(), return_type=dict, wait_on_rate_limit=False)
        self.session.close()
        self.session = session
        self.user_id, self._signs = signature.user_id, signature.signs

    def request(
        self,
        method: str,
        route: str,
        params: Any = None,
        json: Any = None,
        user_auth: bool = False,  # noqa: ARG002 - tweepy's
    ) -> Any:
        """Make a request; the methods differ in what they take for granted about ``user_auth``."""
        return super().request(method, route, params, json, user_auth=self._signs)

    def _get_authenticating_user_id(self, *, oauth_1: bool = False) -> str:  # noqa: ARG002 - tweepy's
        """The user's id. tweepy's own way keeps every client that ever asked in a cache."""
        return self.user_id
