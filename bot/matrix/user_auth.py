"""Requests that the homeserver wants the account's password for, beside its access token.

https://spec.matrix.org/v1.18/client-server-api/#user-interactive-authentication-api
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from bot.errors import ConfigError
from bot.matrix.client import Homeserver, MatrixError
from bot.matrix.login import Variable
from bot.secret import Secret

_PASSWORD: Final = "m.login.password"  # noqa: S105  # the name of a stage


async def authenticate(
    homeserver: Homeserver,
    user: str,
    where: str,
    body: Mapping[str, Any],
    password: Secret | None,
) -> None:
    """POST ``body``; again with the password, where the homeserver asks for one.

    Raises:
        ConfigError: it asks, and there is none, it is wrong, or something else is wanted.
        MatrixError, Unreachable: the homeserver refused or is away.
    """
    try:
        await homeserver.request("POST", where, body)
    except MatrixError as asked:
        if asked.status != 401 or not isinstance(asked.data.get("flows"), list):
            raise
        auth = _proof(asked.data, user, password)
    else:
        return
    try:
        await homeserver.request("POST", where, {**body, "auth": auth})
    except MatrixError as refusal:
        if refusal.status not in (401, 403) or refusal.dead_token:
            raise
        problem = f"the homeserver does not accept it ({refusal})"
        raise ConfigError(Variable.PASSWORD, problem, "Correct it") from None


def _proof(asked: Mapping[str, Any], user: str, password: Secret | None) -> dict[str, Any]:
    stages = _stages(asked["flows"])
    if [_PASSWORD] not in stages:
        wanted = ", or ".join(" and ".join(flow) for flow in stages) or "nothing that is known"
        problem = f"for a new identity of {user} the homeserver takes no password, but {wanted}"
        fix = f"Allow it {_page(asked) or 'there'}, and try again"
        raise ConfigError("homeserver.user", problem, fix)
    if password is None:
        problem = "is not set, and the homeserver wants it before it takes a new identity"
        raise ConfigError(Variable.PASSWORD, problem, "Set it for this once")
    return {
        "type": _PASSWORD,
        "identifier": {"type": "m.id.user", "user": user},
        "password": password.reveal(),
        "session": asked.get("session"),
    }


def _stages(flows: Any) -> list[list[str]]:
    each = [flow.get("stages") for flow in flows if isinstance(flow, dict)]
    return [[str(stage) for stage in stages] for stages in each if isinstance(stages, list)]


def _page(asked: Mapping[str, Any]) -> str:
    """``at <address>``, where the homeserver names one, as those with OAuth do."""
    params = asked.get("params")
    for each in params.values() if isinstance(params, dict) else ():
        url = each.get("url") if isinstance(each, dict) else None
        if isinstance(url, str) and url.startswith("https://") and url.isprintable():
            return f"at {url}"
    return ""
