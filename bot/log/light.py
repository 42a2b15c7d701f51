"""structlog without rich and Twisted, which it imports only to draw: half of its import time.

The first to import structlog must do so from here. Nothing is lost: tracebacks are written by
``bot/log/traces.py``, since structlog's own would show local variables.
"""

from __future__ import annotations

from bot.lean import hidden

with hidden("rich", "twisted"):
    import structlog

__all__ = ["structlog"]
