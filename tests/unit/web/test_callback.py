"""The bot's own pages as an attacker sees them: requests of any kind, answers without anything."""

from __future__ import annotations

import re

import aiohttp
import pytest

from bot.config.models import WebConfig
from bot.connect.callback import Callbacks
from bot.errors import ConfigError
from bot.metrics import Metrics
from bot.web import serve
from bot.web.hardening import HEADERS
from tests.unit.web.site import ALICE, open_site

SECRETS = "code=c0de-of-the-service&session=5e55ion"


@pytest.fixture
async def site():
    async with open_site() as site:
        yield site


@pytest.fixture
async def web():
    """Somebody without cookies, who follows nothing by themselves."""
    async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as session:
        yield lambda url, method="GET", **options: session.request(
            method, url, allow_redirects=False, **options
        )


def ticket(response):
    return {"Cookie": response.headers["Set-Cookie"].partition(";")[0]}


async def test_who_comes_back_is_sent_on_with_a_cookie_and_without_a_query(site, web):
    expected = site.expect()
    async with web(site.way_back(expected, SECRETS)) as answer:
        assert answer.status == 303
        assert answer.headers["Location"] == "/callback/twitter"
        cookie = answer.headers["Set-Cookie"]
        assert re.fullmatch(
            r"actas-visit=[\w-]{22}; HttpOnly; Max-Age=600; Path=/; SameSite=Lax", cookie
        )
        assert await answer.read() == b""
    assert expected.came.result() == {"code": "c0de-of-the-service", "session": "5e55ion"}
    async with web(f"{site.url}/callback/twitter", headers=ticket(answer)) as shown:
        text = await shown.text()
        assert shown.status == 200
        assert (expected.code in text, ALICE in text) == (True, True)
        assert "c0de" not in text


async def test_behind_tls_the_cookie_is_of_this_host_alone(web):
    async with open_site("https://actas.example.org") as site:
        async with web(site.way_back(site.expect())) as answer:
            cookie = answer.headers["Set-Cookie"]
            assert re.match(r"__Host-actas-visit=[\w-]{22};", cookie)
            assert "; Secure" in cookie
        plain = {"Cookie": ticket(answer)["Cookie"].removeprefix("__Host-")}
        async with web(f"{site.url}/callback/twitter", headers=plain) as shown:
            assert shown.status == 404


async def test_a_state_is_good_once(site, web):
    """Whoever comes second is not heard, and shown nothing."""
    expected = site.expect()
    async with web(site.way_back(expected, "code=first")):
        pass
    async with web(site.way_back(expected, "code=second")) as answer:
        assert answer.status == 303
        assert "Set-Cookie" not in answer.headers
    assert expected.came.result() == {"code": "first"}
    assert site.metrics.refused["callback"] == 1


@pytest.mark.parametrize(
    "address",
    [
        "/callback/twitter?state=AAAAAAAAAAAAAAAAAAAAAA&code=forged",
        "/callback/twitter?state=&code=forged",
        "/callback/twitter?code=forged",
        "/callback/twitter?state=%00%ff&code=%ff",
        "/callback/{service}?state={state}",  # nothing has come with it
        "/callback/github?state={state}&code=forged",
        "/callback/TWITTER?state={state}&code=forged",
        "/callback/{service}?state={state}&state=other&code=forged",
        "/callback/{service}?state={state}&code=forged&code=two",
        "/callback/{service}?state={state}x&code=forged",
        "/callback/{service}?STATE={state}&code=forged",
    ],
)
async def test_what_is_not_waited_for_is_not_taken(site, web, address):
    """It changes nothing for whom is, and the page that it ends on says what to do."""
    expected = site.expect()
    state = expected.address.partition("state=")[2]
    async with web(site.url + address.format(service="twitter", state=state)) as answer:
        assert answer.status == 303
        assert "Set-Cookie" not in answer.headers
        assert "?" not in answer.headers["Location"]
    async with web(site.url + answer.headers["Location"]) as answer:
        text = await answer.text()
        assert answer.status == 404
        assert "ask the bot for a new link" in text
        assert all(each not in text for each in ("forged", state, ALICE, "twitter", "github"))
    async with web(site.way_back(expected)) as answer:
        assert "Set-Cookie" in answer.headers


