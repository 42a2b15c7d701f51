"""The page that people see when they come back from a service's page, in a real browser."""

from __future__ import annotations

import pytest

from tests.e2e.screen.browser import CHROMIUM, Browser
from tests.unit.web.site import ALICE, open_site

pytestmark = pytest.mark.skipif(not CHROMIUM.exists(), reason="there is no /usr/bin/chromium")

PHONE = 390
SIZES = [320, PHONE, 1280]
LONG = f"@{'a' * 200}_{'w' * 20}:{'matrix.' * 4}example.org"[:255]
HOSTILE = [
    "@<script>ran=1</script>:evil.example",
    '@"><img/src=x/onerror=ran=1>:evil.example',
    "@&lt;b&gt;&amp;:evil.example",
    "@\u202egro.elpmaxe:ecila@\u2066:evil.example",
    "@\x1b[2J\x00\u200b\u0430lice:evil.example",
]
REFUSED = [
    "inline script",
    "inline event handler",
    "inline style",
    "/evil.js",
    "/pixel",
    "Framing",
    "base-uri",
]
"""What the browser says of each thing that was slipped in."""


@pytest.fixture(scope="module")
async def site():
    """The pages, reached as they are."""
    async with open_site() as site:
        yield site


@pytest.fixture(scope="module")
async def browser():
    """One browser for all tests; each has visitors of its own."""
    async with Browser.open() as browser:
        yield browser


async def test_who_comes_back_sees_who_asked_and_the_code(site, browser):
    """After a click on another site's page, as a service's page sends them."""
    expected = site.expect()
    async with browser.visitor() as visitor:
        await visitor.click_on_another_site(site.way_back(expected))
        text = await visitor.text()
        assert f"{ALICE} asked @actas:example.org, a bot on Matrix, to connect X" in text
        assert "Nothing is connected yet" in text
        assert "Tell nobody the code" in text
        assert await visitor.page.inner_text(".code") == expected.code
        assert visitor.complaints == []


async def test_nothing_of_the_query_stays_in_the_browser(site, browser):
    """Neither in the address bar, nor in the history, nor in anything that a page could read."""
    async with browser.visitor() as visitor:
        page = visitor.page
        await visitor.click_on_another_site(site.way_back(site.expect()))
        assert page.url == f"{site.url}/callback/twitter"
        assert await page.evaluate("document.referrer + document.cookie") == ""
        cdp = await visitor.page.context.new_cdp_session(page)
        history = await cdp.send("Page.getNavigationHistory")
        assert not any("?" in entry["url"] for entry in history["entries"])


async def test_reload_and_back_show_the_same_page_again(site, browser):
    expected = site.expect()
    async with browser.visitor() as visitor:
        page = visitor.page
        await page.goto(site.way_back(expected))
        await page.reload()
        assert await page.inner_text(".code") == expected.code
        await page.goto("about:blank")
        await page.go_back()
        assert await page.inner_text(".code") == expected.code
        await page.goto(site.way_back(expected))  # the service's page, once more
        assert await page.inner_text(".code") == expected.code
        assert visitor.complaints == []


async def test_another_browser_is_not_shown_the_code(site, browser):
    """Neither by the page's address, nor by the link that was used."""
    expected = site.expect()
    async with browser.visitor() as visitor, browser.visitor() as other:
        await visitor.page.goto(site.way_back(expected))
        for address in (visitor.page.url, site.way_back(expected)):
            response = await other.page.goto(address)
            assert response.status == 404
            assert other.page.url == visitor.page.url
            assert "Nothing was connected" in await other.text()
            assert expected.code not in await other.page.content()
            assert ALICE not in await other.page.content()


async def test_a_refusal_is_shown_without_a_code(site, browser):
    """Also when the conversation has ended meanwhile, which it does at once."""
    expected = site.expect()
    expected.came.add_done_callback(lambda _: site.callbacks.forget(expected))
    async with browser.visitor() as visitor:
        await visitor.page.goto(site.way_back(expected, "error=access_denied"))
        text = await visitor.text()
        assert "X is not connected" in text
        assert "connect twitter" in text
        assert expected.code not in await visitor.page.content()
        assert "access_denied" not in await visitor.page.content()
        assert await visitor.unreadable() == []


async def test_a_code_that_has_been_used_is_shown_no_more(site, browser):
    expected = site.expect()
    async with browser.visitor() as visitor:
        await visitor.page.goto(site.way_back(expected))
        site.callbacks.forget(expected)
        await visitor.page.reload()
        assert "has come to its end" in await visitor.text()
        assert expected.code not in await visitor.page.content()


async def test_the_code_is_selected_by_one_tap(site, browser):
    expected = site.expect()
    async with browser.visitor(PHONE) as visitor:
        await visitor.page.goto(site.way_back(expected))
        await visitor.page.click(".code strong")
        assert await visitor.page.evaluate("getSelection().toString().trim()") == expected.code


