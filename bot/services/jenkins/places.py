"""Jobs and builds by the addresses that Jenkins gives them.

Its own idea of its address may be another than ours, so only what stands behind it is read, and no
such address is ever linked or asked.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final
from urllib.parse import unquote

from bot.errors import UserError
from bot.services.jenkins.names import JobPath

_PLACE: Final = re.compile(r"(?P<jobs>(?:/job/[^/?#]+)+)/(?:(?P<number>[0-9]{1,9})/)?\Z")
_LONGEST: Final = 4_000  # characters of an address that is looked at


@dataclass(frozen=True, slots=True)
class Place:
    """A job, or with a ``number`` one of its builds."""

    job: JobPath
    number: int = 0


def place_of(url: str) -> Place | None:
    """What stands at an address (``http://…/job/team/job/deploy/12/``), if it is one of a job.

    That of a step of a pipeline has no beginning (``job/deploy/12/``).
    """
    found = _PLACE.search(f"/{url.rstrip('/')}/") if len(url) <= _LONGEST else None
    if found is None:
        return None
    parts = found["jobs"].removeprefix("/job/").split("/job/")
    try:
        return Place(JobPath("/".join(map(unquote, parts))), int(found["number"] or 0))
    except UserError:  # a name that nobody could type, and that leads elsewhere
        return None
