"""A slow, broken or hostile server holds nothing up; what may have been done is told as such."""

from __future__ import annotations

import asyncio
import threading

import pytest

from bot.errors import Unavailable
from sandbox.mishaps import Answer, drip_body, drip_head, drop, flood, hang
from tests.contracts.fakes import FakeConversation
from tests.contracts.twitter.conftest import LOOKING, every_command, say, service_at

ENDLESS = [hang, drip_body, drip_head]


async def _threads_end():
    """Wait until no thread of the service is left."""
    for thread in threading.enumerate():
        if thread.name == "twitter (twitter)":
            await asyncio.to_thread(thread.join, 5)
            assert not thread.is_alive()


@pytest.mark.parametrize("fault", ENDLESS)
@every_command
async def test_an_endless_answer_is_given_up_in_time_and_leaves_no_thread(
    x, hasty, alice, fault, said
):
    x.fail(fault)
    async with asyncio.timeout(5):
        with pytest.raises(Unavailable) as error:
            await say(hasty, alice, *said)
    assert error.value.retryable is (said in LOOKING)
    await _threads_end()


@pytest.mark.parametrize("fault", ENDLESS)
async def test_a_cancelled_command_lets_go_of_its_connection(x, service, alice, fault):
    x.fail(fault)
    task = asyncio.create_task(say(service, alice, "search", "x"))
    async with asyncio.timeout(5):
        await x.failing()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await _threads_end()


async def test_one_slow_answer_does_not_hold_up_the_others(x, service, alice, bob):
    x.fail(hang, path="/2/tweets/search")
    slow = asyncio.create_task(say(service, alice, "search", "x"))
    async with asyncio.timeout(5):
        for text in "abc":
            await say(service, bob, "tweet", text)
    assert not slow.done()
    slow.cancel()


async def test_an_answer_is_not_read_beyond_its_bounds(x, service, alice):
    x.fail(flood)
    async with asyncio.timeout(5):
        with pytest.raises(Unavailable, match="cannot be understood"):
            await say(service, alice, "search", "x")


async def test_the_answer_to_a_pin_is_not_read_beyond_its_bounds(x, service):
    x.fail(flood)
    async with asyncio.timeout(5):
        with pytest.raises(Unavailable, match="cannot be understood"):
            await service.flows[0].run(FakeConversation())


async def test_an_answer_that_is_complete_and_too_long_is_not_used(x, service, alice):
    x.fail(Answer(200, {"data": [], "padding": "x" * 1_100_000}))
    with pytest.raises(Unavailable):
        await say(service, alice, "search", "x")


async def test_a_post_whose_answer_is_lost_may_have_been_made(x, service, alice):
    x.fail(drop, after=True)
    with pytest.raises(Unavailable) as error:
        await say(service, alice, "tweet", "hello")
    assert not error.value.retryable
    assert [post.text for post in x.posts] == ["hello"]


@pytest.mark.parametrize("status", [302, 408, 500, 503])
async def test_a_server_error_after_a_post_may_have_been_made(x, service, alice, status):
    x.fail(Answer(status), after=True)
    with pytest.raises(Unavailable) as error:
        await say(service, alice, "tweet", "hello")
    assert not error.value.retryable


@every_command
async def test_only_looking_may_be_repeated_where_the_answer_is_lost(x, service, alice, said):
    x.fail(drop)
    with pytest.raises(Unavailable) as error:
        await say(service, alice, *said)
    assert error.value.retryable is (said in LOOKING)


@every_command
async def test_what_never_left_may_be_repeated(x, service, alice, said):
    await x.stop()
    with pytest.raises(Unavailable) as error:
        await say(service, alice, *said)
    assert error.value.retryable


async def test_a_redirect_is_not_followed(x, service, alice):
    async def elsewhere(reader, writer):
        visitors.append(await reader.readline())
        writer.close()

    visitors: list[bytes] = []
    async with await asyncio.start_server(elsewhere, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        x.fail(Answer(307, "", {"Location": f"http://127.0.0.1:{port}/2/tweets"}))
        with pytest.raises(Unavailable):
            await say(service, alice, "tweet", "hello")
    assert visitors == []


async def test_proxies_and_passwords_of_the_environment_are_not_used(
    x, service, alice, monkeypatch, tmp_path
):
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login somebody password else\n")
    monkeypatch.setenv("NETRC", str(netrc))
    for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.delenv("NO_PROXY", raising=False)
    await say(service, alice, "tweet", "hello")
    assert len(x.posts) == 1


async def test_more_commands_than_places_wait_for_their_turn(x, service, alice):
    for number in range(40):
        x.publish("bob", f"matrix {number}")
    replies = await asyncio.gather(*(say(service, alice, "search", "matrix") for _ in range(40)))
    assert {len(reply.blocks[0].items) for reply in replies} == {10}


async def test_a_full_house_is_told_and_nothing_was_posted(x, alice):
    service = service_at(x.url, x, timeout=0.3)
    for _ in range(100):
        x.fail(hang, path="/2/tweets/search")
    waiting = [asyncio.create_task(say(service, alice, "search", "x")) for _ in range(40)]
    outcomes = await asyncio.gather(*waiting, return_exceptions=True)
    assert {type(outcome) for outcome in outcomes} == {Unavailable}
    assert all(outcome.retryable for outcome in outcomes)
    await _threads_end()
