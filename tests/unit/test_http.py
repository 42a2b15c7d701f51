"""Sockets that are cut from outside and stay cut; sessions that go to one address alone."""

from __future__ import annotations

import asyncio
import socket
import threading

import pytest
from aiohttp import web

from bot.errors import Unavailable
from bot.http import Session, Wire
from bot.threads import Lane
from tests.tls import self_signed, serving

MOST = 100_000


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """A certificate for 127.0.0.1 that nobody trusts, with its key, in one file."""
    return self_signed(tmp_path_factory.mktemp("tls"))


@pytest.fixture
def pair():
    """Two ends of a connection: ours, theirs."""
    ours, theirs = socket.socketpair()
    theirs.settimeout(1)
    with ours, theirs:
        yield ours, theirs


@pytest.fixture
def listening():
    """A socket that accepts connections, and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(3)
        yield server


def _session(address, **options):
    return Session(address, **{"timeout": 5, "most": MOST, **options})


def _post(session):
    with session:
        return session.post(f"{next(iter(session.adapters))}2/tweets", json={"text": "x"}).json()


def _address(listening, scheme):
    return f"{scheme}://127.0.0.1:{listening.getsockname()[1]}"


# -------------------------------------------------------------------------------------- the wire
def test_cutting_ends_a_read_in_another_thread(pair):
    wire, got = Wire(), []
    wire.hold(pair[0])
    reader = threading.Thread(target=lambda: got.append(pair[0].recv(1)))
    reader.start()
    wire.cut()
    reader.join(5)
    wire.close()
    assert got == [b""]


def test_what_connects_after_the_cut_is_cut_at_once(pair):
    wire = Wire()
    wire.cut()
    wire.hold(pair[0])
    with pytest.raises(BrokenPipeError):
        pair[0].sendall(b"x")
    assert pair[1].recv(1) == b""
    wire.close()


def test_cutting_twice_and_closing_twice_is_fine(pair):
    wire = Wire()
    wire.hold(pair[0])
    wire.cut()
    wire.cut()
    wire.close()
    wire.close()
    assert wire.is_cut


def test_closing_gives_every_handle_back(pair):
    ours, theirs = pair
    wire = Wire()
    wire.hold(ours)
    wire.close()
    ours.close()
    assert theirs.recv(1) == b""  # the last handle is gone: nobody holds the other end


# ------------------------------------------------------------------------- what may have arrived
async def test_a_request_over_tls_arrives_and_is_known_to_have(certificate):
    async def answer(request):
        return web.json_response({"data": await request.json()})

    async with serving(answer, certificate) as address:
        session = _session(address, verify=str(certificate))
        answered = await asyncio.to_thread(_post, session)
    assert answered == {"data": {"text": "x"}}
    assert session.wire.used
    assert not session.repeatable


async def test_a_server_that_is_not_who_it_says_gets_nothing(certificate):
    seen = []

    async def answer(request):
        seen.append(request)

    async with serving(answer, certificate) as address:
        session = _session(address, advice="; ask the operator")
        with pytest.raises(Unavailable, match="not trusted here; ask the operator") as error:
            await asyncio.to_thread(_post, session)
    assert error.value.retryable
    assert not session.wire.used
    assert seen == []


async def test_a_handshake_that_never_ends_is_cut(listening):
    session = _session(_address(listening, "https"))
    asking = asyncio.create_task(asyncio.to_thread(_post, session))
    ours, _ = await asyncio.to_thread(listening.accept)
    with ours:
        await asyncio.to_thread(ours.recv, 1)  # the handshake has begun
        session.wire.cut()
        async with asyncio.timeout(3):
            with pytest.raises(Unavailable) as error:
                await asking
    assert error.value.retryable


async def test_what_was_given_up_before_it_began_is_never_sent(listening):
    session = _session(_address(listening, "http"))
    session.wire.cut()
    with pytest.raises(Unavailable) as error:
        await asyncio.to_thread(_post, session)
    assert error.value.retryable
    ours, _ = listening.accept()
    with ours:
        assert ours.recv(100) == b""


async def test_a_change_that_was_made_is_not_forgotten_by_a_later_question():
    async def answer(request):
        await (asyncio.sleep(0) if request.method == "POST" else asyncio.Event().wait())
        return web.json_response({})

    async with serving(answer) as address:
        with _session(address, timeout=0.3) as session:

            def change_and_look():
                session.post(f"{address}/")
                session.get(f"{address}/")

            with pytest.raises(Unavailable, match=r"no answer within 0\.3 seconds") as error:
                await session.ask(Lane("test"), change_and_look)
    assert not error.value.retryable


# --------------------------------------------------------------------------- one address, and that
@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:90/ci/",
        "http://127.0.0.1:9/cigar",
        "http://127.0.0.1:9/ci/../script",
        "http://127.0.0.1:9@evil.example/ci/",
        "file:///etc/passwd",
    ],
)
def test_an_address_that_is_not_below_its_own_is_not_asked(url, monkeypatch):
    def connect(*_args, **_options):
        raise AssertionError(url)

    monkeypatch.setattr(socket, "getaddrinfo", connect)
    with _session("http://127.0.0.1:9/ci") as session, pytest.raises(Unavailable) as error:
        session.post(url)
    assert error.value.retryable


@pytest.mark.parametrize("address", ["http://*.example", "http://a..b", f"http://{'a' * 64}.test"])
def test_an_address_that_is_none_is_unavailable(address):
    with pytest.raises(Unavailable), _session(address) as session:
        session.get(f"{address}/")


@pytest.mark.parametrize("path", ["/ci", "/a b/ü", "/a/../b"])
async def test_an_address_may_have_a_path(path):
    async def answer(request):
        return web.json_response(request.path)

    async with serving(answer) as address:
        with _session(f"{address}{path}") as session:
            found = await asyncio.to_thread(session.get, f"{address}{path}/x")
    assert found.json().endswith("/x")


@pytest.mark.parametrize("status", [302, 307, 401, 500])
async def test_a_refusal_is_told_by_its_status_however_long_it_is(status):
    async def answer(_):
        return web.Response(status=status, body=b"x" * 3 * MOST, headers={"Location": "/other"})

    async with serving(answer) as address:
        with _session(address) as session:
            refusal = await asyncio.to_thread(session.get, f"{address}/")
    assert refusal.status_code == status
    assert MOST < len(refusal.content) < 2 * MOST


async def test_no_cookie_is_kept_and_no_answer_holds_its_request():
    cookies = []

    async def answer(request):
        cookies.append(dict(request.cookies))
        return web.json_response({}, headers={"Set-Cookie": "JSESSIONID=1"})

    async with serving(answer) as address:
        with _session(address) as session:
            for _ in range(2):
                answered = await asyncio.to_thread(session.get, f"{address}/")
    assert cookies == [{}, {}]
    assert answered.request is None
