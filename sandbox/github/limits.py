"""How often somebody may ask: the primary limit by the hour, and the secondary one."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime

from sandbox.github.refusals import DOCUMENTATION, Refusal

_WINDOW = 3600
_ABOUT = f"{DOCUMENTATION}/using-the-rest-api/rate-limits-for-the-rest-api"


@dataclass(slots=True)
class Limits:
    """Counts requests by who makes them.

    ``status`` is what a refusal comes with: GitHub says 403 or 429. ``secondary`` are the next
    requests that meet the secondary limit, which asks for ``retry_after`` seconds.
    """

    per_hour: int = 5000
    anonymous: int = 60
    search: int = 30
    status: int = 403
    secondary: int = 0
    retry_after: int = 60
    _used: Counter[tuple[str, str, int]] = field(default_factory=Counter)

    def take(self, who: str, resource: str, now: datetime) -> dict[str, str]:
        """Count one request; the headers that tell.

        Raises:
            Refusal: one of the limits is reached.
        """
        length = 60 if resource == "search" else _WINDOW
        window = int(now.timestamp()) // length
        limit = self.search if resource == "search" else self.per_hour if who else self.anonymous
        self._used[who, resource, window] += 1
        used = self._used[who, resource, window]
        headers = {
            "X-RateLimit-Limit": str(limit),
            "X-RateLimit-Remaining": str(max(0, limit - used)),
            "X-RateLimit-Used": str(min(used, limit)),
            "X-RateLimit-Reset": str((window + 1) * length),
            "X-RateLimit-Resource": resource,
        }
        if used > limit:
            raise Refusal(self.status, f"API rate limit exceeded for {_whom(who)}", None, headers)
        if self.secondary:
            self.secondary -= 1
            wait = {**headers, "Retry-After": str(self.retry_after)}
            raise Refusal(self.status, _SECONDARY, None, wait)
        return headers


_SECONDARY = (
    "You have exceeded a secondary rate limit. Please wait a few minutes before you try again. "
    f"If you reach out to GitHub Support for help, please include the request ID. See {_ABOUT}"
)


def _whom(who: str) -> str:
    if not who:
        return (
            "127.0.0.1. (But here's the good news: Authenticated requests get a higher rate limit. "
            "Check out the documentation for more details.)"
        )
    return f"user ID {who}."
