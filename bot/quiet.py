"""Libraries that write what is secret."""

from __future__ import annotations

import logging


def keep_quiet(*names: str) -> None:
    """Have the loggers of these names write nothing below WARNING.

    Also where the program's log has not been set up: said by whoever uses such a library.
    """
    for name in names:
        logger = logging.getLogger(name)
        logger.setLevel(max(logger.level, logging.WARNING))
