"""Pull requests and reviews as the API shows them."""

from __future__ import annotations

from typing import Any, Final

from sandbox.github.issue import Issue, Pull, Review
from sandbox.github.repo import Repo
from sandbox.github.shapes import association, issue_shape, person, repository
from sandbox.github.world import API, World, iso

_ISSUES_ONLY: Final = (
    "pull_request",
    "state_reason",
    "closed_by",
    "comments",
    "repository_url",
    "labels_url",
    "events_url",
)


def pull_shape(world: World, repo: Repo, issue: Issue, pull: Pull) -> dict[str, Any]:
    """A pull request in a list."""
    html = f"{world.root}/{repo.full_name}/pull/{issue.number}"
    api = f"{world.root}{API}/repos/{repo.full_name}"
    found = issue_shape(world, repo, issue)
    for name in _ISSUES_ONLY:
        del found[name]
    return {
        **found,
        "url": f"{api}/pulls/{issue.number}",
        "issue_url": f"{api}/issues/{issue.number}",
        "diff_url": f"{html}.diff",
        "patch_url": f"{html}.patch",
        "merged_at": iso(pull.merged),
        "merge_commit_sha": pull.merge_sha,
        "requested_reviewers": [person(world, user) for user in pull.reviewers],
        "requested_teams": [],
        "head": _end(world, repo, pull.head, pull.sha),
        "base": _end(world, repo, pull.base, repo.branches.get(pull.base, "")),
        "auto_merge": None,
        "commits_url": f"{api}/pulls/{issue.number}/commits",
        "statuses_url": f"{api}/statuses/{pull.sha}",
        "_links": {"self": {"href": f"{api}/pulls/{issue.number}"}, "html": {"href": html}},
    }


def full_pull(world: World, repo: Repo, issue: Issue, pull: Pull) -> dict[str, Any]:
    """A pull request alone."""
    known = pull.mergeable is not None and issue.state == "open"
    return {
        **pull_shape(world, repo, issue, pull),
        "merged": pull.merged is not None,
        "merged_by": person(world, pull.merged_by),
        "mergeable": pull.mergeable if known else None,
        "mergeable_state": ("draft" if pull.draft else pull.state) if known else "unknown",
        "rebaseable": pull.mergeable if known else None,
        "comments": len(issue.comments),
        "review_comments": 0,
        "maintainer_can_modify": False,
        "commits": pull.commits,
        "additions": pull.additions,
        "deletions": pull.deletions,
        "changed_files": pull.changed_files,
    }


def review_shape(world: World, repo: Repo, issue: Issue, review: Review) -> dict[str, Any]:
    """A review."""
    html = f"{world.root}/{repo.full_name}/pull/{issue.number}"
    api = f"{world.root}{API}/repos/{repo.full_name}/pulls/{issue.number}"
    return {
        "id": review.id,
        "node_id": f"PRR_{review.id}",
        "user": review.user.simple(world.root),
        "body": review.body,
        "state": review.state,
        "html_url": f"{html}#pullrequestreview-{review.id}",
        "pull_request_url": api,
        "author_association": association(repo, review.user),
        "submitted_at": iso(review.submitted),
        "commit_id": review.commit,
    }


def _end(world: World, repo: Repo, branch: str, sha: str) -> dict[str, Any]:
    return {
        "label": f"{repo.owner.login}:{branch}",
        "ref": branch,
        "sha": sha,
        "user": repo.owner.simple(world.root),
        "repo": repository(world, repo),
    }
