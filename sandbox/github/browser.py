"""Somebody at a browser, for those who have none: opens GitHub's pages and clicks."""

from __future__ import annotations

from urllib.parse import urljoin

import aiohttp

from sandbox.form import Form


async def authorise(address: str, login: str, *, allow: bool = True) -> str:
    """Decide on the authorise page at ``address``; return where the browser is sent to.

    Raises:
        LookupError: the page offers nothing to authorise, or no such user.
    """
    async with aiohttp.ClientSession() as session:
        async with session.get(address, allow_redirects=False) as opened:
            if opened.status == 302:
                return opened.headers["Location"]
            form = Form(await opened.text())
        sent = form.decided("login", login, allow=allow)
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
            form = Form(await opened.text())
        entered = {**form.fields, "user_code": user_code}
        async with session.post(urljoin(address, form.action), data=entered) as asked:
            form = Form(await asked.text())
        sent = form.decided("login", login, allow=allow)
        async with session.post(urljoin(address, form.action), data=sent) as answer:
            if answer.status != 200:
                raise LookupError(f"the page answers {answer.status}")
