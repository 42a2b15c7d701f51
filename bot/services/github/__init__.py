"""GitHub: issues, pull requests, workflows and notifications, as oneself."""

from bot.services.github.service import GitHubType

SERVICE = GitHubType()

__all__ = ["SERVICE"]
