"""Who is where, and what they bring."""

from __future__ import annotations

import re
from typing import Final

from tests.e2e.steps import connect_jenkins, connect_x
from tests.e2e.transcript.parser import BOT
from tests.e2e.transcript.script import Place
from tests.e2e.transcript.stage import Stage

_LIST: Final = re.compile(r", | and ")


async def _meet(stage: Stage, names: str, room: str, power: str) -> None:
    people = [name for name in _LIST.split(names) if name != BOT]
    await stage.meet(room, *people, may_remove=bool(power))


async def _open_to_all(stage: Stage, room: str) -> None:
    host, state = next(iter(stage.people.values())), {"history_visibility": "world_readable"}
    await host.set_state(stage.rooms[Place(room)], "m.room.history_visibility", state)


async def _has_dm(stage: Stage, name: str) -> None:
    await stage.dm(name)


async def _opens_dm(stage: Stage, name: str) -> None:
    who, place = await stage.person(name), Place(name, private=True)
    stage.rooms[place] = await who.open_dm(stage.bot.user)
    await who.has_joined(stage.rooms[place], stage.bot.user)


async def _connected(stage: Stage, name: str, service: str, account: str) -> None:
    connect = {"jenkins": connect_jenkins, "x": connect_x}[service]
    await connect(await stage.dm(name), stage, account)


DIRECTIONS: Final = {
    r"(.+) are in #(\w+)(, where actas may remove messages)?": _meet,
    r"Everybody may read #(\w+), even without being in it": _open_to_all,
    r"(\w+) has a direct message with actas": _has_dm,
    r"(\w+) opens a direct message with actas": _opens_dm,
    r"(\w+) has connected (jenkins|x) as @?(\w+)": _connected,
}
