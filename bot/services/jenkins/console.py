"""The end of a build's log. Logs may be of any size, so only the end of a long one is fetched."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from bot.reply import File
from bot.services.jenkins.api import JenkinsApi
from bot.services.jenkins.names import JobPath
from bot.services.jenkins.terminal import clean, tail

if TYPE_CHECKING:
    from bot.services.jenkins.client import Client, Piece

MOST: Final = 4 * 1024**2  # bytes of a log that are fetched
_SHOWN: Final = 6000  # characters in a message


@dataclass(frozen=True, slots=True)
class Log:
    """The end of a log as text. ``whole``: it is all of it; ``more``: it still grows.

    ``start`` … ``size`` are the bytes of it that this is.
    """

    text: str
    start: int
    size: int
    more: bool

    @property
    def whole(self) -> bool:
        """Whether nothing of it is left out."""
        return not self.start

    def end(self, count: int, most: int = _SHOWN) -> str:
        """Its last lines, of no more than ``most`` characters."""
        return tail(self.text, count, most)

    def fits(self, count: int, most: int = _SHOWN) -> bool:
        """Whether :meth:`end` is all of it."""
        return self.whole and self.end(count, most) == self.text.rstrip()

    def file(self, path: JobPath, number: int) -> File:
        """All of it as a file: ``deploy-prod-12.log``."""
        last = path.name.rpartition("/")[2]
        name = "".join(c if c.isalnum() or c in "-_." else "-" for c in last)
        return File(f"{name}-{number}.log", self.text.encode(), "text/plain")


async def ending(api: JenkinsApi, path: JobPath, number: int, most: int = MOST) -> Log:
    """The end of a log, of at most ``most`` bytes."""

    def read(client: Client) -> tuple[int, Piece]:
        start = max(0, client.log_size(run) - most)
        return start, client.log(run, start)

    run = f"{path.item}/{number}"
    start, piece = await api.ask(read, f"build {path} #{number}")
    return _log(start, piece)


def _log(start: int, piece: Piece) -> Log:
    """What was cut off in the middle of a line begins with the next one."""
    data = piece.data
    if start:
        data = data.partition(b"\n")[2] or data
    return Log(clean(data), start, piece.size, piece.more)
