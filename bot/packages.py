"""What is wrong with a package that brings a service, in one line for who has to mend it.

Like a traceback in the log the line tells places and kinds of errors, and no data; unlike one it
stays within the package, and says the file as the package has it.
"""

from __future__ import annotations

import traceback
from pathlib import PurePath
from typing import Final

from bot.errors import ConfigError
from bot.log.traces import headline

_FIX: Final = "Mend the package, or take the service out"
_OURS: Final = "bot"


def package_of(module: str) -> str:
    """``actas_pagerduty`` of ``actas_pagerduty.service``."""
    return module.partition(".")[0]


def is_ours(module: str) -> bool:
    """Whether a module comes with Actas, so that its mistakes are bugs of Actas."""
    return package_of(module) == _OURS


def faulty(key: str, module: str, fault: str, *, cannot: str = "used") -> ConfigError:
    """The error of a service whose package has a fault; ``key`` is where it is configured."""
    package = module if is_ours(module) else package_of(module)
    return ConfigError(key, f"its package {package} cannot be {cannot}: {fault}", _FIX)


def blame(error: Exception, module: str) -> str:
    """``NameError in actas_x/api.py, line 4: name 'y' is not defined``: what, and where.

    The place is the innermost one in the package of ``module``; none, where that is not involved.
    """
    kind, _, text = headline(error).partition(": ")
    if isinstance(error, SyntaxError):
        text = error.msg  # speaks of the grammar; the line itself, which may hold data, is left out
    places = (_within(package_of(module), *place) for place in _places(error))
    place = next(filter(None, places), "")
    return " ".join(f"{kind}{place}{': ' if text else ''}{text}".split())


def _places(error: Exception) -> list[tuple[str, int | None]]:
    """Files and lines that an error came through, innermost first."""
    frames = [(each.filename, each.lineno) for each in traceback.extract_tb(error.__traceback__)]
    if isinstance(error, SyntaxError):
        frames.append((error.filename or "", error.lineno))
    return frames[::-1]


def _within(package: str, file: str, line: int | None) -> str:
    """`` in actas_x/api.py, line 4``, or "" for a file that is not the package's."""
    parts = PurePath(file).parts
    own = [place for place, part in enumerate(parts) if part in (package, f"{package}.py")]
    return f" in {'/'.join(parts[own[-1] :])}, line {line}" if own else ""
