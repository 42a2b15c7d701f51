"""Below a build."""

from __future__ import annotations

import mimetypes

from aiohttp import web

from sandbox.jenkins.access import beside, html, missing, page, redirect, require_post
from sandbox.jenkins.beans import builds, reports
from sandbox.jenkins.builds import Build
from sandbox.jenkins.pages.pipeline import input_page, stages_page
from sandbox.jenkins.users import ARTIFACTS, CANCEL
from sandbox.jenkins.visit import Visit

_POLICY = "sandbox; default-src 'none'; img-src 'self'; style-src 'self';"


async def build_page(visit: Visit, build: Build, rest: list[str]) -> web.StreamResponse:
    """A build, and what belongs to it."""
    match rest:
        case [] | ["console"]:
            return html(200, page(build.name, ""))
        case ["api", "json"]:
            return visit.json(builds.build(build, visit.world.root))
        case ["stop"]:
            return _stop(visit, build)
        case ["wfapi", *below] if build.job.pipeline:
            return await stages_page(visit, build, below)
        case ["input", name, way] if build.job.pipeline:
            return await input_page(visit, build, name, way)
    return _result(visit, build, rest)


def _result(visit: Visit, build: Build, rest: list[str]) -> web.Response:
    match rest:
        case ["consoleText"]:
            return web.Response(text=build.log)
        case ["logText", "progressiveText"]:
            return _progressive(visit, build)
        case ["testReport", "api", "json"] if build.tests:
            return visit.json(reports.report(build.number, build.tests))
        case ["artifact", *path]:
            return _artifact(visit, build, "/".join(path))
    raise missing()


def _stop(visit: Visit, build: Build) -> web.Response:
    """302 also where nothing runs any more; only a pipeline needs the permission then, too."""
    require_post(visit.request)
    if build.ended is None or build.job.pipeline:
        visit.require(CANCEL, build.job.full_name)
    if build.ended is None:
        build.interrupt(visit.user)
    return redirect(visit.request.headers.get("Referer") or beside(visit.request))


def _progressive(visit: Visit, build: Build) -> web.Response:
    start = visit.request.query.get("start", "0")
    if not start.isdecimal():
        return html(500, page("Oops!", "java.lang.NumberFormatException"))
    complete = build.ended is not None
    text, size = build.console.piece(int(start), complete=complete)
    headers = {"X-Text-Size": str(size)}
    if not complete:
        headers["X-More-Data"] = "true"
    return web.Response(body=text, content_type="text/plain", charset="utf-8", headers=headers)


def _artifact(visit: Visit, build: Build, path: str) -> web.Response:
    if visit.world.artifacts_permission:
        visit.require(ARTIFACTS, build.job.full_name)
    if path in build.artifacts:
        kind = mimetypes.guess_type(path)[0] or "application/octet-stream"
        charset = "utf-8" if kind.startswith("text/") else None
        headers = {"Content-Security-Policy": _POLICY, "X-Content-Type-Options": "nosniff"}
        body = build.artifacts[path]
        return web.Response(body=body, content_type=kind, charset=charset, headers=headers)
    if not path or any(name.startswith(f"{path}/") for name in build.artifacts):
        return html(200, page(f"Artifacts of {build.name}", ""))
    raise missing()
