"""GitHub as one user sees it, for one call. Every method raises only what is in ``bot.errors``."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final, TypeVar

from pydantic import TypeAdapter, ValidationError

from bot.errors import ServiceError
from bot.model import Credential
from bot.prose import short
from bot.services.github.beans import Bean, Many, Repo, User
from bot.services.github.faults import Refused, stranger, translate
from bot.services.github.site import REPO, Place, Site

if TYPE_CHECKING:
    from bot.services.github.client import Client

B = TypeVar("B", bound=Bean)
T = TypeVar("T")
Variables = dict[str, Any]
"""What stands in the place of ``{name}`` in an address: quoted by the library, every one."""

_EXPIRES: Final = re.compile(r"(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d) (UTC|[+-]\d{4})")


class GitHubApi:
    """Opened by the service for one call, and closed after it."""

    def __init__(self, site: Site, credential: Credential) -> None:
        self.site = site
        self._credential = credential
        self._client: Client | None = None

    async def close(self) -> None:
        """Hang up."""
        if self._client is not None:
            await self._client.close()

    @property
    def expires(self) -> datetime | None:
        """When the token ends for good, as far as GitHub has told."""
        said = _EXPIRES.fullmatch(self._client.expires) if self._client else None
        if said is None or "refresh_token" in self._credential.fields:
            return None
        zone = "+0000" if said[2] == "UTC" else said[2]
        try:
            return datetime.strptime(f"{said[1]} {zone}", "%Y-%m-%d %H:%M:%S %z").astimezone(UTC)
        except (ValueError, OverflowError):
            return None

    async def me(self) -> str:
        """The login of the credential's owner."""
        return short((await self.read(User, "user", {}, "API at the configured url")).login, 200)

    async def repository(self, place: Place) -> Repo:
        """A repository, by any of its names."""
        return await self.read(Repo, REPO, place.variables, f"repository {place}")

    async def read(self, bean: type[B], path: str, variables: Variables, what: str) -> B:
        """What GET says; ``what`` it is about goes into the errors ("issue acme/site#12").

        Raises:
            ServiceError: it is refused, or the answer is not what GitHub says.
        """
        found = await self._ask(lambda client: client.getitem(path, variables), what)
        return _checked(TypeAdapter(bean), found, retryable=True)

    async def read_all(
        self, bean: type[B], path: str, variables: Variables, what: str
    ) -> tuple[B, ...]:
        """The same, of an address that answers with a list."""
        found = await self._ask(lambda client: client.getitem(path, variables), what)
        return _checked(TypeAdapter(Many[bean]), found, retryable=True)  # type: ignore[valid-type]

    async def change(
        self,
        method: str,
        path: str,
        variables: Variables,
        what: str,
        *,
        data: Mapping[str, Any] | None = None,
    ) -> Any:
        """POST, PATCH, PUT or DELETE, once; what came back, not checked.

        Raises:
            ServiceError: as above; ``Unavailable`` is not retryable where it may have been done.
        """
        body: Any = b"" if data is None else data

        def question(client: Client) -> Awaitable[Any]:
            send: Callable[..., Awaitable[Any]] = getattr(client, method.lower())
            return send(path, variables, data=body)

        return await self._ask(question, what, retryable=False)

    async def made(
        self,
        bean: type[B],
        method: str,
        path: str,
        variables: Variables,
        *,
        what: str,
        data: Mapping[str, Any] | None = None,
    ) -> B:
        """The same, checked."""
        found = await self.change(method, path, variables, what, data=data)
        return _checked(TypeAdapter(bean), found, retryable=False)

    async def _ask(
        self,
        question: Callable[[Client], Awaitable[Any]],
        what: str,
        *,
        retryable: bool = True,
    ) -> Any:
        if self._client is None:
            self._client = self.site.client(self._credential)
        from gidgethub import GitHubException

        failure: ServiceError
        try:
            return await question(self._client)
        except Refused as fault:
            failure = translate(fault, what, retryable=retryable)
        except (GitHubException, ValueError, LookupError, RecursionError):  # not as JSON is
            failure = stranger(retryable=retryable)
        raise failure  # outside, as everywhere here: a context would hold what came in


def _checked(kind: TypeAdapter[T], found: Any, *, retryable: bool) -> T:
    try:
        return kind.validate_python(found)
    except (ValidationError, RecursionError):
        failure = stranger(retryable=retryable)
    raise failure
