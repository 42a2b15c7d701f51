"""The endpoints that look: accounts, posts, the search, timelines."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from aiohttp import web

from sandbox.x import problems
from sandbox.x.gate import Gate, not_your_id, refusal
from sandbox.x.search import matches
from sandbox.x.shapes import fields, included, shown_post, shown_user
from sandbox.x.state import Account, Post, State

_LONGEST_QUERY = 512
_HANDLE = re.compile(r"[A-Za-z0-9_]{1,15}")
_MOST = 100


class Reading:
    """What can be read of X."""

    def __init__(self, state: State, gate: Gate) -> None:
        self._state, self._gate = state, gate

    def routes(self) -> list[web.RouteDef]:
        """The routes; the order tells ``me`` from an id."""
        signed, home = self._gate.signed, "/2/users/{id}/timelines/reverse_chronological"
        return [
            web.get("/2/users/me", signed("me", self.me)),
            web.get("/2/users/by/username/{name}", signed("user", self.by_name)),
            web.get("/2/tweets/search/recent", signed("search", self.search)),
            web.get("/2/tweets/{id}", signed("post", self.post)),
            web.get("/2/users/{id}/tweets", signed("posts", self.posts_of)),
            web.get("/2/users/{id}/mentions", signed("mentions", self.mentions)),
            web.get(home, signed("timeline", self.timeline)),
        ]

    async def me(self, request: web.Request, account: Account) -> web.Response:
        """Who signs."""
        return self._user(request, account)

    async def by_name(self, request: web.Request, _account: Account) -> web.Response:
        """The account with this handle."""
        name = request.match_info["name"]
        if not _HANDLE.fullmatch(name):
            message = "The `username` query parameter value does not match ^[A-Za-z0-9_]{1,15}$"
            return refusal(400, problems.invalid("username", name, message))
        found = self._state.account(name)
        if found is None:
            return web.json_response(problems.missing("user", "username", name))
        if found.id in self._state.suspended:
            return web.json_response(problems.suspended("username", name))
        return self._user(request, found)

    async def post(self, request: web.Request, account: Account) -> web.Response:
        """One post."""
        wanted = request.match_info["id"]
        if not wanted.isdecimal():
            message = f"The `id` query parameter value [{wanted}] is not valid"
            return refusal(400, problems.invalid("id", wanted, message))
        post = self._state.post(wanted)
        if post is None or post.author.id in self._state.suspended:
            return web.json_response(problems.missing("tweet", "id", wanted))
        if not self._state.sees(account, post.author):
            return web.json_response(problems.hidden("tweet", "id", wanted))
        shown = shown_post(post, self._state, fields(request.query, "tweet"))
        answer = {"data": shown, **included([post], self._state, request.query)}
        return self._gate.pay("read post") or web.json_response(answer)

    async def search(self, request: web.Request, account: Account) -> web.Response:
        """The newest posts that match ``query``, with their authors where they are asked for."""
        query = request.query.get("query", "")
        if not 1 <= len(query) <= _LONGEST_QUERY:
            message = f"Invalid 'query': its length has to be in 1..{_LONGEST_QUERY}"
            return refusal(400, problems.invalid("query", query, message))
        found = [p for p in self._state.seen_by(account) if matches(query, p)]
        return self._page(request, found, lowest=10)

    async def posts_of(self, request: web.Request, account: Account) -> web.Response:
        """The newest posts of one account."""
        wanted = request.match_info["id"]
        of = self._state.account_by_id(wanted)
        if of is None:
            return web.json_response(problems.missing("user", "id", wanted))
        if of.id in self._state.suspended:
            return web.json_response(problems.suspended("id", wanted))
        if not self._state.sees(account, of):
            return web.json_response(problems.hidden("user", "id", wanted))
        return self._page(request, [p for p in self._state.posts if p.author == of])

    async def mentions(self, request: web.Request, account: Account) -> web.Response:
        """The newest posts that mention one account."""
        of = self._state.account_by_id(request.match_info["id"])
        if of is None:
            return web.json_response(problems.missing("user", "id", request.match_info["id"]))
        seen = self._state.seen_by(account)
        return self._page(request, [p for p in seen if matches(f"@{of.name}", p)])

    async def timeline(self, request: web.Request, account: Account) -> web.Response:
        """The newest posts of whom the account follows, and its own."""
        if (no := not_your_id(account, request.match_info["id"])) is not None:
            return no
        followed = {of for who, of in self._state.follows if who == account.id} | {account.id}
        seen = self._state.seen_by(account)
        return self._page(request, [p for p in seen if p.author.id in followed], lowest=1)

    def _user(self, request: web.Request, account: Account) -> web.Response:
        shown = shown_user(account, self._state, fields(request.query, "user"))
        return self._gate.pay("read user") or web.json_response({"data": shown})

    def _page(self, request: web.Request, posts: Sequence[Post], lowest: int = 5) -> web.Response:
        wanted = request.query.get("max_results", "10")
        if not (wanted.isascii() and wanted.isdigit() and lowest <= int(wanted) <= _MOST):
            message = f"The `max_results` query parameter value is not between {lowest} and {_MOST}"
            return refusal(400, problems.invalid("max_results", wanted, message))
        newest = list(reversed(posts))[: int(wanted)]
        return self._gate.pay("read post", len(newest)) or self._shown(request, newest)

    def _shown(self, request: web.Request, newest: Sequence[Post]) -> web.Response:
        if not newest:
            return web.json_response({"meta": {"result_count": 0}})
        asked = fields(request.query, "tweet")
        answer: dict[str, Any] = {
            "data": [shown_post(post, self._state, asked) for post in newest],
            **included(newest, self._state, request.query),
            "meta": {
                "newest_id": newest[0].id,
                "oldest_id": newest[-1].id,
                "result_count": len(newest),
            },
        }
        return web.json_response(answer)
