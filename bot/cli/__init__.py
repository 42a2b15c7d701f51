"""The program: ``actas run``, and what an operator needs around it.

Exit codes: 0 fine, 1 failed, 2 wrong use or configuration. Errors go to standard error; the last
line says what happened and what to do.
"""

from bot.cli.program import main

__all__ = ["main"]
