"""Somebody at a browser, for those who have none: opens GitHub's pages and clicks."""

from __future__ import annotations

from html.parser import HTMLParser
from urllib.parse import urljoin

import aiohttp


class _Form(HTMLParser):
    """The first form of a page: where it goes, its hidden fields, and whom it offers."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.action = ""
        self.fields: dict[str, str] = {}
        self.people: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {key: value or "" for key, value in attrs}
        if tag == "form":
            self.action = values["action"]
        if tag == "input" and values.get("type") == "hidden":
            self.fields[values["name"]] = values["value"]
        if tag == "input" and values.get("type") == "radio":
            self.people.append(values["value"])


async def authorise(address: str, login: str, *, allow: bool = True) -> str:
    """Decide on the authorise page at ``address``; return where the browser is sent to.

    Raises:
        LookupError: the page offers nothing to authorise, or no such user.
    """
    async with aiohttp.ClientSession() as session:
        async with session.get(address, allow_redirects=False) as opened:
            if opened.status == 302:
                return opened.headers["Location"]
            form = _Form(await opened.text())
        sent = _filled(form, login, allow=allow)
        async with session.post(
            urljoin(address, form.action), data=sent, allow_redirects=False
        ) as answer:
            if answer.status != 302:
                raise LookupError(f"the page answers {answer.status}")
            return answer.headers["Location"]


async def enter(address: str, user_code: str, login: str, *, allow: bool = True) -> None:
    """Enter a device's code on the page at ``address``, and decide.

    Raises:
        LookupError: the code is not good, or no such user.
    """
    async with aiohttp.ClientSession() as session:
        async with session.get(address) as opened:
            form = _Form(await opened.text())
        entered = {**form.fields, "user_code": user_code}
        async with session.post(urljoin(address, form.action), data=entered) as asked:
            form = _Form(await asked.text())
        sent = _filled(form, login, allow=allow)
        async with session.post(urljoin(address, form.action), data=sent) as answer:
            if answer.status != 200:
                raise LookupError(f"the page answers {answer.status}")


def _filled(form: _Form, login: str, *, allow: bool) -> dict[str, str]:
    if login not in form.people:
        raise LookupError(f"the page does not offer to authorise as {login}")
    return {**form.fields, "login": login, "decision": "allow" if allow else "deny"}
