"""What is typed, what the service answers and what the DNS says lead nowhere that was not meant."""

from __future__ import annotations

import json
import logging
import socket
from dataclasses import replace
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from aiohttp.abc import AbstractResolver
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.errors import Invalid, NotFound, Unauthorized, Unavailable, UserError
from bot.services.http.client import Request
from bot.services.http.network import Guard
from sandbox.mishaps import Answer, drip_body, drop, flood
from tests.contracts.fakes import call_for
from tests.contracts.http.conftest import MINIMAL, Said, create
from tests.contracts.http.echo import Echo

ONE = {"arguments": {"name": "rest"}}


class Dns(AbstractResolver):
    """Answers with these addresses, one after the other, and then with the last again."""

    def __init__(self, *addresses):
        self.addresses = list(addresses)

    async def resolve(self, host, port=0, family=socket.AF_INET):
        address = self.addresses.pop(0) if len(self.addresses) > 1 else self.addresses[0]
        kind = socket.AF_INET6 if ":" in address else socket.AF_INET
        found = {"hostname": host, "host": address, "port": port, "family": kind}
        return [{**found, "proto": 0, "flags": socket.AI_NUMERICHOST}]

    async def close(self):
        pass


# ----------------------------------------------------------------------------------- the address
@pytest.mark.parametrize(
    "typed",
    ["..", ".", "../x", "a/../../admin", "a/..", r"..\x", "%2e%2e", "%2e%2e/x", "a%2f..%2fb",
     "%252e%252e", "a\x00b", "a\nb", "\ud800", " ", "a" * 1001],
)  # fmt: skip
async def test_an_argument_that_would_leave_its_part_of_the_path_is_refused(echo, tell, typed):
    said = tell(get="team/{name}/x", **ONE)
    spec = said.service.commands[0]
    async with call_for(said.service, "@alice:example.org", said.credential) as call:
        with pytest.raises(UserError):
            await spec.handler(call, name=typed)
    assert echo.asked == []


@pytest.mark.parametrize(
    "typed",
    ["//evil.example", "@evil.example", "https://evil.example/x", "x?admin=1", "x#y", "x;y=1",
     "a b", r"\\evil.example", ":80", "x&y=1", "ü/日本", "%", "%41", "+", "a%20b", "{name}",
     "{{7*7}}"],
)  # fmt: skip
async def test_an_argument_stays_within_its_part_of_the_path(echo, tell, typed):
    await tell(get="team/{name}/x", **ONE)(f"go {typed}")
    ((method, path, _),) = echo.asked
    before, found, after = path.removeprefix("/").split("/")
    assert (method, before, unquote(found), after) == ("GET", "team", typed, "x")


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(typed=st.text(min_size=1, max_size=20))
async def test_whatever_is_typed_reaches_the_service_as_it_is_or_not_at_all(echo, tell, typed):
    body = {"x": ["{name}", "<{name}>"]}
    said = tell(get=..., post="a/{name}", query={"q": "-{name}"}, body=body, **ONE)
    echo.asked.clear()
    async with call_for(said.service, "@alice:example.org", said.credential) as call:
        try:
            await said.service.commands[0].handler(call, name=typed)
        except UserError:
            assert echo.asked == []
            return
    ((_, address, body),) = echo.asked
    url = urlsplit(address)
    assert [unquote(part) for part in url.path.split("/")] == ["", "a", typed]
    assert parse_qs(url.query, keep_blank_values=True) == {"q": [f"-{typed}"]}
    assert json.loads(body) == {"x": [typed, f"<{typed}>"]}


async def test_what_is_typed_becomes_a_value_of_the_body_and_no_json(echo, tell):
    said = tell(post="x", get=..., body={"text": "{name}", "admin": False}, **ONE)
    await said('go ", "admin": true, "x": "')
    assert json.loads(echo.asked[0][2]) == {"text": '", "admin": true, "x": "', "admin": False}


async def test_a_number_of_a_list_leads_no_further_than_what_is_typed(echo, tell):
    """What a list's numbers stand for comes from the service."""
    said = tell(get="team/{name}", arguments={"name": "item"})
    for value in ("../admin", "..", "", "a\nb", "%2e%2e/x"):
        said.listing = [value]
        with pytest.raises(UserError):
            await said("go 1")
    assert echo.asked == []


# ------------------------------------------------------------------------------ where it connects
async def test_a_redirect_is_followed_nowhere(echo, tell):
    async with Echo() as other:
        for target in (f"{other.url}/x", f"{echo.url}/x", "//127.0.0.1/x", "/x"):
            said = tell()
            echo.fail(Answer(302, "", {"Location": target}))
            with pytest.raises(Unavailable, match="another address"):
                await said("go")
            assert echo.asked == []
        assert other.asked == []


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1", "10.0.0.1", "192.168.1.1", "172.16.0.1", "100.64.0.1", "169.254.169.254",
     "0.0.0.0", "::1", "::", "fe80::1", "fd00::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1",
     "64:ff9b::a00:1", "2002:7f00:1::", "224.0.0.1", "ff02::1", "198.18.0.1", "fec0::1",
     "::10.0.0.1", "::ffff:0:10.0.0.1", "64:ff9b:1::a00:1"],
)  # fmt: skip
async def test_a_name_does_not_lead_into_a_private_network(address):
    """Nothing is connected to: no port of that address is even tried."""
    said = _at("https://api.example.org", Dns(address))
    with pytest.raises(Unavailable, match="private_network: true") as error:
        await said("go")
    assert error.value.retryable


