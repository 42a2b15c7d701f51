"""The story that the demo plays and the tests check, step by step.

Each step acts as people would and raises :class:`StoryError` (or
:class:`~sandbox.timeline.NotSeen`) with what was wrong. They build on each other in this order.
"""

from __future__ import annotations

import base64
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Final, Self

from sandbox.bot import Bot
from sandbox.person import Person
from sandbox.timeline import Message, Wanted
from sandbox.world import World

_AUTHORISE: Final = re.compile(r"https?://\S*?oauth_token=([\w-]+)")
_POST: Final = "Hello from our team room"


class StoryError(AssertionError):
    """A step did not come out right; the text says what was expected."""


@dataclass
class Stage:
    """Who plays, and where. ``note`` hears what happens outside of the chat.

    ``dms`` are the rooms of each with the bot, by name; ``secrets`` is what must be nowhere at
    rest, by what it is.
    """

    world: World
    bot: Bot
    alice: Person
    bob: Person
    carol: Person
    note: Callable[[str], None] = field(default=lambda _: None)
    team: str = ""
    dms: dict[str, str] = field(default_factory=dict)
    secrets: dict[str, str] = field(default_factory=dict)

    @classmethod
    @asynccontextmanager
    async def set_up(cls, world: World, bot: Bot) -> AsyncIterator[Self]:
        """Bring Alice, Bob and Carol to where ``bot`` is.

        Alice's client excludes devices that their owners have not signed: she would neither be
        heard nor answered by a bot without an identity of its own.
        """
        async with world.guests() as arrive:
            alice = await arrive("alice", strict=True)
            yield cls(world, bot, alice, await arrive("bob"), await arrive("carol"))

    @property
    def people(self) -> tuple[Person, ...]:
        """All three."""
        return self.alice, self.bob, self.carol

    async def answer(self, who: Person, room: str, said: str, wanted: Wanted) -> Message:
        """Let somebody say something in a room, and return the bot's answer there."""
        return await who.asks(room, said, self.bot.user, wanted)

    def started_by(self, job: str) -> list[str]:
        """Who started the builds of a job, as Jenkins has it, oldest first."""
        return [build.user.id for build in self.world.jenkins.builds(job)]


async def alice_connects_jenkins(stage: Stage) -> None:
    """Alice pastes her token in a direct message, where it is taken and removed."""
    token = stage.world.tokens["alice"]
    stage.secrets["Alice's Jenkins token"] = token
    dm = stage.dms["alice"] = await stage.alice.open_dm(stage.bot.user)
    await stage.alice.has_joined(dm, stage.bot.user)
    await _paste(stage, stage.alice, dm, f"jenkins set auth alice:{token}", _connected("alice"))


async def bob_connects_jenkins(stage: Stage) -> None:
    """Bob is asked for his token, and pastes it alone."""
    token = stage.world.tokens["bob"]
    stage.secrets["Bob's Jenkins token"] = token
    dm = stage.dms["bob"] = await stage.bob.open_dm(stage.bot.user)
    await stage.bob.has_joined(dm, stage.bot.user)
    await stage.answer(stage.bob, dm, "connect jenkins", "paste")
    await _paste(stage, stage.bob, dm, f"bob:{token}", _connected("bob"))


async def both_build_in_the_team_room(stage: Stage) -> None:
    """Alice and Bob each start a build, and Jenkins' log names each of them."""
    others = (stage.bob, stage.carol)
    users = [person.user for person in others]
    stage.team = await stage.alice.create_room("Team", [*users, stage.bot.user])
    for person in others:
        await person.join(stage.team)
    for user in (*users, stage.bot.user):
        await stage.alice.has_joined(stage.team, user)
    await stage.bob.has_joined(stage.team, stage.bot.user)
    await stage.answer(stage.alice, stage.team, "!jenkins list", "website")
    for number, person in enumerate((stage.alice, stage.bob), start=1):
        build = _words("website", rf"#{number}\b")
        await stage.answer(person, stage.team, "!jenkins build website", build)
        await stage.world.jenkins.idle()
    _expect(stage.started_by("website") == ["alice", "bob"], "a build by Alice, then one by Bob")
    await stage.alice.catches_up()
    for done in stage.world.jenkins.builds("website"):
        stage.note(f"Jenkins' log of website #{done.number}: {done.log.splitlines()[0]}")


async def carol_is_led_to_a_direct_message(stage: Stage) -> None:
    """Carol, who is not connected, is answered in one line, and asked for her token elsewhere."""
    carol, position = stage.carol, stage.carol.position
    await carol.has_joined(stage.team, stage.bot.user)
    said = await stage.answer(carol, stage.team, "!jenkins build website", "jenkins")
    _expect(len(said.body.strip().splitlines()) == 1, "one line in the room")
    dm = stage.dms["carol"] = await carol.dm_with(stage.bot.user)
    await carol.sees("paste", after=position, room=dm, sender=stage.bot.user)
    _expect("carol" not in stage.started_by("website"), "no build by Carol yet")


async def carol_connects_and_her_build_runs(stage: Stage) -> None:
    """Once connected, Carol is asked about what she wanted; her "yes" starts it, as herself."""
    token = stage.world.tokens["carol"]
    stage.secrets["Carol's Jenkins token"] = token
    carol, dm, position = stage.carol, stage.dms["carol"], stage.carol.position
    await _paste(stage, carol, dm, f"carol:{token}", _connected("carol"))
    offered = _words("website", r"\byes\b")
    await carol.sees(offered, after=position, room=dm, sender=stage.bot.user)
    position = carol.position
    await carol.say(dm, "yes")
    answer = _words("website", r"#3\b")
    await carol.sees(answer, after=position, room=stage.team, sender=stage.bot.user)
    await stage.world.jenkins.idle()
    _expect(stage.started_by("website")[-1] == "carol", "a build by Carol")


