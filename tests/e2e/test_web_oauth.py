"""Connecting over the web, all of it: the bot's link, X's page, the bot's page, the code."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest

from sandbox.bot import Bot
from sandbox.world import Arrive, World
from tests.e2e.screen.browser import CHROMIUM, Browser, Visitor
from tests.e2e.seat import Seat
from tests.e2e.steps import open_dm

pytestmark = pytest.mark.skipif(not CHROMIUM.exists(), reason="there is no /usr/bin/chromium")

PHONE = 390
SIGNED, BEARER = "twitter", "birds"  # OAuth 1.0a, and OAuth 2 with PKCE


@pytest.fixture(scope="module")
async def bot(world: World) -> AsyncIterator[Bot]:
    """A bot that people come back to over the web, and X twice."""
    async with world.bot(start=False) as bot:
        services = bot.config["services"]
        services[SIGNED]["callback"] = "web"
        services[BEARER] = {
            "type": "twitter",
            "callback": "oauth2",
            "api_url": world.x.url,
            "web_url": world.x.url,
            "client_id": world.x.client_id,
            "client_secret": "env:X_CLIENT_SECRET",
        }
        bot.environment["X_CLIENT_SECRET"] = world.x.client_secret or ""
        world.x.callbacks.extend(f"{bot.web}/callback/{name}" for name in (SIGNED, BEARER))
        await bot.start()
        yield bot
        assert "Traceback" not in bot.log()


@dataclass(frozen=True)
class Scene:
    """Alice in her direct message, and phones to open links with."""

    world: World
    dm: Seat
    browser: Browser

    async def asks_for_a_link(self, service: str) -> str:
        """Begin to connect; return the address of X's page."""
        position = self.dm.position
        await self.dm.says(f"connect {service}")
        said = await self.dm.hears("The link is for you alone", after=position)
        (address,) = re.findall(r"http://\S+/authorize\?\S+", said.body)
        return address


@pytest.fixture(scope="module")
async def scene(world: World, bot: Bot, arrive_to_stay: Arrive) -> AsyncIterator[Scene]:
    alice = await arrive_to_stay("alice")
    dm = await open_dm(alice, bot)
    async with Browser.open() as browser:
        yield Scene(world, dm, browser)


@pytest.fixture
async def phone(scene: Scene) -> AsyncIterator[Visitor]:
    """Of somebody."""
    async with scene.browser.visitor(PHONE) as visitor:
        yield visitor


async def authorise(visitor: Visitor, address: str, account: str) -> str:
    """Click through X's page; return the code on the bot's, or "" where there is none."""
    page = visitor.page
    await page.goto(address)
    if account:
        await page.get_by_label(f"@{account}").check()
        await page.get_by_role("button", name="Authorise app").click()
    else:
        await page.get_by_role("button", name="Cancel").click()
    await page.wait_for_selector("main h1")
    assert "?" not in page.url
    assert await visitor.wide() == []
    return await page.inner_text(".code") if account else ""


@pytest.mark.parametrize("service", [SIGNED, BEARER])
async def test_an_account_is_connected_by_clicking_and_a_code(
    scene: Scene, phone: Visitor, service: str
) -> None:
    """Nothing is before the code; who was connected, is said; and the account can be used."""
    code = await authorise(phone, await scene.asks_for_a_link(service), "alice")
    text = await phone.text()
    asked = f"{scene.dm.who.user} asked {scene.dm.bot.user}, a bot on Matrix, to connect X"
    assert asked in text
    assert "Nothing is connected yet" in text
    position = scene.dm.position
    assert not [said for said in scene.dm.heard(after=position) if "authenticated" in said]
    await scene.dm.says(code.lower().replace("-", " "))
    welcome = await scene.dm.hears("You have authenticated as @alice on X", after=position)
    assert f"disconnect {service}" in welcome.body
    await phone.page.reload()
    assert "has come to its end" in await phone.text()
    assert phone.complaints == []
    name = scene.world.unique("post")
    await scene.dm.asks(f"{service} tweet {name}", "Posted: ")
    assert [p.author.name for p in scene.world.x.posts if name in p.text] == ["alice"]
    await scene.dm.asks(f"disconnect {service}", "revoked over there")
    assert code not in scene.dm.bot.log()
    assert "oauth_verifier=" not in scene.dm.bot.log()


@pytest.mark.parametrize("service", [SIGNED, BEARER])
async def test_a_link_that_was_passed_on_connects_nobody_without_the_code(
    scene: Scene, phone: Visitor, service: str
) -> None:
    """Whoever opens it sees whose it is; three guesses of the code, and it has ended."""
    code = await authorise(phone, await scene.asks_for_a_link(service), "bob")
    text = await phone.text()
    asked = f"{scene.dm.who.user} asked {scene.dm.bot.user}, a bot on Matrix, to connect X"
    assert asked in text
    assert "Tell nobody the code" in text
    for answer in ("You can try 2 more times", "You can try once more", "None of these was"):
        position = scene.dm.position
        await scene.dm.says("BBBB-BBBB")
        await scene.dm.hears(answer, after=position)
    await phone.page.reload()
    assert code not in await phone.page.content()
    position = scene.dm.position
    await scene.dm.says(code)  # too late: it is no answer any more
    await scene.dm.settles()
    assert not [said for said in scene.dm.heard(after=position) if "authenticated" in said]
    accounts = await scene.dm.asks("accounts")
    assert "@bob" not in accounts.body


@pytest.mark.parametrize("service", [SIGNED, BEARER])
async def test_a_refusal_on_the_page_ends_it_at_once(
    scene: Scene, phone: Visitor, service: str
) -> None:
    """In the direct message and in the browser; no code is asked for."""
    address = await scene.asks_for_a_link(service)
    position = scene.dm.position
    await authorise(phone, address, "")
    assert "X is not connected" in await phone.text()
    await scene.dm.hears("nothing is connected", after=position)
    assert await phone.page.locator(".code").count() == 0


async def test_what_comes_back_too_early_or_twice_is_not_heard(
    scene: Scene, phone: Visitor
) -> None:
    """A code before the visit is none; a second visit by the same link changes nothing."""
    address = await scene.asks_for_a_link(SIGNED)
    position = scene.dm.position
    await scene.dm.says("BBBB-BBBB")
    await scene.dm.hears("Nobody has come back from that page yet", after=position)
    seen: list[str] = []
    phone.page.on("request", lambda request: seen.append(request.url))
    code = await authorise(phone, address, "alice")
    (way_back,) = [url for url in seen if "/callback/" in url and "state=" in url]
    async with scene.browser.visitor(PHONE) as other:
        answer = await other.page.goto(way_back)
        assert answer.status == 404
        assert code not in await other.page.content()
    position = scene.dm.position
    await scene.dm.says(code)
    await scene.dm.hears("You have authenticated as @alice on X", after=position)
