"""What Jenkins is told to do, once, where it answers with no more than a status."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import TYPE_CHECKING
from urllib.parse import unquote

from bot.services.jenkins.api import JenkinsApi
from bot.services.jenkins.faults import Refused, translate

if TYPE_CHECKING:
    from bot.services.jenkins.client import Client

Form = tuple[tuple[str, str], ...]


async def order(
    api: JenkinsApi, path: str, what: str, form: Form = (), expected: Collection[int] = ()
) -> int:
    """Post to ``path`` (not quoted); the status. A redirect says nothing of what became of it.

    Raises:
        ServiceError: it was refused, with a status that is not ``expected``; or we are sent to
            another address.
    """
    status, location = await api.ask(lambda client: _post(client, path, form, expected), what)
    if 300 <= status < 400 and not _is_near(path, location):
        raise translate(Refused(status), what, retryable=False)
    return status


def _post(client: Client, path: str, form: Form, expected: Collection[int]) -> tuple[int, str]:
    try:
        return client.post(path, form)
    except Refused as refused:
        if refused.status not in expected:
            raise
        return refused.status, ""


def _is_near(path: str, location: str) -> bool:
    """Whether it is the thing itself, or the job of a build; the host may be a proxy's."""
    place = unquote(re.split("[?#]", location, maxsplit=1)[0]).rstrip("./")
    thing = path.rpartition("/")[0]
    job = re.sub("/[0-9]+$", "", thing)
    return not place or place.endswith((f"/{thing}", f"/{job}"))
