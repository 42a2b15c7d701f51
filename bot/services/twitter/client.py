"""tweepy, as it is used here: one client for one request of one user, in a thread.

tweepy has an asynchronous client too, but that signs a request before its session sees the
address, so that it could not be sent anywhere else.
"""

from __future__ import annotations

from typing import Any, Final

import tweepy

from bot.quiet import keep_quiet
from bot.services.twitter.session import TwitterSession

# at DEBUG these write whole requests, with whatever authorises them
_TALKATIVE: Final = ("tweepy", "requests_oauthlib", "oauthlib", "urllib3")


class Client(tweepy.Client):  # type: ignore[misc]  # tweepy ships no type information
    """A client of one user, whose methods return the JSON objects of X's answers.

    It is given no keys, which it would write about: its session authorises what it sends.
    """

    session: TwitterSession

    def __init__(self, user_id: str, session: TwitterSession) -> None:
        keep_quiet(*_TALKATIVE)
        super().__init__(return_type=dict, wait_on_rate_limit=False)
        self.session.close()
        self.session, self.user_id = session, user_id

    def request(
        self,
        method: str,
        route: str,
        params: Any = None,
        json: Any = None,
        user_auth: bool = False,  # noqa: ARG002 - tweepy's
    ) -> Any:
        """Make a request, without keys whatever a method takes for granted about them."""
        return super().request(method, route, params, json)

    def _get_authenticating_user_id(self, *, oauth_1: bool = False) -> str:  # noqa: ARG002 - tweepy's
        """The user's id. tweepy's own way keeps every client that ever asked in a cache."""
        return self.user_id
