"""A carrier among servers that mean no good, and an environment that is not its own."""

from __future__ import annotations

import asyncio
import gzip
import socket

import pytest
from aiohttp import web
from aiohttp.resolver import ThreadedResolver

from bot.errors import Unavailable
from bot.wire import Carrier
from sandbox.mishaps import Answer, cut, drip_body, drip_head, drop, flood, hang
from sandbox.stand_in import StandIn
from tests.silence import shown
from tests.tls import self_signed, serving

SECRET = "never-to-be-seen"
MOST = 100_000


class Far(StandIn):
    """Answers everything; ``asked`` are the requests."""

    def __init__(self):
        super().__init__()
        self.asked = []

    async def start(self):
        app = web.Application()
        app.router.add_route("*", "/{rest:.*}", self._answer)
        await self._listen(app)

    async def _answer(self, request):
        self.asked.append((request.method, request.raw_path, await request.text()))
        return web.json_response(dict(request.headers), headers={"X-Some": "thing"})


@pytest.fixture
async def far():
    async with Far() as server:
        yield server


@pytest.fixture
def certificate(tmp_path):
    """A certificate for 127.0.0.1 that nobody trusts, with its key, in one file."""
    return self_signed(tmp_path)


async def _send(url, method="GET", *, carrier=None, **options):
    async with carrier or Carrier(timeout=5, most=MOST) as way:
        return await way.send(method, url, **{"headers": {}, **options})


# ------------------------------------------------------------------------------ what is sent
async def test_an_answer_comes_back_as_it_is(far):
    answer = await _send(f"{far.url}/a%2Fb?c=%20", "PUT", headers={"X-Own": "1"}, body=b"text")
    assert far.asked == [("PUT", "/a%2Fb?c=%20", "text")]
    assert (answer.status, answer.good, answer.headers["x-some"]) == (200, True, "thing")
    assert b'"X-Own": "1"' in answer.body
    assert b'"User-Agent": "actas"' in answer.body
    assert b"Content-Type" not in answer.body


async def test_what_is_packed_is_neither_asked_for_nor_unpacked(far):
    """Some kilobytes would become gigabytes."""
    assert b"gzip" not in (await _send(far.url, headers={"accept-encoding": "gzip"})).body
    packed = gzip.compress(b"text")

    async def answer(_):
        return web.Response(body=packed, headers={"Content-Encoding": "gzip"})

    far.fail(answer)
    assert (await _send(far.url)).body == packed


async def test_nothing_of_the_environment_goes_along(far, monkeypatch, tmp_path):
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login somebody password else\n")
    monkeypatch.setenv("NETRC", str(netrc))
    for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    assert b"Authorization" not in (await _send(far.url)).body


async def test_cookies_are_not_kept(far):
    """Of a name, that is: of an address nobody keeps them."""
    far.fail(Answer(200, {}, {"Set-Cookie": "session=1; Path=/"}))
    url = far.url.replace("127.0.0.1", "localhost")
    async with Carrier(timeout=5, most=MOST) as carrier:
        assert (await carrier.send("GET", url, headers={})).headers["set-cookie"]
        assert b"Cookie" not in (await carrier.send("GET", url, headers={})).body


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_a_redirect_is_an_answer_like_others(far, status):
    far.fail(Answer(status, "", {"Location": f"{far.url}/x"}))
    answer = await _send(far.url)
    assert (answer.status, answer.good, far.asked) == (status, False, [])


# ------------------------------------------------------------------------------ what is answered
@pytest.mark.parametrize("fault", [hang, drip_head, drip_body])
async def test_an_endless_answer_is_given_up_in_time(far, fault):
    far.fail(fault)
    async with asyncio.timeout(1):
        with pytest.raises(Unavailable, match=r"no answer within 0\.2 seconds"):
            await _send(far.url, carrier=Carrier(timeout=0.2, most=MOST))


@pytest.mark.parametrize(("most", "size"), [(2 * 1024**2, "2 MiB"), (16 * 1024, "16 KiB")])
async def test_an_answer_is_not_read_beyond_its_bounds(far, most, size):
    far.fail(flood)
    with pytest.raises(Unavailable, match=f"larger than {size}"):
        await _send(far.url, carrier=Carrier(timeout=5, most=most))


async def test_an_answer_may_be_as_long_as_its_bound(far):
    far.fail(Answer(200, "x" * MOST))
    assert len((await _send(far.url)).body) == MOST


async def test_a_long_refusal_is_cut_and_known_by_its_status(far):
    far.fail(Answer(403, "x" * 3 * MOST))
    refusal = await _send(far.url)
    assert refusal.status == 403
    assert len(refusal.body) < MOST


# ------------------------------------------------------------------------- what may have arrived
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")


