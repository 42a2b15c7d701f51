"""Repositories, issues and comments as the API shows them."""

from __future__ import annotations

from typing import Any

from sandbox.github.issue import Comment, Issue, Pull
from sandbox.github.repo import ROLES, Repo
from sandbox.github.users import User
from sandbox.github.world import API, World, iso


def person(world: World, user: User | None) -> dict[str, Any] | None:
    """Somebody, or null."""
    return user.simple(world.root) if user else None


def repository(world: World, repo: Repo, user: User | None = None) -> dict[str, Any]:
    """A repository, with what ``user`` may do in it."""
    api = f"{world.root}{API}/repos/{repo.full_name}"
    found: dict[str, Any] = {
        "id": repo.id,
        "node_id": f"R_{repo.id}",
        "name": repo.name,
        "full_name": repo.full_name,
        "private": repo.private,
        "visibility": "private" if repo.private else "public",
        "owner": repo.owner.simple(world.root),
        "html_url": f"{world.root}/{repo.full_name}",
        "description": repo.description or None,
        "fork": False,
        "url": api,
        "default_branch": repo.default_branch,
        "archived": repo.archived,
        "disabled": False,
        "has_issues": repo.has_issues,
        "open_issues_count": sum(issue.state == "open" for issue in repo.issues),
        "created_at": iso(repo.created),
        "updated_at": iso(repo.created),
        "pushed_at": iso(repo.created),
    }
    return {**found, "permissions": _permissions(repo, user)} if user else found


def _permissions(repo: Repo, user: User) -> dict[str, bool]:
    rank = ROLES.index(repo.role(user))
    names = ("pull", "triage", "push", "maintain", "admin")
    return {name: rank >= least for least, name in enumerate(names, 1)}


def full_repository(world: World, repo: Repo, user: User | None) -> dict[str, Any]:
    """A repository alone; how it may be merged is for those who may push."""
    found = repository(world, repo, user)
    if repo.may(user, "write"):
        found["allow_merge_commit"] = "merge" in repo.merges
        found["allow_squash_merge"] = "squash" in repo.merges
        found["allow_rebase_merge"] = "rebase" in repo.merges
        found["allow_auto_merge"] = False
    return found


def label(world: World, repo: Repo, name: str) -> dict[str, Any]:
    """A label."""
    address = f"{world.root}{API}/repos/{repo.full_name}/labels/{name}"
    return {"id": 1, "name": name, "color": "d73a4a", "default": False, "url": address}


def issue_shape(world: World, repo: Repo, issue: Issue) -> dict[str, Any]:
    """An issue; one that is a pull request says so under ``pull_request``."""
    found = {
        **_issue_links(world, repo, issue),
        "id": issue.id,
        "node_id": f"I_{issue.id}",
        "number": issue.number,
        "title": issue.title,
        "body": issue.body,
        "user": issue.user.simple(world.root),
        "labels": [label(world, repo, name) for name in issue.labels],
        "state": issue.state,
        "state_reason": issue.reason,
        "locked": issue.locked,
        "assignee": person(world, issue.assignees[0]) if issue.assignees else None,
        "assignees": [person(world, user) for user in issue.assignees],
        "milestone": None,
        "comments": len(issue.comments),
        "created_at": iso(issue.created),
        "updated_at": iso(issue.updated),
        "closed_at": iso(issue.closed),
        "closed_by": person(world, issue.closed_by),
        "author_association": association(repo, issue.user),
    }
    return {**found, **_as_pull(world, repo, issue, issue.pull)} if issue.pull else found


def issue_page(world: World, repo: Repo, issue: Issue) -> str:
    """Where people see an issue."""
    kind = "pull" if issue.pull else "issues"
    return f"{world.root}/{repo.full_name}/{kind}/{issue.number}"


def _issue_links(world: World, repo: Repo, issue: Issue) -> dict[str, str]:
    api = f"{world.root}{API}/repos/{repo.full_name}"
    one = f"{api}/issues/{issue.number}"
    return {
        "url": one,
        "repository_url": api,
        "comments_url": f"{one}/comments",
        "labels_url": f"{one}/labels{{/name}}",
        "events_url": f"{one}/events",
        "html_url": issue_page(world, repo, issue),
    }


def _as_pull(world: World, repo: Repo, issue: Issue, pull: Pull) -> dict[str, Any]:
    html = issue_page(world, repo, issue)
    links = {
        "url": f"{world.root}{API}/repos/{repo.full_name}/pulls/{issue.number}",
        "html_url": html,
        "diff_url": f"{html}.diff",
        "patch_url": f"{html}.patch",
        "merged_at": iso(pull.merged),
    }
    return {"draft": pull.draft, "pull_request": links}


def comment_shape(world: World, repo: Repo, issue: Issue, comment: Comment) -> dict[str, Any]:
    """A comment."""
    api = f"{world.root}{API}/repos/{repo.full_name}/issues"
    html = issue_page(world, repo, issue)
    return {
        "id": comment.id,
        "node_id": f"IC_{comment.id}",
        "url": f"{api}/comments/{comment.id}",
        "html_url": f"{html}#issuecomment-{comment.id}",
        "issue_url": f"{api}/{issue.number}",
        "user": comment.user.simple(world.root),
        "body": comment.body,
        "created_at": iso(comment.created),
        "updated_at": iso(comment.created),
        "author_association": association(repo, comment.user),
    }


def association(repo: Repo, user: User) -> str:
    """What somebody is to a repository."""
    if user == repo.owner:
        return "OWNER"
    return "COLLABORATOR" if user.login in repo.roles else "NONE"
