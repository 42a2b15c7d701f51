"""How a build goes on: what it prints, where it waits, how it ends."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Protocol

from sandbox.jenkins.builds import Build, worst
from sandbox.jenkins.console import link
from sandbox.jenkins.pipeline import STATUS, Ask, Stage, StageRun
from sandbox.jenkins.reports import counts


class Floor(Protocol):
    """Where builds run."""

    def place(self, build: Build) -> AbstractAsyncContextManager[None]:
        """Hold an executor for a part of a build; wait for one in the queue."""

    async def notify(self) -> None:
        """Tell those who wait for something that it may have come."""


async def run(build: Build, floor: Floor) -> None:
    """Do all that a build does, but for what an executor does for it."""
    job = build.job
    if job.pipeline:
        result = await _pipeline(build, floor)
    else:
        build.console.write(f"Building in workspace /var/jenkins/workspace/{job.full_name}\n")
        await build.work(job.seconds, job.log)
        result = "ABORTED" if build.interrupted else "SUCCESS"
    if build.interrupted:
        await asyncio.sleep(job.lingers)
    if not build.interrupted:
        build.tests, build.artifacts = job.tests, job.artifacts
        result = worst(result, job.result, "UNSTABLE" if counts(build.tests)[0] else "SUCCESS")
    elif job.pipeline:
        build.console.write(f"{build.stopped} by {link(build.interrupted)}\n")
    else:
        build.console.write(f"Build was aborted\nAborted by {link(build.interrupted)}\n")
    build.end(result)


async def _pipeline(build: Build, floor: Floor) -> str:
    _step(build, "Start of Pipeline")
    results = ["SUCCESS"]
    if not build.job.stages:
        async with floor.place(build):
            await build.work(build.job.seconds, build.job.log)
    for position, stage in enumerate(build.job.stages):
        results.append(await _reach(build, stage, floor))
        if results[-1] in ("FAILURE", "ABORTED"):
            if build.job.declarative and not build.interrupted:
                _skip(build, build.job.stages[position + 1 :])
            break
    _step(build, "End of Pipeline")
    if results[-1] == "FAILURE":
        build.console.write(f"ERROR: {stage.error}\n")
    return "ABORTED" if build.interrupted else worst(*results)


async def _reach(build: Build, stage: Stage, floor: Floor) -> str:
    reached = StageRun(stage)
    build.stages.append(reached)
    _step(build, "stage")
    _step(build, f"{{ ({stage.name})")
    await floor.notify()
    result = await _stage(build, reached, floor)
    reached.end(STATUS[result])
    _step(build, "}")
    _step(build, "// stage")
    return result


async def _stage(build: Build, reached: StageRun, floor: Floor) -> str:
    stage = reached.stage
    if stage.asks is not None:
        async with _paused(build, reached, stage.asks):
            await floor.notify()
            await build.answered()
    if build.interrupted:
        return "ABORTED"
    async with floor.place(build):
        await build.work(stage.seconds, stage.log)
    return "ABORTED" if build.interrupted else stage.result


@asynccontextmanager
async def _paused(build: Build, reached: StageRun, ask: Ask) -> AsyncIterator[None]:
    _step(build, "input")
    if ask.parameters:
        build.console.write(f"{link('Input requested')}\n")
    else:
        build.console.write(f"{ask.message}\n{link(ask.ok)} or {link('Abort')}\n")
    began, build.asks, reached.status = time.time(), ask, "PAUSED_PENDING_INPUT"
    try:
        yield
    finally:
        reached.paused, build.asks, reached.status = time.time() - began, None, "IN_PROGRESS"


def _skip(build: Build, stages: Sequence[Stage]) -> None:
    for stage in stages:
        build.console.write(f'Stage "{stage.name}" skipped due to earlier failure(s)\n')
        reached = StageRun(stage)
        reached.end("FAILED")
        build.stages.append(reached)


def _step(build: Build, words: str) -> None:
    build.console.write(f"{link('')}[Pipeline] {words}\n")