async def test_the_state_of_another_service_is_not_taken(site, web):
    """Not even when both are waited for: answers of one cannot be given to the other."""
    first, second = site.expect(service="twitter"), site.expect(service="github")
    mixed = site.way_back(first).replace("/twitter", "/github")
    async with web(mixed) as answer:
        assert "Set-Cookie" not in answer.headers
    assert not first.came.done()
    assert not second.came.done()


@pytest.mark.parametrize("method", ["HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE"])
async def test_other_methods_take_nothing(site, web, method):
    expected = site.expect()
    async with web(site.way_back(expected), method) as answer:
        assert answer.status == 405
        assert answer.headers["Allow"] == "GET"
    assert not expected.came.done()


@pytest.mark.parametrize(
    "header",
    [
        {"Sec-Purpose": "prefetch"},
        {"Sec-Purpose": "prefetch;prerender"},
        {"Purpose": "prefetch"},
    ],
)
async def test_a_browser_that_only_guesses_takes_nothing(site, web, header):
    expected = site.expect()
    async with web(site.way_back(expected), headers=header) as answer:
        assert answer.status == 503
        assert expected.code not in await answer.text()
    assert not expected.came.done()


@pytest.mark.parametrize(
    "path",
    [
        "//evil.example/callback/twitter?state=a&code=b",
        "/callback//evil.example?state=a&code=b",
        "/callback/%2F%2Fevil.example?state=a&next=https://evil.example",
        "/callback/https:%2f%2fevil.example?state=a&code=b",
        "/callback/%5C%5Cevil.example?state=a&code=b",
        "/callback/x%0d%0aSet-Cookie:%20a=b%0d%0a?state=%0d%0aSet-Cookie:%20a=b&code=%0d%0a",
        "/callback/..%2f..%2fmetrics?state=a&code=b",
        "/callback/twitter?state=a&next=//evil.example&redirect_uri=//evil.example",
    ],
)
async def test_nobody_is_sent_anywhere_else(site, web, path):
    from yarl import URL

    async with web(URL(site.url + path, encoded=True)) as answer:
        location = answer.headers.get("Location", "")
        assert answer.status in {303, 404}
        assert re.fullmatch(r"(/callback/[\w.%-]+)?", location)
        assert "Set-Cookie" not in answer.headers