async def test_the_page_needs_no_script(site, browser):
    expected = site.expect()
    async with browser.visitor(java_script_enabled=False) as visitor:
        await visitor.page.goto(site.way_back(expected))
        assert await visitor.page.inner_text(".code") == expected.code
        assert "<script" not in await visitor.page.content()


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_the_page_is_right_at_any_size(site, browser, scheme):
    """With names as long as they can be: nothing sticks out, and everything can be read."""
    expected = site.expect(LONG, "twitter", "Continuous" + "Integration" * 20)
    async with browser.visitor(color_scheme=scheme) as visitor:
        await visitor.page.goto(site.way_back(expected))
        for width in SIZES:
            await visitor.page.set_viewport_size({"width": width, "height": 800})
            assert await visitor.page.inner_text(".code") == expected.code
            assert await visitor.wide() == []
        assert await visitor.unreadable() == []
        await visitor.page.emulate_media(media="print")
        assert await visitor.unreadable() == []
        assert visitor.complaints == []


async def test_dark_is_dark_and_paper_is_white(site, browser):
    async with browser.visitor(color_scheme="dark") as visitor:
        await visitor.page.goto(site.way_back(site.expect()))
        assert max(await visitor.background()) < 64
        await visitor.page.emulate_media(media="print")
        assert await visitor.background() == [255, 255, 255]


async def test_the_page_says_what_it_is_to_those_who_do_not_see_it(site, browser):
    async with browser.visitor() as visitor:
        page = visitor.page
        await page.goto(site.way_back(site.expect()))
        assert await page.title() == "Your code to connect X"
        assert await page.get_attribute("html", "lang") == "en"
        assert await page.locator("main h1").count() == 1
        assert await page.locator("h3, h4, h5, h6").count() == 0
        assert await page.get_by_role("main").count() == 1


async def test_a_hostile_user_id_is_shown_as_it_is_spelt(site, browser):
    """No element, no script, and no character that turns others around or passes for another."""
    async with browser.visitor(PHONE) as visitor:
        page = visitor.page
        for user in HOSTILE:
            expected = site.expect(user, title='<i>"X"</i>\u202e<svg/onload=ran=1>')
            await page.goto(site.way_back(expected))
            plain = user.encode("unicode_escape").decode()
            assert await page.inner_text(".user >> nth=0") == plain
            assert await page.locator("script, img, svg, i, b").count() == 0
            assert await page.evaluate("window.ran") is None
            assert '<i>"X"</i>' in await page.inner_text("h1")
            assert await page.inner_text(".code") == expected.code
        assert visitor.complaints == []


async def test_nothing_that_is_slipped_into_the_page_runs_or_loads(site, browser):
    """The policy of the page holds by itself, had anything not been escaped."""
    slipped = (
        "<script>ran=1</script><img src=x onerror=ran=1><script src=/evil.js></script>"
        f"<img src='{site.url}/pixel'><style>h1{{position:fixed}}</style><base href=//evil.example>"
        f"<iframe src='{site.url}/healthz'></iframe><form action='{site.url}/healthz'></form>"
    )
    async with browser.visitor() as visitor:
        page, asked = visitor.page, []

        async def slip(route):
            response = await route.fetch()
            body = (await response.text()).replace("</main>", f"{slipped}</main>")
            await route.fulfill(response=response, body=body)

        await page.goto(site.way_back(site.expect()))
        await page.route("**/callback/twitter", slip)
        page.on("requestfinished", lambda request: asked.append(request.url))
        await page.reload()
        assert await page.locator("iframe").count() == 1  # it has been slipped in
        assert await page.evaluate("window.ran") is None
        position = "getComputedStyle(document.querySelector('h1')).position"
        assert await page.evaluate(position) == "static"
        assert await page.evaluate("document.baseURI") == page.url
        async with page.expect_console_message(lambda message: "form-action" in message.text):
            await page.evaluate("document.querySelector('form').submit()")
        assert page.url == f"{site.url}/callback/twitter"
        assert asked == [page.url]
        said = "".join(visitor.complaints)
        assert [each for each in REFUSED if each not in said] == []


async def test_the_page_cannot_be_framed(site, browser):
    """Not even by a page of the same origin, which would be sent the cookie."""
    framing = f"<iframe src='{site.url}/callback/twitter'></iframe>"
    expected = site.expect()
    async with browser.visitor() as visitor:
        page = visitor.page
        await page.goto(site.way_back(expected))
        await page.route(
            "**/healthz", lambda route: route.fulfill(body=framing, content_type="text/html")
        )
        await page.goto(f"{site.url}/healthz")
        assert page.frames[-1].url == "chrome-error://chromewebdata/"
        assert any("frame-ancestors" in complaint for complaint in visitor.complaints)


@pytest.mark.parametrize("public_url", ["", "https://actas.example.org"])
async def test_the_cookie_is_for_this_page_alone(browser, public_url):
    """Scripts do not see it, other sites do not send it along, nothing else can set it."""
    async with open_site(public_url) as site, browser.visitor() as visitor:
        expected = site.expect()
        await visitor.click_on_another_site(site.way_back(expected))
        assert await visitor.page.inner_text(".code") == expected.code
        (cookie,) = await visitor.page.context.cookies()
        secure = bool(public_url)
        assert cookie["name"] == ("__Host-actas-visit" if secure else "actas-visit")
        assert (cookie["httpOnly"], cookie["sameSite"], cookie["secure"]) == (True, "Lax", secure)
        assert cookie["path"] == "/"
        assert cookie["value"] not in expected.address
