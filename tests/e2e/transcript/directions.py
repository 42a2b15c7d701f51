"""What can be so, happen and be seen outside of the chat, as sentences."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from typing import Any, Final

from sandbox.jenkins import BUILD, CANCEL, READ, boolean, choice, password, string
from tests.e2e.steps import connect_jenkins, connect_x, new_token
from tests.e2e.transcript.parser import BOT
from tests.e2e.transcript.script import Place
from tests.e2e.transcript.stage import Stage

_LIST: Final = re.compile(r", | and ")


class NoSuchSentence(Exception):
    """No direction is said like that; ``tests/transcripts/README.md`` has all of them."""


async def set_up(stage: Stage, sentences: Sequence[str]) -> None:
    """Let sentences be so, those about the bot's configuration first, and start it."""
    rest = [sentence for sentence in sentences if not _configures(stage, sentence)]
    await stage.bot.start()
    for name in ("alice", "bob", "carol"):
        stage.jenkins.add_user(name, name.title())
        stage.jenkins.allow(name, "", READ, *((BUILD, CANCEL) if name == "alice" else ()))
    for sentence in rest:
        await happen(stage, sentence)


async def happen(stage: Stage, sentence: str) -> None:
    """Let a sentence happen, or see that it is so.

    Raises:
        AssertionError: it is not so.
        NoSuchSentence: nobody knows what it means.
    """
    for pattern, direction in _DIRECTIONS.items():
        if found := re.fullmatch(pattern, sentence):
            await direction(stage, *found.groups(""))
            return
    raise NoSuchSentence(sentence)


def _configures(stage: Stage, sentence: str) -> bool:
    commands = stage.bot.config.setdefault("commands", {})
    if found := re.fullmatch(r"actas asks before (.+)", sentence):
        commands.setdefault("confirm", []).append(found[1])
    elif found := re.fullmatch(r"actas has somebody else approve (.+)", sentence):
        commands.setdefault("confirm", []).append({"pattern": found[1], "by": "another"})
    elif found := re.fullmatch(r"actas takes (\d+) commands a minute", sentence):
        commands["per_minute"] = int(found[1])
    else:
        return False
    return True


# people -------------------------------------------------------------------------------------
async def _meet(stage: Stage, names: str, room: str, power: str) -> None:
    people = [name for name in _LIST.split(names) if name != BOT]
    await stage.meet(room, *people, may_remove=bool(power))


async def _open_to_all(stage: Stage, room: str) -> None:
    host, state = next(iter(stage.people.values())), {"history_visibility": "world_readable"}
    await host.set_state(stage.rooms[Place(room)], "m.room.history_visibility", state)


async def _dm(stage: Stage, name: str) -> None:
    await stage.dm(name)


async def _opens_dm(stage: Stage, name: str) -> None:
    who, place = await stage.person(name), Place(name, private=True)
    stage.rooms[place] = await who.open_dm(stage.bot.user)
    await who.has_joined(stage.rooms[place], stage.bot.user)


async def _connected(stage: Stage, name: str, service: str, account: str) -> None:
    connect = {"jenkins": connect_jenkins, "x": connect_x}[service]
    await connect(await stage.dm(name), stage, account)


async def _makes_token(stage: Stage, account: str, name: str) -> None:
    stage.known[name] = new_token(stage, account).partition(":")[2]


async def _authorises(stage: Stage, who: str, account: str, pin: str) -> None:
    heard = [m.body for m in (await stage.person(who)).timeline if m.sender == stage.bot.user]
    token = re.findall(r"oauth_token=(\S+)", "\n".join(heard))[-1]
    stage.known[pin] = await stage.x.authorise(token, account)


# Jenkins ------------------------------------------------------------------------------------
async def _job(stage: Stage, name: str, parameters: str) -> None:
    parts = re.findall(r"(\w+) \(([^)]*)\)", parameters)
    stage.jenkins.add_job(name, [_parameter(*part) for part in parts])


