"""Whether the bot's stored login still works, and whether people see the bot for who it is."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from typing import Any

from bot.cli.findings import Finding, Verdict, fail, ok
from bot.cli.opening import open_database, read_sealer
from bot.config import Config
from bot.errors import ActasError
from bot.matrix.client import Homeserver, MatrixError, Session
from bot.matrix.devices import read_device_list
from bot.matrix.identity import Held
from bot.matrix.introduction import query_own_keys
from bot.matrix.login import LoginEnded, Variable, stored_session
from bot.vault.vault import Vault

_WHAT = "login"


async def stored_login(config: Config) -> AsyncIterator[Finding]:
    """Try the session that is stored; nothing is said before the first start."""
    location = config.location
    if location.database is None and not (config.state_dir / "actas.db").exists():
        return
    try:
        async with open_database(location) as database:
            vault = Vault(database, read_sealer())
            session, held = await stored_session(vault), await Held.load(vault)
        if session is not None:
            async for finding in _try(config, session, held):
                yield finding
    except ActasError as error:
        yield fail(_WHAT, str(error))


async def _try(config: Config, session: Session, held: Held) -> AsyncIterator[Finding]:
    homeserver = Homeserver(config.homeserver.url, timeout=10)
    homeserver.use(session.access_token)
    try:
        login = await _login(config, homeserver, session)
        yield login
        if login.verdict is Verdict.OK:
            yield _identity(session, held, await query_own_keys(homeserver, session.user_id))
    finally:
        await homeserver.close()


async def _login(config: Config, homeserver: Homeserver, session: Session) -> Finding:
    try:
        answer = await homeserver.request("GET", "/v3/account/whoami")
    except MatrixError as refusal:
        if not refusal.dead_token:
            raise
        ended = LoginEnded(refusal)
        return fail(_WHAT, f"{ended.problem}. {ended.fix}")
    user = config.homeserver.user
    if session.user_id != user or answer.get("user_id") != user:
        fix = "Use a state directory of its own for each account"
        return fail(_WHAT, f"is of {session.user_id}, not of {user}. {fix}")
    return ok(_WHAT, f"works: {user} on the device {session.device_id}")


def _identity(session: Session, held: Held, answer: Mapping[str, Any]) -> Finding:
    shown = read_device_list(session.user_id, answer)
    if held.known_as(shown.master) is None:
        fix = (
            f"Start once with its recovery key in {Variable.RECOVERY_KEY}, or replace it "
            "with `actas setup --reset-identity`"
        )
        what = "another one than the bot's" if shown.master else "none"
        return fail("identity", f"the homeserver shows {what}, so people do not trust it. {fix}")
    device = shown.devices.get(session.device_id)
    if device is None or not device.signed:
        fix = "Start the bot" if held.next else "Sign it anew with `actas setup --reset-identity`"
        return fail("identity", f"has not signed the bot's device {session.device_id}. {fix}")
    return ok("identity", "is shown, and has signed the bot's device")
