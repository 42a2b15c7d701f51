"""Codes of a second factor: asked for, let through, counted."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from bot.connect.mfa import SecondFactor, WrongCode
from bot.errors import Unavailable, UserError
from bot.model import Credential
from bot.plugin import Abandoned, Grant
from bot.secret import Secret
from tests.contracts.fakes import FakeConversation

START = int(datetime(2026, 11, 26, 14, 0, tzinfo=UTC).timestamp() * 1000)
GRANT = Grant({"session": Secret("opened")})


def credential(user="@alice:example.org", service="vault"):
    return Credential(user, service, "alice", {}, "identity", datetime.now(UTC))


class Door:
    """A service that takes one code, and a clock that stands still."""

    def __init__(self, right="123456"):
        self.right, self.came, self.at = right, [], START
        self.second = SecondFactor(
            title="Vault", code="the code of your app", open=self.open, clock=lambda: self.at
        )

    async def open(self, credential, code):
        self.came.append(code.reveal())
        if code.reveal() != self.right:
            raise WrongCode
        return GRANT

    async def answer(self, *answers, of=None):
        self.talk = FakeConversation(answers)
        return await self.second.flow(of or credential()).run(self.talk)


@pytest.fixture
def door():
    return Door()


@pytest.mark.parametrize("typed", ["123456", " 123 456\n"])
async def test_right_code_opens_it(door, typed):
    assert await door.answer(typed) is GRANT
    assert door.came == ["123456"]
    assert "the code of your app" in door.talk.said
    assert [asked.secret for asked in door.talk.asked] == [True]


async def test_wrong_code_is_told_and_asked_for_again(door):
    assert await door.answer("000000", "123456") is GRANT
    assert "Vault does not accept that code. You can try 2 more times." in door.talk.said


@pytest.mark.parametrize("typed", ["hunter2", "12345", "1234567", "١٢٣٤٥٦", ""])
async def test_what_is_no_code_is_sent_nowhere_and_never_repeated(door, typed):
    assert await door.answer(typed, "123456") is GRANT
    assert door.came == ["123456"]
    assert "not sent to anybody" in door.talk.said
    assert not typed or typed not in door.talk.said


async def test_answers_that_are_no_codes_end_it_some_time(door):
    with pytest.raises(UserError, match="no such code"):
        await door.answer(*["nonsense"] * 9)
    assert door.came == []


async def test_three_wrong_codes_close_it_and_say_until_when(door):
    with pytest.raises(UserError) as closed:
        await door.answer("000000", "000001", "000002", "123456")
    assert closed.value.hint == "You can try again at 14:05:00 UTC."
    assert len(door.came) == 3


async def test_while_it_is_closed_nothing_is_asked_or_sent(door):
    with pytest.raises(UserError):
        await door.answer("000000", "000001", "000002")
    door.at += 299_000
    with pytest.raises(UserError, match="3 codes"):
        await door.answer("123456")
    assert door.talk.asked == []
    door.at += 1_000
    assert await door.answer("123456") is GRANT


async def test_wrong_codes_are_counted_over_several_attempts(door):
    for code in ("000000", "000001"):
        with pytest.raises(Abandoned):
            await door.answer(code)
    with pytest.raises(UserError, match="3 codes"):
        await door.answer("000002", "123456")


async def test_wrong_codes_are_forgotten_after_a_right_one_and_with_time(door):
    await door.answer("000000", "000001", "123456")
    door.at += 400_000
    await door.answer("000000", "000001", "123456")
    door.at += 400_000
    with pytest.raises(Abandoned):
        await door.answer("000000", "000001")
    door.at += 300_000
    assert await door.answer("000000", "123456") is GRANT


async def test_one_users_wrong_codes_do_not_close_it_for_another(door):
    with pytest.raises(UserError):
        await door.answer("000000", "000001", "000002")
    assert await door.answer("123456", of=credential("@bob:example.org")) is GRANT
    assert await door.answer("123456", of=credential(service="other")) is GRANT


async def test_code_that_was_used_is_not_sent_again(door):
    await door.answer("123456")
    door.right = "654321"
    assert await door.answer("123456", "654321") is GRANT
    assert "used already; wait for the next one" in door.talk.said
    assert door.came == ["123456", "654321"]


async def test_failing_service_counts_no_code(door):
    async def fail(credential, code):
        raise Unavailable("down")

    broken = SecondFactor(title="Vault", code="it", open=fail, clock=lambda: START)
    for _ in range(4):
        with pytest.raises(Unavailable):
            await broken.flow(credential()).run(FakeConversation(["123456"]))


async def test_neither_codes_nor_credentials_show(door):
    await door.answer("123456")
    assert "123456" not in f"{door.second!r}{door.second.flow(credential())!r}"
