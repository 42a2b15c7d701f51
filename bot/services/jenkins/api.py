"""Jenkins as one user sees it, for one call. Every method raises only what is in ``bot.errors``.

Each request has a deadline as a whole (the configured timeout) and runs beside the event loop; if
nobody waits for it any more, its connection is cut.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, TypeVar
from urllib.parse import unquote

from pydantic import TypeAdapter, ValidationError

from bot.errors import Invalid, ServiceError
from bot.model import Credential
from bot.services.jenkins.arguments import Value, plain
from bot.services.jenkins.beans import Bean, Build, Job, Me
from bot.services.jenkins.faults import Refused, stranger, translate
from bot.services.jenkins.names import FolderPath, JobPath
from bot.services.jenkins.rows import Jobs
from bot.services.jenkins.site import Key, Site
from bot.services.jenkins.waiting import ITEM, QueueItem

if TYPE_CHECKING:
    from bot.services.jenkins.client import Client

T = TypeVar("T")
B = TypeVar("B", bound=Bean)

_HERE: Final = "API at the configured url"
_RECENT: Final = 50  # builds
_DEPTH: Final = 6  # levels of folders that a search looks into
_FRESH: Final = 30.0  # seconds for which a listing is kept
_MOMENT: Final = 2.0  # seconds for which a job is kept
_BUILD: Final = (
    "number,result,building,timestamp,duration,estimatedDuration,description,queueId,"
    "actions[causes[shortDescription],failCount,skipCount,totalCount,parameters[name,value]]"
)
_JOB: Final = (
    "fullName,color,description,buildable,healthReport[description],"
    "property[parameterDefinitions[name,type,description,choices,defaultParameterValue[value]]],"
    f"lastBuild[{_BUILD}]"
)
_QUEUE_ITEM: Final = re.compile(r"/queue/item/([0-9]{1,18})/?")


@dataclass(frozen=True, slots=True)
class Queued:
    """What became of a build that was asked for; ``item`` is None where Jenkins did not say.

    ``twin``: an equal build was waiting already, and this is its item.
    """

    item: int | None
    twin: bool = False


class JenkinsApi:
    """Opened by the service for one call, and closed after it."""

    def __init__(self, site: Site, credential: Credential) -> None:
        self.site = site
        self._credential = credential
        self._client: Client | None = None

    def close(self) -> None:
        """Hang up."""
        if self._client is not None:
            self._client.session.close()
            self._client = None

    @property
    def now(self) -> float:
        """The time by Jenkins' clock (seconds), as far as it has been asked for something."""
        return time.time() if self._client is None else self._client.now

    async def me(self) -> Me:
        """Who Jenkins takes the credential's owner for."""
        return await self.read(Me, "me", "id,fullName", _HERE)

    async def rows(self, folder: FolderPath) -> Jobs:
        """What is in a folder, kept for 30 seconds.

        Raises:
            Invalid: it is a job.
        """
        what = f"folder '{folder}'" if folder.name else _HERE
        return await self._rows(folder, "fullName,jobs[name,color]", what)

    async def all_rows(self) -> Jobs:
        """Everything in all folders, six levels deep, in one request; kept for 30 seconds."""
        tree = "jobs[name,color]"
        for _ in range(_DEPTH - 1):
            tree = f"jobs[name,color,{tree}]"
        return await self._rows(FolderPath(), tree, _HERE)

    async def job(self, path: JobPath) -> Job:
        """A job with its parameters, its weather and its last build; or a folder."""
        found = await self.read(Job, path.item, _JOB, f"job '{path}'")
        for name in {path.name, found.full_name or path.name}:
            self.site.remember(self._key(name, _JOB), found, _MOMENT)
        return found

    async def seen(self, path: JobPath) -> Job:
        """The same, as it was seen a moment ago: once, for what is done after looking for it."""
        found: Job | None = self.site.recall(self._key(path.name, _JOB), once=True)
        return await self.job(path) if found is None else found

    async def run(self, path: JobPath, number: int) -> Build:
        """One build of a job."""
        return await self.read(Build, f"{path.item}/{number}", _BUILD, f"build {path} #{number}")

    async def start(self, path: JobPath, job: Job, pairs: Sequence[tuple[str, Value]]) -> Queued:
        """Ask for a build; the parameters go in the body. Never asked twice.

        Raises:
            Invalid: the job cannot be built, or the queue refuses it.
        """
        way = "buildWithParameters" if job.definitions else "build"
        data = [(name, plain(value)) for name, value in pairs]
        if all(definition.name != "delay" for definition in job.definitions):
            data.append(("delay", "0sec"))  # as the page's own button does: no quiet period
        status, location = await self.ask(
            lambda client: client.post(f"{path.item}/{way}", data), f"job '{path}'"
        )
        return _queued(path, status, location)

    async def queue_item(self, item: int) -> QueueItem:
        """Where a build that was asked for is now."""
        return await self.read(QueueItem, f"queue/item/{item}", ITEM, f"queue item {item}")

    async def recent(self, path: JobPath) -> tuple[Build, ...]:
        """The last builds, newest first: their numbers, queue items, and whether they run."""
        tree = f"builds[number,queueId,building]{{0,{_RECENT}}}"
        return (await self.read(Job, path.item, tree, f"job '{path}'")).builds

    async def build_of(self, path: JobPath, item: int) -> Build | None:
        """The build that a queue item became, if it is among the last ones."""
        builds = await self.recent(path)
        return next((build for build in builds if build.queue_id == item), None)

    async def _rows(self, folder: FolderPath, tree: str, what: str) -> Jobs:
        key = self._key(folder.name, tree)
        found: Jobs | None = self.site.recall(key)
        if found is None:
            found = await self.read(Jobs, folder.item, tree, what)
            if found.jobs is None:
                raise Invalid(f"'{folder}' is a job, not a folder")
            self.site.remember(key, found, _FRESH)
        return found

    def _key(self, name: str, tree: str) -> Key:
        return (self._credential.user, self._credential.account, f"{name}?{tree}")

    async def read(self, bean: type[B], item: str, tree: str, what: str) -> B:
        """What ``api/json`` of ``item`` (not quoted) says for this ``tree=``.

        Raises:
            ServiceError: see :meth:`ask`; or the answer is not what a Jenkins says.
        """
        found: dict[str, Any] = await self.ask(lambda client: client.read(item, tree), what)
        try:
            return bean.model_validate(found)
        except ValidationError:
            failure = stranger(retryable=True)
        raise failure  # outside, as everywhere here: a context would hold what came in

    async def fetch(self, kind: TypeAdapter[T], path: str, what: str) -> T:
        """The JSON at ``path`` (not quoted), where something of Jenkins has an address of its own.

        Raises:
            ServiceError: as :meth:`read`.
        """
        found = await self.ask(lambda client: client.get(path), what)
        try:
            return kind.validate_python(found)
        except ValidationError:
            failure = stranger(retryable=True)
        raise failure

    async def ask(self, question: Callable[[Client], T], what: str) -> T:
        """Put a question to the client; ``what`` it is about goes into the errors ("job 'x'")."""
        client = await self._open()
        failure: ServiceError
        try:
            return await client.session.ask(self.site.lane, lambda: question(client))
        except Refused as refused:
            failure = translate(refused, what, retryable=client.session.repeatable)
        finally:
            if not client.session.repeatable:  # something may have been changed
                self.site.forget(self._credential.user)
        raise failure

    async def _open(self) -> Client:
        if self._client is None or self._client.session.wire.is_cut:
            self.close()
            self._client = await self.site.client(self._credential)
        return self._client


def _queued(path: JobPath, status: int, location: str) -> Queued:
    """What the answer to a build's POST means; its Location may have any host, as a proxy has."""
    place = re.split("[?#]", location, maxsplit=1)[0]
    item = _QUEUE_ITEM.search(place)
    if item is not None and item.end() == len(place):
        return Queued(int(item[1]), twin=status == 303)
    if status == 201:
        return Queued(None)
    if unquote(place).rstrip("./").endswith(f"/{path.item}"):
        raise Invalid(f"its queue refuses to build job '{path}'")
    if status < 300:
        raise stranger(retryable=False)
    raise translate(Refused(status), f"job '{path}'", retryable=False)
