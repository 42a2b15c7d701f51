"""What people do again and again before it gets interesting."""

from __future__ import annotations

import re
from itertools import count
from typing import Any, Final

from sandbox.bot import Bot
from sandbox.jenkins.parameters import Parameter
from sandbox.person import Person
from sandbox.timeline import Message
from sandbox.world import World
from tests.e2e.element import Element
from tests.e2e.seat import Seat

_numbers: Final = count(1)


async def open_dm(who: Person | Element, bot: Bot) -> Seat:
    """Open a direct message with the bot, as Element does, and wait for its greeting."""
    position, room = who.position, await who.open_dm(bot.user)
    await who.has_joined(room, bot.user)
    seat = Seat(who, bot, room)
    await seat.hears("Hello", after=position)
    return seat


async def led_dm(who: Person | Element, bot: Bot) -> Seat:
    """The direct message that the bot has opened by itself."""
    return Seat(who, bot, await who.dm_with(bot.user))


async def meet(bot: Bot, *people: Person | Element, **how: Any) -> list[Seat]:
    """Meet in a room of all and the bot; ``how`` is that of :meth:`Person.create_room`.

    The first one makes the room. Everybody has seen everybody join when it returns.
    """
    host, *guests = people
    everybody = [*(guest.user for guest in guests), bot.user]
    room = await host.create_room(how.pop("name", "Team"), everybody, **how)
    for guest in guests:
        await guest.join(room)
    for person in people:
        for user in everybody:
            await person.has_joined(room, user)
    return [Seat(person, bot, room) for person in people]


def new_token(world: World, account: str = "alice") -> str:
    """One more API token for an account on Jenkins: ``alice:11…``, as it is pasted."""
    return f"{account}:{world.jenkins.add_user(account)}"


async def connect_jenkins(seat: Seat, world: World, account: str = "alice") -> str:
    """Connect Jenkins in a direct message; return the token that was pasted."""
    position, pasted = seat.position, new_token(world, account)
    event_id = await seat.says(f"jenkins set auth {pasted}")
    await seat.hears(f"authenticated as {account}", after=position)
    await seat.sees_removed(event_id, after=position)
    return pasted


async def setup_x(seat: Seat, words: str = "t setupauth") -> str:
    """Begin to connect X in a direct message; return the request token of the page."""
    position = seat.position
    await seat.says(words)
    shown = await seat.hears("oauth_token=", after=position)
    await seat.hears("just the PIN", after=position)
    return shown.body.partition("oauth_token=")[2].split()[0]


async def connect_x(seat: Seat, world: World, account: str = "alice") -> str:
    """Connect X in a direct message; return the PIN that was said."""
    pin = await world.x.authorise(await setup_x(seat), account)
    position = seat.position
    await seat.says(f"t auth {pin}")
    await seat.hears(f"You have authenticated as @{account}", after=position)
    return pin


def new_job(world: World, *parameters: Parameter, **more: Any) -> str:
    """A job of the test's own, which Jenkins' Alice may build and Bob and Carol only see."""
    name = f"job-{next(_numbers):04}"  # of one length: none is found in another's name
    world.jenkins.add_job(name, parameters, **more)
    return name


def new_long_folder(world: World) -> tuple[str, list[str]]:
    """A folder whose list does not fit in one message, and the names of its jobs."""
    folder = f"many-{next(_numbers):04}"
    world.jenkins.add_folder(folder)
    names = [f"{number:02} {'x' * 900}" for number in range(40)]
    for name in names:
        world.jenkins.add_job(f"{folder}/{name}")
    return folder, names


def started_by(world: World, job: str) -> list[str]:
    """Who started the builds of a job, as Jenkins has it, oldest first."""
    return [build.user.id for build in world.jenkins.builds(job)]


def coded_yes(question: Message) -> str:
    """The "yes 1234" that a question asks for, where it does not take a bare one."""
    found = re.search(r"`(yes \d{4})`", question.body)
    assert found is not None, question.body
    return found[1]


def asked_of_jenkins(world: World) -> int:
    """How often Jenkins was asked for something, but for how far earlier builds are."""
    followed = re.compile(r"/queue/item/\d+/|/\d+/(api/json|wfapi/|logText/)|builds")
    return sum(followed.search(seen.raw_path) is None for seen in world.jenkins.requests)
