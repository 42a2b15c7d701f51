"""What a message comes to: whose word it is, and about what."""

from __future__ import annotations

import re

import pytest

from bot.matrix.client import Unreachable
from bot.plugin import Call, Effect, Question, Ready, Rest, command
from bot.reply import Reply, say
from tests.unit.stage import ALICE, BOB, ROOM, Stage

DM = f"!dm-{ALICE}"


async def _where(_, answers, *, text):
    if "where" not in answers:
        return Question("where", say("Where?"))
    return Ready({"text": Rest(f"{text} {answers['where']}")})


async def _with(_, answers, *, text):
    if "password" not in answers:
        return Question("password", say("The password?"), secret=True)
    return Ready({"text": text})


async def _shown(_, _answers, *, text):
    return Ready({"text": text}, preview=say("It is like this."), ask=True)


class Typed(str):
    """A password that was typed."""

    __slots__ = ()

    def masked(self):
        """Nothing of it."""
        return "********"


async def _typed(_, _answers, *, text):
    return Ready({"text": Typed(text)})


class Ran:
    """What was run."""

    def __init__(self):
        self.calls = []

    def commands(self):
        """Commands that act: at once, after a question, after one for a password."""

        async def run(call: Call[None], text: Rest) -> Reply:
            """Run."""
            self.calls.append(str(text))
            return say("Done.")

        acts = Effect.WRITE
        yield command("do", effect=acts)(run)
        yield command("place", effect=acts, prepare=_where)(run)
        yield command("open", effect=acts, prepare=_with)(run)
        yield command("post", effect=acts, prepare=_shown)(run)
        yield command("unlock", effect=acts, prepare=_typed)(run)


@pytest.fixture
def ran():
    return Ran()


@pytest.fixture
async def perform(sqlite, sealer, ran):
    """A bot of which this is asked, and Alice and Bob, connected."""
    stages = []

    async def perform(**how):
        stage = Stage(sqlite, sealer, list(ran.commands()), **how)
        stages.append(stage)
        await stage.meet(ALICE, BOB)
        return stage

    yield perform
    for stage in stages:
        await stage.close()


def _code(stage, word):
    found = re.findall(rf"`({word} \d{{4}})`", stage.sent.texts[-1])
    assert found, stage.sent.texts[-1]
    return found[-1]


async def test_what_was_asked_is_meant_by_the_asker_before_another_lets_it_run(perform, ran):
    """A homeserver can make any text of theirs the answer, which nobody else can know."""
    stage = await perform(approve=["jenkins place *"])
    said = await stage.says(ALICE, "!j place it")
    await stage.says(ALICE, "in Rome", thread=said.event_id)
    assert "This will run `jenkins place it in Rome`" in stage.sent.texts[-1]
    assert "Say `yes`" in stage.sent.texts[-1]
    await stage.says(BOB, "approve 1234")
    assert ran.calls == []
    await stage.says(ALICE, "yes")
    assert ran.calls == []
    await stage.says(BOB, _code(stage, "approve"))
    assert ran.calls == ["it in Rome"]


async def test_a_yes_from_before_a_password_was_given_elsewhere_is_not_enough(perform, ran):
    """It was to another question, and was held back."""
    stage = await perform(confirm=["jenkins do *"])
    await stage.says(ALICE, "!j open the safe")
    await stage.says(ALICE, "!j do something harmless")
    held_back = stage.message(ALICE, "yes")
    await stage.says(ALICE, "hunter2", room=DM)
    assert "This will run `jenkins open the safe`" in stage.sent.texts[-1]
    code = _code(stage, "yes")
    await stage.hears(held_back)
    await stage.rests()
    assert ran.calls == []
    assert f"needs its code: say `{code}`" in stage.sent.texts[-1]
    await stage.says(ALICE, _code(stage, "yes"))
    assert ran.calls == ["the safe"]


async def test_a_plain_yes_is_enough_where_the_password_was_given(perform, ran):
    """All of it stands in one room, in its order."""
    stage = await perform()
    await stage.says(ALICE, "j open the safe", room=DM)
    await stage.says(ALICE, "hunter2", room=DM)
    await stage.says(ALICE, "yes", room=DM)
    assert ran.calls == ["the safe"]


async def test_a_token_that_is_pasted_while_something_is_asked_is_no_answer(perform, ran):
    """It is removed, and connects."""
    stage = await perform()
    await stage.says(ALICE, "j place it", room=DM)
    pasted = await stage.says(ALICE, "alice:11deadbeef", room=DM)
    assert pasted.event_id in stage.sent.removed
    assert "deadbeef" not in "".join(stage.sent.texts)
    assert "You have authenticated as alice on Jenkins." in stage.sent.texts


