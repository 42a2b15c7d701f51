"""What a stand-in was asked."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Seen:
    """A request as it came in: for what must, or must not, be in it."""

    method: str
    raw_path: str
    headers: dict[str, str] = field(repr=False)
    body: str = field(repr=False)
