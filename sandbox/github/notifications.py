"""Who is told of what."""

from __future__ import annotations

import re

from sandbox.github.issue import Issue
from sandbox.github.repo import Repo
from sandbox.github.thread import Thread
from sandbox.github.users import User
from sandbox.github.world import World


def tell(
    world: World, user: User, repo: Repo, issue: Issue, *, reason: str, by: User | None = None
) -> Thread | None:
    """Let somebody know of an issue, unless they did it themselves; one thread for each issue."""
    if user == by or not repo.may(user, "read"):
        return None
    for thread in world.threads:
        if thread.user == user and thread.issue is issue:
            thread.reason, thread.updated, thread.unread = reason, world.now(), True
            return thread
    thread = Thread(world.new_id(), user, repo, issue, reason, world.now())
    world.threads.append(thread)
    return thread


def tell_of(world: World, repo: Repo, issue: Issue, text: str, by: User) -> None:
    """Let the author of an issue know what was said, and those who are mentioned."""
    tell(world, issue.user, repo, issue, reason="author", by=by)
    for login in re.findall(r"(?<![\w/])@([A-Za-z0-9-]+)", text):
        user = world.user(login)
        if user is not None:
            tell(world, user, repo, issue, reason="mention", by=by)
