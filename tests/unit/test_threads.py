"""Blocking work beside the event loop: bounded, abandonable, and never in the way of the end."""

from __future__ import annotations

import asyncio
import sys
import threading

import pytest

from bot.threads import Busy, Lane


async def test_result_and_exception_come_back():
    lane = Lane("test")
    assert await lane.run(lambda: 42, within=5) == 42
    with pytest.raises(ZeroDivisionError):
        await lane.run(lambda: 1 // 0, within=5)


async def test_work_is_done_in_another_thread():
    assert await Lane("test").run(threading.get_ident, within=5) != threading.get_ident()


async def test_a_module_is_imported_off_the_event_loop(tmp_path, monkeypatch):
    (tmp_path / "slow_to_import.py").write_text("import threading\nthread = threading.get_ident()")
    monkeypatch.syspath_prepend(tmp_path)
    lane = Lane("test")
    await asyncio.gather(lane.load("slow_to_import"), lane.load("slow_to_import"))
    assert sys.modules.pop("slow_to_import").thread != threading.get_ident()
    await lane.load("slow_to_import")
    assert "slow_to_import" not in sys.modules  # it was known to be there


async def test_late_work_is_aborted():
    release = threading.Event()
    with pytest.raises(TimeoutError):
        await Lane("test").run(release.wait, within=0.05, abort=release.set)
    assert release.is_set()


async def test_cancelled_work_is_aborted():
    began, release = asyncio.Event(), threading.Event()
    loop = asyncio.get_running_loop()

    def work():
        loop.call_soon_threadsafe(began.set)
        release.wait()

    task = asyncio.create_task(Lane("test").run(work, within=60, abort=release.set))
    await began.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert release.is_set()


async def test_no_more_than_its_width_runs_at_once():
    lane, running, most = Lane("test", width=3), 0, 0
    lock = threading.Lock()

    def work():
        nonlocal running, most
        with lock:
            running += 1
            most = max(most, running)
        threading.Event().wait(0.01)
        with lock:
            running -= 1

    await asyncio.gather(*(lane.run(work, within=5) for _ in range(12)))
    assert most == 3


async def test_full_lane_turns_away_what_cannot_wait():
    lane, release = Lane("test", width=1), threading.Event()
    first = asyncio.create_task(lane.run(release.wait, within=60))
    await asyncio.sleep(0)
    with pytest.raises(Busy):
        await lane.run(lambda: None, within=0.05)
    release.set()
    await first
    assert await lane.run(lambda: 1, within=5) == 1


async def test_abandoned_work_keeps_its_place_until_it_ends():
    lane, release = Lane("test", width=1), threading.Event()
    with pytest.raises(TimeoutError):
        await lane.run(release.wait, within=0.05)
    with pytest.raises(Busy):
        await lane.run(lambda: None, within=0.05)
    release.set()
    assert await lane.run(lambda: 1, within=5) == 1


async def test_stuck_work_does_not_hold_up_the_end_of_the_process():
    code = (
        "import asyncio, threading\n"
        "from bot.threads import Lane\n"
        "async def main():\n"
        "    try:\n"
        "        await Lane('x').run(threading.Event().wait, within=0.01)\n"
        "    except TimeoutError:\n"
        "        print('late')\n"
        "asyncio.run(main())"
    )
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-W", "error", "-c", code),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    async with asyncio.timeout(10):
        out, _ = await process.communicate()
    assert (out, process.returncode) == (b"late\n", 0)
