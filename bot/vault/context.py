"""Where sealed values stand: one line for every sealed column of every table.

What a value was sealed for is bound into it (``Sealer``), so a row that is moved to another user,
service, room or name does not open. ``actas reseal`` walks the same list.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, Final, TypedDict

from sqlalchemy import Column, Table

from bot.storage import tables


class Context(TypedDict):
    """The keyword arguments of :meth:`Sealer.seal` and :meth:`Sealer.open`."""

    user: str
    service: str
    label: str


@dataclass(frozen=True, slots=True)
class SealedColumn:
    """A sealed column and the columns that its context is made of.

    ``user`` and ``service`` name columns; where they are "" the user is nobody and the service is
    ``actas:<table>`` (or ``fixed``). ``label`` are the columns that tell rows of the same user and
    service apart; ``suffix`` tells two sealed columns of one row apart: no id ends with it.
    """

    table: Table
    label: tuple[str, ...]
    user: str = ""
    service: str = ""
    fixed: str = ""
    column: str = "sealed"
    suffix: str = ""

    @property
    def keys(self) -> tuple[str, ...]:
        """The columns whose values :meth:`context` takes, in this order."""
        return tuple(name for name in (self.user, self.service, *self.label) if name)

    @property
    def primary_key(self) -> tuple[Column[Any], ...]:
        """The table's primary key."""
        return tuple(self.table.primary_key)

    def context(self, *keys: str) -> Context:
        """The context of the row with these values of :attr:`keys`."""
        if len(keys) != len(self.keys):
            raise ValueError(f"the context of {self.table.name} is {', '.join(self.keys)}")
        rest = list(keys)
        user = rest.pop(0) if self.user else ""
        service = rest.pop(0) if self.service else self.fixed or f"actas:{self.table.name}"
        # Several columns are written as JSON: joined by any character, two rows could look alike.
        label = rest[0] if len(rest) == 1 else json.dumps(rest)
        return Context(user=user, service=service, label=label + self.suffix)


SEALED: Final[dict[str, SealedColumn]] = {
    "credential": SealedColumn(  # the identity too: who could change it would thaw a credential
        tables.credential, ("label", "identity"), user="user_id", service="service"
    ),
    "credential.account": SealedColumn(
        tables.credential,
        ("label", "identity"),
        user="user_id",
        service="service",
        column="account",
        suffix="/account",
    ),
    "sealed_value": SealedColumn(tables.sealed_value, ("name",), fixed="actas"),
    "inbox": SealedColumn(tables.inbox, ("event_id",), user="sender"),
    "journal": SealedColumn(tables.journal, ("event_id",), user="user_id", column="reply"),
    "journal.note": SealedColumn(
        tables.journal, ("event_id",), user="user_id", column="note", suffix="\0note"
    ),
    "following": SealedColumn(tables.following, ("event_id",), user="user_id"),
    "room_state": SealedColumn(tables.room_state, ("room_id",)),
    "device_list": SealedColumn(tables.device_list, ("user_id",)),
    "olm_session": SealedColumn(tables.olm_session, ("sender_key", "session_id")),
    "inbound_session": SealedColumn(
        tables.inbound_session, ("room_id", "sender_key", "session_id")
    ),
    "outbound_session": SealedColumn(tables.outbound_session, ("room_id",)),
}
"""Every sealed column: by its table's name, or ``table.column`` for a second one of a table."""


def row_context(name: str, *keys: str) -> Context:
    """The context of one row: ``sealer.open(row.sealed, **row_context("room_state", room_id))``.

    ``keys``: user, service and the label's columns as far as the table has them, in this order;
    see :data:`SEALED`. For ``inbox`` that is sender, event id; for ``journal`` and
    ``following`` user id, event id.
    """
    return SEALED[name].context(*keys)
