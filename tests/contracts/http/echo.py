"""A server that keeps what it was asked."""

from __future__ import annotations

from aiohttp import web

from sandbox.stand_in import StandIn


class Echo(StandIn):
    """Answers ``answer`` as JSON to everything; ``asked`` are method, raw address, and body."""

    def __init__(self) -> None:
        super().__init__()
        self.reset()

    def reset(self) -> None:
        """Forget what was asked before."""
        self.answer, self.asked, self.headers = None, [], []
        self._planned.clear()

    async def start(self) -> None:
        app = web.Application()
        app.router.add_route("*", "/{rest:.*}", self._echo)
        await self._listen(app)

    async def _echo(self, request: web.Request) -> web.StreamResponse:
        self.asked.append((request.method, request.raw_path, await request.text()))
        self.headers.append(dict(request.headers))
        if isinstance(self.answer, bytes):
            return web.Response(body=self.answer, content_type="application/json")
        return web.json_response(self.answer)
