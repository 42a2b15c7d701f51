"""A file as it is, of up to so many bytes."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

from bot.services.jenkins.archive import MOST, Kept
from bot.services.jenkins.faults import Refused

if TYPE_CHECKING:
    from bot.services.jenkins.client import Client


def fetch(client: Client, path: str) -> bytes | Kept:
    """What is at ``path`` (not quoted), or why it was left there; for a thread.

    A plugin may keep artifacts elsewhere and send a browser there; a credential of Jenkins is not
    taken along.

    Raises:
        Refused: Jenkins refuses it.
        Unavailable: no answer.
    """
    from requests import Request  # it is there already: the client has it

    from bot.http import TooLarge

    session, usual = client.session, client.session.most
    session.most = MOST
    try:
        response = client.jenkins_request(Request("GET", f"{client.server}{quote(path)}"))
    except TooLarge:
        return Kept.LARGE
    except Refused as refused:
        if not 300 <= refused.status < 400:
            raise
        return Kept.ELSEWHERE
    finally:
        session.most = usual
    data: bytes = response.content
    return data
