"""Somebody at a browser, for those who have none: opens an authorise page and clicks."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from urllib.parse import urljoin

import aiohttp


class _Form(HTMLParser):
    """The first form of a page: where it goes, and its hidden fields."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.action = ""
        self.fields: dict[str, str] = {}
        self.accounts: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {key: value or "" for key, value in attrs}
        if tag == "form":
            self.action = values["action"]
        if tag == "input" and values["type"] == "hidden":
            self.fields[values["name"]] = values["value"]
        if tag == "input" and values["type"] == "radio":
            self.accounts.append(values["value"])


async def authorise(address: str, user: str) -> str:
    """Authorise the app on the page at ``address`` as ``user``.

    Returns the PIN; where the app has a callback, the address that the browser is sent to.

    Raises:
        LookupError: the page offers nothing to authorise, or no such user.
    """
    return await _click(address, user, "allow")


async def cancel(address: str, user: str) -> str:
    """Authorise nothing on that page; returns the address that the browser is sent to.

    Raises:
        LookupError: see :func:`authorise`; or the app has no callback.
    """
    return await _click(address, user, "deny")


async def _click(address: str, user: str, decision: str) -> str:
    async with aiohttp.ClientSession() as session:
        async with session.get(address) as opened:
            form = _Form(await opened.text())
        if user not in form.accounts:
            raise LookupError(f"the page does not offer to authorise as {user}")
        clicked = {**form.fields, "account": user, "decision": decision}
        async with session.post(
            urljoin(address, form.action), data=clicked, allow_redirects=False
        ) as answer:
            if answer.status == 302:
                return answer.headers["Location"]
            pin = re.search(r'id="pin">(\d+)<', await answer.text())
    if pin is None:
        raise LookupError("the page shows no PIN")
    return pin[1]
