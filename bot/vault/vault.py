"""The vault: everybody's credentials and the bot's own secrets, sealed, in the database."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final, TypeAlias

from sqlalchemy import Row, bindparam, delete, select, update

from bot.errors import ConfigError, Unopenable, WrongKey
from bot.model import Credential
from bot.secret import Secret
from bot.storage.database import Database
from bot.storage.statements import upsert
from bot.storage.tables import credential as slots
from bot.storage.tables import sealed_value
from bot.vault.context import row_context
from bot.vault.sealer import Sealer

LABEL: Final = "credential"
_BLOCK: Final = 256  # bytes; the length of what is stored tells nothing about a secret's
_CANARY: Final = "canary"
_SONG: Final = b"ACTAS_SECRET opens this database"
_TOUCH_EVERY: Final = timedelta(minutes=1)
_Row: TypeAlias = Row[*tuple[Any, ...]]
_METADATA: Final = (
    slots.c.service,
    slots.c.account,
    slots.c.identity,
    slots.c.created_at,
    slots.c.expires_at,
    slots.c.last_used_at,
    slots.c.fresh_until,
)
_SLOT: Final = (
    select(slots.c.sealed, *_METADATA)
    .where(slots.c.user_id == bindparam("user"), slots.c.service == bindparam("service"))
    .where(slots.c.label == LABEL)
)


@dataclass(frozen=True, slots=True)
class Account:
    """What is known about a credential without opening it.

    ``account`` is the user's name over there, None where it does not open.
    """

    user: str
    service: str
    account: str | None
    identity: str
    created: datetime
    expires: datetime | None
    last_used: datetime | None
    fresh_until: datetime | None = None


class Vault:
    """Stores and returns credentials; what is sealed goes no further than this class."""

    def __init__(self, database: Database, sealer: Sealer) -> None:
        self._database, self._sealer = database, sealer
        self._touched: dict[tuple[str, str], datetime] = {}

    async def prove(self) -> None:
        """Prove that the keys are this database's; on a first start, make them so.

        Raises:
            WrongKey: they are not.
            ConfigError: what would prove it is lost.
        """
        if await self.proven():
            return
        if await self.users():
            problem = "is damaged: it holds credentials, and not what proves ACTAS_SECRET"
            raise ConfigError("database", problem, "Restore a backup")
        await self.put_value(_CANARY, _SONG)

    async def proven(self) -> bool:
        """Whether the keys are this database's; False where it has not been used with any yet.

        Raises:
            WrongKey: they are not.
        """
        try:
            return await self.get_value(_CANARY) is not None
        except Unopenable:
            raise WrongKey(
                "ACTAS_SECRET: is not the secret that this database was sealed with. Give the bot "
                "that secret again; to change it, put the new one in front of the old one"
            ) from None

    async def put(self, credential: Credential) -> None:
        """Store a credential; one that is there for the same user and service is replaced."""
        keys = (credential.user, credential.service, LABEL, credential.identity)
        fields = {name: secret.reveal() for name, secret in credential.fields.items()}
        account = _encode(credential.account)
        row = {
            "user_id": credential.user,
            "service": credential.service,
            "label": LABEL,
            "sealed": self._sealer.seal(_encode(fields), **row_context("credential", *keys)),
            "account": self._sealer.seal(account, **row_context("credential.account", *keys)),
            "identity": credential.identity,
            "created_at": _milliseconds(credential.created),
            "expires_at": _milliseconds(credential.expires),
            "last_used_at": _milliseconds(credential.last_used),
            "fresh_until": _milliseconds(credential.fresh_until),
            "reminded_at": None,
        }
        async with self._database.transaction() as connection:
            await connection.execute(upsert(connection, slots), row)
        self._touched.pop((credential.user, credential.service), None)
        await self._database.scrub()

    async def get(self, user: str, service: str) -> Credential | None:
        """The credential of a user for a service, or None.

        Raises:
            Unopenable: it was moved or altered, or its key is gone.
        """
        async with self._database.transaction() as connection:
            result = await connection.execute(_SLOT, {"user": user, "service": service})
            row = result.first()
        if row is None:
            return None
        keys = (user, service, LABEL, row.identity)
        fields = json.loads(self._sealer.open(row.sealed, **row_context("credential", *keys)))
        account = self._sealer.open(row.account, **row_context("credential.account", *keys))
        return Credential(
            user=user,
            service=service,
            account=json.loads(account),
            fields={name: Secret(value) for name, value in fields.items()},
            identity=row.identity,
            **_times(row),
        )

    async def rebind(self, user: str, service: str, identity: str) -> bool:
        """Bind a credential to another identity. False if it is bound to it already, or is gone.

        Raises:
            Unopenable: it was moved or altered, or its key is gone.
        """
        found = await self.get(user, service)
        if found is None or found.identity == identity:
            return False
        await self.put(replace(found, identity=identity))
        return True

    async def accounts(self, user: str) -> list[Account]:
        """What a user has stored, by service, with no secret opened."""
        return await self._accounts(slots.c.user_id == user)

    async def ending(self, before: datetime) -> list[Account]:
        """What ends before then, and whose owner has not been told so: see :meth:`reminded`."""
        return await self._accounts(
            slots.c.expires_at < _milliseconds(before), slots.c.reminded_at.is_(None)
        )

    async def reminded(self, user: str, service: str, when: datetime) -> None:
        """Note that a credential's owner was told that it ends."""
        async with self._database.transaction() as connection:
            await connection.execute(
                update(slots)
                .where(slots.c.user_id == user, slots.c.service == service)
                .values(reminded_at=_milliseconds(when))
            )

    async def users(self) -> list[str]:
        """Everybody who has stored something."""
        async with self._database.transaction() as connection:
            query = select(slots.c.user_id).distinct().order_by(slots.c.user_id)
            return list((await connection.execute(query)).scalars())

    async def touch(self, user: str, service: str, when: datetime) -> None:
        """Note that a credential was used; written once a minute, since it is read by people."""
        last = self._touched.get((user, service))
        if last is not None and when - last < _TOUCH_EVERY:
            return
        self._touched[user, service] = when
        async with self._database.transaction() as connection:
            await connection.execute(
                update(slots)
                .where(slots.c.user_id == user, slots.c.service == service)
                .values(last_used_at=_milliseconds(when))
            )

    async def delete(self, user: str, service: str) -> bool:
        """Remove a credential for good; False where there was none."""
        return await self._remove(slots.c.user_id == user, slots.c.service == service) > 0

    async def forget(self, user: str) -> int:
        """Remove all credentials of a user for good; how many services that were."""
        return await self._remove(slots.c.user_id == user)

    async def put_value(self, name: str, value: bytes) -> None:
        """Store one of the bot's own secrets; one of that name is replaced."""
        sealed = self._sealer.seal(value, **row_context("sealed_value", name))
        async with self._database.transaction() as connection:
            statement = upsert(connection, sealed_value)
            await connection.execute(statement, {"name": name, "sealed": sealed})

    async def get_value(self, name: str) -> bytes | None:
        """One of the bot's own secrets, or None.

        Raises:
            Unopenable: it was moved or altered, or its key is gone.
        """
        async with self._database.transaction() as connection:
            query = select(sealed_value.c.sealed).where(sealed_value.c.name == name)
            sealed = (await connection.execute(query)).scalar()
        if sealed is None:
            return None
        return self._sealer.open(sealed, **row_context("sealed_value", name))

    async def _accounts(self, *where: Any) -> list[Account]:
        query = select(slots.c.user_id, *_METADATA).where(slots.c.label == LABEL, *where)
        async with self._database.transaction() as connection:
            rows = (await connection.execute(query.order_by(slots.c.service))).all()
        return [
            Account(
                user=row.user_id,
                service=row.service,
                account=self._name(row),
                identity=row.identity,
                **_times(row),
            )
            for row in rows
        ]

    def _name(self, row: _Row) -> str | None:
        context = row_context("credential.account", row.user_id, row.service, LABEL, row.identity)
        try:
            return str(json.loads(self._sealer.open(row.account, **context)))
        except Unopenable:
            return None

    async def _remove(self, *where: Any) -> int:
        async with self._database.transaction() as connection:
            removed = (await connection.execute(delete(slots).where(*where))).rowcount
        await self._database.scrub()
        return int(removed)


def _encode(value: str | Mapping[str, str]) -> bytes:
    """Canonical JSON, padded with spaces to a multiple of 256 bytes."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":")).encode("ascii")
    return text + b" " * (-len(text) % _BLOCK)


def _times(row: _Row) -> dict[str, Any]:
    return {
        "created": _moment(row.created_at),
        "expires": _moment(row.expires_at),
        "last_used": _moment(row.last_used_at),
        "fresh_until": _moment(row.fresh_until),
    }


def _milliseconds(moment: datetime | None) -> int | None:
    return None if moment is None else round(moment.timestamp() * 1000)


def _moment(milliseconds: int | None) -> datetime | None:
    return None if milliseconds is None else datetime.fromtimestamp(milliseconds / 1000, UTC)
