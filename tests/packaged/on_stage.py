"""Alice connects a service of another package and uses it; prints what came of it, as JSON.

It is run where the package is installed, with its configuration as the argument and its case in
``ACTAS_CASE``: in a process of its own, so that no other test finds the package.
"""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path

from bot.cli.asking import Asker
from bot.cli.questions import question
from bot.cli.service_form import fill
from bot.config import load
from bot.log.setup import set_up
from bot.services import discover
from bot.storage.database import Database
from bot.vault.keys import KeyRing, new_secret
from bot.vault.sealer import Sealer
from tests.contracts.case import OUTSIDE
from tests.unit.stage import ALICE, ROOM, Stage, key

DM = f"!dm-{ALICE}"


async def main(file):
    """Read the configuration, start the service's stand-in and a bot, and let Alice speak."""
    kinds = discover()
    [entry] = load(file, kinds).services.values()
    async with OUTSIDE.start() as there:
        settings = entry.settings.model_copy(update={"api_url": there.url})
        service = entry.kind.create(entry.name, entry.aliases, settings)
        database = await Database.open(file.with_name("actas.db"))
        stage = Stage(database, Sealer(KeyRing.from_text(new_secret())), services=[service])
        await stage.show(ALICE, key(ALICE))
        said = [await _answers(stage, *what) for what in _script(there)]
        await stage.close()
        await database.close()
        came = {"said": said, "removed": len(stage.sent.removed), "incident": there.incident}
        sys.stdout.write(json.dumps(came | {"kinds": list(kinds), "setup": _setup(kinds)}))


def _script(there):
    """What she says, where, and how many answers that has."""
    yield "!pd list", ROOM, 2
    yield OUTSIDE.wrong["token"], DM, 1
    yield "connect pagerduty", DM, 1
    yield OUTSIDE.right(there)["token"], DM, 2
    yield "!pd ack 1", ROOM, 1
    yield "!pd ack Q9", ROOM, 1
    yield "!pd ack that!", ROOM, 1
    yield "disconnect pagerduty", DM, 1


async def _answers(stage, text, room, count):
    before = len(stage.sent.events)
    await stage.says(ALICE, text, room=room)
    async with asyncio.timeout(10):
        while len(stage.sent.events) < before + count:
            await stage.sent.more()
    return "\n".join(stage.sent.texts[before:])


def _setup(kinds):
    """What `actas setup` asks of who wants it, and what it then writes."""
    site = "https://acme.pagerduty.com"
    form = fill(Asker(interactive=False), kinds, ["pagerduty"], [f"pagerduty.site={site}"])
    return [question("pagerduty", kinds["pagerduty"], "site"), form.services]


if __name__ == "__main__":
    set_up("warning")
    asyncio.run(main(Path(sys.argv[1])))
