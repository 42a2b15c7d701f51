"""A GitHub for every test: Alice owns a site there, Bob works on it, and Carol only sees it."""

from __future__ import annotations

import json

import pytest

from bot.commands.arguments import bind
from bot.commands.registry import Registry
from bot.plugin import command
from bot.reply import Reply, say
from bot.services.github import SERVICE
from sandbox.github import GitHubStandIn
from tests.contracts.fakes import call_for, credential_for, prepared

SITE = "alice/site"
WORKFLOW = """
name: Deploy the site
on:
  workflow_dispatch:
    inputs:
      ENV: {type: choice, required: true, options: [staging, prod], description: Where to}
      DRY: {type: boolean, default: false}
      COUNT: {type: number}
      NOTE: {description: What for}
jobs:
  build: {steps: [{name: Compile}, {name: Test}]}
"""


@command("help")
async def _help(call) -> Reply:
    """Stand in for the bot's own."""
    return say("help")


def service_at(url, **settings):
    """The service as an operator would configure it."""
    values = SERVICE.settings.model_validate({"url": url, "repository": SITE, **settings})
    service = SERVICE.create("github", ["gh"], values)
    service.site.moments = (0.01,) * 5
    return service


def credential_of(service, login, token):
    """What the vault holds for the owner of the account ``login``."""
    return credential_for(service, f"@{login}:example.org", login, {"access_token": token})


async def look(service, credential, said, *, listing=None, answers=None, **options):
    """Let a command look and ask before it runs; returns the command and what came of that."""
    meant = Registry([service], [_help]).resolve(f"github {said}")
    bound = bind(meant.command, meant.text, listing)
    async with call_for(service, credential.user, credential, **options) as call:
        return meant.command, await prepared(call, meant.command, bound, answers or {})


async def run(service, credential, said, **options):
    """Run a command as it is typed, as the credential's owner; returns its reply."""
    spec, talked = await look(service, credential, said, **options)
    if talked.ready is None:
        assert talked.reply is not None, f"it asked for {talked.asked[-1].name}"
        return talked.reply
    options = {k: v for k, v in options.items() if k not in ("listing", "answers")}
    async with call_for(service, credential.user, credential, **options) as call:
        return await spec.handler(call, **talked.ready.arguments)


async def step(service, credential, name, state):
    """Look once at what a command has begun to follow; its state has been stored meanwhile."""
    spec = next(c for c in service.commands if c.name == name)
    async with call_for(service, credential.user, credential) as call:
        return await spec.follow(call, json.loads(json.dumps(state)))


@pytest.fixture
async def github():
    """A GitHub, furnished."""
    async with GitHubStandIn("alice", "bob", "carol") as stand_in:
        stand_in.add_repo(SITE, private=True, bob="write", carol="read")
        stand_in.add_issue(SITE, "alice", "The login page\nis **blank**", "Since\nMonday", ["bug"])
        stand_in.add_pull(SITE, "bob", "Show it again", "feature/x", "Fixes #1")
        stand_in.add_workflow(SITE, "deploy.yml", WORKFLOW)
        yield stand_in


@pytest.fixture
def service(github):
    """The service, connected to it."""
    return service_at(github.url)


@pytest.fixture
def hasty(github):
    """The same, with little patience."""
    return service_at(github.url, timeout=0.3)


@pytest.fixture
def alice(github, service):
    """Alice's credential: a classic token."""
    return credential_of(service, "alice", github.new_token("alice", "repo"))


@pytest.fixture
def bob(github, service):
    """Bob's credential."""
    return credential_of(service, "bob", github.new_token("bob", "repo"))


@pytest.fixture
def carol(github, service):
    """Carol's credential."""
    return credential_of(service, "carol", github.new_token("carol", "repo"))
