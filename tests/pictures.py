"""Pictures of chats: ``python -m tests.pictures`` writes those of the README (docs/pictures).

``python -m tests.pictures --all DIRECTORY [NAME …]`` writes the chats of ``tests/transcripts``, or
those of these names, as a phone and a desk show them, to be looked at.
"""

from __future__ import annotations

import asyncio
import io
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from PIL import Image

from bot.clock import now
from bot.connect.callback import Shown as Visit
from bot.web.pages import visited
from sandbox.world import World
from tests.e2e.screen.camera import DESK, PHONE, Camera
from tests.e2e.screen.timeline import Shown, page
from tests.e2e.transcript.album import shown
from tests.e2e.transcript.parser import parse
from tests.e2e.transcript.replay import Replay
from tests.e2e.transcript.stage import Stage

_TRANSCRIPTS: Final = Path(__file__).parent / "transcripts"
_PICTURES: Final = Path(__file__).parents[1] / "docs" / "pictures"
_STORY: Final = "story"  # the chat whose pictures are the README's
_WIDTH: Final = 640
_DARK: Final = frozenset({"live-build"})
_VISIT: Final = Visit(
    bot="@actas:example.org",
    user="@alice:example.org",
    service="github",
    title="GitHub",
    code="RKTV-BXLW",
    refused=False,
    until=now() + 600_000,
)
_COLOURS: Final = 64  # a chat has few; so a picture has a third of the bytes


async def readme(world: World, camera: Camera) -> None:
    """Write the pictures of the README."""
    for name, messages in (await _play(world, _STORY)).pictures.items():
        timeline = page("#team" if name != "accounts" else "actas", messages, dark=name in _DARK)
        look = await camera.look(timeline, _WIDTH)
        _write(_PICTURES / f"{name}.png", look.png)
    _write(_PICTURES / "code.png", (await camera.look(visited(_VISIT), PHONE)).png)


async def everything(world: World, camera: Camera, to: Path, names: Sequence[str]) -> None:
    """Write every place of these chats: light on a phone, dark on a desk."""
    for name in names:
        stage = await _play(world, name)
        for title, messages in _places(stage):
            for width, dark in ((PHONE, False), (DESK, True)):
                look = await camera.look(page(title, messages, dark=dark), width)
                _write(to / f"{name} {title} {width}.png", look.png)


async def _play(world: World, name: str) -> Stage:
    script = parse((_TRANSCRIPTS / f"{name}.txt").read_text())
    async with Stage.set_up(world) as stage:
        await Replay(stage, script, name).run()
    return stage


def _places(stage: Stage) -> Iterator[tuple[str, list[Shown]]]:
    for place in stage.rooms:
        if messages := shown(stage, place):
            yield str(place), messages


def _write(path: Path, png: bytes) -> None:
    small = Image.open(io.BytesIO(png)).convert("RGB").quantize(_COLOURS)
    small.save(path, optimize=True)
    print(f"{path.name}: {path.stat().st_size // 1024} KiB")  # noqa: T201 - a program


async def main(arguments: Sequence[str]) -> None:
    """Write them."""
    async with World.open() as world, Camera.open() as camera:
        if arguments[:1] == ["--all"]:
            _, to, *names = arguments
            found = names or sorted(path.stem for path in _TRANSCRIPTS.glob("*.txt"))
            await everything(world, camera, Path(to), found)
        else:
            await readme(world, camera)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1:]))
