"""Searching issues: what a query means."""

from __future__ import annotations

import shlex
from collections.abc import Callable
from typing import Final, TypeAlias

from sandbox.github.issue import Issue
from sandbox.github.repo import Repo
from sandbox.github.users import User

Test: TypeAlias = Callable[[Repo, Issue, str], bool]


def matches(query: str, repo: Repo, issue: Issue, me: User | None) -> bool:
    """Whether an issue is among what is searched for; ``@me`` is who searches."""
    for word in _words(query):
        wanted = not word.startswith("-")
        name, colon, value = word.removeprefix("-").partition(":")
        if value.casefold() == "@me":
            value = me.login if me else ""
        test = _QUALIFIERS.get(name) if colon else None
        if test is None:
            found = word.removeprefix("-").casefold() in f"{issue.title} {issue.body}".casefold()
        else:
            found = test(repo, issue, value.casefold())
        if found != wanted:
            return False
    return True


def named(query: str, qualifier: str) -> list[str]:
    """The values of a qualifier in a query."""
    return [w.partition(":")[2] for w in _words(query) if w.startswith(f"{qualifier}:")]


def _words(query: str) -> list[str]:
    try:
        return shlex.split(query)
    except ValueError:
        return query.split()


def _is(repo: Repo, issue: Issue, value: str) -> bool:
    pull = issue.pull
    return {
        "issue": pull is None,
        "pr": pull is not None,
        "pull-request": pull is not None,
        "open": issue.state == "open",
        "closed": issue.state == "closed",
        "merged": bool(pull and pull.merged),
        "unmerged": bool(pull and not pull.merged),
        "draft": bool(pull and pull.draft),
        "private": repo.private,
        "public": not repo.private,
        "locked": issue.locked,
    }.get(value, True)


def _one(user: User, value: str) -> bool:
    return user.login.casefold() == value


def _involves(_: Repo, issue: Issue, value: str) -> bool:
    people = [issue.user, *issue.assignees, *(comment.user for comment in issue.comments)]
    return any(_one(user, value) for user in people) or _mentions(_, issue, value)


def _mentions(_: Repo, issue: Issue, value: str) -> bool:
    texts = [issue.body or "", *(comment.body for comment in issue.comments)]
    return any(f"@{value}" in text.casefold() for text in texts)


def _asked(_: Repo, issue: Issue, value: str) -> bool:
    return issue.pull is not None and any(_one(u, value) for u in issue.pull.reviewers)


_QUALIFIERS: Final[dict[str, Test]] = {
    "repo": lambda repo, _, value: repo.full_name.casefold() == value,
    "user": lambda repo, _, value: _one(repo.owner, value),
    "org": lambda repo, _, value: _one(repo.owner, value),
    "is": _is,
    "type": _is,
    "state": lambda _, issue, value: issue.state == value,
    "author": lambda _, issue, value: _one(issue.user, value),
    "assignee": lambda _, issue, value: any(_one(u, value) for u in issue.assignees),
    "mentions": _mentions,
    "involves": _involves,
    "review-requested": _asked,
    "user-review-requested": _asked,
    "label": lambda _, issue, value: value in (name.casefold() for name in issue.labels),
    "in": lambda *_: True,
    "sort": lambda *_: True,
    "archived": lambda repo, _, value: repo.archived == (value == "true"),
}