async def test_two_people_can_approve_each_others_commands(perform, ran):
    """A word with the code of the other's is not about one's own."""
    stage = await perform(approve=["jenkins do *"])
    await stage.says(ALICE, "!j do one")
    hers = _code(stage, "approve")
    await stage.says(BOB, "!j do two")
    his = _code(stage, "approve")
    await stage.says(BOB, hers)
    await stage.says(ALICE, his)
    assert ran.calls == ["one", "two"]


async def test_one_can_approve_while_an_own_command_waits_for_a_yes(perform, ran):
    """Which stays as it is."""
    stage = await perform(confirm=["jenkins do *"], approve=["jenkins do two"])
    await stage.says(BOB, "!j do two")
    await stage.says(BOB, "yes")
    his = _code(stage, "approve")
    await stage.says(ALICE, "!j do one")
    await stage.says(ALICE, his)
    await stage.says(ALICE, "yes")
    assert ran.calls == ["two", "one"]


async def test_where_both_are_wanted_both_have_to_say_so(perform, ran):
    """First who asked, then another."""
    stage = await perform(confirm=["jenkins do *"], approve=["jenkins do it"])
    await stage.says(ALICE, "!j do it")
    await stage.says(ALICE, "yes")
    assert ran.calls == []
    await stage.says(BOB, _code(stage, "approve"))
    assert ran.calls == ["it"]


async def test_words_without_address_that_are_answered_count_as_well(perform):
    """Nobody makes the bot say more than anybody may in a minute."""
    stage = await perform(approve=["jenkins do *"], per_minute=5)
    await stage.says(ALICE, "!j do it")
    before = len(stage.sent.texts)
    for _ in range(20):
        await stage.says(BOB, "approve")
    assert len(stage.sent.texts) - before == 6
    assert "in a minute" in stage.sent.texts[-1]


async def test_where_nobody_says_who_can_read_a_room_the_answer_goes_to_the_direct_message(
    perform, ran
):
    """It is answered in any case."""
    stage = await perform()

    def silent():
        raise Unreachable("no answer in time")

    stage.house.open = silent
    await stage.says(ALICE, "!j do it")
    assert ran.calls == ["it"]
    assert [room for _, room, _ in stage.sent.events] == [ROOM, DM]


async def test_a_password_that_is_asked_for_no_more_is_told_of(perform, ran):
    """Another room of theirs asks for one: two at a time could be mixed up."""
    stage = await perform()
    await stage.says(ALICE, "!j open one")
    await stage.says(ALICE, "!j open two", room="!other")
    asked = [text for text in stage.sent.texts if "dropped" in text or "The password?" in text]
    assert ["one" in text or "dropped" in text for text in asked] == [True, True, False]
    await stage.says(ALICE, "hunter2", room=DM)
    assert "This will run `jenkins open two`" in stage.sent.texts[-1]


async def test_nothing_is_approved_for_somebody_whose_identity_has_changed_since(perform, ran):
    """Their credentials are frozen, though they have said nothing under the new one."""
    stage = await perform(approve=["jenkins do *"])
    await stage.says(ALICE, "!j do it")
    code = _code(stage, "approve")
    await stage.show(ALICE, "z" * 43)
    await stage.says(BOB, code)
    assert ran.calls == []
    assert "frozen" in stage.sent.texts[-1]


async def test_a_no_in_the_thread_of_a_question_answers_it(perform, ran):
    """It is not about what waits for somebody else meanwhile."""
    stage = await perform(approve=["jenkins do *"])
    await stage.says(ALICE, "!j do it")
    said = await stage.says(ALICE, "!j place it")
    await stage.says(ALICE, "no", thread=said.event_id)
    assert "This will run `jenkins place it no`" in stage.sent.texts[-1]


async def test_what_could_not_be_shown_in_the_direct_message_is_not_asked_about(perform, ran):
    """A "yes" would be to something that nobody has seen."""
    stage = await perform()
    stage.house.open = lambda: True

    async def away(_user):
        raise Unreachable("no answer in time")

    stage.house.direct = away
    await stage.says(ALICE, "!j post it")
    assert "could not show you" in stage.sent.texts[-1]
    await stage.says(ALICE, "yes")
    assert ran.calls == []


async def test_a_password_that_may_not_be_removed_is_told_of(perform, ran):
    """Else it stays there, and nobody knows."""
    stage = await perform()

    async def refused(*_):
        return False

    stage.sent.redact = refused
    await stage.says(ALICE, "j unlock hunter2", room=DM)
    assert any("please delete it" in text for text in stage.sent.texts)
    assert ran.calls == ["hunter2"]
