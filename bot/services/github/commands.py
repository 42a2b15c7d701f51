"""What can be said to GitHub."""

from __future__ import annotations

from typing import Final

from bot.plugin import Call, command
from bot.reply import Link, Reply, say
from bot.services.github.api import GitHubApi
from bot.services.github.issue_changes import (
    issue_close,
    issue_comment,
    issue_create,
    issue_reopen,
)
from bot.services.github.issues import issue_show, issues, pr_show, pulls
from bot.services.github.live import watch
from bot.services.github.merging import pr_approve, pr_merge, pr_review_request
from bot.services.github.notices import notifications, notifications_read
from bot.services.github.opening import pr_create
from bot.services.github.restarting import cancel, rerun
from bot.services.github.starting import run
from bot.services.github.workflows import runs, workflows


@command("whoami")
async def whoami(call: Call[GitHubApi]) -> Reply:
    """Ask GitHub which account you act as."""
    login = await call.api.me()
    return say("On GitHub you are ", Link(login, f"{call.api.site.settings.url}/{login}"), ".")


COMMANDS: Final = (
    issues,
    issue_show,
    issue_create,
    issue_comment,
    issue_close,
    issue_reopen,
    pulls,
    pr_show,
    pr_create,
    pr_approve,
    pr_review_request,
    pr_merge,
    workflows,
    run,
    runs,
    watch,
    rerun,
    cancel,
    notifications,
    notifications_read,
    whoami,
)