async def bob_is_refused_by_jenkins(stage: Stage) -> None:
    """Bob may not deploy; Jenkins says which permission he lacks, and nothing is built."""
    said = "!jenkins build deploy-prod, ENV=prod"
    await stage.answer(stage.bob, stage.team, said, "hudson.model.Item.Build")
    _expect(stage.started_by("deploy-prod") == [], "no build of deploy-prod")


async def alice_connects_x(stage: Stage) -> None:
    """Alice asks in the room, gets the address in her direct message, and brings back the PIN."""
    alice, dm, position = stage.alice, stage.dms["alice"], stage.alice.position
    await alice.say(stage.team, "!t setupauth")
    sent = await alice.sees(
        lambda message: bool(_AUTHORISE.search(message.body)), after=position, sender=stage.bot.user
    )
    _expect(sent.room == dm, "the address in the direct message, not in the room")
    address = _AUTHORISE.search(sent.body)
    pin = await stage.world.x.authorise(address[1] if address else "", "alice")
    stage.note(f"Alice opens the page, clicks on Authorise, and X shows her the PIN {pin}")
    await _paste(stage, alice, dm, f"t auth {pin}", "You have authenticated as @alice")
    token = stage.world.x.grant("alice")
    stage.secrets["Alice's X token"] = token.key
    stage.secrets["Alice's X token secret"] = token.secret


async def alice_searches_and_posts(stage: Stage) -> None:
    """What Alice finds and posts from the room, she finds and posts as herself."""
    stage.world.x.publish("bob", "The whole team tries #actas")
    await stage.answer(stage.alice, stage.team, "!t search #actas", "the whole team tries")
    mine = len(stage.world.x.posts)
    await stage.answer(stage.alice, stage.team, f"!t tweet {_POST}", lambda _: _posted(stage, mine))
    post = stage.world.x.posts[-1]
    stage.note(f"On X: @{post.author.name}: {post.text}")
    _expect((post.author.name, post.text) == ("alice", _POST), "Alice's post, in her own name")


async def nothing_can_be_read_at_rest(stage: Stage) -> None:
    """None of the secrets stands in the bot's files or log, nor in the homeserver's database."""
    kept = dict(stage.bot.stored())
    _expect(any(stage.alice.user.encode() in data for data in kept.values()), "the bot's database")
    kept["the bot's log"] = stage.bot.log().encode()
    for path in stage.world.homeserver.home.glob("homeserver.db*"):
        kept[f"the homeserver's {path.name}"] = path.read_bytes()
    for what, secret in stage.secrets.items():
        for name, data in kept.items():
            found = any(form in data for form in _forms(secret))
            _expect(not found, f"{what} nowhere, but it stands in {name}")
    sizes = sum(map(len, kept.values())) // 1024
    stage.note(
        f"Searched {len(kept)} files ({sizes} KiB: {', '.join(sorted(kept))}) "
        f"for {len(stage.secrets)} secrets: none is there"
    )


Step = Callable[[Stage], Awaitable[None]]
STORY: Final[Mapping[str, Step]] = {
    "Alice connects Jenkins in a direct message": alice_connects_jenkins,
    "Bob connects Jenkins too, led by the bot": bob_connects_jenkins,
    "Alice and Bob build in the team room, each as themselves": both_build_in_the_team_room,
    "Carol is not connected, and is led to a direct message": carol_is_led_to_a_direct_message,
    "Carol connects there, and what she asked for runs": carol_connects_and_her_build_runs,
    "Bob may not deploy: Jenkins refuses, and says why": bob_is_refused_by_jenkins,
    "Alice connects X with a PIN": alice_connects_x,
    "Alice searches X, and posts": alice_searches_and_posts,
    "No secret can be read where anything is kept": nothing_can_be_read_at_rest,
}
"""The steps in their order, by title."""


async def _paste(stage: Stage, who: Person, room: str, text: str, answered: Wanted) -> None:
    """Send a secret; it has to be taken, and the message to vanish from the room."""
    position = who.position
    event_id = await who.say(room, text)
    await who.sees(answered, after=position, room=room, sender=stage.bot.user)
    await who.sees(lambda m: m.event_id == event_id and m.redacted, after=position, room=room)


def _connected(account: str) -> Wanted:
    return _words("(connected|authenticated)", rf"\b{account}\b")


def _started(number: int) -> Wanted:
    return _words("started", rf"website #{number}\b", rf"/job/website/{number}\b")


def _words(*patterns: str) -> Wanted:
    """A message that holds all of these regular expressions, case aside."""

    def holds(message: Message) -> bool:
        return all(re.search(pattern, message.body, re.IGNORECASE) for pattern in patterns)

    return holds


def _posted(stage: Stage, before: int) -> bool:
    return len(stage.world.x.posts) > before


def _forms(secret: str) -> tuple[bytes, ...]:
    plain = secret.encode()
    return plain, base64.b64encode(plain), plain.hex().encode(), secret.encode("utf-16-le")


def _expect(holds: bool, what: str) -> None:
    if not holds:
        raise StoryError(f"expected {what}")
