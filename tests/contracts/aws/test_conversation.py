"""The whole of it without Matrix: what people say to the bot, and what it says and asks of AWS."""

from __future__ import annotations

import asyncio

import pytest

from tests.contracts.aws.conftest import ACCOUNT, service_at
from tests.unit.stage import ALICE, ROOM, Stage, key

DM = f"!dm-{ALICE}"


class Chat:
    """Alice, the bot, and what it has said since she spoke last."""

    def __init__(self, stage):
        self.stage, self.sent = stage, stage.sent

    async def say(self, text, *parts, room=DM):
        """Say something; wait until the bot has answered with all the parts, in some text."""
        since = len(self.sent.events)
        message = await self.stage.says(ALICE, text, room=room)
        async with asyncio.timeout(5):
            while not any(all(p in t for p in parts) for t in self.sent.texts[since:]):
                await self.sent.more()
        return message.event_id in self.sent.removed

    async def connect(self, alice):
        """Connect AWS, as far as it goes without a code."""
        await self.say("connect aws", "then paste it here")
        assert await self.say(f"{alice.key_id}:{alice.secret}", "MFA device that shows codes")
        assert await self.say(alice.device.serial, f"alice ({ACCOUNT})")


@pytest.fixture
async def chat(aws, sqlite, sealer):
    stage = Stage(sqlite, sealer, services=[service_at(aws.url)])
    await stage.show(ALICE, key(ALICE))
    yield Chat(stage)
    await stage.close()


async def test_first_command_asks_for_a_code_in_private_and_goes_on_with_it(aws, chat):
    await chat.connect(aws.alice)
    await chat.say("!aws ec2 list", "AWS asks for a code of your MFA device", room=ROOM)
    assert await chat.say(aws.alice.device.code(), "web-1"), "the code is removed"
    room = next(
        room for _, room, content in reversed(chat.sent.events) if "web-1" in content["body"]
    )
    assert room == ROOM
    await chat.say("!aws ec2 show 2", "is running", room=ROOM)
    assert {seen.mfa for seen in aws.did("ec2:DescribeInstances")} == {True}


async def test_command_that_stops_something_asks_first_with_what_it_is(aws, chat):
    await chat.connect(aws.alice)
    await chat.say("aws ec2 stop db", "AWS asks for a code")
    await chat.say(aws.alice.device.code(), "This will run", aws.ids["db"], "m5.large")
    assert aws.did("ec2:StopInstances") == []
    question = next(t for t in reversed(chat.sent.texts) if "This will run" in t)
    yes = question.partition("Say `")[2].partition("`")[0]
    await chat.say(yes, "db", "was running")
    assert aws.did("ec2:StopInstances")[-1].person == "alice"


async def test_session_that_ends_early_is_opened_again_by_a_code(aws, chat):
    await chat.connect(aws.alice)
    await chat.say("aws s3 ls", "AWS asks for a code")
    await chat.say(aws.alice.device.code(), "acme-backups")
    aws.people.end_sessions(aws.alice)
    await chat.say("aws s3 ls", "AWS asks for a code")
    await chat.say(aws.alice.device.code(), "acme-backups")


async def test_wrong_codes_are_told_and_then_it_waits(aws, chat):
    ida = aws.add(
        "alice", mfa=True
    )  # a device of her own, whose wrong codes count for no other test
    await chat.connect(ida)
    await chat.say("aws s3 ls", "AWS asks for a code")
    code = int(ida.device.code())
    wrong = [f"{(code + n) % 1_000_000:06}" for n in (1111, 2222, 3333)]
    await chat.say(wrong[0], "does not accept that code", "2 more times")
    await chat.say(wrong[1], "once more")
    await chat.say(wrong[2], "did not accept 3 codes", "try again at")
    await chat.say("aws s3 ls", "did not accept 3 codes")
