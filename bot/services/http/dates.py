"""Times as APIs write them, for people."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Final

_MILLISECONDS: Final = 10**11  # what is larger does not count seconds, but their thousandths


def date(value: Any) -> Any:
    """``2026-03-01 12:30 UTC``, of an ISO 8601 text or a Unix time; anything else stays."""
    try:
        if isinstance(value, str):
            when = datetime.fromisoformat(value)
        elif isinstance(value, int | float) and not isinstance(value, bool):
            when = datetime.fromtimestamp(value / (1000 if value > _MILLISECONDS else 1), UTC)
        else:
            return value
        when = when if when.tzinfo else when.replace(tzinfo=UTC)
        return f"{when.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
    except (ValueError, OverflowError, OSError):
        return value
