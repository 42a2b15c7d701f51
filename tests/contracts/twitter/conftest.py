"""An X for every test, and Alice's account on it."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlsplit

import pytest

from bot.commands.arguments import bind
from bot.services.twitter import SERVICE
from bot.services.twitter.arguments import Handle, PostRef
from bot.services.twitter.service import Twitter
from sandbox.x import XStandIn
from sandbox.x.browser import authorise
from tests.contracts.fakes import BACK, call_for, credential_for, prepared
from tests.silence import everything_heard

ALICE = "@alice:example.org"
PAGE = BACK.partition("?")[0]
POST = PostRef("1750000000000000009")
LOOKING = [("search", "x"), ("timeline",), ("mentions",), ("user", Handle("bob")), ("whoami",)]
CHANGING = [
    ("tweet", "x"),
    ("reply", POST, "x"),
    ("delete", POST),
    ("like", POST),
    ("retweet", POST),
]
every_command = pytest.mark.parametrize("said", LOOKING + CHANGING, ids=lambda said: said[0])
"""The commands with what a handler is given: what would stand in a list does not matter."""


def service_at(url: str, x: XStandIn, **settings: object) -> Twitter:
    """The service as an operator would configure it for the app registered with ``x``."""
    values = {
        "consumer_key": x.consumer_key,
        "consumer_secret": x.consumer_secret,
        "api_url": url,
        **settings,
    }
    return SERVICE.create("twitter", ["t"], SERVICE.settings.model_validate(values))


def credential_of(x: XStandIn, service: Twitter, user: str):
    """What the vault holds for the owner of the account ``user``."""
    token = x.grant(user)
    fields = {"token": token.key, "token_secret": token.secret}
    return credential_for(service, f"@{user}:example.org", f"@{user}", fields)


def bearer_service_at(url: str, x: XStandIn, **settings: object) -> Twitter:
    """The same, for people who connect by OAuth 2."""
    values = {
        "callback": "oauth2",
        "client_id": x.client_id,
        "client_secret": x.client_secret,
        "api_url": url,
        **settings,
    }
    return SERVICE.create("twitter", ["t"], SERVICE.settings.model_validate(values))


def bearer_of(x: XStandIn, service: Twitter, user: str, *scopes: str):
    """What the vault holds then; with all scopes where none are named."""
    bearer = x.grant_bearer(user, *([scopes] if scopes else []))
    fields = {
        "access_token": bearer.access,
        "refresh_token": bearer.refresh,
        "user_id": bearer.account.id,
    }
    return credential_for(service, f"@{user}:example.org", f"@{user}", fields)


async def comes_back(address: str, user: str = "alice") -> dict[str, str]:
    """What the bot's page is visited with once ``user`` has authorised on the page at an address.

    Without the state, which is not for the flow.
    """
    query = dict(parse_qsl(urlsplit(await authorise(address, user)).query))
    del query["state"]
    return query


def command(service: Twitter, name: str):
    """The command of this name."""
    return next(command for command in service.commands if command.name == name)


async def say(service: Twitter, credential, name: str, *arguments):
    """Run a command as the credential's owner and return its reply."""
    async with call_for(service, credential.user, credential) as call:
        return await command(service, name).handler(call, *arguments)


async def look(service: Twitter, credential, text: str, listing=None):
    """What a command finds before it runs, from what its owner types."""
    name, _, rest = text.partition(" ")
    spec = command(service, name)
    async with call_for(service, credential.user, credential) as call:
        return await prepared(call, spec, bind(spec, rest, listing))


async def run(service: Twitter, credential, text: str, listing=None, progress=None):
    """Run what its owner types, as the bot does: look first, then run what was found."""
    name, _, rest = text.partition(" ")
    spec = command(service, name)
    async with call_for(service, credential.user, credential, progress=progress) as call:
        found = await prepared(call, spec, bind(spec, rest, listing))
        return await spec.handler(call, **found.ready.arguments)


@pytest.fixture
async def x():
    """X, with the accounts of Alice and Bob."""
    async with XStandIn("alice", "bob", callbacks=[PAGE]) as stand_in:
        yield stand_in


@pytest.fixture
def heard():
    """Everything that is logged, at DEBUG, by anybody."""
    with everything_heard("tweepy", "oauthlib", "requests_oauthlib", "urllib3") as listener:
        yield listener


@pytest.fixture
def service(x):
    """The service, connected to ``x``."""
    return service_at(x.url, x)


@pytest.fixture
def hasty(x):
    """The same, with little patience."""
    return service_at(x.url, x, timeout=0.3)


@pytest.fixture
def alice(x, service):
    """Alice's credential."""
    return credential_of(x, service, "alice")


@pytest.fixture
def bob(x, service):
    """Bob's credential."""
    return credential_of(x, service, "bob")
