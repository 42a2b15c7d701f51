"""Whether a request may have arrived, over TLS and without; and cutting it off."""

from __future__ import annotations

import asyncio
import datetime
import ipaddress
import socket
import ssl
from contextlib import asynccontextmanager

import pytest
from aiohttp import web
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from bot.errors import Unavailable
from bot.services.twitter.session import BoundedSession
from bot.services.twitter.wire import Wire

HOST = "https://api.twitter.com"


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """A certificate for 127.0.0.1 that nobody trusts, with its key, in one file."""
    key, name = (
        ec.generate_private_key(ec.SECP256R1()),
        [x509.NameAttribute(NameOID.COMMON_NAME, "x")],
    )
    now = datetime.datetime.now(datetime.UTC)
    address = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    made = (
        x509.CertificateBuilder()
        .subject_name(x509.Name(name))
        .issuer_name(x509.Name(name))
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(address, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "both.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    path.write_bytes(made.public_bytes(serialization.Encoding.PEM) + private)
    return path


@asynccontextmanager
async def serving(certificate, handler):
    """An HTTPS server; yields its address."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    runner = web.ServerRunner(web.Server(handler))
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0, ssl_context=context).start()
    try:
        yield f"https://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


def _post(address, wire, verify=True):
    with BoundedSession(address, "@alice", 5, wire) as session:
        session.verify = verify
        return session.request("POST", f"{HOST}/2/tweets", json={"text": "x"}).json()


def _address(listening, scheme):
    return f"{scheme}://127.0.0.1:{listening.getsockname()[1]}"


@pytest.fixture
def listening():
    """A socket that accepts connections, and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(3)
        yield server


async def test_a_request_over_tls_arrives_and_is_known_to_have(certificate):
    async def answer(request):
        return web.json_response({"data": await request.json()})

    wire = Wire()
    async with serving(certificate, answer) as address:
        answered = await asyncio.to_thread(_post, address, wire, str(certificate))
    assert answered == {"data": {"text": "x"}}
    assert wire.used


async def test_a_server_that_is_not_who_it_says_gets_nothing(certificate):
    seen = []

    async def answer(request):
        seen.append(request)

    wire = Wire()
    async with serving(certificate, answer) as address:
        with pytest.raises(Unavailable) as error:
            await asyncio.to_thread(_post, address, wire)
    assert error.value.retryable
    assert not wire.used
    assert seen == []


async def test_a_handshake_that_never_ends_is_cut(listening):
    wire = Wire()
    asking = asyncio.create_task(asyncio.to_thread(_post, _address(listening, "https"), wire))
    ours, _ = await asyncio.to_thread(listening.accept)
    with ours:
        await asyncio.to_thread(ours.recv, 1)  # the handshake has begun
        wire.cut()
        async with asyncio.timeout(3):
            with pytest.raises(Unavailable) as error:
                await asking
    assert error.value.retryable


async def test_what_was_given_up_before_it_began_is_never_sent(listening):
    wire = Wire()
    wire.cut()
    with pytest.raises(Unavailable) as error:
        await asyncio.to_thread(_post, _address(listening, "http"), wire)
    assert error.value.retryable
    ours, _ = listening.accept()
    with ours:
        assert ours.recv(100) == b""


async def test_an_address_of_another_host_is_not_asked():
    with BoundedSession("http://127.0.0.1:9", "@alice", 1, Wire()) as session:
        for url in (
            "https://evil.example/2/tweets",
            f"{HOST}.evil.example/2",
            "file:///etc/passwd",
        ):
            with pytest.raises(Unavailable):
                session.request("GET", url)


def test_a_connection_that_comes_too_late_is_cut_at_once():
    ours, theirs = socket.socketpair()
    with ours, theirs:
        wire = Wire()
        wire.cut()
        wire.hold(ours)
        theirs.settimeout(1)
        assert theirs.recv(1) == b""
        wire.close()


def test_closing_gives_every_handle_back():
    ours, theirs = socket.socketpair()
    with ours, theirs:
        wire = Wire()
        wire.hold(ours)
        wire.close()
        ours.close()
        theirs.settimeout(1)
        assert theirs.recv(1) == b""  # the last handle is gone: nobody holds the other end
