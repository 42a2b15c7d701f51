"""Tracebacks that name places and kinds of errors, and hold no data.

Local variables are never shown. Neither is the text of an error that may carry data: a library's
error often holds a URL with its parameters, a header or an answer's body. What Actas raises on
purpose never holds a secret (``bot/errors.py``), and the errors of a few built-in types speak of
code only.
"""

from __future__ import annotations

import traceback
from typing import Final

from bot.errors import ActasError
from bot.log.redaction import scrub

_ABOUT_CODE: Final = (
    AssertionError,
    AttributeError,
    ImportError,
    ModuleNotFoundError,
    NameError,
    NotImplementedError,
    RecursionError,
    TypeError,
    UnboundLocalError,
)


def headline(error: BaseException) -> str:
    """``HTTPError`` or ``TypeError: can only concatenate str …``: the kind, and a safe text."""
    kind = type(error)
    name = kind.__qualname__ if kind.__module__ == "builtins" else _qualified(kind)
    text = ""
    if isinstance(error, OSError):
        text = error.strerror or ""
    elif isinstance(error, ActasError) or kind in _ABOUT_CODE:
        text = scrub(str(error))
    return f"{name}: {text}" if text else name


def format_trace(error: BaseException) -> str:
    """The traceback of an error and of those that led to it, oldest first."""
    return "\n".join(_chain(error, set()))


def _chain(error: BaseException, seen: set[int]) -> list[str]:
    if id(error) in seen:
        return ["(see above)"]
    seen.add(id(error))
    lines = []
    if error.__cause__ is not None:
        lines += [*_chain(error.__cause__, seen), "", "which led to:", ""]
    elif error.__context__ is not None and not error.__suppress_context__:
        lines += [*_chain(error.__context__, seen), "", "while that was handled:", ""]
    for frame in traceback.extract_tb(error.__traceback__):
        lines.append(f"  {frame.filename}:{frame.lineno} in {frame.name}")
        if frame.line:
            lines.append(f"    {frame.line}")
    lines.append(headline(error))
    if isinstance(error, BaseExceptionGroup):
        for place, each in enumerate(error.exceptions, start=1):
            inner = "\n".join(_chain(each, seen)).replace("\n", "\n  | ")
            lines.append(f"  | {place}. {inner}")
    return lines


def _qualified(kind: type[BaseException]) -> str:
    return f"{kind.__module__}.{kind.__qualname__}"
