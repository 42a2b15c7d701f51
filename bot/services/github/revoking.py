"""Taking back what the bot's app was allowed.

It is the grant that is deleted, rather than the one token: what people said yes to was this bot,
and with it go all of its tokens, also those of a former connection.
https://docs.github.com/en/rest/apps/oauth-applications#delete-an-app-authorization
"""

from __future__ import annotations

import asyncio
import base64
import json

import aiohttp

from bot.model import Credential
from bot.services.github.settings import API_VERSION, GitHubSettings
from bot.services.github.site import Site

_OF_APPS: tuple[str, ...] = ("gho_", "ghu_")


async def revoke_grant(site: Site, credential: Credential) -> bool:
    """Whether GitHub has deleted it. Its answer has no body."""
    settings, token = site.settings, credential.fields["access_token"]
    if settings.client_secret is None or not token.reveal().startswith(_OF_APPS):
        return False
    body = json.dumps({"access_token": token.reveal()}).encode()
    try:
        async with (
            asyncio.timeout(settings.timeout),
            aiohttp.ClientSession(
                cookie_jar=aiohttp.DummyCookieJar(),
                connector=aiohttp.TCPConnector(force_close=True, ssl=site.trusted() or True),
                headers=_headers(settings),
                trust_env=False,
            ) as session,
            session.delete(
                f"{settings.api_url}/applications/{settings.client_id}/grant",
                data=body,
                allow_redirects=False,
            ) as response,
        ):
            return response.status == 204
    except (aiohttp.ClientError, OSError, TimeoutError, ValueError):
        return False


def _headers(settings: GitHubSettings) -> dict[str, str]:
    secret = settings.client_secret
    pair = f"{settings.client_id}:{secret.reveal() if secret else ''}"
    return {
        "Authorization": f"Basic {base64.b64encode(pair.encode()).decode()}",
        "Accept": "application/vnd.github+json",
        "Content-Type": "application/json",
        "User-Agent": "actas",
        "X-GitHub-Api-Version": API_VERSION,
    }
