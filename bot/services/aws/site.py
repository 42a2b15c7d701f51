"""One configured AWS: what all of its users share. It holds nobody's keys."""

from __future__ import annotations

import asyncio
from contextlib import AbstractAsyncContextManager
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from bot.errors import Unavailable, UserError
from bot.services.aws.faults import NONSENSE, Refused
from bot.services.aws.keys import Keys
from bot.services.aws.settings import AwsSettings
from bot.threads import Busy, Lane

if TYPE_CHECKING:
    from bot.services.aws.library import ClosedSession

_PATIENCE: Final = 60.0  # seconds for reading from a disk that may be asleep


class Site:
    """Makes clients, and asks with them."""

    def __init__(self, settings: AwsSettings, lane: Lane, readers: Lane) -> None:
        """``lane`` is for the disk, ``readers`` for what AWS answers."""
        self.settings, self._lane, self._readers = settings, lane, readers
        self._session: ClosedSession | None = None
        self._warm: set[str] = set()

    async def client(
        self, service: str, region: str, keys: Keys
    ) -> AbstractAsyncContextManager[Any]:
        """A client of ``service`` in ``region`` that signs with ``keys``."""
        session = await self._ready(service)
        from bot.services.aws.library import configured

        made: AbstractAsyncContextManager[Any] = session.create_client(
            service,
            region_name=region,
            endpoint_url=self.settings.endpoint_url,
            aws_access_key_id=keys.id.reveal(),
            aws_secret_access_key=keys.secret.reveal(),
            aws_session_token=keys.token.reveal() if keys.token else None,
            verify=True,
            config=configured(self.settings),
        )
        return made

    async def ask(
        self, client: Any, operation: str, *, changes: bool, params: dict[str, Any]
    ) -> dict[str, Any]:
        """What AWS answers to one request.

        Raises:
            Refused: it says no.
            Unavailable: there is no answer that can be used.
        """
        from botocore.exceptions import ClientError

        failure: Exception
        try:
            async with asyncio.timeout(self.settings.timeout):
                answer: dict[str, Any] = await getattr(client, operation)(**params)
            if "RequestId" in answer["ResponseMetadata"]:  # a page in HTML has none
                return answer
            failure = Unavailable(NONSENSE, retryable=not changes)
        except ClientError as error:
            failure = _refused(error.response)
        except Refused as refused:  # by the bot itself
            failure = refused
        except Unavailable as error:
            failure = Unavailable(error.what, retryable=error.retryable or not changes)
        except Busy:
            failure = Unavailable("too many of its answers are read at once", retryable=not changes)
        except TimeoutError:
            reason = f"no answer within {self.settings.timeout:g} seconds"
            failure = Unavailable(reason, retryable=not changes)
        except Exception:  # noqa: BLE001 - botocore's parsers raise whatever they stumble over
            failure = Unavailable(NONSENSE, retryable=not changes)
        raise failure  # here: no context holds the request

    async def allowed(self, region: str) -> str:
        """The region that was typed, or the default where none was.

        Raises:
            UserError: there is none of that name, or people may not use it.
        """
        settings = self.settings
        if not region:
            return settings.region
        if settings.regions:
            if region not in settings.regions:
                listed = ", ".join(f"`{name}`" for name in settings.regions)
                raise UserError("That region is not open to you here.", f"There are: {listed}.")
        elif region not in (await self._ready("ec2")).open:
            raise UserError("AWS has no region of that name.", "`regions` lists those there are.")
        return region

    async def _ready(self, service: str) -> ClosedSession:
        """The library, with what it knows of ``service`` in memory."""
        if self._session is None:
            await self._lane.load("bot.services.aws.library")
            from bot.services.aws.answers import Answers
            from bot.services.aws.library import ClosedSession

            answers = Answers(self._readers, self.settings.timeout)
            work = partial(ClosedSession, self.settings, answers)
            made = await self._lane.run(work, within=_PATIENCE)
            self._session = self._session or made  # another command may have been first
        if service not in self._warm:
            await self._lane.run(partial(self._session.warm, service), within=_PATIENCE)
            self._warm.add(service)
        return self._session


def _refused(response: Any) -> Refused:
    error, about = response.get("Error", {}), response.get("ResponseMetadata", {})
    return Refused(
        str(error.get("Code", "")),
        int(about.get("HTTPStatusCode", 0)),
        str(error.get("Message", "")),
    )
