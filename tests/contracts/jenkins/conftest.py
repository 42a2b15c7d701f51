"""A Jenkins for every test: Alice may do all there, Bob may look, and Carol sees little."""

from __future__ import annotations

import base64
import json

import aiohttp
import pytest
from yarl import URL

from bot.commands.arguments import bind
from bot.services.jenkins import SERVICE
from sandbox.jenkins import (
    BUILD,
    MULTIBRANCH,
    READ,
    JenkinsStandIn,
    boolean,
    choice,
    password,
    string,
    text,
)
from tests.contracts.fakes import call_for, credential_for, prepared

PARAMETERS = (
    choice("ENV", "staging", "prod"),
    string("VERSION", "main", "What to <b>deploy</b>"),
    boolean("DRY", default=True),
    text("NOTE"),
    password("PW"),
)


def furnish(jenkins):
    """Folders, jobs and people; returns the people's API tokens."""
    jenkins.add_folder("team", description="Ours")
    jenkins.add_folder("team/app", kind=MULTIBRANCH)
    jenkins.add_job("team/app/feature%2Fx")
    jenkins.add_job("team/größe + 1")
    jenkins.add_job("deploy prod", PARAMETERS, description="To the\nworld")
    jenkins.add_job("locked", disabled=True)
    jenkins.add_job("website")
    tokens = {name: jenkins.add_user(name.lower(), name) for name in ("Alice", "Bob", "Carol")}
    jenkins.allow("alice", "", READ, BUILD)
    jenkins.allow("bob", "", READ)
    jenkins.allow("carol", "website", READ)
    return {name.lower(): token for name, token in tokens.items()}


def service_at(url, **settings):
    """The service as an operator would configure it."""
    values = SERVICE.settings.model_validate({"url": url, **settings})
    return SERVICE.create("jenkins", ["j"], values)


def credential_of(service, name, token):
    """What the vault holds for the owner of the account ``name``."""
    fields = {"user": name, "token": token}
    return credential_for(service, f"@{name}:example.org", name, fields)


async def run(service, credential, said, *, listing=None, answers=None, **options):
    """Run a command as it is typed, as the credential's owner; returns its reply.

    What it asks is answered with ``answers``, by name.
    """
    talked = await look(service, credential, said, listing=listing, answers=answers, **options)
    if talked.ready is None:
        assert talked.reply is not None, f"it asked for {talked.asked[-1].name}"
        return talked.reply
    async with call_for(service, credential.user, credential, **options) as call:
        return await _command(service, said).handler(call, **talked.ready.arguments)


async def look(service, credential, said, *, listing=None, answers=None, **options):
    """Let a command look and ask before it runs; returns what came of that."""
    command = _command(service, said)
    bound = bind(command, said.partition(" ")[2], listing)
    async with call_for(service, credential.user, credential, **options) as call:
        return await prepared(call, command, bound, answers or {})


async def step(service, credential, word, state, **options):
    """Look once at what a command has begun to follow; its state has been stored meanwhile."""
    state = json.loads(json.dumps(state))
    async with call_for(service, credential.user, credential, **options) as call:
        return await _command(service, word).follow(call, state)


def _command(service, said):
    word = said.partition(" ")[0]
    return next(c for c in service.commands if word in (c.name, *c.aliases))


async def ask(jenkins, method, path, *, auth=None, **more):
    """Ask the stand-in itself; returns status, headers and text. ``path`` is quoted already."""
    headers = {}
    if auth is not None:
        headers["Authorization"] = f"Basic {base64.b64encode(':'.join(auth).encode()).decode()}"
    url = URL(jenkins.url + path, encoded=True)
    async with (
        aiohttp.ClientSession(headers=headers) as session,
        session.request(method, url, allow_redirects=False, **more) as response,
    ):
        return response.status, response.headers, await response.text()


@pytest.fixture
async def jenkins():
    """A Jenkins, furnished."""
    async with JenkinsStandIn() as stand_in:
        stand_in.tokens = furnish(stand_in)
        yield stand_in


@pytest.fixture
def service(jenkins):
    """The service, connected to it."""
    service = service_at(jenkins.url)
    service.site.moment = 0.3
    return service


@pytest.fixture
def hasty(jenkins):
    """The same, with little patience."""
    service = service_at(jenkins.url, timeout=0.5)
    service.site.patience = service.site.moment = 0.3
    return service


@pytest.fixture
def alice(jenkins, service):
    """Alice's credential."""
    return credential_of(service, "alice", jenkins.tokens["alice"])


@pytest.fixture
def bob(jenkins, service):
    """Bob's credential."""
    return credential_of(service, "bob", jenkins.tokens["bob"])


@pytest.fixture
def carol(jenkins, service):
    """Carol's credential."""
    return credential_of(service, "carol", jenkins.tokens["carol"])
