"""How long a room's key is used (N13).

``m.room.encryption`` may say after how many messages and milliseconds everybody has to begin a new
Megolm session (https://spec.matrix.org/v1.18/client-server-api/#mroomencryption). That is honoured
within what matrix-rust-sdk, and so Element, takes for sensible: a number of messages from 1 to
10,000, and an hour at least. Whoever may set the room's state can thus neither have one key kept
for good nor have each message cost a key exchange with everybody by its time alone. What is no
whole number, or below nothing, counts as not said: 100 messages, a week.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

_MESSAGES: Final = 100
_MOST_MESSAGES: Final = 10_000
_PERIOD: Final = 7 * 24 * 3600 * 1000  # ms
_SHORTEST_PERIOD: Final = 3600 * 1000


def is_due(settings: Mapping[str, Any], *, sent: int, age: int) -> bool:
    """Whether a session with ``sent`` messages that is ``age`` ms old has to be given up.

    ``settings`` is the content of ``m.room.encryption``, which may be anything.
    """
    messages = _number(settings.get("rotation_period_msgs"), _MESSAGES)
    period = _number(settings.get("rotation_period_ms"), _PERIOD)
    return sent >= min(max(messages, 1), _MOST_MESSAGES) or age >= max(period, _SHORTEST_PERIOD)


def _number(value: Any, default: int) -> int:
    whole = isinstance(value, int) and not isinstance(value, bool)
    return value if whole and value >= 0 else default
