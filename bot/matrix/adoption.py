"""Taking over an identity that was made elsewhere, by its recovery key."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from bot.errors import ConfigError
from bot.matrix import recovery_key
from bot.matrix.client import Homeserver
from bot.matrix.identity import USAGES, OwnIdentity
from bot.matrix.login import Variable
from bot.matrix.secret_storage import Damaged, SecretStorage
from bot.secret import Secret

NAMES: Final = {usage: f"m.cross_signing.{usage}" for usage in USAGES}
"""What the seeds are called in secret storage."""

_RESET: Final = "`actas setup --reset-identity` replaces the identity instead"


async def adopt_identity(
    homeserver: Homeserver, user: str, answer: Mapping[str, Any], recovery: Secret
) -> OwnIdentity:
    """The identity that ``answer``, one of ``/keys/query``, shows, from the secret storage.

    Raises:
        ConfigError: it is not the account's recovery key, or what it opens is not that identity.
        MatrixError, Unreachable: the homeserver refused or is away.
    """
    try:
        key = recovery_key.read(recovery)
    except ValueError as error:
        raise ConfigError(Variable.RECOVERY_KEY, str(error), "Give it as it was shown") from None
    try:
        found = await SecretStorage(homeserver, user).open(key, tuple(NAMES.values()))
    except Damaged as error:
        raise ConfigError("homeserver.user", f"{user}: {error}", _RESET) from None
    if found is None:
        fix = f"Give the one that was shown last; {_RESET}"
        raise ConfigError(Variable.RECOVERY_KEY, f"is not the recovery key of {user}", fix)
    own = OwnIdentity({usage: found[name] for usage, name in NAMES.items()})
    if not own.is_in(answer, user):
        problem = f"opens another identity than the one that {user} has now"
        raise ConfigError(Variable.RECOVERY_KEY, problem, _RESET)
    return own


async def make_recovery_key(storage: SecretStorage, own: OwnIdentity) -> Secret:
    """Put the seeds into secret storage under a new key; returns that as a recovery key.

    Raises:
        MatrixError, Unreachable: the homeserver refused or is away.
    """
    values = {NAMES[usage]: seed for usage, seed in own.seeds.items()}
    return recovery_key.write(await storage.fill(values))
