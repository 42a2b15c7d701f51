"""What can go wrong with Jenkins, in the words of its tests: ``mishaps.answer(503)``."""

from __future__ import annotations

from sandbox.mishaps import OOPS, Answer, Mishap, cut, drip_body, drip_head, drop, flood, hang, slow

__all__ = ["answer", "cut", "drip_body", "drip_head", "drop", "flood", "hang", "json", "slow"]


def answer(
    status: int, body: str = OOPS, content_type: str = "text/html", **headers: str
) -> Mishap:
    """A plain answer; ``Retry_After="3"`` is the header Retry-After."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Answer(status, body, named, content_type)


def json(body: str) -> Mishap:
    """200 with this as JSON, whatever it is."""
    return answer(200, body, "application/json")