@pytest.mark.parametrize(
    ("method", "fault"), [*((each, drop) for each in METHODS), ("GET", cut), ("PUT", cut)]
)
async def test_a_request_whose_answer_is_lost_is_not_sent_again(far, method, fault):
    """RFC 9110, section 9.2.2, would let a client do so; aiohttp does it."""
    far.fail(fault, after=True)
    with pytest.raises(Unavailable, match="the connection broke") as error:
        await _send(far.url, method)
    assert [asked[0] for asked in far.asked] == [method]
    assert error.value.retryable is (method in ("GET", "HEAD"))


@pytest.mark.parametrize(("method", "safe"), [("GET", False), ("POST", True)])
async def test_whether_it_may_be_repeated_is_the_callers_to_say(far, method, safe):
    far.fail(drop)
    with pytest.raises(Unavailable) as error:
        await _send(far.url, method, safe=safe)
    assert error.value.retryable is safe


async def test_what_never_left_may_be_repeated():
    with pytest.raises(Unavailable, match="no connection") as error:
        await _send("http://127.0.0.1:9", "POST")
    assert error.value.retryable


async def test_a_handshake_that_never_ends_is_given_up_and_nothing_has_left():
    with socket.create_server(("127.0.0.1", 0)) as mute:
        url = f"https://127.0.0.1:{mute.getsockname()[1]}"
        with pytest.raises(Unavailable, match="no answer within") as error:
            await _send(url, "POST", carrier=Carrier(timeout=0.2, most=MOST))
    assert error.value.retryable


async def test_what_has_left_is_known_of_each_request(far):
    """A second one over the same carrier does not make the first one repeatable."""
    far.fail(hang, path="/first")
    async with Carrier(timeout=0.3, most=MOST) as carrier:
        first = asyncio.create_task(carrier.send("POST", f"{far.url}/first", headers={}))
        await far.failing()
        with pytest.raises(Unavailable) as error:
            await carrier.send("POST", "http://127.0.0.1:9/second", headers={})
        assert error.value.retryable
        with pytest.raises(Unavailable) as error:
            await first
    assert not error.value.retryable


# ---------------------------------------------------------------------------- to whom it is sent
async def test_a_certificate_of_the_operators_own_is_trusted(certificate):
    async def answer(_):
        return web.Response(text="x")

    async with serving(answer, certificate) as url:
        own = Carrier(timeout=5, most=MOST, ca_file=certificate)
        assert (await _send(url, carrier=own)).body == b"x"


async def test_a_server_that_is_not_who_it_says_gets_nothing(certificate):
    seen = []

    async def answer(request):
        seen.append(request)

    other = Carrier(timeout=5, most=MOST, advice="; ask the operator")
    async with serving(answer, certificate) as url:
        with pytest.raises(Unavailable, match="not trusted here; ask the operator") as error:
            await _send(url, "POST", carrier=other)
    assert error.value.retryable
    assert seen == []


class Refusing(ThreadedResolver):
    async def resolve(self, host, *_, **__):
        raise Unavailable(f"{host} leads astray")


async def test_who_looks_names_up_may_refuse():
    guarded = Carrier(timeout=5, most=MOST, lookup=Refusing)
    with pytest.raises(Unavailable, match="example leads astray") as error:
        await _send("http://example/", "POST", carrier=guarded)
    assert error.value.retryable


# --------------------------------------------------------------------------------------- silence
@pytest.mark.parametrize("fault", [drop, cut, hang, flood, None])
async def test_what_goes_wrong_shows_nothing_of_what_was_sent(far, fault):
    """Neither in the error, nor in what led to it, nor in any local variable on its way."""
    url = far.url if fault else "http://nowhere.invalid"
    if fault:
        far.fail(fault)
    carrier = Carrier(timeout=0.2, most=MOST, lookup=Refusing)
    with pytest.raises(Unavailable) as error:
        await _send(url, "POST", carrier=carrier, headers={"X": SECRET}, body=SECRET.encode())
    assert error.value.__context__ is None
    assert SECRET not in shown(error.value)


async def test_an_answer_does_not_show_what_is_in_it(far):
    answer = await _send(far.url, headers={"X": SECRET})
    assert SECRET in answer.body.decode()
    assert SECRET not in repr(answer)


@pytest.mark.parametrize(
    ("url", "headers"),
    [("{}", {"X": "a\r\nX-Evil: 1"}), ("{}", {"X\n": "a"}), ("{}:x", {}), ("//", {}), ("", {})],
)
async def test_what_cannot_be_sent_is_not(far, url, headers):
    with pytest.raises(Unavailable) as error:
        await _send(url.format(far.url), headers=headers)
    assert error.value.retryable
    assert far.asked == []
