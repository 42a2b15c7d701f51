"""How much one user may ask for in a minute, and how often one thing is said."""

from __future__ import annotations

from collections import deque
from collections.abc import Hashable
from enum import Enum, auto
from typing import Final

from bot.recent import Recent

_MINUTE: Final = 60_000  # ms


class Pace(Enum):
    """What to do with one more request."""

    GO = auto()
    SAY_SO = auto()  # too many: say so, once a minute
    IGNORE = auto()


class Throttle:
    """Counts each user's requests of the last minute, refused ones included."""

    def __init__(self, per_minute: int) -> None:
        self.per_minute = per_minute
        self._times: Recent[str, deque[int]] = Recent()
        self._tell = Allowance(1, _MINUTE)

    def take(self, user: str, at: int) -> Pace:
        """One more request of ``user`` at ``at`` (ms)."""
        times = self._times.get(user) or deque(maxlen=self.per_minute + 1)
        self._times[user] = times
        while times and times[0] <= at - _MINUTE:
            times.popleft()
        times.append(at)
        if len(times) <= self.per_minute:
            return Pace.GO
        return Pace.SAY_SO if self._tell.take(user, at) else Pace.IGNORE

    def opens_in(self, user: str, at: int) -> int:
        """Seconds after ``at`` (ms) until one more request goes through, if none comes before."""
        times = self._times.get(user) or deque()
        if len(times) < self.per_minute:
            return 0
        return max(1, -((at - _MINUTE - times[-self.per_minute]) // 1000))


class Allowance:
    """Lets one thing happen ``most`` times ``within`` so many milliseconds, for each key."""

    def __init__(self, most: int, within: int) -> None:
        self._most, self._within = most, within
        self._times: Recent[Hashable, deque[int]] = Recent()

    def take(self, key: Hashable, at: int) -> bool:
        """Whether it may happen once more at ``at`` (ms); if so, it counts."""
        times = self._times.get(key) or deque()
        while times and times[0] <= at - self._within:
            times.popleft()
        if len(times) >= self._most:
            return False
        times.append(at)
        self._times[key] = times
        return True
