"""EC2 instances as AWS describes them, and the way from what was typed to one of them."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from typing import Any, Final

from bot.errors import NotFound
from bot.prose import short
from bot.services.aws.api import AwsApi
from bot.services.aws.places import Instance

DESCRIBE: Final = "ec2:DescribeInstances"
MOST: Final = 1_000  # instances of one answer
_ALIVE: Final = ("pending", "running", "shutting-down", "stopping", "stopped")


@dataclass(frozen=True, slots=True)
class Machine:
    """An instance. ``region`` is where it was found; ``raw`` is all that AWS says of it."""

    region: str
    id: str
    name: str
    state: str
    kind: str
    raw: Mapping[str, Any]

    @property
    def label(self) -> str:
        """What people call it."""
        return short(self.name, 100) or self.id

    @property
    def ref(self) -> Instance:
        """The argument that means this one and no other."""
        return Instance(self.id, self.region, self.name)

    def text(self, key: str) -> str:
        """One of AWS's fields, where it is a text."""
        found = self.raw.get(key)
        return short(found, 200) if isinstance(found, str) else ""

    @property
    def launched(self) -> str:
        """When it was started, in UTC."""
        found = self.raw.get("LaunchTime")
        return f"{found.astimezone(UTC):%Y-%m-%d %H:%M} UTC" if isinstance(found, datetime) else ""


async def machines(api: AwsApi, region: str, **params: Any) -> tuple[list[Machine], bool]:
    """The instances of a region, by their names; and whether there are more.

    https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeInstances.html
    """
    answer = await api.read(DESCRIBE, region, f"instances in {region}", **params)
    some = islice(_machines(region, answer), MOST)  # as was asked for, whatever answers
    found = sorted(some, key=lambda m: (m.name.casefold(), m.id))
    return found, bool(answer.get("NextToken"))


async def find(api: AwsApi, wanted: Instance) -> list[Machine]:
    """Those that may be meant: all of that name (tag ``Name``), or the one of that id.

    Raises:
        NotFound: there is none.
        UserError: there is no such region.
    """
    settings = api.site.settings
    regions = (await api.site.allowed(wanted.region),) if wanted.region else settings.places
    by = ("instance-id" if wanted.id else "tag:Name", [wanted.name])
    filters = [_filter(*by), _filter("instance-state-name", _ALIVE)]
    answers = await asyncio.gather(*(machines(api, r, Filters=filters) for r in regions))
    found = [m for some, _ in answers for m in some if wanted.name in (m.id, m.name)]
    if not found:  # a filter may have wildcards: what it finds is compared once more
        where = f" in {wanted.region}" if wanted.region else ""
        raise NotFound(f"instance '{short(wanted.name, 100)}'{where}")
    return found


async def one(api: AwsApi, wanted: Instance) -> Machine | Sequence[Machine]:
    """The one that is meant, or all that may be."""
    found = await find(api, wanted)
    return found[0] if len(found) == 1 else found


async def again(api: AwsApi, region: str, instance: str) -> Machine:
    """One that is known, as it is now.

    Raises:
        NotFound: it is gone.
    """
    found, _ = await machines(api, region, InstanceIds=[instance])
    if not found:
        raise NotFound(f"instance '{instance}'")
    return found[0]


def _filter(name: str, values: Sequence[str]) -> dict[str, Any]:
    return {"Name": name, "Values": list(values)}


def _machines(region: str, answer: Mapping[str, Any]) -> Iterator[Machine]:
    for reservation in answer.get("Reservations", ()):
        for raw in reservation.get("Instances", ()):
            tags = {tag.get("Key"): tag.get("Value", "") for tag in raw.get("Tags", ())}
            yield Machine(
                region,
                raw.get("InstanceId", ""),
                tags.get("Name", ""),
                raw.get("State", {}).get("Name", ""),
                raw.get("InstanceType", ""),
                raw,
            )