async def test_a_name_that_leads_elsewhere_later_is_looked_at_each_time(echo):
    """DNS rebinding: what was looked at is what is connected to."""
    port = urlsplit(echo.url).port
    lookup = Dns("127.0.0.1", "169.254.169.254")
    said = _at(f"https://gitlab.internal:{port}", lookup, private_network=True)
    async with said.service.api(said.credential) as api:
        with pytest.raises(Unavailable, match=r"certificate|no connection"):  # it speaks no TLS
            await api.send(Request("GET", "go", safe=True))
        with pytest.raises(Unavailable, match="private network"):
            await api.send(Request("GET", "go", safe=True))


@pytest.mark.parametrize(
    "address", ["10.1.2.3", "192.168.1.1", "100.64.0.1", "127.0.0.1", "fd00::1", "::1", "9.9.9.9"]
)
async def test_the_operators_own_network_is_reached_where_the_operator_says_so(address):
    guard = Guard(Dns(address), private=True)
    assert [each["host"] for each in await guard.resolve("gitlab.internal", 443)] == [address]


@pytest.mark.parametrize("address", ["9.9.9.9", "2620:fe::fe", "64:ff9b::909:909"])
async def test_a_name_leads_into_the_public_network(address):
    guard = Guard(Dns(address), private=False)
    assert [each["host"] for each in await guard.resolve("api.example.org", 443)] == [address]


@pytest.mark.parametrize("address", ["169.254.169.254", "fe80::1", "0.0.0.0", "224.0.0.1"])
async def test_a_clouds_metadata_is_reached_by_no_name(address):
    said = _at("https://gitlab.internal", Dns(address), private_network=True)
    with pytest.raises(Unavailable, match="private network"):
        await said("go")


async def test_localhost_is_this_machine_whatever_a_resolver_says():
    said = _at("http://localhost:9", Dns("203.0.114.1"))
    with pytest.raises(Unavailable, match="private network"):
        await said("go")


# ------------------------------------------------------------------------------------- its answers
@pytest.mark.parametrize(
    "body",
    [b"<html>", b"[" * 100_000, b'{"a": NaN}', b"9" * 5000, b"\xff\xfe", b'"\\ud8"', b"{", b"nul"],
)
async def test_an_answer_that_is_no_json_is_told_as_such(tell, body):
    with pytest.raises(Unavailable, match="no JSON"):
        await tell(body, answer="{{ name }}")("go")


async def test_an_endless_answer_is_given_up_in_time(echo, tell):
    said = tell()
    said.service.site = replace(said.service.site, timeout=0.2)
    echo.fail(drip_body)
    with pytest.raises(Unavailable, match=r"no answer within 0\.2 seconds"):
        await said("go")


async def test_an_answer_is_not_read_beyond_its_bounds(echo, tell):
    said = tell()
    echo.fail(flood)
    with pytest.raises(Unavailable, match="larger than 2 MiB"):
        await said("go")


@pytest.mark.parametrize("method", ["get", "post", "put", "patch", "delete"])
async def test_a_request_whose_answer_is_lost_is_not_sent_again(echo, tell, method):
    """What changed something may have been carried out."""
    said = tell(**{"get": ..., method: "go"})
    echo.fail(drop, after=True)
    with pytest.raises(Unavailable) as error:
        await said("go")
    assert [asked[0] for asked in echo.asked] == [method.upper()]
    assert error.value.retryable is (method == "get")


# ---------------------------------------------------------------------------------------- silence
SECRET = "glpat-never-to-be-seen-anywhere"


@pytest.mark.parametrize("send", ["bearer", "basic", "X-Api-Key", "Authorization: Token"])
async def test_no_error_and_no_log_shows_the_token(echo, tell, caplog, send):
    token = {**MINIMAL["token"], "send": send}
    said = tell(settings={**MINIMAL, "token": token}, answer="{{ name }}")
    said = Said(said.service, SECRET, user="alice")
    faults = [Answer(500), Answer(302, "", {"Location": "/x"}), Answer(400), Answer(404), drop]
    expected = (Unavailable, Invalid, NotFound)
    with caplog.at_level(logging.DEBUG):
        await said("go")
        for fault in faults:
            echo.fail(fault)
            with pytest.raises(expected) as error:
                await said("go")
            chain = [error.value, error.value.__cause__, error.value.__context__]
            assert SECRET not in "".join(
                f"{each}{each!r}{vars(each) if each else ''}" for each in chain
            )
            assert error.value.__context__ is None
    assert SECRET not in "".join(f"{r.getMessage()}{vars(r)!r}" for r in caplog.records)
    assert all(SECRET not in path and "alice:" not in path for _, path, _ in echo.asked)


@pytest.mark.parametrize(
    ("send", "header", "value"),
    [
        ("bearer", "Authorization", "Bearer t0ken"),
        ("basic", "Authorization", "Basic YWxpY2U6dDBrZW4="),
        ("PRIVATE-TOKEN", "PRIVATE-TOKEN", "t0ken"),
        ("Authorization: Token", "Authorization", "Token t0ken"),
    ],
)
async def test_the_token_is_sent_as_declared(echo, tell, send, header, value):
    said = tell(settings={**MINIMAL, "token": {**MINIMAL["token"], "send": send}})
    await Said(said.service, "t0ken", user="alice")("go")
    assert echo.headers[0][header] == value


@pytest.mark.parametrize("token", ["a\r\nX-Evil: 1", "a b", "tökén", ""])
async def test_a_token_that_no_header_can_hold_is_not_sent(echo, tell, token):
    with pytest.raises(Unauthorized):
        await Said(tell().service, token)("go")
    assert echo.asked == []


def _at(url, lookup, **more):
    go = {"help": "Go there and back.", "get": "go"}
    service = create({**MINIMAL, **more}, url=url, commands={"go": go})
    service.site = replace(service.site, lookup=lambda: lookup)
    return Said(service, "token-of-alice")
