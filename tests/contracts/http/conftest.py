"""Declared services to say things to."""

from __future__ import annotations

import pytest

from bot.commands.arguments import bind
from bot.commands.registry import Registry
from bot.plugin import command
from bot.reply import Reply, say
from bot.services.http import SERVICE
from tests.contracts.fakes import call_for, credential_for, prepared
from tests.contracts.http import examples
from tests.contracts.http.echo import Echo

MINIMAL = {
    "title": "Echo",
    "token": {"page": "https://example.org/tokens"},
    "whoami": {"get": "me", "answer": "{{ name }}"},
}


@command("help")
async def _help(call) -> Reply:
    """Stand in for the bot's own."""
    return say("help")


def create(settings, **more):
    """The service that an operator declares."""
    return SERVICE.create("it", ["i"], SERVICE.settings.model_validate({**settings, **more}))


class Said:
    """A person who says commands to a service, and remembers the last list."""

    def __init__(self, service, token, account="alice", **fields):
        self.service, self.listing = service, None
        fields = {"token": token, **fields}
        self.credential = credential_for(service, "@alice:example.org", account, fields)

    async def __call__(self, text, meanwhile=lambda: None):
        """Run a command as the bot does; what it shows before it asks is kept as ``preview``.

        ``meanwhile`` is done between that and the run.
        """
        meant = Registry([self.service], [_help]).resolve(f"it {text}")
        bound = bind(meant.command, meant.text, self.listing)
        async with call_for(self.service, "@alice:example.org", self.credential) as call:
            talked = await prepared(call, meant.command, bound)
            self.preview, self.ready = talked.ready.preview, talked.ready
            meanwhile()
            reply = await meant.command.handler(call, **talked.ready.arguments)
        self.listing = reply.listing or self.listing
        return reply

    async def whoami(self):
        """Who they are over there."""
        return (await self.known()).account

    async def known(self):
        """Who they are over there, and when their token ends."""
        async with self.service.api(self.credential) as api:
            return await self.service.whoami(api)


@pytest.fixture(scope="module")
async def echo():
    """A server that tells what it was asked, and answers what a test wants."""
    async with Echo() as found:
        yield found


@pytest.fixture
def tell(echo):
    """Declares one command ``go`` for the echo, and says it as Alice; what it answers first."""
    echo.reset()

    def tell(says=None, /, *, settings=MINIMAL, **spec):
        echo.answer = says
        go = {"help": "Go there and back.", "get": "go", **spec}
        go = {key: value for key, value in go.items() if value is not ...}
        service = create(settings, url=echo.url, commands={"go": go}, timeout=5)
        return Said(service, "token-of-alice")

    return tell


@pytest.fixture
async def gitlab():
    """A GitLab of every test's own."""
    async with examples.gitlab() as found:
        found.service = create(examples.declared("gitlab", f"{found.url}/api/v4"))
        found.said = Said(found.service, found.alices)
        yield found


@pytest.fixture
async def grafana():
    """A Grafana of every test's own."""
    async with examples.grafana() as found:
        found.service = create(examples.declared("grafana", f"{found.url}/api"))
        found.said = Said(found.service, found.alices, "sa-alice")
        yield found
