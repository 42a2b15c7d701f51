"""GitHub from a room: connected by a code, used as oneself, and taken back."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest

from sandbox.bot import Bot
from sandbox.github import GitHubStandIn, Job
from sandbox.playground import offer_github
from sandbox.timeline import Message
from sandbox.world import Arrive, World
from tests.e2e.evidence import connected, stands_nowhere
from tests.e2e.seat import Seat
from tests.e2e.steps import meet, open_dm

SHOP = "alice/shop"
PULL = 3


@dataclass(frozen=True)
class Scene:
    """Alice in a room with Bob, and in her direct message. She is Alice on GitHub, too."""

    github: GitHubStandIn
    bot: Bot
    seat: Seat
    dm: Seat

    async def enters_the_code(self, *, after: int) -> Message:
        """Read the code in the direct message and play the browser; the bot's welcome."""
        shown = await self.dm.hears("type the code", after=after)
        (code,) = re.findall(r"\b[A-Z]{4}-[A-Z]{4}\b", shown.body)
        assert f"{self.github.url}/login/device" in shown.body
        await self.github.enter(code, "alice")
        return await self.dm.hears("authenticated as", after=after)

    def tokens(self) -> set[str]:
        """Those that the bot has used."""
        sent = (seen.headers.get("Authorization", "") for seen in self.github.requests)
        return {header.removeprefix("Bearer ") for header in sent if header.startswith("Bearer ")}


@pytest.fixture(scope="module")
async def scene(world: World, arrive_to_stay: Arrive) -> AsyncIterator[Scene]:
    """A bot without a page of its own, so that people connect by a code."""
    async with (
        GitHubStandIn("alice", "bob", "carol") as github,
        world.bot(start=False) as bot,
    ):
        offer_github(bot, github)
        github.repo(SHOP).workflows[0].jobs = (Job("build"), Job("deploy"))
        github.device_codes(interval=1)
        bot.config["web"]["public_url"] = None
        await bot.start()
        alice, bob = await arrive_to_stay("alice"), await arrive_to_stay("bob")
        dm = await open_dm(alice, bot)
        seat, _ = await meet(bot, alice, bob)
        yield Scene(github, bot, seat, dm)
        assert "Traceback" not in bot.log()


@pytest.fixture
async def at_home(scene: Scene) -> Scene:
    """She has connected."""
    if "github" not in connected(scene.bot, scene.dm.who.user):
        position = scene.dm.position
        await scene.dm.says("connect github")
        await scene.enters_the_code(after=position)
    return scene


async def test_a_command_waits_until_its_user_has_connected_by_a_code(scene: Scene) -> None:
    """The code is shown to her alone; what she asked for is then answered where she asked."""
    position = scene.seat.position
    said = await scene.seat.says("!gh issues")
    told = await scene.seat.answered(said, "have not connected GitHub", after=position)
    welcome = await scene.enters_the_code(after=position)
    assert "authenticated as alice on GitHub" in welcome.body
    assert "GitHub has allowed: `repo`" in welcome.body
    found = await scene.seat.answered(said, "The cart forgets its prices", after=position)
    assert found.event_id != told.event_id
    assert f"{scene.github.url}/{SHOP}/issues/1" in found.html
    assert not [text for text in scene.seat.heard(after=position) if "type the code" in text]


async def test_a_workflow_is_asked_for_its_input_and_followed_to_the_end(at_home: Scene) -> None:
    """In the thread; its answer is one message, which says in the end how it went."""
    seat, position = at_home.seat, at_home.seat.position
    said = await seat.says("!gh run deploy.yml")
    asked = await seat.hears("What is environment (Where to)?", after=position)
    assert asked.thread == said
    await seat.says("staging", thread=said)
    shown = await seat.hears("Say `yes`", after=position)
    assert "environment=staging" in shown.body
    assert at_home.github.runs(SHOP) == []
    await seat.says("yes", thread=said)
    answer = await seat.hears("Started deploy.yml", after=position)
    ended = await seat.hears(
        lambda m: m.event_id == answer.event_id and "success" in m.body, after=position
    )
    (run,) = at_home.github.runs(SHOP)
    assert (run.actor.login, run.inputs) == ("alice", {"environment": "staging"})
    assert f"/{SHOP}/actions/runs/{run.id}" in ended.html


async def test_a_pull_request_is_merged_once_it_was_shown_and_allowed(at_home: Scene) -> None:
    """As her; nothing is merged before."""
    issue, seat, position = at_home.github.issue(SHOP, PULL), at_home.seat, at_home.seat.position
    said = await seat.says(f"!gh pr merge #{PULL}")
    shown = await seat.answered(said, "Say `yes`", after=position)
    assert "Let people pay in yen" in shown.body
    assert issue.pull is not None
    assert issue.pull.sha[:7] in shown.body
    assert issue.pull.merged is None
    await seat.says("yes")
    answer = await seat.hears(f"Merged {SHOP}#{PULL}", after=position)
    assert f"/{SHOP}/pull/{PULL}" in answer.html
    assert issue.pull.merged_by is not None
    assert issue.pull.merged_by.login == "alice"


async def test_what_was_withdrawn_at_github_is_connected_again(at_home: Scene) -> None:
    """By itself, as soon as it shows; the command that met with it then goes on."""
    (app,) = at_home.github.apps
    at_home.github.withdraw(app, "alice")
    position = at_home.seat.position
    said = await at_home.seat.says(f"!gh pr show #{PULL}")
    await at_home.seat.answered(said, "no longer accepts", after=position)
    await at_home.enters_the_code(after=position)
    await at_home.seat.answered(said, "Let people pay in yen", after=position)


async def test_what_is_disconnected_is_revoked_there(at_home: Scene) -> None:
    """And was never to be read anywhere."""
    await at_home.seat.asks("!gh whoami", "you are alice")
    (*_, token) = (t for t in at_home.tokens() if at_home.github.accepts(t))
    await at_home.dm.asks("disconnect github", "revoked over there")
    assert not at_home.github.accepts(token)
    assert connected(at_home.bot, at_home.dm.who.user) == []
    for used in at_home.tokens():
        stands_nowhere(used, at_home.bot, at_home.dm.who)
