"""Time: a Jenkins that is slow or hostile holds up nobody, and costs no thread."""

from __future__ import annotations

import asyncio
import sys
import threading
import time

import pytest

from bot.errors import Unavailable
from sandbox.jenkins import JenkinsStandIn, mishaps
from tests.contracts.fakes import call_for
from tests.contracts.jenkins.conftest import credential_of, furnish, run, service_at


def threads_of(service):
    return [t for t in threading.enumerate() if t.name == f"{service.name} (jenkins)"]


async def gone(service):
    """Wait until no thread of the service is left."""
    async with asyncio.timeout(5):
        for thread in threads_of(service):
            await asyncio.to_thread(thread.join)


@pytest.mark.parametrize("mishap", [mishaps.drip_head, mishaps.drip_body, mishaps.slow(30)])
async def test_request_as_a_whole_has_a_deadline_and_its_thread_ends(jenkins, hasty, alice, mishap):
    jenkins.fail(mishap)
    began = time.monotonic()
    async with call_for(hasty, alice.user, alice) as call:
        with pytest.raises(Unavailable, match="no answer within"):
            await call.api.me()
        assert time.monotonic() - began < 3
        await gone(hasty)


async def test_tls_handshake_that_drips_ends_with_the_deadline(alice):
    async def drip(_, writer):
        try:
            while True:
                writer.write(b"\x16\x03\x03\x40\x00"[:1])
                await writer.drain()
                await asyncio.sleep(0.05)
        except ConnectionError:
            writer.close()

    async with await asyncio.start_server(drip, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        service = service_at(f"https://127.0.0.1:{port}", timeout=0.5)
        with pytest.raises(Unavailable) as caught:
            await run(service, alice, "build website")
        assert caught.value.retryable is True
        await gone(service)


async def test_cancelled_command_hangs_up_and_its_thread_ends(jenkins, service, alice):
    reached = asyncio.Event()

    async def never(request):
        reached.set()
        return await mishaps.slow(30)(request)

    jenkins.fail(never)
    command = asyncio.create_task(run(service, alice, "list"))
    await reached.wait()
    command.cancel()
    with pytest.raises(asyncio.CancelledError):
        await command
    await gone(service)


async def test_slow_jenkins_does_not_delay_another(jenkins, alice):
    slow, released = service_at(jenkins.url), asyncio.Event()

    async def held(request):
        await released.wait()
        return await mishaps.answer(503)(request)

    jenkins.fail(held, times=100)
    stuck = [asyncio.create_task(run(slow, alice, "whoami")) for _ in range(40)]
    async with JenkinsStandIn() as other:
        tokens = furnish(other)
        quick = service_at(other.url)
        async with asyncio.timeout(5):
            await run(quick, credential_of(quick, "alice", tokens["alice"]), "build website")
    released.set()
    failures = await asyncio.gather(*stuck, return_exceptions=True)
    assert {type(failure) for failure in failures} == {Unavailable}


async def test_too_many_requests_to_a_stuck_jenkins_are_turned_away(jenkins, hasty, alice):
    jenkins.fail(mishaps.slow(30), times=100)
    tasks = [asyncio.create_task(run(hasty, alice, "whoami")) for _ in range(40)]
    failures = await asyncio.gather(*tasks, return_exceptions=True)
    assert {type(failure) for failure in failures} == {Unavailable}
    assert any("too many requests" in failure.what for failure in failures)
    assert len(jenkins.requests) < 40
    await gone(hasty)


async def test_event_loop_keeps_running_while_jenkins_is_asked(jenkins, service, alice):
    await run(service, alice, "whoami")  # the libraries are in
    longest, last = 0.0, time.monotonic()
    jenkins.fail(mishaps.slow(0.3))
    command = asyncio.create_task(run(service, alice, "describe website"))
    while not command.done():
        await asyncio.sleep(0.005)
        longest, last = max(longest, time.monotonic() - last), time.monotonic()
    assert longest < 0.2
    await asyncio.gather(command, return_exceptions=True)


async def test_nothing_heavy_is_imported_before_the_first_request():
    code = (
        "import sys, bot.services.jenkins as j\n"
        "s = j.SERVICE.create('jenkins', [], j.SERVICE.settings(url='http://x'))\n"
        "print([m for m in ('jenkins', 'requests', 'urllib3') if m in sys.modules])"
    )
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", code, stdout=asyncio.subprocess.PIPE
    )
    out, _ = await process.communicate()
    assert out.decode().strip() == "[]"
