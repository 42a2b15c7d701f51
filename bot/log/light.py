"""structlog without rich and Twisted, which it imports only to draw: half of its import time.

The first to import structlog must do so from here. Nothing is lost: tracebacks are written by
``bot/log/traces.py``, since structlog's own would show local variables.
"""

from __future__ import annotations

import sys
from typing import Any, Final

_UNWANTED: Final = ("rich", "twisted")

_modules: dict[str, Any] = sys.modules
_absent = [name for name in _UNWANTED if name not in _modules]
_modules.update(dict.fromkeys(_absent))  # a None there makes `import rich` an ImportError
try:
    import structlog
finally:
    for _name in _absent:
        del _modules[_name]

__all__ = ["structlog"]
