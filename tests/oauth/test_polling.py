"""Asking for the tokens of a device code, and answers that nobody should give."""

from __future__ import annotations

import asyncio

import pytest

from bot.connect.device import DeviceFlow
from bot.errors import Unavailable, UserError
from sandbox.mishaps import Answer
from tests.contracts.fakes import FakeConversation, links
from tests.oauth.hostile import CODE, TOKENS, WORDS, no
from tests.oauth.people import Waiting, code_in, device_flow


@pytest.mark.parametrize("status", [200, 400])  # GitHub says so with 200
async def test_it_is_asked_for_until_the_code_was_typed(hostile, status):
    pending = no("authorization_pending", status)
    hostile.answers += [Answer(200, CODE), pending, pending]
    waiting = Waiting()
    grant = await device_flow(hostile.app(), waiting).run(FakeConversation())
    assert grant.fields["access_token"].reveal() == TOKENS["access_token"]
    assert waiting.slept == [5, 5, 5]
    assert [form.get("device_code") for _, form, _ in hostile.asked] == [
        None,
        *["hostile-device"] * 3,
    ]


async def test_who_is_asked_too_often_is_asked_less_often_from_then_on(hostile):
    hostile.answers += [Answer(200, CODE | {"interval": 2}), no("slow_down", 200)]
    hostile.answers += [no("authorization_pending"), no("slow_down"), no("authorization_pending")]
    waiting = Waiting()
    await device_flow(hostile.app(), waiting).run(FakeConversation())
    assert waiting.slept == [2, 7, 7, 12, 12]


async def test_who_does_not_answer_is_asked_less_often_from_then_on(hostile):
    hostile.answers += [Answer(200, CODE), Answer(503), no("authorization_pending"), Answer(429)]
    waiting = Waiting()
    await device_flow(hostile.app(), waiting).run(FakeConversation())
    assert waiting.slept == [5, 10, 10, 20]


async def test_who_does_not_answer_for_long_is_given_up(hostile):
    hostile.answers += [Answer(200, CODE), *[Answer(503)] * 9]
    waiting = Waiting()
    with pytest.raises(Unavailable, match="status 503"):
        await device_flow(hostile.app(), waiting).run(FakeConversation())
    assert waiting.slept == [5, 10, 20, 40]


@pytest.mark.parametrize(
    ("word", "error", "text"),
    [
        ("expired_token", UserError, "The code for Example has ended"),
        ("access_denied", UserError, "refused on the page of Example"),
        ("invalid_client", Unavailable, "tell the operator"),
        ("device_flow_disabled", Unavailable, "tell the operator"),
        (WORDS, Unavailable, "tell the operator"),
    ],
)
async def test_an_end_is_told_in_our_words(hostile, word, error, text):
    hostile.answers += [Answer(200, CODE), no(word, 200)]
    with pytest.raises(error, match=text) as problem:
        await device_flow(hostile.app(), Waiting()).run(FakeConversation())
    assert WORDS not in str(problem.value)


async def test_a_code_that_nobody_types_is_not_waited_for_longer_than_it_lasts(hostile):
    hostile.answers += [Answer(200, CODE | {"expires_in": 1})]
    flow = DeviceFlow(hostile.app(), "Example", "example")
    async with asyncio.timeout(3):
        with pytest.raises(UserError, match="has ended"):
            await flow.run(FakeConversation())
    assert [path for path, _, _ in hostile.asked] == ["/device"]


async def test_who_cancels_is_waited_for_no_more(hostile):
    hostile.answers += [Answer(200, CODE)]
    waits = asyncio.Event()

    async def wait(_):
        waits.set()
        await asyncio.Event().wait()

    flow = DeviceFlow(hostile.app(), "Example", "example", wait=wait)
    task = asyncio.create_task(flow.run(FakeConversation()))
    await waits.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert [path for path, _, _ in hostile.asked] == ["/device"]


BAD = {
    "a page": Answer(),
    "a list": Answer(200, [CODE]),
    "no code": Answer(200, CODE | {"device_code": ""}),
    "a code that is a number": Answer(200, CODE | {"device_code": 5}),
    "a user code that says something": Answer(200, CODE | {"user_code": "Send <b>me</b> money!"}),
    "a user code of several lines": Answer(200, CODE | {"user_code": "ABCD\nEFGH"}),
    "a user code without end": Answer(200, CODE | {"user_code": "A" * 200}),
    "a page that runs": Answer(200, CODE | {"verification_uri": "javascript:alert(1)"}),
    "a page that is a number": Answer(200, CODE | {"verification_uri": 7}),
    "a page of several lines": Answer(200, CODE | {"verification_uri": "http://a/\nhttp://b"}),
    "no end": Answer(200, {name: value for name, value in CODE.items() if name != "expires_in"}),
    "an end in the past": Answer(200, CODE | {"expires_in": -1}),
    "an end that is a word": Answer(200, CODE | {"expires_in": "soon"}),
    "depths": Answer(200, "[" * 16_000),
    "a refusal": no("unauthorized_client"),
    "a refusal in no known word": no(WORDS),
    "a refusal that is a list": Answer(400, {"error": ["invalid_client"]}),
}


@pytest.mark.parametrize("answer", BAD.values(), ids=BAD)
async def test_nonsense_is_no_code_and_shown_to_nobody(hostile, answer):
    hostile.answers.append(answer)
    talk = FakeConversation()
    with pytest.raises(Unavailable):
        await device_flow(hostile.app(), Waiting()).run(talk)
    assert talk.said == "Example will ask you to allow: read, write."


async def test_nobody_is_sent_to_a_page_in_clear_by_a_service_that_is_asked_in_private(hostile):
    flow = device_flow(hostile.app(device_url="https://example.org/device"), Waiting())
    assert not flow._is_page("http://example.org/device")
    assert flow._is_page("https://example.org/device")


@pytest.mark.parametrize("interval", [0, -5, "5", None, [5]])
async def test_an_interval_that_is_none_is_five_seconds(hostile, interval):
    hostile.answers += [Answer(200, CODE | {"interval": interval})]
    waiting = Waiting()
    await device_flow(hostile.app(), waiting).run(FakeConversation())
    assert waiting.slept == [5]


async def test_a_bad_page_with_the_code_filled_in_is_left_out(hostile):
    bad = {"verification_uri_complete": "javascript:alert(1)"}
    hostile.answers += [Answer(200, CODE | bad)]
    talk = FakeConversation()
    await device_flow(hostile.app(), Waiting()).run(talk)
    assert [link.url for link in links(talk.told[-1])] == [CODE["verification_uri"]]
    assert code_in(talk) == (CODE["verification_uri"], CODE["user_code"])


async def test_the_person_is_told_what_was_not_granted(hostile):
    hostile.answers += [Answer(200, CODE), Answer(200, TOKENS | {"scope": "read"})]
    talk = FakeConversation()
    grant = await device_flow(hostile.app(), Waiting()).run(talk)
    assert grant.scopes == ("read",)
    assert "Example has not allowed: write. What needs that will not work." in talk.said
