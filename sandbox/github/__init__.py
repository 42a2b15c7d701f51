"""A stand-in for GitHub: its OAuth flows, and the parts of its REST API that Actas uses.

Kept to what GitHub's own description and pages say; it is small, but it refuses what GitHub does.
"""

from sandbox.github.app import GitHubStandIn
from sandbox.github.apps import App
from sandbox.github.issue import Comment, Issue, Pull, Review
from sandbox.github.repo import Repo
from sandbox.github.run import Run
from sandbox.github.tokens import Token
from sandbox.github.users import User
from sandbox.github.workflow import Job, Workflow
from sandbox.seen import Seen

__all__ = [
    "App",
    "Comment",
    "GitHubStandIn",
    "Issue",
    "Job",
    "Pull",
    "Repo",
    "Review",
    "Run",
    "Seen",
    "Token",
    "User",
    "Workflow",
]
