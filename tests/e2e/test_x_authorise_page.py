"""The authorise page of the sandbox's X, in a real browser, as people see it."""

from __future__ import annotations

from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from bot.connect.oauth1_tokens import Consumer, Endpoints, TokenExchange
from bot.connect.oauth2 import OAuth2
from bot.secret import Secret
from sandbox.x import XStandIn

CHROMIUM = Path("/usr/bin/chromium")

pytestmark = pytest.mark.skipif(not CHROMIUM.exists(), reason="there is no /usr/bin/chromium")


@asynccontextmanager
async def _page():
    from playwright.async_api import async_playwright

    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=CHROMIUM,
            args=["--no-sandbox"],  # in a container there are no user namespaces
        )
        try:
            page = await browser.new_page()
            page.set_default_timeout(10_000)
            yield page
        finally:
            await browser.close()


@pytest.fixture
async def x():
    """X, with the accounts of Alice and Bob."""
    async with XStandIn("alice", "bob") as stand_in:
        yield stand_in


@pytest.fixture
def exchange(x):
    """What the bot asks X for tokens with."""
    places = (f"{x.url}/oauth/{name}" for name in ("request_token", "authorize", "access_token"))
    return TokenExchange(
        Endpoints(*places), Consumer(Secret(x.consumer_key), Secret(x.consumer_secret)), timeout=10
    )


async def test_the_pin_on_the_page_connects_the_account_that_was_chosen(x, exchange):
    request = await exchange.request_token("oob")
    async with _page() as page:
        await page.goto(exchange.authorize_url(request))
        assert "Team Actas" in await page.inner_text("h1")
        await page.get_by_label("@bob").check()
        await page.get_by_role("button", name="Authorise app").click()
        pin = await page.inner_text("#pin")
    token = await exchange.access_token(request, Secret(pin))
    assert token.key == Secret(x.grant("bob").key)


async def test_nothing_is_authorised_before_an_account_is_chosen(exchange):
    request = await exchange.request_token("oob")
    async with _page() as page:
        await page.goto(exchange.authorize_url(request))
        await page.get_by_role("button", name="Authorise app").click()
        assert await page.locator("#pin").count() == 0
        assert await page.locator("input:invalid").count() > 0


async def test_cancelling_gives_the_app_nothing(exchange):
    request = await exchange.request_token("oob")
    async with _page() as page:
        await page.goto(exchange.authorize_url(request))
        await page.get_by_role("button", name="Cancel").click()
        assert "cancelled" in await page.inner_text("h1")
        await page.goto(exchange.authorize_url(request))
        assert await page.get_by_role("button").count() == 0


async def test_an_app_with_a_callback_gets_its_verifier_there(x, exchange):
    callback = f"{x.url}/callback"  # a page that does not exist: only its address matters
    x.callbacks.append(callback)
    request = await exchange.request_token(callback)
    async with _page() as page:
        await page.goto(exchange.authorize_url(request))
        await page.get_by_label("@alice").check()
        await page.get_by_role("button", name="Authorise app").click()
        await page.wait_for_url(f"{callback}?**")
        query = parse_qs(urlsplit(page.url).query)
    assert await exchange.access_token(request, Secret(query["oauth_verifier"][0]))


async def test_with_oauth_2_the_page_says_what_is_asked_for_and_goes_back(x):
    callback = f"{x.url}/callback"
    x.callbacks.append(callback)
    places = f"{x.url}/i/oauth2/authorize", f"{x.url}/2/oauth2/token"
    app = OAuth2(*places, x.client_id, Secret(x.client_secret), ("tweet.read", "tweet.write"))
    address = app.authorize(callback, "the-state", "the-challenge")
    async with _page() as page:
        await page.goto(address)
        assert "Post and repost for you." in await page.inner_text("ul")
        await page.get_by_role("button", name="Cancel").click()
        await page.wait_for_url(f"{callback}?error=access_denied&state=the-state")
        await page.goto(address)
        await page.get_by_label("@alice").check()
        await page.get_by_role("button", name="Authorise app").click()
        await page.wait_for_url(f"{callback}?code=**&state=the-state")
