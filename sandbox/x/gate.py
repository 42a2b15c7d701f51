"""What every request to the API passes: who asks, the rate limit, the account's state."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeAlias

from aiohttp import web

from sandbox.x import problems
from sandbox.x.limits import Limits
from sandbox.x.oauth import OAuth
from sandbox.x.oauth2 import OAuth2, suffices
from sandbox.x.state import Account, State

Handler: TypeAlias = Callable[[web.Request, Account], Awaitable[web.Response]]


def refusal(status: int, body: object) -> web.Response:
    """An answer that says no."""
    return web.json_response(body, status=status)


class Gate:
    """Lets requests through to handlers, as the account whose token they come with."""

    def __init__(self, state: State, oauth: OAuth, oauth2: OAuth2, limits: Limits) -> None:
        self.state, self.limits = state, limits
        self._oauth, self._oauth2 = oauth, oauth2

    def signed(
        self, endpoint: str, handler: Handler
    ) -> Callable[[web.Request], Awaitable[web.Response]]:
        """``handler`` behind the gate; its requests count for ``endpoint``."""

        async def handle(request: web.Request) -> web.Response:
            bearer = self._oauth2.authenticate(request)
            token = bearer or await self._oauth.authenticate(request)
            if token is None:
                return refusal(401, problems.UNAUTHORIZED)
            if bearer is not None and not suffices(bearer.scopes, endpoint):
                return refusal(403, problems.NO_SCOPE)
            allowed, headers = self.limits.take(endpoint, token.account.id)
            if not allowed:
                response = refusal(429, problems.TOO_MANY)
            elif token.account.id in self.state.suspended:
                response = refusal(403, problems.SUSPENDED_YOURSELF)
            else:
                response = await handler(request, token.account)
            response.headers.update(headers)
            return response

        return handle

    def pay(self, what: str, times: int = 1) -> web.Response | None:
        """The refusal, where the credits do not suffice."""
        paid = self.limits.pay(what, times)
        return None if paid else refusal(402, problems.NO_CREDITS)


def not_your_id(account: Account, wanted: str) -> web.Response | None:
    """The refusal, where the id in the path is not that of who signs."""
    if wanted == account.id:
        return None
    message = (
        f"The `id` query parameter value [{wanted}] must be the same as the authenticating user "
        f"[{account.id}]"
    )
    return refusal(400, problems.invalid("id", wanted, message))
