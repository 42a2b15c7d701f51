"""tweepy, as it is used here: one client for one request of one user, in a thread.

tweepy has an asynchronous client too, but that signs a request before its session sees the
address, so that it could not be sent anywhere else.
"""

from __future__ import annotations

import logging
from typing import Final

import tweepy

from bot.connect.oauth1_tokens import Consumer, Token
from bot.services.twitter.session import TwitterSession

# at DEBUG these write whole requests, with whatever authorises them
_TALKATIVE: Final = ("tweepy", "requests_oauthlib", "oauthlib", "urllib3")


class Client(tweepy.Client):  # type: ignore[misc]  # tweepy ships no type information
    """A client of one user, whose methods return the JSON objects of X's answers."""

    session: TwitterSession

    def __init__(self, consumer: Consumer, token: Token, session: TwitterSession) -> None:
        for name in _TALKATIVE:
            logger = logging.getLogger(name)
            logger.setLevel(max(logger.level, logging.WARNING))
        super().__init__(
            consumer_key=consumer.key.reveal(),
            consumer_secret=consumer.secret.reveal(),
            access_token=token.key.reveal(),
            access_token_secret=token.secret.reveal(),
            return_type=dict,
            wait_on_rate_limit=False,
        )
        self.session.close()
        self.session = session

    @property
    def user_id(self) -> str:
        """The user's id: what their access token begins with."""
        account, _, _ = str(self.access_token).partition("-")
        return account

    def _get_authenticating_user_id(self, *, oauth_1: bool = False) -> str:  # noqa: ARG002 - tweepy's
        """The user's id. tweepy's own way keeps every client that ever asked in a cache."""
        return self.user_id
