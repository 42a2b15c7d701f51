"""X in the configuration."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from bot.config.problems import first_problem, is_needed
from bot.services.twitter.settings import TwitterSettings

KEYS = {"consumer_key": "the key", "consumer_secret": "the secret"}


def test_the_two_keys_suffice():
    settings = TwitterSettings.model_validate(KEYS)
    assert settings.api_url == "https://api.twitter.com"
    assert settings.web_url == "https://x.com"
    assert (settings.callback, settings.timeout) == ("pin", 15)
    assert (settings.post_price, settings.link_price) == (0.015, 0.20)


@pytest.mark.parametrize("callback", ["pin", "web"])
@pytest.mark.parametrize("key", ["consumer_key", "consumer_secret"])
def test_oauth_1_needs_both_keys_of_the_app(callback, key):
    settings = {**KEYS, "callback": callback, "client_id": "the id"}
    del settings[key]
    assert _told(settings) == f"services.twitter.{key}: is missing"


def test_oauth_2_needs_the_apps_id_and_nothing_else():
    assert _told({"callback": "oauth2"}) == "services.twitter.client_id: is missing"
    settings = TwitterSettings.model_validate({"callback": "oauth2", "client_id": "the id"})
    assert (settings.client_secret, settings.consumer_key) == (None, None)


@pytest.mark.parametrize(
    ("callback", "needed"),
    [
        (None, {"consumer_key", "consumer_secret"}),
        ("web", {"consumer_key", "consumer_secret"}),
        ("oauth2", {"client_id"}),
        ("oob", set()),
    ],
)
def test_setup_asks_for_what_the_chosen_way_needs(callback, needed):
    chosen = {"callback": callback} if callback else {}
    fields = TwitterSettings.model_fields
    assert {key for key in fields if is_needed(TwitterSettings, chosen, key)} == needed


def test_the_keys_of_a_way_that_is_not_chosen_may_stay():
    both = {**KEYS, "client_id": "the id", "client_secret": "the other secret"}
    for callback in ("pin", "web", "oauth2"):
        assert TwitterSettings.model_validate({**both, "callback": callback})


def test_a_way_that_is_not_known_is_told_with_those_that_are():
    assert "must be pin, web or oauth2" in _told({**KEYS, "callback": "oob"})


def _told(settings):
    """What the operator is told, without the remedy."""
    with pytest.raises(ValidationError) as error:
        TwitterSettings.model_validate(settings)
    told = first_problem(error.value, TwitterSettings, "services.twitter")
    return f"{told.key}: {told.problem}"


def test_prices_can_be_left_unsaid():
    settings = TwitterSettings.model_validate({**KEYS, "post_price": None, "link_price": None})
    assert (settings.post_price, settings.link_price) == (None, None)


def test_the_keys_are_not_shown():
    text = repr(TwitterSettings.model_validate({**KEYS, "client_secret": "the other secret"}))
    for secret in ("the key", "the secret", "the other secret"):
        assert secret not in text


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("https://api.x.com/", "https://api.x.com"),
        ("https://API.x.com:8443", "https://api.x.com:8443"),
        ("http://127.0.0.1:8080", "http://127.0.0.1:8080"),
        ("http://localhost:1", "http://localhost:1"),
        ("http://[::1]:1", "http://[::1]:1"),
    ],
)
def test_an_address_is_kept_as_an_origin(typed, kept):
    assert TwitterSettings.model_validate({**KEYS, "api_url": typed}).api_url == kept


@pytest.mark.parametrize(
    "address",
    [
        "",
        "api.x.com",
        "ftp://api.x.com",
        "https://",
        "http://api.x.com",
        "http://127.0.0.1.evil.example",
        "https://user:password@api.x.com",
        "https://api.x.com/2",
        "https://api.x.com?a=b",
        "https://api.x.com#a",
        "https://api.x.com:0",
        "https://api.x.com:99999",
    ],
)
@pytest.mark.parametrize("key", ["api_url", "web_url"])
def test_what_is_no_safe_origin_is_an_error(key, address):
    with pytest.raises(ValidationError):
        TwitterSettings.model_validate({**KEYS, key: address})


@pytest.mark.parametrize(
    "wrong",
    [
        {"consumer_key": ""},
        {"consumer_secret": None},
        {"callback": "oob"},
        {"callback": "oauth2"},
        {"client_id": ""},
        {"client_secret": ""},
        {"timeout": 0},
        {"timeout": 61},
        {"post_price": -1},
        {"link_price": "much"},
        {"link_price": float("nan")},
        {"link_price": float("inf")},
        {"unknown": 1},
    ],
)
def test_what_it_does_not_know_is_an_error(wrong):
    with pytest.raises(ValidationError):
        TwitterSettings.model_validate({**KEYS, **wrong})
