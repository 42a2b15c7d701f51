"""People at a browser, with pages that are really served."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Final, Self

from tests.e2e.screen.camera import CHROMIUM, chromium

__all__ = ["CHROMIUM", "Browser", "Visitor"]

# What is wider than the page, after layout.
_WIDE: Final = """() => [...document.querySelectorAll('body, body *')]
  .filter(part => part.scrollWidth > part.clientWidth + 1 && getComputedStyle(part).display
      !== 'inline' || part.getBoundingClientRect().right > innerWidth)
  .map(part => part.outerHTML.slice(0, 80))
  .concat(document.documentElement.scrollWidth > innerWidth ? ['the page'] : [])"""

# The contrast of each text with what lies behind it (WCAG 2.2, 1.4.3).
_CONTRASTS: Final = """() => {
  const parse = text => text.match(/[\\d.]+/g).map(Number);
  const luminance = colour => {
    const [r, g, b] = colour.map(c => c / 255)
      .map(c => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const behind = part => {
    for (; part; part = part.parentElement) {
      const [r, g, b, a = 1] = parse(getComputedStyle(part).backgroundColor);
      if (a === 1) return [r, g, b];
    }
    return [255, 255, 255];
  };
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const found = [];
  while (texts.nextNode()) {
    const text = texts.currentNode.data.trim(), part = texts.currentNode.parentElement;
    if (!text) continue;
    const both = [parse(getComputedStyle(part).color).slice(0, 3), behind(part)].map(luminance);
    found.push([text, (Math.max(...both) + 0.05) / (Math.min(...both) + 0.05)]);
  }
  return found;
}"""


class Visitor:
    """Somebody with cookies of their own; ``complaints`` is what the browser's console says."""

    def __init__(self, page: Any) -> None:
        self.page = page
        self.complaints: list[str] = []
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on(
            "console",
            lambda message: (
                self.complaints.append(message.text)
                if message.type in ("error", "warning")
                else None
            ),
        )

    async def click_on_another_site(self, address: str) -> None:
        """Follow a link to ``address`` from a page of some other site."""
        await self.page.goto("about:blank")
        await self.page.set_content("<a>on</a>")
        await self.page.eval_on_selector("a", "(a, address) => { a.href = address }", address)
        await self.page.click("a")
        await self.page.wait_for_selector("main")

    async def text(self) -> str:
        """What can be read."""
        return str(await self.page.inner_text("main"))

    async def wide(self) -> list[str]:
        """What sticks out."""
        return list(await self.page.evaluate(_WIDE))

    async def unreadable(self) -> list[str]:
        """Texts with less contrast than WCAG's level AA asks of text of any size."""
        contrasts = await self.page.evaluate(_CONTRASTS)
        assert contrasts, "there is no text"
        return [f"{text[:40]}: {ratio:.1f}" for text, ratio in contrasts if ratio < 4.5]

    async def background(self) -> list[int]:
        """The page's colour: red, green, blue."""
        script = "getComputedStyle(document.body).backgroundColor.match(/\\d+/g).map(Number)"
        return list(await self.page.evaluate(script))


class Browser:
    """Chromium, for any number of visitors."""

    def __init__(self, browser: Any) -> None:
        self._browser = browser

    @classmethod
    @asynccontextmanager
    async def open(cls) -> AsyncIterator[Self]:
        """Start the system's Chromium."""
        async with chromium() as browser:
            yield cls(browser)

    @asynccontextmanager
    async def visitor(self, width: int = 1280, **options: Any) -> AsyncIterator[Visitor]:
        """Somebody who has not been there before; ``options`` are those of a browser's context."""
        context = await self._browser.new_context(
            viewport={"width": width, "height": 800}, **options
        )
        context.set_default_timeout(10_000)
        try:
            yield Visitor(await context.new_page())
        finally:
            await context.close()
