"""How GitLab shows what it has, as JSON."""

from __future__ import annotations

from typing import Any

from sandbox.http_apis.gitlab_state import CREATED, Project, Thing


def project(url: str, found: Project) -> dict[str, Any]:
    """A project."""
    name = found.path.rpartition("/")[2]
    return {
        "id": found.id,
        "name": name,
        "path": name,
        "path_with_namespace": found.path,
        "default_branch": "main",
        "visibility": "public" if found.public else "private",
        "web_url": f"{url}/{found.path}",
        "last_activity_at": CREATED,
    }


def issue(url: str, where: Project, found: Thing) -> dict[str, Any]:
    """An issue."""
    return {
        **_common(where, found, "#"),
        "assignees": [],
        "labels": [],
        "web_url": f"{url}/{where.path}/-/issues/{found.number}",
    }


def request(url: str, where: Project, found: Thing) -> dict[str, Any]:
    """A merge request."""
    return {
        **_common(where, found, "!"),
        "draft": found.draft,
        "sha": found.sha,
        "source_branch": "a-branch",
        "target_branch": found.branch,
        "detailed_merge_status": "mergeable" if found.mergeable else "conflict",
        "web_url": f"{url}/{where.path}/-/merge_requests/{found.number}",
    }


def pipeline(url: str, where: Project, found: Thing) -> dict[str, Any]:
    """A pipeline."""
    return {
        "id": found.number,
        "iid": found.number,
        "project_id": where.id,
        "status": found.state,
        "ref": found.branch,
        "source": "push",
        "created_at": CREATED,
        "web_url": f"{url}/{where.path}/-/pipelines/{found.number}",
    }


def _common(where: Project, found: Thing, sign: str) -> dict[str, Any]:
    return {
        "id": 1000 * where.id + found.number,
        "iid": found.number,
        "project_id": where.id,
        "title": found.title,
        "description": found.description,
        "state": found.state,
        "created_at": CREATED,
        "author": found.author.shape,
        "references": {
            "short": f"{sign}{found.number}",
            "relative": f"{sign}{found.number}",
            "full": f"{where.path}{sign}{found.number}",
        },
    }