def _parameter(name: str, words: str) -> Any:
    """``text``, ``password``, ``yes or no``, ``dev or prod``, or a default; "…; no default"."""
    kind, _, _ = words.partition("; no default")
    choices = re.split(r", | or ", kind)
    if kind == "yes or no":
        made = boolean(name)
    elif kind in ("text", "password"):
        made = string(name) if kind == "text" else password(name)
    else:
        made = choice(name, *choices) if len(choices) > 1 else string(name, kind)
    return replace(made, default=None) if words.endswith("; no default") else made


async def _folder(stage: Stage, name: str) -> None:
    stage.jenkins.add_folder(name)


async def _busy(stage: Stage, state: str) -> None:
    await stage.jenkins.hold(state == "busy")


async def _built(stage: Stage, job: str, number: str, account: str, parameters: str) -> None:
    await stage.jenkins.idle()
    builds = stage.jenkins.builds(job)
    assert len(builds) >= int(number), f"{job} has been built {len(builds)} times"
    build = builds[int(number) - 1]
    assert build.user.id == account, f"{job} #{number} was started by {build.user.id}"
    given = " and ".join(f"{name}={value}" for name, value in build.parameters.items())
    assert parameters in ("", given), f"{job} #{number} was given {given}"


async def _never_built(stage: Stage, job: str) -> None:
    await stage.jenkins.idle()
    assert not stage.jenkins.builds(job), f"{job} has been built"


async def _built_once(stage: Stage, job: str) -> None:
    await stage.jenkins.idle()
    assert len(stage.jenkins.builds(job)) == 1, f"{job} has been built more often, or never"


async def _revokes(stage: Stage, account: str) -> None:
    stage.jenkins.revoke_tokens(account)


# X ------------------------------------------------------------------------------------------
async def _posts(stage: Stage, account: str, text: str) -> None:
    stage.x.publish(account, text)


async def _posted(stage: Stage, account: str, text: str) -> None:
    said = [(post.author.name, post.text) for post in stage.x.posts]
    assert (account, text) in said, f"on X there is only {said}"


async def _not_posted(stage: Stage, account: str) -> None:
    said = [post.text for post in stage.x.posts if post.author.name == account]
    assert not said, f"@{account} has posted {said}"


async def _liked(stage: Stage, account: str, text: str) -> None:
    post = next(post for post in stage.x.posts if post.text == text)
    assert (account, post.id) in stage.x.likes, f"@{account} does not like that"


# the bot ------------------------------------------------------------------------------------
async def _restarts(stage: Stage) -> None:
    await stage.bot.stop()
    await stage.bot.start()


_DIRECTIONS: Final[dict[str, Callable[..., Awaitable[None]]]] = {
    r"(.+) are in #(\w+)(, where actas may remove messages)?": _meet,
    r"Everybody may read #(\w+), even without being in it": _open_to_all,
    r"(\w+) has a direct message with actas": _dm,
    r"(\w+) opens a direct message with actas": _opens_dm,
    r"(\w+) has connected (jenkins|x) as @?(\w+)": _connected,
    r"Jenkins has made (\w+) the API token \{(\w+)\}": _makes_token,
    r"(\w+) authorises actas on X as @(\w+), and is shown the PIN \{(\w+)\}": _authorises,
    r"Jenkins has the job (.+?)(?:, which takes (.+))?": _job,
    r"Jenkins has the folder (.+)": _folder,
    r"Jenkins is (busy|free again)": _busy,
    r"Jenkins has built (.+) #(\d+) as (\w+)(?:, with (.+))?": _built,
    r"Jenkins has built (.+) only once": _built_once,
    r"Jenkins has not built (.+)": _never_built,
    r"In Jenkins (\w+) revokes all API tokens": _revokes,
    r"On X @(\w+) has posted: (.+)": _posts,
    r"On X there is now, by @(\w+): (.+)": _posted,
    r"On X @(\w+) likes: (.+)": _liked,
    r"On X @(\w+) has posted nothing": _not_posted,
    r"actas is restarted": _restarts,
}
"""Each sentence, and what it does; without its full stop."""
