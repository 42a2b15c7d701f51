"""Looking at EC2: which regions and instances there are, and what is known of one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from bot.plugin import Call, command
from bot.prose import short
from bot.reply import Block, Line, Mono, Reply, Table, bullets, line, numbered, say
from bot.services.aws.api import AwsApi
from bot.services.aws.instances import MOST, Machine, machines, one
from bot.services.aws.places import Filter, Instance, Region

_SHOWN: Final = 50  # rows of a list
_USUAL: Final = Region()
_ALL: Final = Filter()
_FIELDS: Final = (
    ("Zone", "AvailabilityZone"),
    ("Private address", "PrivateIpAddress"),
    ("Public address", "PublicIpAddress"),
    ("Image", "ImageId"),
    ("Key pair", "KeyName"),
    ("VPC", "VpcId"),
    ("Why", "StateTransitionReason"),
)


@command("regions")
async def regions(call: Call[AwsApi]) -> Reply:
    """List the regions that you can use."""
    settings = call.api.site.settings
    answer = await call.api.read("ec2:DescribeRegions", what="regions")
    found = {str(each.get("RegionName", "")) for each in answer.get("Regions", ())}
    names = sorted(found & set(settings.regions) if settings.regions else found)
    usual = settings.region
    items = [line(Mono(name), " (the usual one)" if name == usual else "") for name in names]
    return Reply((line("Regions:"), bullets(items)))


@command("ec2 list", aliases=("ec2 ls",), examples=("ec2 list", "ec2 list eu-west-1 web"))
async def ec2_list(
    call: Call[AwsApi],
    region: Region = _USUAL,
    filter: Filter = _ALL,  # noqa: A002 - the word that users know
) -> Reply:
    """List a region's instances with their state and a number."""
    where = await call.api.site.allowed(region.name)
    found, more = await machines(call.api, where, MaxResults=MOST)
    fitting = [m for m in found if filter.fits(m.name, m.id, m.state, m.kind)]
    if not fitting:
        like = f" with {' '.join(filter.words)}" if filter.words else ""
        return say(f"There is no instance{like} in {where} that you can see.")
    blocks: list[Block] = [line(f"Instances in {where}:"), listed(fitting[:_SHOWN])]
    if len(fitting) > _SHOWN:
        blocks.append(line(f"{len(fitting) - _SHOWN} more: say a word of their names behind it."))
    if more:
        blocks.append(line(f"There are more than the {MOST:,} that I looked at."))
    return Reply(tuple(blocks), listing=tuple(str(m.ref) for m in fitting))


@command("ec2 show", examples=("ec2 show web-1", "ec2 show 2"))
async def ec2_show(call: Call[AwsApi], instance: Instance) -> Reply:
    """Show an instance: state, addresses, since when, tags."""
    found = await one(call.api, instance)
    if not isinstance(found, Machine):
        return which(found)
    rows = [("Id", found.id), ("Type", found.kind), ("Started", found.launched)]
    placed = found.raw.get("Placement", {}).get("AvailabilityZone", "")
    rows += [
        (title, found.text(key) if key != "AvailabilityZone" else placed) for title, key in _FIELDS
    ]
    tags = [(str(t.get("Key")), str(t.get("Value", ""))) for t in found.raw.get("Tags", ())][:20]
    rows += [(f"Tag {short(key, 60)}", short(value, 100)) for key, value in tags if key != "Name"]
    head = line(Mono(found.label), f" in {found.region} is {found.state}.")
    return Reply((head, Table(("What", "Value"), tuple((k, v) for k, v in rows if v))))


def listed(found: list[Machine]) -> Block:
    """A numbered list of them."""
    return numbered([_row(machine) for machine in found])


def which(found: Sequence[Machine]) -> Reply:
    """What to say where several may be meant."""
    ask = line("Several are called that. Say the command again with a number in place of the name:")
    items = [line(*_row(machine).parts, f" in {machine.region}") for machine in found[:_SHOWN]]
    return Reply((ask, numbered(items)), listing=tuple(str(machine.ref) for machine in found))


def _row(machine: Machine) -> Line:
    name = (" ", Mono(machine.label)) if machine.name else ()
    return line(f"{machine.state} ", Mono(machine.id), *name, f" {machine.kind}")
