"""What shows X who asks."""

from __future__ import annotations

import pytest
import requests

from bot.connect.oauth1_tokens import Consumer
from bot.errors import Unauthorized
from bot.secret import Secret
from bot.services.twitter.signing import signature

CONSUMER = Consumer(Secret("the-key"), Secret("the-secret"))
KEYS = {"token": Secret("1001-abc"), "token_secret": Secret("another-secret")}
BEARER = {"access_token": Secret("the-token"), "user_id": Secret("1002")}


def _header(signed):
    request = requests.Request("GET", "http://127.0.0.1/2/users/me", auth=signed.auth())
    return request.prepare().headers["Authorization"]


def test_keys_sign_every_request_anew():
    signed = signature(KEYS, CONSUMER)
    assert signed.user_id == "1001"
    assert _header(signed).startswith("OAuth ")
    assert _header(signed) != _header(signed)


def test_a_token_stands_in_every_request():
    signed = signature(BEARER, None)
    assert signed.user_id == "1002"
    assert _header(signed) == "Bearer the-token"


def test_a_tokens_owner_need_not_be_known_yet():
    assert signature({"access_token": Secret("the-token")}, CONSUMER).user_id == ""


def test_keys_of_an_app_that_is_not_configured_any_more_are_of_no_use():
    with pytest.raises(Unauthorized):
        signature(KEYS, None)


def test_neither_shows_itself():
    shown = repr([signature(KEYS, CONSUMER), signature(BEARER, None)])
    for secret in ("1001", "the-secret", "another-secret", "the-token", "1002"):
        assert secret not in shown
