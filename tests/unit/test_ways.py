"""Which ways to connect there are, with and without a page of the bot's own."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from bot.config import WebConfig
from bot.errors import ConfigError, UserError
from bot.ways import Ways, must_be_connectable

WEB = SimpleNamespace(name="web", web=True)
DEVICE = SimpleNamespace(name="device", unbound=True)
TOKEN = SimpleNamespace(name="token")
GITHUB = SimpleNamespace(name="github", title="GitHub", flows=(WEB, DEVICE, TOKEN))
X = SimpleNamespace(name="x", title="X", flows=(WEB,))


def test_the_best_way_is_taken_that_there_is():
    assert Ways(web=True).choose(GITHUB, "") is WEB
    assert Ways(web=False).choose(GITHUB, "") is DEVICE


def test_a_way_is_taken_by_its_name_in_any_case():
    assert Ways(web=True).choose(GITHUB, "Token") is TOKEN


def test_the_others_are_named():
    said = Ways(web=True).others(GITHUB, WEB)
    commands = [part.text for part in said.blocks[0].parts if not isinstance(part, str)]
    assert commands == ["connect github device", "connect github token"]
    assert not Ways(web=True).others(X, WEB).blocks


@pytest.mark.parametrize(
    ("service", "way", "text", "hint"),
    [
        (GITHUB, "pin", "GitHub is not connected that way.", "Say `connect github device` or"),
        (GITHUB, "web", "That needs a web page", "Say `connect github device`"),
        (GITHUB, WEB, "That needs a web page", "Say `connect github device`"),
        (X, "", "That needs a web page", "Ask my operator"),
    ],
)
def test_what_there_is_not_is_refused_with_what_there_is(service, way, text, hint):
    with pytest.raises(UserError) as refused:
        Ways(web=False).choose(service, way)
    assert refused.value.text.startswith(text)
    assert refused.value.hint.startswith(hint)


def test_the_bot_does_not_start_with_a_service_that_nobody_could_connect():
    must_be_connectable(X, WebConfig(public_url="https://bot.example.org"))
    must_be_connectable(GITHUB, WebConfig())
    with pytest.raises(ConfigError, match=r"services\.x is connected over a web page") as refused:
        must_be_connectable(X, WebConfig())
    assert "127.0.0.1:8095" in refused.value.fix


def test_somebody_whose_identity_has_changed_is_offered_no_way_that_another_could_end():
    assert Ways(web=False, known=False).choose(GITHUB, "") is TOKEN
    with pytest.raises(UserError, match="Your identity has changed") as refused:
        Ways(web=True, known=False).choose(GITHUB, "device")
    assert refused.value.hint == "Say `connect github web`"
