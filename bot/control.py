"""The socket by which ``actas verify`` reaches the running bot.

It is a Unix socket in the state directory, its owner's only. One JSON object a line each way:
``{"do": "list"}``, or ``{"do": "confirm" | "reject", "transaction": …}``. Every answer is
``{"verifications": […]}`` as they stand then, or ``{"error": …}``.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final

import structlog

from bot.errors import ConfigError
from bot.matrix.pins import Pins
from bot.matrix.verification import Verification, Verifications
from bot.storage.state import CONTROL, control_address

_LONGEST: Final = 4096  # bytes of a line

log = structlog.get_logger()


@asynccontextmanager
async def serve_control(
    directory: Path, verifications: Verifications, pins: Pins
) -> AsyncIterator[None]:
    """Listen in the state directory while the block runs.

    Raises:
        ConfigError: that cannot be done there.
    """
    path = directory / CONTROL
    try:
        path.unlink(missing_ok=True)  # a bot that was killed leaves it; the lock says: none runs
        with control_address(directory) as address:
            talk = _Control(verifications, pins).talk
            server = await asyncio.start_unix_server(talk, address, limit=_LONGEST)
        path.chmod(0o600)
    except OSError as error:
        problem = f"no socket can be made in {directory} ({error.strerror})"
        raise ConfigError("state_dir", problem, "See that the bot may write there") from None
    try:
        yield
    finally:
        server.close()
        path.unlink(missing_ok=True)


class _Control:
    def __init__(self, verifications: Verifications, pins: Pins) -> None:
        self._verifications, self._pins = verifications, pins

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, to its end."""
        try:
            while line := await reader.readline():
                answer = await self._answer(line)
                writer.write(json.dumps(answer).encode() + b"\n")
                await writer.drain()
        except (ConnectionError, ValueError) as error:  # ValueError: an endless line
            log.debug("control.broken_off", error=type(error).__name__)
        finally:
            writer.close()

    async def _answer(self, line: bytes) -> Mapping[str, Any]:
        try:
            request = json.loads(line)
            what, transaction = request["do"], request.get("transaction")
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
            return {"error": "malformed request"}
        try:
            match what:
                case "list":
                    pass
                case "confirm":
                    self._verifications.confirm(transaction)
                case "reject":
                    self._verifications.reject(transaction)
                case _:
                    return {"error": "unknown request"}
        except KeyError:
            return {"error": "there is nothing to compare in that verification"}
        found = self._verifications.all()
        await self._pins.need([each.user for each in found])
        return {"verifications": [self._shown(each) for each in found]}

    def _shown(self, found: Verification) -> Mapping[str, Any]:
        return {
            "user": found.user,
            "device": found.device,
            "transaction": found.transaction,
            "state": found.state,
            "outcome": found.outcome,
            "standing": self._pins.standing(found.user, found.master).name.lower(),
            "emoji": found.sas.emoji,
            "numbers": found.sas.numbers,
        }
