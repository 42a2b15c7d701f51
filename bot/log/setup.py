"""Setting up logging, once, at the start of the program."""

from __future__ import annotations

import logging
import sys
import threading
import warnings
from collections.abc import MutableMapping
from types import TracebackType
from typing import Any, Final, Literal, TextIO

from bot.log.light import structlog
from bot.log.redaction import redact
from bot.log.rendering import render_json, render_text
from bot.log.traces import format_trace

QUIET: Final = (
    "aiobotocore",
    "aiohttp.access",
    "botocore",
    "nio",
    "oauthlib",
    "peewee",
    "requests_oauthlib",
    "sqlalchemy",
    "tweepy",
    "urllib3",
)
"""Libraries that write tokens, PINs, texts or URLs below WARNING: never lowered, at any level."""

_log = structlog.get_logger()


def set_up(
    level: str = "info",
    format: Literal["text", "json"] = "text",  # noqa: A002  # the word of the configuration
    stream: TextIO | None = None,
) -> None:
    """Log to ``stream`` (standard error) from ``level`` on; the log of libraries from WARNING on.

    What nobody caught is logged as well, in any thread.
    """
    processors: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _trace,
        redact,
        render_json if format == "json" else render_text,
    ]
    structlog.configure(
        processors=processors,
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.WriteLoggerFactory(stream or sys.stderr),
    )
    logging.basicConfig(handlers=[_Library()], level=logging.WARNING, force=True)
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
    warnings.showwarning = _warning
    sys.excepthook = _uncaught
    threading.excepthook = _uncaught_in_thread
    sys.unraisablehook = _uncaught_in_destructor


class _Library(logging.Handler):
    """Passes a library's record on: its name and the first line of its text without arguments.

    The arguments may be anything, such as a URL with a token in its query.
    """

    def emit(self, record: logging.LogRecord) -> None:
        fields: dict[str, Any] = {"logger": record.name}
        if isinstance(record.msg, str):
            fields["text"] = record.msg.partition("\n")[0][:200]
        if record.exc_info and record.exc_info[1]:
            fields["exc_info"] = record.exc_info[1]
        _log.log(record.levelno, "library", **fields)


def _trace(_logger: object, _method: str, event: MutableMapping[str, Any]) -> Any:
    error = event.pop("exc_info", None)
    if error is True:
        error = sys.exc_info()[1]
    elif isinstance(error, tuple):
        error = error[1]
    if isinstance(error, BaseException):
        event["exception"] = format_trace(error)
    return event


def _warning(  # noqa: PLR0917  # the signature of warnings.showwarning
    message: Warning | str,  # noqa: ARG001  # may hold data
    category: type[Warning],
    filename: str,
    lineno: int,
    file: TextIO | None = None,  # noqa: ARG001  # the log goes where the log goes
    line: str | None = None,  # noqa: ARG001  # the place says as much
) -> None:
    _log.warning("library", kind=category.__name__, where=f"{filename}:{lineno}")


def _uncaught(
    kind: type[BaseException], error: BaseException, _trace: TracebackType | None
) -> None:
    if issubclass(kind, KeyboardInterrupt):
        return
    _log.critical("uncaught", exc_info=error)


def _uncaught_in_thread(args: threading.ExceptHookArgs) -> None:
    if args.exc_value is not None:
        _log.critical("uncaught", thread=args.thread and args.thread.name, exc_info=args.exc_value)


def _uncaught_in_destructor(args: Any) -> None:  # sys.UnraisableHookArgs exists for checkers only
    _log.error("uncaught", where="destructor", exc_info=args.exc_value)
