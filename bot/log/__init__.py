"""What is written to standard error: events with fields, and never a secret.

The rest of the program logs with ``structlog.get_logger()``: ``log.info("command.finished",
service="jenkins", ms=412)``. Never arguments, bodies, or URLs with queries.
"""

from bot.log.setup import set_up

__all__ = ["set_up"]
