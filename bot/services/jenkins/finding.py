"""From what was typed to the job that is meant; its full name is what all else goes by.

A job of exactly that name comes first. Only where there is none, all names that the person may see
are searched, and a unique end of one is enough; see :mod:`bot.services.jenkins.completion`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Final, Generic, TypeVar

from bot.errors import NotFound, ServiceError, UserError
from bot.plugin import Call, Question, Ready
from bot.prose import short
from bot.reply import Block, Mono, Reply, line, numbered
from bot.secret import Secret
from bot.services.jenkins.api import JenkinsApi
from bot.services.jenkins.beans import Job
from bot.services.jenkins.completion import complete, named, nearest
from bot.services.jenkins.names import FolderPath, JobPath
from bot.services.jenkins.numbers import BuildNumber
from bot.services.jenkins.rows import Entry, Jobs
from bot.threads import Busy

P = TypeVar("P", bound=JobPath)
Answers = Mapping[str, str | Secret]

_SEVERAL: Final = "Several fit. Say the command again with a number in place of the name:"
_NONE: Final = (
    "No {thing} is called that. If you meant one of these, say the command again with its number:"
)
_AT_MOST: Final = 20  # names that are offered at once
_PATIENCE: Final = 5.0  # seconds for a comparison of names


@dataclass(frozen=True, slots=True)
class Found(Generic[P]):
    """A job under its full name. ``sure`` is False where a mere part of a word was typed.

    ``number`` is what was typed, or nothing where that belongs to the job's name.
    """

    path: P
    job: Job
    number: BuildNumber
    sure: bool = True


async def find(
    api: JenkinsApi, path: P, number: BuildNumber | None = None, *, folders: bool = False
) -> Found[P] | Reply:
    """The job that is meant, or what to say where it may be several or none.

    ``folders``: a folder will do. A ``number`` that was typed behind the name may be part of it.

    Raises:
        UserError: it is a folder.
        NotFound: there is no such job, and none that is like it.
    """
    number, sure = number or BuildNumber(), True
    try:
        job = await api.job(path)
    except NotFound as nothing:
        missing = nothing
    else:
        return _found(path, job, number, folders=folders)
    entries = await _entries(api, missing)
    whole = named(f"{path.name} {number}", _names(entries, folders=False)) if number else ()
    if len(whole) == 1:
        path, number = replace(path, name=whole[0]), BuildNumber()
    else:
        matches = complete(path.name, _names(entries, folders=folders))
        if not matches.names and not folders:
            matches = complete(path.name, [name for name, _ in entries])
        if len(matches.names) != 1:
            return await _offer(api, path, matches.names, entries, missing)
        path, sure = replace(path, name=matches.names[0]), matches.sure
    return _found(path, await api.job(path), number, folders=folders, sure=sure)


async def find_folder(api: JenkinsApi, path: FolderPath) -> tuple[FolderPath, Jobs] | Reply:
    """The folder that is meant and what is in it, or what to say where it may be several.

    Raises:
        NotFound: there is none.
        Invalid: it is a job.
    """
    try:
        return path, await api.rows(path)
    except NotFound as nothing:
        missing = nothing
    entries = await _entries(api, missing)
    names = [name for name, row in entries if row.color is None]
    found = complete(path.name, names).names
    if len(found) != 1:
        return await _offer(api, path, found, [e for e in entries if e[1].color is None], missing)
    path = FolderPath(found[0])
    return path, await api.rows(path)


async def prepare_job(
    call: Call[JenkinsApi],
    answers: Answers,  # noqa: ARG001 - it asks nothing
    *,
    job: JobPath,
    number: BuildNumber | None = None,
    **others: Any,
) -> Ready | Question | Reply:
    """Look for the job, before a command that shows something of one."""
    found = await find(call.api, job, number)
    return found if isinstance(found, Reply) else Ready(arguments(found, others))


async def prepare_change(
    call: Call[JenkinsApi],
    answers: Answers,  # noqa: ARG001 - it asks nothing but for a yes
    *,
    job: JobPath,
    number: BuildNumber | None = None,
    **others: Any,
) -> Ready | Question | Reply:
    """Look for the job, before a command that changes one; too little typed needs a "yes"."""
    found = await find(call.api, job, number)
    if isinstance(found, Reply):
        return found
    return Ready(arguments(found, others), ask=not found.sure)


def arguments(found: Found[Any], others: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments to go on with: the full name in place of what was typed."""
    number = {"number": found.number} if found.number else {}
    return {"job": found.path, **number, **others}


def must_be_no_folder(path: JobPath, color: str | None) -> None:
    """Refuse what cannot be built by its nature; a folder has no color.

    Raises:
        UserError: it is one.
    """
    if color is None:
        raise UserError(f"{path} is a folder.", f"`ls {path}` shows what is in it.")


def must_be_spelled(path: JobPath, full_name: str) -> None:
    """Refuse a job that Jenkins finds in another case: what is confirmed is what is done.

    Raises:
        UserError: its ``full_name`` is not quite the one that was given.
    """
    if full_name not in ("", path.name):
        raise UserError("No job is spelled quite like that.", f"Did you mean {full_name}?")


def _found(path: P, job: Job, number: BuildNumber, *, folders: bool, sure: bool = True) -> Found[P]:
    if job.full_name not in ("", path.name):  # Jenkins finds it in any case
        path = replace(path, name=job.full_name)
    if not folders:
        must_be_no_folder(path, job.color)
    return Found(path, job, number, sure)


async def _entries(api: JenkinsApi, missing: NotFound) -> Sequence[Entry]:
    """All that there is; where that cannot be had, it stays at what is missing."""
    try:
        return tuple((await api.all_rows()).deep())
    except ServiceError:
        pass
    raise missing


def _names(entries: Iterable[Entry], *, folders: bool) -> list[str]:
    return [name for name, row in entries if folders or row.color is not None]


async def _offer(
    api: JenkinsApi,
    path: JobPath | FolderPath,
    names: Sequence[str],
    entries: Sequence[Entry],
    missing: NotFound,
) -> Reply:
    if names:
        return _choice(_SEVERAL, names)
    like = await _nearest(api, path.name, [name for name, _ in entries])
    if not like:
        raise missing
    return _choice(_NONE.format(thing="folder" if isinstance(path, FolderPath) else "job"), like)


async def _nearest(api: JenkinsApi, typed: str, names: Sequence[str]) -> tuple[str, ...]:
    try:
        return await api.site.lane.run(partial(nearest, typed, names), within=_PATIENCE)
    except (Busy, TimeoutError):
        return ()


def _choice(title: str, names: Sequence[str]) -> Reply:
    blocks: list[Block] = [
        line(title),
        numbered([line(Mono(short(name))) for name in names[:_AT_MOST]]),
    ]
    if len(names) > _AT_MOST:
        blocks.append(line(f"{len(names) - _AT_MOST} more: type more of the name."))
    return Reply(tuple(blocks), listing=tuple(names[:_AT_MOST]))
