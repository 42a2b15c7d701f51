"""Going to a service's page and coming back: what binds that visit to the person who asked."""

from __future__ import annotations

import asyncio
from urllib.parse import parse_qs, urlsplit

import pytest

from bot.connect.callback import Callbacks
from bot.errors import ConfigError, UserError
from bot.matrix.conversation import Talk
from bot.secret import Secret
from tests.contracts.fakes import plain

ALICE = "@alice:example.org"
PAGE = "https://x.example/authorise?back="


class Person:
    """Talks with the bot, and holds a browser that is sent back from the page."""

    def __init__(self):
        self.callbacks = Callbacks("https://bot.example.org", "@actas:example.org")
        self.heard = asyncio.Queue()
        self.talk = Talk(
            user=ALICE,
            service="twitter",
            title="X",
            room="!dm",
            say_there=self._hear,
            callbacks=self.callbacks,
        )
        self.back = ""

    async def _hear(self, reply):
        await self.heard.put(plain(reply))

    def page(self, back):
        """The service's page, which will send its visitor back there."""
        self.back = back
        return PAGE + back

    def visits(self, **query):
        """Come back with this query; what the bot's page then shows."""
        state = parse_qs(urlsplit(self.back).query)["state"][0]
        ticket = self.callbacks.arrive("twitter", {"state": state, **query})
        return ticket and self.callbacks.shown(ticket)

    async def hears(self):
        """What the bot says next."""
        return await asyncio.wait_for(self.heard.get(), 5)

    async def says(self, text):
        """Answer, and hear what comes of it."""
        self.talk.give(Secret(text))
        return await self.hears()


@pytest.fixture
async def alice():
    person = Person()
    person.task = asyncio.create_task(person.talk.callback(person.page))
    person.asked = await person.hears()
    yield person
    person.task.cancel()
    await asyncio.gather(person.task, return_exceptions=True)


async def test_the_link_comes_with_what_to_do(alice):
    assert PAGE + alice.back in alice.asked
    assert "log in to X" in alice.asked.replace("Log", "log")
    assert "cancel" in alice.asked


async def test_the_address_back_holds_a_state_of_128_bits(alice):
    parts = urlsplit(alice.back)
    assert (parts.netloc, parts.path) == ("bot.example.org", "/callback/twitter")
    assert len(parse_qs(parts.query)["state"][0]) == 22


async def test_whoever_came_back_and_says_the_code_is_through(alice):
    shown = alice.visits(code="abc")
    assert (shown.user, shown.title) == (ALICE, "X")
    alice.talk.give(Secret(shown.code.lower().replace("-", " ")))
    assert await alice.task == {"code": "abc"}


async def test_a_flow_may_know_at_once_what_somebody_came_back_with():
    """Before it is known who: what services send back can be good for half a minute."""
    person, arrived = Person(), asyncio.Queue()
    talking = person.talk.callback(person.page, arrived.put_nowait)
    person.task = asyncio.create_task(talking)
    await person.hears()
    shown = person.visits(code="abc")
    assert await asyncio.wait_for(arrived.get(), 5) == {"code": "abc"}
    assert not person.task.done()
    person.talk.give(Secret(shown.code))
    assert await person.task == {"code": "abc"}


async def test_a_bug_in_a_flow_logs_nothing_of_what_somebody_came_back_with(log):
    """asyncio writes a part of its future's result beside the traceback."""
    stream, person = log(), Person()
    person.task = asyncio.create_task(person.talk.callback(person.page, lambda _: 1 / 0))
    await person.hears()
    person.visits(code="very-secret")
    await asyncio.sleep(0)
    person.task.cancel()
    await asyncio.gather(person.task, return_exceptions=True)
    assert "Exception in callback" in stream.getvalue()
    assert "secret" not in stream.getvalue()


async def test_without_the_code_nobody_is_through(alice):
    """Somebody else, to whom the link was passed on, is at that page."""
    alice.visits(code="abc")
    assert "not the code" in await alice.says("I have done it")
    assert "once more" in await alice.says("BBBB-BBBB")
    alice.talk.give(Secret("CCCC-CCCC"))
    with pytest.raises(UserError, match="None of these"):
        await alice.task


async def test_guesses_before_anybody_came_back_are_no_guesses(alice):
    for _ in range(5):
        assert "Nobody has come back" in await alice.says("BBBB-BBBB")
    shown = alice.visits(code="abc")
    alice.talk.give(Secret(shown.code))
    assert await alice.task == {"code": "abc"}


@pytest.mark.parametrize("query", [{"error": "access_denied"}, {"denied": "request-token"}])
async def test_a_refusal_needs_no_word(alice, query):
    assert alice.visits(**query).refused
    assert await alice.task == query


@pytest.mark.parametrize("refusal", [{"error": ""}, {"denied": "1"}, {"error": "access_denied"}])
async def test_what_comes_with_a_refusal_grants_nothing(alice, refusal):
    """Whoever was given the link could put a refusal beside what the page gave them."""
    alice.visits(code="abc", oauth_token="a", oauth_verifier="b", iss="x", **refusal)
    assert await alice.task == {"iss": "x", **refusal}


async def test_a_state_is_good_for_one_visit_of_its_service(alice):
    state = parse_qs(urlsplit(alice.back).query)["state"][0]
    assert alice.callbacks.arrive("github", {"state": state, "code": "abc"}) is None
    assert alice.visits(code="abc")
    assert alice.visits(code="other") is None


async def test_who_left_is_not_waited_for(alice):
    alice.task.cancel()
    await asyncio.gather(alice.task, return_exceptions=True)
    assert alice.visits(code="abc") is None


async def test_two_people_have_states_and_codes_of_their_own():
    callbacks = Callbacks("https://bot.example.org", "@actas:example.org")
    one = callbacks.expect(ALICE, "twitter", "X")
    two = callbacks.expect("@bob:example.org", "twitter", "X")
    assert one.address != two.address
    assert not one.is_code(two.code)
    assert not one.is_code("")


async def test_without_a_page_of_the_bots_own_there_is_no_way_back():
    talk = Talk(user=ALICE, service="twitter", title="X", room="!dm", say_there=None)
    with pytest.raises(ConfigError, match=r"web\.public_url"):
        await talk.callback(lambda _: "")
