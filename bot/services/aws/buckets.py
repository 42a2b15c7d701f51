"""Looking at S3: buckets, and what is in one as if it had folders."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Final

from bot.plugin import Call, command
from bot.prose import short
from bot.reply import Block, Line, Mono, Reply, line, numbered, say
from bot.services.aws.api import AwsApi
from bot.services.aws.places import Path

_PAGE: Final = 100  # entries of one answer
_EVERYTHING: Final = Path()


@command("s3 ls", aliases=("s3 list",), examples=("s3 ls", "s3 ls backups/2026/"))
async def s3_ls(call: Call[AwsApi], path: Path = _EVERYTHING) -> Reply:
    """List your buckets, or what is in one."""
    if not path.name:
        return await _buckets(call.api)
    answer = await call.api.read(
        "s3:ListObjectsV2",
        what=f"bucket '{path.bucket}'",
        Bucket=path.bucket,
        Prefix=path.prefix,
        Delimiter="/",
        MaxKeys=_PAGE,
    )
    folders = [str(each.get("Prefix", "")) for each in answer.get("CommonPrefixes", ())][:_PAGE]
    objects = [each for each in answer.get("Contents", ()) if each.get("Key") != path.prefix]
    objects = objects[:_PAGE]  # as was asked for, whatever answers
    entries = [line(Mono(short(name, 300))) for name in folders] + [_object(o) for o in objects]
    if not entries:
        return say("There is nothing in ", Mono(short(path.name, 300)), ".")
    blocks: list[Block] = [line("In ", Mono(short(path.name, 300)), ":"), numbered(entries)]
    if answer.get("IsTruncated"):
        blocks.append(line("There is more: say the beginning of a name behind it."))
    names = [*folders, *(str(each.get("Key", "")) for each in objects)]
    return Reply(tuple(blocks), listing=tuple(f"{path.bucket}/{name}" for name in names))


async def _buckets(api: AwsApi) -> Reply:
    answer = await api.read("s3:ListBuckets", what="buckets")
    found = [str(each.get("Name", "")) for each in answer.get("Buckets", ())]
    if not found:
        return say("The account has no buckets.")
    blocks: list[Block] = [line("Buckets:"), numbered([line(Mono(b)) for b in found[:_PAGE]])]
    if len(found) > _PAGE:
        blocks.append(line(f"{len(found) - _PAGE} more."))
    return Reply(tuple(blocks), listing=tuple(found))


def _object(found: dict[str, Any]) -> Line:
    size, changed = found.get("Size"), found.get("LastModified")
    told = [_bytes(size) if isinstance(size, int) else ""]
    if isinstance(changed, datetime):
        told.append(f"{changed.astimezone(UTC):%Y-%m-%d %H:%M} UTC")
    return line(Mono(short(str(found.get("Key", "")), 300)), f" {', '.join(filter(None, told))}")


def _bytes(size: float) -> str:
    for unit in ("B", "KiB", "MiB", "GiB"):
        if size < 1024:
            return f"{size:.0f} {unit}" if unit == "B" else f"{size:.1f} {unit}"
        size /= 1024
    return f"{size:.1f} TiB"
