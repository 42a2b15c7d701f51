"""tweepy, as it is used here."""

from __future__ import annotations

import gc
import weakref

import requests

from bot.connect.oauth1_tokens import Consumer, Token
from bot.secret import Secret
from bot.services.twitter.client import Client
from bot.services.twitter.signing import Keys


def _client():
    consumer = Consumer(Secret("key"), Secret("secret"))
    keys = Keys(consumer, Token(Secret("1001-abc"), Secret("secret")))
    return Client(keys, requests.Session())


def test_the_users_id_is_read_from_the_token():
    assert _client()._get_authenticating_user_id(oauth_1=True) == "1001"


def test_no_client_outlives_its_call():
    client = _client()
    client._get_authenticating_user_id(oauth_1=True)
    gone = weakref.ref(client)
    client.session.close()
    del client
    gc.collect()
    assert gone() is None


def test_a_rate_limit_is_never_waited_for():
    assert _client().wait_on_rate_limit is False
