"""What one user asks of AWS, as themselves."""

from __future__ import annotations

from contextlib import AsyncExitStack
from typing import Any

from bot.errors import Unauthorized, Unavailable, UserError
from bot.model import Credential
from bot.prose import short
from bot.services.aws.faults import NONSENSE, Refused, translate
from bot.services.aws.keys import Keys, current, needs_code
from bot.services.aws.sessions import Sessions
from bot.services.aws.site import Site


class AwsApi:
    """One user's way to AWS, for one call; clients are made when they are needed."""

    def __init__(self, site: Site, sessions: Sessions, credential: Credential) -> None:
        self.site = site
        self._sessions, self._credential = sessions, credential
        self._clients: dict[tuple[str, str, bool], Any] = {}
        self._stack = AsyncExitStack()

    async def close(self) -> None:
        """Close all connections."""
        await self._stack.aclose()

    async def read(
        self, action: str, region: str = "", what: str = "that", **params: Any
    ) -> dict[str, Any]:
        """What AWS answers to ``action`` ("ec2:DescribeInstances"), which changes nothing.

        ``what`` is asked about ("bucket 'x'"); without a ``region`` it is the default one.

        Raises:
            StepUp: the user has to give a code first.
            ServiceError: AWS says no, or nothing that can be used.
        """
        return await self._ask(action, region, what, changes=False, params=params)

    async def change(self, action: str, region: str, what: str, **params: Any) -> dict[str, Any]:
        """The same for what changes something."""
        return await self._ask(action, region, what, changes=True, params=params)

    async def me(self) -> tuple[str, str]:
        """Whose keys these are: the user's name, and the account's number.

        It needs no permission, and no session.

        https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html
        """
        keys = current(self._credential)
        action = "sts:GetCallerIdentity"
        found = await self._signed(keys, action, "", "that", changes=False, params={})
        account, arn = found.get("Account"), found.get("Arn")
        if not isinstance(account, str) or not isinstance(arn, str):
            raise Unavailable(NONSENSE)
        return short(arn.rpartition(":")[2].rpartition("/")[2], 200), short(account, 200)

    async def _ask(
        self, action: str, region: str, what: str, *, changes: bool, params: dict[str, Any]
    ) -> dict[str, Any]:
        keys = current(self._credential)
        if keys.token is None and needs_code(self._credential):
            raise self._sessions.step_up(self._credential)
        return await self._signed(keys, action, region, what, changes=changes, params=params)

    async def _signed(
        self,
        keys: Keys,
        action: str,
        region: str,
        what: str,
        *,
        changes: bool,
        params: dict[str, Any],
    ) -> dict[str, Any]:
        service, _, operation = action.partition(":")
        client = await self._client(service, region or self.site.settings.region, keys)
        method = client.meta.method_to_api_mapping
        name = next(ours for ours, theirs in method.items() if theirs == operation)
        try:
            return await self.site.ask(client, name, changes=changes, params=params)
        except Refused as refused:
            fault = refused
        is_session = keys.token is not None
        if not fault.refuses_keys(session=is_session):
            device = needs_code(self._credential)
            raise translate(fault, action, what, retryable=not changes, device=device)
        if region not in ("", self.site.settings.region):
            await self.me()  # raises where they are refused there as well
            raise UserError(
                f"AWS does not accept your keys in {region}.",
                "That region has to be enabled for your account first.",
            )
        raise self._sessions.step_up(self._credential) if is_session else Unauthorized()

    async def _client(self, service: str, region: str, keys: Keys) -> Any:
        known = (service, region, keys.token is not None)
        if known not in self._clients:
            made = await self.site.client(service, region, keys)
            self._clients[known] = await self._stack.enter_async_context(made)
        return self._clients[known]
