"""Pages in Chromium: how they look, and what does not fit."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Self

CHROMIUM: Final = Path("/usr/bin/chromium")
PHONE: Final = 390
DESK: Final = 1000

_STICKS_OUT: Final = """() => {
  const wide = [];
  for (const body of document.querySelectorAll('.body')) {
    const edge = body.getBoundingClientRect().right + 0.5;
    for (const part of [body, ...body.querySelectorAll('*')]) {
      const scrolls = part.parentElement.closest('.body pre, .body table');
      if (!scrolls && part.getBoundingClientRect().right > edge) wide.push(part.outerHTML);
    }
  }
  const page = document.documentElement;
  if (page.scrollWidth > page.clientWidth) wide.push('the page');
  return wide;
}"""


@asynccontextmanager
async def chromium() -> AsyncIterator[Any]:
    """The system's Chromium, which nothing is open in."""
    from playwright.async_api import async_playwright

    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=CHROMIUM,
            args=["--no-sandbox"],  # in a container there are no user namespaces
        )
        try:
            yield browser
        finally:
            await browser.close()


@dataclass(frozen=True, slots=True)
class Look:
    """How a page came out: its picture, what sticks out of its messages, what was complained of."""

    png: bytes = field(repr=False)
    wide: list[str]
    errors: list[str]


class Camera:
    """One browser for many pages."""

    def __init__(self, browser: Any) -> None:
        self._browser = browser

    @classmethod
    @asynccontextmanager
    async def open(cls) -> AsyncIterator[Self]:
        """Start the system's Chromium."""
        async with chromium() as browser:
            yield cls(browser)

    async def look(self, html: str, width: int) -> Look:
        """Show a page ``width`` CSS pixels wide, as high as it is."""
        page = await self._browser.new_page(viewport={"width": width, "height": 100})
        errors: list[str] = []
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("requestfailed", lambda request: errors.append(f"asks for {request.url}"))
        page.on(
            "console",
            lambda message: errors.append(message.text) if message.type == "error" else None,
        )
        try:
            await page.set_content(html)
            wide = await page.evaluate(_STICKS_OUT)
            png = await page.screenshot(full_page=True)
        finally:
            await page.close()
        return Look(png, wide, errors)

    async def text(self, html: str) -> str:
        """What can be read on a page."""
        page = await self._browser.new_page()
        try:
            await page.set_content(html)
            return str(await page.inner_text("main"))
        finally:
            await page.close()
