"""Conversations of one user: one at a time, and none is called cancelled that has come to its end.

What stands around them is made of simple parts that wait until they are let go.
"""

import asyncio
from types import SimpleNamespace

import pytest

from bot.connections import Connections
from bot.model import Actor, Message

ALICE = Actor("@alice:example.org", "!dm", "PHONE", "identity", private=True)
MESSAGE = Message(ALICE, "$event", "connect", 1)
FLOW = SimpleNamespace(name="token", self_starting=True)
SERVICE = SimpleNamespace(name="jenkins", title="Jenkins", flows=(FLOW,))


class Accounts:
    """Proves and keeps when it is told to; counts what it was asked to prove."""

    def __init__(self):
        self.proving, self.keeping = asyncio.Event(), asyncio.Event()
        self.asked, self.cancelled, self.kept = 0, 0, False

    async def must_be_able_to_connect(self, _):
        """Nobody is frozen here."""

    async def knows(self, _):
        """Nobody's identity changes here."""
        return True

    async def prove(self, *_):
        self.asked += 1
        try:
            await self.proving.wait()
        except asyncio.CancelledError:
            self.cancelled += 1
            await asyncio.sleep(0)  # it takes its time to end
            raise
        return SimpleNamespace(credential=SimpleNamespace(account="alice"), scopes=())

    async def keep(self, *_):
        await self.keeping.wait()
        self.kept = True


@pytest.fixture
def accounts():
    return Accounts()


@pytest.fixture
async def connections(accounts):
    async def tell(*_, **__):
        return None

    async def accepts(_):
        return True

    connections = Connections(
        accounts=accounts,
        answers=SimpleNamespace(tell=tell),
        intake=SimpleNamespace(accepts=accepts),
        rooms=None,
        lanes=None,
    )
    yield connections
    accounts.proving.set()
    accounts.keeping.set()
    await connections.close()


async def _turns():
    for _ in range(10):
        await asyncio.sleep(0)


async def test_a_conversation_that_is_cancelled_keeps_nothing(connections, accounts):
    await connections.begin(MESSAGE, SERVICE, FLOW)
    await _turns()
    assert await connections.cancel(ALICE.user)
    assert not accounts.kept


async def test_cancelling_while_the_credential_is_stored_comes_too_late(connections, accounts):
    await connections.begin(MESSAGE, SERVICE, FLOW)
    accounts.proving.set()
    await _turns()
    cancelling = asyncio.create_task(connections.cancel(ALICE.user))
    await _turns()
    accounts.keeping.set()
    assert not await cancelling, "nothing was cancelled"
    assert accounts.kept


async def test_a_conversation_about_another_service_is_left_alone(connections, accounts):
    await connections.begin(MESSAGE, SERVICE, FLOW)
    assert not await connections.cancel(ALICE.user, "twitter")
    assert await connections.cancel(ALICE.user, "jenkins")


async def test_two_rooms_of_one_user_leave_one_conversation(connections, accounts):
    await connections.begin(MESSAGE, SERVICE, FLOW)
    await _turns()
    await asyncio.gather(*(connections.begin(MESSAGE, SERVICE, FLOW) for _ in range(3)))
    await _turns()
    assert accounts.asked - accounts.cancelled == 1
    assert await connections.cancel(ALICE.user)
    assert accounts.asked == accounts.cancelled
