"""The demo's story, in a world of its own."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from sandbox.story import STORY, Stage
from sandbox.world import World


@pytest.fixture(scope="module")
async def stage(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stage]:
    """Alice, Bob, Carol and a bot, where nobody else builds or posts."""
    async with (
        World.open(tmp_path_factory.mktemp("story")) as world,
        world.bot() as bot,
        Stage.set_up(world, bot) as stage,
    ):
        yield stage


@pytest.mark.parametrize("title", STORY)
async def test_the_story_comes_out_right(stage: Stage, title: str) -> None:
    """Each step goes as it should; a step needs those before it."""
    await STORY[title](stage)
