"""No secret in logs of any library, in errors, in their context, or in tracebacks."""

from __future__ import annotations

import json
import logging

import pytest

from bot.errors import ActasError
from sandbox.mishaps import Answer, drip_body, drop
from sandbox.x import XStandIn, problems
from tests.contracts.fakes import credential_for
from tests.contracts.twitter.conftest import ALICE, credential_of, every_command, say, service_at
from tests.contracts.twitter.test_connect import Visitor
from tests.silence import shown


def test_the_check_itself_sees_local_variables_of_causes():
    with pytest.raises(ValueError, match="something") as error:
        _leaks("hunter2")
    assert "hunter2" in shown(error.value)


def _leaks(password):
    try:
        json.loads(password)
    except ValueError:
        raise ValueError("something is wrong") from None


async def test_connecting_and_commands_log_no_secret(heard):
    async with XStandIn("alice", "bob") as x:
        service = service_at(x.url, x)
        talk = Visitor(x, "0000000", "{pin}")
        grant = await service.flows[0].run(talk)
        fields = {name: secret.reveal() for name, secret in grant.fields.items()}
        credential = credential_for(service, ALICE, "@alice", fields)
        await say(service, credential, "tweet", "my secret plan")
        await say(service, credential, "search", "my secret search")
        for fault in (Answer(503), Answer(401, problems.UNAUTHORIZED), drop):
            x.fail(fault)
            with pytest.raises(ActasError):
                await say(service, credential, "tweet", "my secret plan")
        await service.revoke(credential)
        logging.getLogger("tests").debug("listening")
        assert "listening" in heard.text
        for secret in (*fields.values(), x.consumer_key, x.consumer_secret, talk._pin):
            assert secret not in heard.text
        assert "my secret" not in heard.text


FAULTS = [
    *(Answer(status, {"detail": "the detail"}) for status in (400, 401, 402, 403, 404, 409, 429)),
    Answer(500),
    Answer(200, "the detail"),
    Answer(200, []),
    Answer(200, {"data": "the detail"}),
    drop,
    drip_body,
]


@pytest.mark.parametrize("fault", FAULTS, ids=lambda it: getattr(it, "__name__", str(it)))
@every_command
async def test_no_error_of_a_command_carries_a_secret(x, fault, said):
    service = service_at(x.url, x, timeout=0.3)
    alice = credential_of(x, service, "alice")
    x.fail(fault)
    with pytest.raises(ActasError) as error:
        await say(service, alice, *said)
    text = shown(error.value)
    for secret in (*(f.reveal() for f in alice.fields.values()), x.consumer_key, x.consumer_secret):
        assert secret not in text
    assert "oauth_signature" not in text
    assert "the detail" not in str(error.value) + repr(error.value) + repr(vars(error.value))


@pytest.mark.parametrize("path", ["/oauth/request_token", "/oauth/access_token"])
@pytest.mark.parametrize(
    "fault",
    [Answer(500), Answer(401), Answer(200, "oauth_token=half-of-it"), drop, drip_body],
    ids=lambda it: getattr(it, "__name__", str(it)),
)
async def test_no_error_of_the_flow_carries_a_secret(x, path, fault):
    service = service_at(x.url, x, timeout=0.5)
    for _ in range(3):
        x.fail(fault, path=path)
    talk = Visitor(x, "{pin}", "{pin}", "{pin}")
    with pytest.raises(ActasError) as error:
        await service.flows[0].run(talk)
    text = shown(error.value)
    for secret in filter(None, (x.consumer_key, x.consumer_secret, talk._pin, "half-of-it")):
        assert secret not in text
    assert "oauth_signature" not in text


async def test_nothing_shows_a_secret_by_its_repr(x, service, alice):
    async with service.api(alice) as api:
        text = "".join(map(repr, (api, vars(api), service, vars(service), alice, service.flows)))
    for secret in (*(f.reveal() for f in alice.fields.values()), x.consumer_key, x.consumer_secret):
        assert secret not in text
