"""The browser of a person who uses the pages of oidc-provider."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Self
from urllib.parse import parse_qsl, urljoin, urlsplit

import aiohttp

_ACTION = re.compile(r'<form[^>]* action="([^"]+)"')
_HIDDEN = re.compile(r'<input type="hidden" name="(\w+)" value="([^"]*)"')


class Browser:
    """Follows links and fills in forms; ``user`` is who logs in."""

    def __init__(self, user: str = "alice") -> None:
        self.user = user

    async def __aenter__(self) -> Self:
        self._session = aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True))
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._session.close()

    async def authorise(self, address: str, back: str) -> dict[str, str]:
        """Log in and consent; the query with which one is sent to ``back``."""
        return await self._there(address, back, consent=True)

    async def refuse(self, address: str, back: str) -> dict[str, str]:
        """Log in, and go back from the question for consent."""
        return await self._there(address, back, consent=False)

    async def type_code(self, page: str, code: str, *, consent: bool = True) -> str:
        """Type a user code and say that it is right, or that it is not; the last page."""
        address, form = await self._open(page)
        address, form = await self._submit(address, form, {"user_code": code})
        if not consent:
            await self._submit(address, form, {"abort": "yes"})
            return self.text
        address, form = await self._submit(address, form, {"confirm": "yes"})
        while "/interaction/" in address:
            address, form = await self._submit(address, form, self._answer)
        return self.text

    async def _there(self, address: str, back: str, *, consent: bool) -> dict[str, str]:
        address, form = await self._open(address, stop=back)
        while not address.startswith(back):
            if form.get("prompt") == "consent" and not consent:
                page = re.sub(r"(/interaction/[\w-]+).*", r"\1/abort", address)
                address, form = await self._open(page, stop=back)
            else:
                address, form = await self._submit(address, form, self._answer, stop=back)
        return dict(parse_qsl(urlsplit(address).query))

    @property
    def _answer(self) -> dict[str, str]:
        return {"login": self.user, "password": "any"}

    async def _open(self, address: str, stop: str = "-") -> tuple[str, dict[str, str]]:
        """Follow a link; returns where that ends, and the form there."""
        async with self._session.get(address, allow_redirects=False) as answer:
            return await self._arrive(address, answer, stop)

    async def _submit(
        self, page: str, form: Mapping[str, str], more: Mapping[str, str], stop: str = "-"
    ) -> tuple[str, dict[str, str]]:
        action = urljoin(page, form["action"])
        data = {name: value for name, value in form.items() if name != "action"} | dict(more)
        async with self._session.post(action, data=data, allow_redirects=False) as answer:
            return await self._arrive(action, answer, stop)

    async def _arrive(
        self, address: str, answer: aiohttp.ClientResponse, stop: str
    ) -> tuple[str, dict[str, str]]:
        if "Location" in answer.headers:
            there = urljoin(address, answer.headers["Location"])
            return (there, {}) if there.startswith(stop) else await self._open(there, stop)
        self.text = await answer.text()
        action = _ACTION.search(self.text)
        hidden = dict(_HIDDEN.findall(self.text))
        return address, {"action": action[1], **hidden} if action else {}
