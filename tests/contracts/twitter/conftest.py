"""An X for every test, and Alice's account on it."""

from __future__ import annotations

import pytest

from bot.services.twitter import SERVICE
from bot.services.twitter.service import Twitter
from sandbox.x import XStandIn
from tests.contracts.fakes import call_for, credential_for

ALICE = "@alice:example.org"


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


def command(service: Twitter, name: str):
    """The command of this name."""
    return next(command for command in service.commands if command.name == name)


async def say(service: Twitter, credential, name: str, *arguments):
    """Run a command as the credential's owner and return its reply."""
    async with call_for(service, credential.user, credential) as call:
        return await command(service, name).handler(call, *arguments)


@pytest.fixture
async def x():
    """X, with the accounts of Alice and Bob."""
    async with XStandIn("alice", "bob") as stand_in:
        yield stand_in


@pytest.fixture
def service(x):
    """The service, connected to ``x``."""
    return service_at(x.url, x)


@pytest.fixture
def hasty(x):
    """The same, with little patience."""
    return service_at(x.url, x, timeout=0.5)


@pytest.fixture
def alice(x, service):
    """Alice's credential."""
    return credential_of(x, service, "alice")


@pytest.fixture
def bob(x, service):
    """Bob's credential."""
    return credential_of(x, service, "bob")
