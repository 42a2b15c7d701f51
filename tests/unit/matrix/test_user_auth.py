"""What a homeserver may want before it takes a new identity."""

from __future__ import annotations

from contextlib import asynccontextmanager

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.errors import ConfigError
from bot.matrix.client import Homeserver, MatrixError
from bot.matrix.user_auth import authenticate
from bot.secret import Secret

USER = "@actas:example.org"
PASSWORD = Secret("correct horse")
ASKED = {"session": "s1", "flows": [{"stages": ["m.login.sso"]}, {"stages": ["m.login.password"]}]}
OAUTH = {
    "session": "s1",
    "flows": [{"stages": ["m.oauth"]}],
    "params": {"m.oauth": {"url": "https://account.example.org/reset"}},
}


@asynccontextmanager
async def homeserver(*answers):
    """One that gives these answers, (status, body), one after the other; and what it was sent."""
    sent, left = [], list(answers)

    async def answer(request):
        sent.append(await request.json())
        status, body = left.pop(0)
        return web.json_response(body, status=status)

    app = web.Application()
    app.router.add_post("/_matrix/client/v3/thing", answer)
    async with TestServer(app, host="127.0.0.1") as server:
        client = Homeserver(str(server.make_url("")))
        try:
            yield client, sent
        finally:
            await client.close()


async def test_the_password_is_sent_where_it_is_asked_for():
    """In the session of that question, with the same body."""
    async with homeserver((401, ASKED), (200, {})) as (client, sent):
        await authenticate(client, USER, "/v3/thing", {"a": 1}, PASSWORD)
    assert sent == [
        {"a": 1},
        {
            "a": 1,
            "auth": {
                "type": "m.login.password",
                "identifier": {"type": "m.id.user", "user": USER},
                "password": "correct horse",
                "session": "s1",
            },
        },
    ]


async def test_the_password_is_not_sent_where_it_is_not_asked_for():
    """A first identity is taken without."""
    async with homeserver((200, {})) as (client, sent):
        await authenticate(client, USER, "/v3/thing", {"a": 1}, PASSWORD)
    assert sent == [{"a": 1}]


@pytest.mark.parametrize(
    ("answers", "password", "said"),
    [
        ([(401, ASKED)], None, "ACTAS_PASSWORD: is not set, and the homeserver wants it"),
        (
            [(401, ASKED), (401, ASKED | {"errcode": "M_FORBIDDEN"})],
            PASSWORD,
            r"ACTAS_PASSWORD: the homeserver does not accept it \(HTTP 401 M_FORBIDDEN\)",
        ),
        ([(401, ASKED), (403, {})], PASSWORD, r"does not accept it \(HTTP 403\)"),
        (
            [(401, OAUTH)],
            PASSWORD,
            "takes no password, but m.oauth. Allow it at https://account.example.org/reset, and",
        ),
        ([(401, {"flows": [{"stages": ["m.login.sso"]}]})], PASSWORD, "but m.login.sso. Allow it "),
        ([(401, {"flows": [7, {}]})], PASSWORD, "but nothing that is known"),
        ([(401, OAUTH | {"params": [7]})], PASSWORD, "Allow it there"),
        ([(401, OAUTH | {"params": {"x": {"url": "https://x/\x1b"}}})], PASSWORD, "Allow it there"),
    ],
)
async def test_what_is_lacking_is_told(answers, password, said):
    """In one line for the operator, without the password."""
    async with homeserver(*answers) as (client, _):
        with pytest.raises(ConfigError, match=said) as caught:
            await authenticate(client, USER, "/v3/thing", {}, password)
    assert PASSWORD.reveal() not in str(caught.value)


@pytest.mark.parametrize(
    "answers",
    [
        [(401, {"errcode": "M_UNKNOWN_TOKEN"})],
        [(401, {"flows": "nonsense"})],
        [(403, {"errcode": "M_FORBIDDEN"})],
        [(401, ASKED), (401, {"errcode": "M_UNKNOWN_TOKEN"})],
        [(401, ASKED), (500, {})],
    ],
)
async def test_other_refusals_stay_what_they_are(answers):
    """A dead token is not a wrong password, and a broken server may have taken it."""
    async with homeserver(*answers) as (client, _):
        with pytest.raises(MatrixError):
            await authenticate(client, USER, "/v3/thing", {}, PASSWORD)
