"""A list, page by page, with the links to its other pages."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from aiohttp import web

from sandbox.github.refusals import Refusal
from sandbox.github.visit import Visit

T = TypeVar("T")


def paged(
    visit: Visit,
    items: Sequence[T],
    shape: Callable[[T], Any],
    key: str = "",
    most: int = 100,
) -> web.Response:
    """The page that is asked for. With ``key`` it stands under it, beside ``total_count``."""
    page, link = page_of(visit, items, most)
    shown = [shape(item) for item in page]
    body: Any = {"total_count": len(items), key: shown} if key else shown
    return web.json_response(body, headers=link)


def page_of(
    visit: Visit, items: Sequence[T], most: int = 100
) -> tuple[Sequence[T], dict[str, str]]:
    """The items of the page that is asked for, and its Link header."""
    query = visit.request.query
    size = min(max(_number(query.get("per_page", "30")), 1), most)
    page = max(_number(query.get("page", "1")), 1)
    last = max(-(-len(items) // size), 1)
    links = {"prev": page - 1, "next": page + 1, "last": last, "first": 1}
    if page == 1:
        del links["prev"], links["first"]
    if page >= last:
        del links["next"], links["last"]
    parts = [f'<{_address(visit, number)}>; rel="{name}"' for name, number in links.items()]
    shown = items[(page - 1) * size : page * size]
    return shown, {"Link": ", ".join(parts)} if parts else {}


def _number(text: str) -> int:
    if not text.isascii() or not text.isdecimal():
        raise Refusal(422, "Validation Failed")
    return int(text)


def _address(visit: Visit, page: int) -> str:
    url = visit.request.rel_url.update_query(page=str(page))
    return visit.world.root + str(url)
