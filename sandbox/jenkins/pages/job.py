"""Below a job."""

from __future__ import annotations

from aiohttp import web

from sandbox.jenkins.access import beside, html, missing, page, redirect, require_post
from sandbox.jenkins.asking import schedule
from sandbox.jenkins.items import Job
from sandbox.jenkins.pages.build import build_page
from sandbox.jenkins.users import BUILD, CONFIGURE
from sandbox.jenkins.visit import Visit


async def job_page(visit: Visit, job: Job, rest: list[str]) -> web.StreamResponse:
    """What may be done with a job, and its builds."""
    match rest:
        case ["build" | "buildWithParameters" as way]:
            if visit.request.method != "POST":
                return html(405, page("Method Not Allowed", "Form post required"))
            visit.require(BUILD, job.full_name)
            queue, form = visit.world.queue, await visit.form()
            made = schedule(queue, job, visit.user, form, parameters=way != "build")
            return made.response(visit.world.root)
        case ["enable" | "disable" as way]:
            require_post(visit.request)
            visit.require(CONFIGURE, job.full_name)
            await _switch(visit, job, disabled=way == "disable")
            return redirect(beside(visit.request))
        case [name, *below]:
            build = job.build(name)
            if build is not None:
                return await build_page(visit, build, below)
    raise missing()


async def _switch(visit: Visit, job: Job, *, disabled: bool) -> None:
    """Disable a job, which takes it out of the queue; or enable it."""
    job.disabled = disabled
    item = visit.world.queue.of(job)
    if disabled and item is not None:
        await visit.world.queue.cancel(item)