async def test_the_host_that_is_asked_for_is_not_believed(site, web):
    """Where people are sent on to is relative, so that no header of a request decides it."""
    lie = {"Host": "evil.example", "X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "http"}
    async with web(site.way_back(site.expect()), headers=lie) as answer:
        assert answer.headers["Location"] == "/callback/twitter"


@pytest.mark.parametrize(
    "cookie",
    [
        "actas-visit=AAAAAAAAAAAAAAAAAAAAAA",
        "actas-visit=",
        'actas-visit="\\"; ;=;;',
        "actas-visit=" + "A" * 7000,
        "\u00e9\u0430=\u202e",
    ],
)
async def test_a_forged_cookie_shows_nothing(site, web, cookie):
    async with web(site.way_back(site.expect())):
        pass
    async with web(f"{site.url}/callback/twitter", headers={"Cookie": cookie}) as answer:
        assert answer.status == 404
        assert ALICE not in await answer.text()


async def test_a_cookie_shows_the_page_of_its_own_service_only(site, web):
    async with web(site.way_back(site.expect())) as answer:
        pass
    async with web(f"{site.url}/callback/github", headers=ticket(answer)) as shown:
        assert shown.status == 404


async def test_after_ten_minutes_nothing_is_taken_and_nothing_is_shown(site, web, monkeypatch):
    came, late = site.expect(), site.expect()
    async with web(site.way_back(came)) as answer:
        pass
    after = came.until + 1
    monkeypatch.setattr("bot.connect.callback.now", lambda: after)
    async with web(f"{site.url}/callback/twitter", headers=ticket(answer)) as shown:
        assert shown.status == 404
        assert came.code not in await shown.text()
    async with web(site.way_back(late)) as answer:
        assert "Set-Cookie" not in answer.headers
    assert not late.came.done()


async def test_a_flood_of_forged_visits_leaves_nothing_behind(site, web):
    """And pushes out nobody who is waited for."""
    expected = site.expect()
    for number in range(1_200):
        assert site.callbacks.arrive("twitter", {"state": f"{number}", "code": "x"}) is None
    for number in range(50):
        async with web(f"{site.url}/callback/{number}?state={number}&code=x"):
            pass
    assert len(site.callbacks._expected) == 1
    assert len(site.callbacks._shown) == 0
    assert site.metrics.refused == {"callback": 50}
    async with web(site.way_back(expected)) as answer:
        assert "Set-Cookie" in answer.headers


async def test_a_flood_of_links_is_bounded():
    """Those of a thousand people are kept."""
    callbacks = Callbacks("https://actas.example.org", "@actas:example.org")
    for _ in range(1_100):
        expected = callbacks.expect(ALICE, "twitter", "X")
        callbacks.arrive("twitter", {"state": expected.address[-22:], "code": "x"})
        callbacks.expect(ALICE, "twitter", "X")
    assert len(callbacks._expected) == len(callbacks._shown) == 1_000


@pytest.mark.parametrize(
    "path", ["/callback/twitter", "/callback/", "/favicon.ico", "/<script>alert(1)</script>", "/"]
)
async def test_refusals_repeat_nothing_and_are_as_strict_as_the_page(site, web, path):
    async with web(f"{site.url}{path}", headers={"Referer": "https://<i>evil"}) as answer:
        text = await answer.text()
        assert answer.status == 404
        assert answer.content_type == "text/html"
        assert "alert" not in text
        assert "evil" not in text
        assert {name: answer.headers[name] for name in HEADERS} == HEADERS
        assert "Server" not in answer.headers


async def test_health_and_metrics_are_as_they_were(site, web):
    for path, text in (("/healthz", "alive\n"), ("/readyz", "ready\n")):
        async with web(site.url + path) as answer:
            assert (answer.status, await answer.text()) == (200, text)
    async with web(f"{site.url}/metrics") as answer:
        assert "actas_sync_failures_total 0.0" in await answer.text()
        assert answer.headers["Content-Type"].startswith("text/plain; version=")
        assert "Server" not in answer.headers


async def test_nothing_secret_is_written_down(log, web):
    """At any level, of whatever library, whatever is wrong with the request."""
    stream = log("debug")
    async with open_site() as site:
        expected = site.expect()
        cookie = {"Cookie": "actas-visit=5e55ion"}
        async with web(site.way_back(expected, SECRETS), headers=cookie) as answer:
            pass
        async with web(f"{site.url}/callback/twitter", headers=ticket(answer)):
            pass
        async with web(f"{site.url}/callback/x?{SECRETS}&{SECRETS}"):
            pass
        async with web(f"{site.url}/callback/x?{SECRETS}{'x' * 9000}") as answer:
            assert answer.status == 400
    state = expected.address.partition("state=")[2]
    said = stream.getvalue() + repr(expected) + repr(site.callbacks.shown(expected.ticket))
    assert "callback.arrived" in said
    assert "LineTooLong" in said
    unsaid = ("c0de", "5e55ion", state, expected.code, expected.ticket)
    assert [secret for secret in unsaid if secret in said] == []


@pytest.mark.parametrize("named", [{"listen", "public_url"}, {"public_url"}])
async def test_a_taken_address_is_an_error_where_people_have_to_come_back(site, named):
    """Also the default one, which is otherwise only warned of."""
    public, address = "https://actas.example.org", site.url.removeprefix("http://")
    config = WebConfig.model_construct(named, listen=address, public_url=public)
    with pytest.raises(ConfigError, match=r"^web\.listen: .* Choose a free address$"):
        async with serve(config, Metrics(), site.sync, Callbacks(public, "@actas:example.org")):
            pass


async def test_a_taken_default_address_is_no_error_otherwise(site):
    config = WebConfig.model_construct(set(), listen=site.url.removeprefix("http://"))
    async with serve(config, Metrics(), site.sync):
        pass
