"""The files of a repository, workflows' among them.

https://docs.github.com/rest/repos/contents
"""

from __future__ import annotations

import base64
import hashlib
from typing import Any

from aiohttp import web

from sandbox.github.gate import Route
from sandbox.github.refusals import Refusal, not_found
from sandbox.github.repo import Repo
from sandbox.github.visit import Visit
from sandbox.github.world import API, World


def routes() -> list[Route]:
    """The routes."""
    page = "repos/contents#get-repository-content"
    return [Route("GET", "/repos/{owner}/{repo}/contents/{path:.*}", get, page)]


async def get(visit: Visit) -> web.Response:
    """A file (raw for those who accept that), or what is in a folder."""
    repo, path = visit.repo("contents"), visit.path("path").strip("/")
    ref = visit.request.query.get("ref", repo.default_branch)
    if ref not in repo.branches and ref not in repo.branches.values():
        raise Refusal(404, f"No commit found for the ref {ref}")
    files = _files(repo, ref)
    if path in files:
        if ".raw" in visit.request.headers.get("Accept", ""):
            return web.Response(text=files[path], content_type="application/vnd.github.raw")
        return web.json_response(_shape(visit.world, repo, ref, path, files[path], full=True))
    inside = [name for name in files if name.startswith(f"{path}/") or not path]
    direct = [name for name in inside if "/" not in name.removeprefix(f"{path}/")]
    if not inside:
        raise not_found()
    shown = [_shape(visit.world, repo, ref, name, files[name], full=False) for name in direct]
    return web.json_response(shown)


def _files(repo: Repo, ref: str) -> dict[str, str]:
    workflows = {workflow.path: workflow.text_at(ref) for workflow in repo.workflows}
    return dict(sorted({**repo.files, **workflows}.items()))


def _shape(
    world: World, repo: Repo, ref: str, path: str, text: str, *, full: bool
) -> dict[str, Any]:
    data = text.encode()
    found: dict[str, Any] = {
        "name": path.rpartition("/")[2],
        "path": path,
        "sha": hashlib.sha1(b"blob %d\0" % len(data) + data).hexdigest(),
        "size": len(data),
        "url": f"{world.root}{API}/repos/{repo.full_name}/contents/{path}?ref={ref}",
        "html_url": f"{world.root}/{repo.full_name}/blob/{ref}/{path}",
        "type": "file",
    }
    if full:
        found["encoding"] = "base64"
        found["content"] = base64.encodebytes(data).decode()
    return found
