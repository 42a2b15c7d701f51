"""What a careless program could show of its secrets: in logs, and of an error."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

_TESTS: Final = Path(__file__).parent


class _Listener(logging.Handler):
    """Keeps every record of every logger, with its arguments and traceback."""

    def __init__(self) -> None:
        super().__init__(logging.NOTSET)
        self.text = ""

    def emit(self, record: logging.LogRecord) -> None:
        self.text += f"{self.format(record)}\n{record.args!r}\n{record.__dict__!r}\n"


@contextmanager
def everything_heard(*names: str) -> Iterator[_Listener]:
    """Everything that is logged, at DEBUG, by anybody; ``names`` are loggers that could be shy."""
    listener, root = _Listener(), logging.getLogger()
    level = root.level
    root.addHandler(listener)
    root.setLevel(logging.DEBUG)
    for name in names:
        logging.getLogger(name).setLevel(logging.DEBUG)
    yield listener
    root.removeHandler(listener)
    root.setLevel(level)


def shown(error: BaseException) -> str:
    """All that could be shown of an error: it, its causes, their local variables."""
    seen: list[str] = []
    chain: list[BaseException | None] = [error]
    while chain:
        link = chain.pop()
        if link is None:
            continue
        chain += [link.__cause__, link.__context__]
        seen += [str(link), repr(link), repr(vars(link))]
        for frame, _ in traceback.walk_tb(link.__traceback__):
            if not Path(frame.f_code.co_filename).is_relative_to(_TESTS):
                seen.append(repr(frame.f_locals))
    return "\n".join(seen)
