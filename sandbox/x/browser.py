"""Somebody at a browser, for those who have none: opens an authorise page and clicks."""

from __future__ import annotations

import re
from urllib.parse import urljoin

import aiohttp

from sandbox.form import Form


async def authorise(address: str, user: str) -> str:
    """Authorise the app on the page at ``address`` as ``user``.

    Returns the PIN; where the app has a callback, the address that the browser is sent to.

    Raises:
        LookupError: the page offers nothing to authorise, or no such user.
    """
    return await _click(address, user, allow=True)


async def cancel(address: str, user: str) -> str:
    """Authorise nothing on that page; returns the address that the browser is sent to.

    Raises:
        LookupError: see :func:`authorise`; or the app has no callback.
    """
    return await _click(address, user, allow=False)


async def _click(address: str, user: str, *, allow: bool) -> str:
    async with aiohttp.ClientSession() as session:
        async with session.get(address) as opened:
            form = Form(await opened.text())
        clicked = form.decided("account", user, allow=allow)
        async with session.post(
            urljoin(address, form.action), data=clicked, allow_redirects=False
        ) as answer:
            if answer.status == 302:
                return answer.headers["Location"]
            pin = re.search(r'id="pin">(\d+)<', await answer.text())
    if pin is None:
        raise LookupError("the page shows no PIN")
    return pin[1]
