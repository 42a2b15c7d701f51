"""The chats in ``tests/transcripts``, replayed with a real homeserver and a real bot."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

import pytest

from sandbox.world import World
from tests.conftest import STRICT
from tests.e2e.screen.camera import CHROMIUM, PHONE, Camera
from tests.e2e.screen.timeline import page
from tests.e2e.transcript.album import shown
from tests.e2e.transcript.parser import parse
from tests.e2e.transcript.replay import Different, Replay
from tests.e2e.transcript.stage import Stage

TRANSCRIPTS: Final = sorted((Path(__file__).parents[1] / "transcripts").glob("*.txt"))

BUGS: Final = ("Traceback", "was never retrieved", " bug ")
"""What stands in the bot's log when there is a bug."""

WRONG: Final = {
    "another text": ("alice: !accounts\nactas: You have connected jenkins.", "  - You have"),
    "one line too many": (
        "alice: !accounts\nactas: You have connected nothing yet. …\n    | At all.",
        "  - At all.",
    ),
    "somebody else is notified": ("alice: !accounts\nactas, to bob: …", "not bob"),
    "an answer is missing": ("alice: !accounts\nalice: well", "more was said"),
    "an answer is missing before another one": (
        "alice: !accounts\nalice: !nonsense\nactas: I do not know that. …",
        "  + You have connected nothing yet.",
    ),
    "an answer in the direct message is missing": (
        "alice: !accounts >dm",
        "In alice's direct message:\nactas: You have connected nothing",
    ),
    "a removal is missing": (
        "In alice's direct message:\nalice: jenkins set auth alice:x\nactas: …",
        "removes what the file does not",
    ),
    "something is not so": ("(Jenkins has built website only once.)", "more often, or never"),
}
"""What does not go like that, and what is said about it."""


@pytest.fixture(scope="module")
async def camera() -> AsyncIterator[Camera | None]:
    """A browser, where there is one."""
    if not CHROMIUM.exists():
        assert not STRICT, f"there is no {CHROMIUM}"
        yield None
        return
    async with Camera.open() as camera:
        yield camera


@pytest.mark.parametrize("path", TRANSCRIPTS, ids=lambda path: path.stem)
async def test_it_goes_like_that(world: World, camera: Camera | None, path: Path) -> None:
    """The bot says what is in the file, where it is, in its order, and nothing else.

    All of it is HTML that clients show, and fits on a phone.
    """
    text = path.read_text()  # noqa: ASYNC240 - a small file
    async with _played(world, text, path.name) as stage:
        for place in stage.rooms:
            timeline = page(str(place), shown(stage, place))
            if camera is not None:
                look = await camera.look(timeline, PHONE)
                assert (look.wide, look.errors) == ([], [])


@pytest.mark.parametrize("wrong", WRONG)
async def test_what_goes_differently_is_a_failure_that_shows_it(world: World, wrong: str) -> None:
    """Whatever is said too much, too little or elsewhere."""
    chat, shown = WRONG[wrong]
    before = "Jenkins has the job website.\nalice, bob and actas are in #team.\n"
    before += "alice has a direct message with actas.\n"
    with pytest.raises(Different) as failure:
        async with _played(world, f"# {wrong}\n{before}In #team:\n{chat}", "wrong.txt"):
            pass
    assert shown in str(failure.value)


@asynccontextmanager
async def _played(world: World, text: str, name: str) -> AsyncIterator[Stage]:
    script = parse(text)
    async with Stage.set_up(world) as stage:
        replay = Replay(stage, script, name)
        try:
            await replay.run()
        except Different:
            print(stage.bot.log()[-20_000:])  # noqa: T201 - shown with the failure
            raise
        print(*replay.record.lines, sep="\n")  # noqa: T201 - pytest -rP shows what was said
        log = stage.bot.log()
        assert not [sign for sign in BUGS if sign in log], (
            f"a bug, whatever it has answered:\n{log}"
        )
        yield stage
