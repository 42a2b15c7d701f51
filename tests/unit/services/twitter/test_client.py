"""tweepy, as it is used here."""

from __future__ import annotations

import gc
import weakref

import requests

from bot.services.twitter.client import Client


def _client():
    return Client("1001", requests.Session())


def test_the_users_id_is_the_one_that_it_is_given():
    assert _client()._get_authenticating_user_id(oauth_1=True) == "1001"
    assert _client()._get_authenticating_user_id() == "1001"


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
