"""An AWS for every module: instances, buckets and logs in two regions, and people with keys."""

from __future__ import annotations

import json
from contextlib import asynccontextmanager

import pytest

from bot.commands.arguments import bind
from bot.services.aws import SERVICE
from sandbox.aws import AwsStandIn
from tests.contracts.fakes import FakeConversation, call_for, credential_for, prepared

ACCOUNT = "123456789012"
CHANGES = ("ec2:StartInstances", "ec2:StopInstances", "ec2:RebootInstances")


@asynccontextmanager
async def furnished():
    """A stand-in with things in it; ``ids`` are its instances."""
    async with AwsStandIn() as aws:
        things = aws.things
        aws.ids = {
            "web-1": things.launch("eu-central-1", "web-1", "t3.micro"),
            "db": things.launch("eu-central-1", "db", "m5.large"),
            "far": things.launch("eu-west-1", "far", "t3.micro"),
        }
        for _ in range(2):
            things.launch("eu-central-1", "twin", "t3.micro")
        things.put("eu-central-1", "acme-backups", ["2026/jan.tar", "2026/feb.tar", "readme.txt"])
        things.log("eu-central-1", "/aws/lambda/pay", "first line")
        aws.alice = aws.add("alice", mfa=True, with_mfa=CHANGES)
        aws.bob = aws.add("bob", allowed=("ec2:Describe*",))
        aws.opened = None
        yield aws


def service_at(url, **settings):
    """The service as an operator would configure it."""
    values = {"region": "eu-central-1", "endpoint_url": url, **settings}
    return SERVICE.create("aws", (), SERVICE.settings.model_validate(values))


def plainly(fields):
    return {name: secret.reveal() for name, secret in fields.items()}


def credential_of(service, person, *, mfa=True):
    """What a person's connecting has left in the vault."""
    fields = {
        "access_key_id": person.key_id,
        "secret_access_key": person.secret,
        "mfa_serial": person.device.serial if mfa and person.device else "",
    }
    account = f"{person.name} ({ACCOUNT})"
    return credential_for(service, f"@{person.name}:example.org", account, fields)


async def opened(service, credential, person):
    """The same, once a code was given."""
    talk = FakeConversation([person.device.code()])
    grant = await (await step_up(service, credential)).flow.run(talk)
    return credential_for(service, credential.user, credential.account, plainly(grant.fields))


async def step_up(service, credential):
    """What renewing the credential raises."""
    try:
        await service.renew(credential)
    except Exception as error:  # noqa: BLE001 - the test looks at it
        return error
    return None


def _spec(service, said):
    spec = max(
        (c for c in service.commands if f"{said} ".startswith(f"{c.name} ")),
        key=lambda c: len(c.name),
    )
    return spec, said.removeprefix(spec.name).strip()


async def look(service, credential, said, *, listing=None):
    """Let a command look before it runs; returns what came of that."""
    spec, rest = _spec(service, said)
    async with call_for(service, credential.user, credential) as call:
        return await prepared(call, spec, bind(spec, rest, listing))


async def run(service, credential, said, *, listing=None):
    """Run a command as it is typed, as the credential's owner; returns its reply."""
    talked = await look(service, credential, said, listing=listing)
    if talked.ready is None:
        return talked.reply
    async with call_for(service, credential.user, credential) as call:
        return await _spec(service, said)[0].handler(call, **talked.ready.arguments)


async def step(service, credential, said, state):
    """Look once at what a command has begun to follow; its state has been stored meanwhile."""
    async with call_for(service, credential.user, credential) as call:
        return await _spec(service, said)[0].follow(call, json.loads(json.dumps(state)))


@pytest.fixture(scope="module")
async def aws():
    """An AWS, furnished."""
    async with furnished() as stand_in:
        yield stand_in


@pytest.fixture
def service(aws):
    """The service, connected to it."""
    return service_at(aws.url)


@pytest.fixture
def bob(aws, service):
    """Bob's credential, who has no MFA device and may look at instances."""
    return credential_of(service, aws.bob)


@pytest.fixture
async def alice(aws, service):
    """Alice's credential, with a session that a code has opened and no test has ended."""
    kept = aws.opened
    if kept is None or aws.people.owner(kept.fields["session_key_id"].reveal())[1].is_over:
        aws.opened = await opened(service, credential_of(service, aws.alice), aws.alice)
    return aws.opened
