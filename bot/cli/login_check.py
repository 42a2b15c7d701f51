"""Whether the bot's stored login still works."""

from __future__ import annotations

from collections.abc import AsyncIterator

from bot.cli.findings import Finding, fail, ok
from bot.cli.opening import open_database, read_sealer
from bot.config import Config
from bot.errors import ActasError
from bot.matrix.client import Homeserver, MatrixError, Session
from bot.matrix.login import stored_session
from bot.vault.vault import Vault

_WHAT = "login"


async def stored_login(config: Config) -> AsyncIterator[Finding]:
    """Try the session that is stored; nothing is said before the first start."""
    location = config.location
    if location.database is None and not (config.state_dir / "actas.db").exists():
        return
    try:
        async with open_database(location) as database:
            session = await stored_session(Vault(database, read_sealer()))
        if session is not None:
            yield await _try(config, session)
    except ActasError as error:
        yield fail(_WHAT, str(error))


async def _try(config: Config, session: Session) -> Finding:
    homeserver = Homeserver(config.homeserver.url, timeout=10)
    homeserver.use(session.access_token)
    try:
        answer = await homeserver.request("GET", "/v3/account/whoami")
    except MatrixError as refusal:
        if not refusal.dead_token:
            raise
        fix = "Start once with ACTAS_PASSWORD set"
        return fail(_WHAT, f"the homeserver has ended it ({refusal.errcode}). {fix}")
    finally:
        await homeserver.close()
    user = config.homeserver.user
    if session.user_id != user or answer.get("user_id") != user:
        fix = "Use a state directory of its own for each account"
        return fail(_WHAT, f"is of {session.user_id}, not of {user}. {fix}")
    return ok(_WHAT, f"works: {user} on the device {session.device_id}")
