"""How often each endpoint may be asked, per account and fifteen minutes; prices; the plan."""

from __future__ import annotations

import math
import time
from collections import Counter
from dataclasses import dataclass, field

_WINDOW = 15 * 60

PER_WINDOW = {
    "search": 300,
    "create": 100,
    "me": 75,
    "mentions": 300,
    "posts": 900,
    "delete": 50,
    "post": 900,
    "user": 900,
    "timeline": 180,
    "like": 50,
    "retweet": 50,
}
# US dollars, paid by the app's owner
PRICES = {"create": 0.015, "create with URL": 0.20, "read post": 0.005, "read user": 0.010}


@dataclass(slots=True)
class Plan:
    """What the app may do at all. X leaves likes out of most, and uninvited replies out of all."""

    likes: bool = True
    retweets: bool = True
    uninvited_replies: bool = False


@dataclass(slots=True)
class Limits:
    """Counts the requests. ``credits`` are the dollars that the app's owner has left."""

    per_window: dict[str, int] = field(default_factory=lambda: dict(PER_WINDOW))
    credits: float = math.inf
    _used: Counter[tuple[str, str, int]] = field(default_factory=Counter)

    def take(self, endpoint: str, account: str) -> tuple[bool, dict[str, str]]:
        """Count one request: whether it is still allowed, and the headers that tell."""
        window = int(time.time()) // _WINDOW
        self._used[endpoint, account, window] += 1
        used, limit = self._used[endpoint, account, window], self.per_window[endpoint]
        return used <= limit, {
            "x-rate-limit-limit": str(limit),
            "x-rate-limit-remaining": str(max(0, limit - used)),
            "x-rate-limit-reset": str((window + 1) * _WINDOW),
        }

    def pay(self, what: str, times: int = 1) -> bool:
        """Pay for something; False where the credits do not suffice. With none, nothing is free."""
        price = PRICES.get(what, 0.0) * times
        if price > self.credits or self.credits <= 0:
            return False
        self.credits -= price
        return True
