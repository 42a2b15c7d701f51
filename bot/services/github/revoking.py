"""Taking back what the bot's app was allowed.

It is the grant that is deleted, rather than the one token: what people said yes to was this bot,
and with it go all of its tokens, also those of a former connection.
https://docs.github.com/en/rest/apps/oauth-applications#delete-an-app-authorization
"""

from __future__ import annotations

import base64
import json

from bot.model import Credential
from bot.secret import Secret
from bot.services.github.settings import API_VERSION
from bot.services.github.site import Site

_OF_APPS: tuple[str, ...] = ("gho_", "ghu_")


async def revoke_grant(site: Site, credential: Credential) -> bool:
    """Whether GitHub has deleted it. Its answer has no body.

    Raises:
        Unavailable: there is none.
    """
    settings, token = site.settings, credential.fields["access_token"]
    if settings.client_secret is None or _kind(token) not in _OF_APPS:
        return False
    async with site.carrier() as carrier:
        answer = await carrier.send(
            "DELETE",
            f"{settings.api_url}/applications/{settings.client_id}/grant",
            headers={
                "Accept": "application/vnd.github+json",
                "Authorization": _basic(settings.client_id, settings.client_secret),
                "Content-Type": "application/json",
                "X-GitHub-Api-Version": API_VERSION,
            },
            body=json.dumps({"access_token": token.reveal()}).encode(),
        )
    return answer.status == 204


def page_of(url: str, token: Secret) -> str:
    """Where the owner of a token ends it: an app's, or one that they have made themselves."""
    kind = _kind(token)
    if kind in _OF_APPS:
        page = "applications" if kind == "gho_" else "apps/authorizations"
        return f"Revoke what you allowed the bot's app on {url}/settings/{page}"
    own = "tokens" if kind == "ghp_" else "personal-access-tokens"
    return f"Delete the token on {url}/settings/{own}"


def _kind(token: Secret) -> str:
    return token.reveal()[:4]


def _basic(user: str | None, password: Secret) -> str:
    return f"Basic {base64.b64encode(f'{user}:{password.reveal()}'.encode()).decode()}"
