"""The stand-in itself: started in code, on loopback, on a free port."""

from __future__ import annotations

import ssl

from aiohttp import web
from aiohttp.typedefs import Handler

from sandbox.jenkins.access import VERSION, Refusal
from sandbox.jenkins.builds import Build
from sandbox.jenkins.queue_item import QueueItem
from sandbox.jenkins.setting import Setting
from sandbox.jenkins.site import answer
from sandbox.seen import Seen
from sandbox.stand_in import StandIn


class JenkinsStandIn(Setting, StandIn):
    """A Jenkins that checks tokens and permissions as the real one does.

    ::

        async with JenkinsStandIn() as jenkins:
            token = jenkins.add_user("alice", "Alice Liddell")
            jenkins.add_job("deploy-prod", parameters=[choice("ENV", "dev", "prod")])
            jenkins.allow("alice", "deploy-prod", READ, BUILD)

    ``quiet_period`` (seconds) is Jenkins' own; a request's ``delay`` overrides it.
    """

    def __init__(self) -> None:
        StandIn.__init__(self)
        Setting.__init__(self)
        self.requests: list[Seen] = []

    async def start(self, tls: ssl.SSLContext | None = None) -> None:
        """Listen on a free port of 127.0.0.1."""
        app = web.Application(middlewares=[self._see], client_max_size=16 * 1024**2)
        app.router.add_route("*", "/{path:.*}", self._answer)
        await self._listen(app, tls)
        self._world.root = f"{self.url}/"

    async def stop(self) -> None:
        """Stop listening, and drop all that runs."""
        await self._world.queue.stop()
        await super().stop()

    async def switch_node(self, name: str, *, offline: bool, reason: str = "") -> None:
        """Take a node away, or bring it back, as somebody might on its page."""
        node = self._world.nodes.find(name)
        if node is None:
            raise KeyError(name)
        node.offline, node.temporarily, node.reason = offline, offline, reason
        await self._world.queue.notify()

    def log(self, full_name: str, text: str) -> None:
        """Let the newest build of a job print something."""
        self.job(full_name).builds[-1].console.write(text)

    async def started(self, full_name: str, number: int = 1) -> Build:
        """Wait until a job's build of this number is there."""
        job = self.job(full_name)
        await self._world.queue.until(lambda: job.build(str(number)) is not None)
        return next(build for build in job.builds if build.number == number)

    async def asks(self, full_name: str) -> Build:
        """Wait until a pipeline asks something, and return its build."""
        job = self.job(full_name)
        await self._world.queue.until(lambda: any(build.asks for build in job.builds))
        return next(build for build in job.builds if build.asks)

    async def reached(self, full_name: str, stage: str) -> Build:
        """Wait until the newest build of a pipeline is in a stage, and return it."""
        job = self.job(full_name)
        await self._world.queue.until(
            lambda: any(s.stage.name == stage for b in job.builds[-1:] for s in b.stages)
        )
        return job.builds[-1]

    async def finish(self, full_name: str, result: str = "") -> None:
        """End what runs of a job, though its ``seconds`` are None, and wait until it has ended.

        ``result``: of all builds of the job from now on. A question stays until it is answered.
        """
        job = self.job(full_name)
        job.result = result or job.result
        running = [build for build in job.builds if build.ended is None]
        for build in running:
            build.let()
        await self._world.queue.until(lambda: all(b.ended or b.asks for b in running))

    def next_stage(self, full_name: str) -> None:
        """End the stage that a pipeline is in, though its ``seconds`` are None."""
        self.job(full_name).builds[-1].let(all_of_it=False)

    @property
    def queued(self) -> list[QueueItem]:
        """What waits in the queue."""
        return self._world.queue.waiting

    @property
    def quiet_period(self) -> float:
        """Seconds that a build waits for others like it."""
        return self._world.queue.quiet_period

    @quiet_period.setter
    def quiet_period(self, seconds: float) -> None:
        self._world.queue.quiet_period = seconds

    async def hold(self, held: bool = True) -> None:
        """Keep every executor busy, or let them go."""
        await self._world.queue.hold(held)

    async def cancel(self, item: QueueItem) -> None:
        """Cancel what waits, as somebody might on Jenkins' page."""
        await self._world.queue.cancel(item)

    def forget_left_items(self) -> None:
        """Forget the queue items that became builds, as Jenkins does after five minutes."""
        self._world.queue.forget()

    async def idle(self) -> None:
        """Wait until all that was queued has been built."""
        await self._world.queue.idle()

    @web.middleware
    async def _see(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        body = (await request.read()).decode(errors="replace")
        self.requests.append(Seen(request.method, request.raw_path, dict(request.headers), body))
        return await handler(request)

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        try:
            response = await answer(self._world, request)
        except Refusal as refusal:
            response = refusal.response
        response.headers.update(VERSION)
        return response
