"""The parts of API v2 that Actas uses, with X's checks, limits and refusals.

https://docs.x.com/x-api
"""

from __future__ import annotations

import warnings
from collections.abc import Awaitable, Callable, Sequence
from html import escape
from typing import Any, TypeAlias

from aiohttp import web

from sandbox.x import problems
from sandbox.x.limits import Limits
from sandbox.x.oauth import OAuth
from sandbox.x.search import matches
from sandbox.x.state import Account, Post, State

with warnings.catch_warnings():
    warnings.simplefilter("ignore", UserWarning)  # pkg_resources, which it imports, is deprecated
    from twitter_text import extract_urls, parse_tweet

_Handler: TypeAlias = Callable[[web.Request, Account], Awaitable[web.Response]]
_LONGEST_QUERY = 512
_LONGEST_RAW_TEXT = 4_000  # counting is quadratic in it


def _refusal(status: int, body: object) -> web.Response:
    return web.json_response(body, status=status)


def _shown(post: Post) -> dict[str, Any]:
    return {
        "id": post.id,
        "text": escape(post.text, quote=False),  # X escapes these three in its JSON
        "edit_history_tweet_ids": [post.id],
        "author_id": post.author.id,
        "created_at": post.created.strftime("%Y-%m-%dT%H:%M:%S.000Z"),
    }


class ApiV2:
    """Users, posts and the search. Every request is signed by an account."""

    def __init__(self, state: State, oauth: OAuth, limits: Limits) -> None:
        self._state = state
        self._oauth = oauth
        self._limits = limits

    def routes(self) -> list[web.RouteDef]:
        """The routes of the API."""
        return [
            web.get("/2/users/me", self._as_user("me", self.me)),
            web.get("/2/tweets/search/recent", self._as_user("search", self.search)),
            web.post("/2/tweets", self._as_user("create", self.create)),
            web.delete("/2/tweets/{id}", self._as_user("delete", self.delete)),
            web.get("/2/users/{id}/tweets", self._as_user("posts", self.posts_of)),
            web.get("/2/users/{id}/mentions", self._as_user("mentions", self.mentions)),
            web.route("*", "/2/{rest:.*}", self.unknown),
        ]

    def _as_user(
        self, endpoint: str, handler: _Handler
    ) -> Callable[[web.Request], Awaitable[web.Response]]:
        async def handle(request: web.Request) -> web.Response:
            token = await self._oauth.authenticate(request)
            if token is None:
                return _refusal(401, problems.UNAUTHORIZED)
            allowed, headers = self._limits.take(endpoint, token.account.id)
            if allowed:
                response = await handler(request, token.account)
            else:
                response = _refusal(429, problems.TOO_MANY)
            response.headers.update(headers)
            return response

        return handle

    async def unknown(self, _request: web.Request) -> web.Response:
        """Any other path."""
        return _refusal(404, problems.NOT_FOUND)

    async def me(self, _request: web.Request, account: Account) -> web.Response:
        """Who signs."""
        if not self._limits.pay("read user"):
            return _refusal(402, problems.NO_CREDITS)
        return web.json_response({"data": _user(account)})

    async def search(self, request: web.Request, _account: Account) -> web.Response:
        """The newest posts that match ``query``, with their authors where they are asked for."""
        query = request.query.get("query", "")
        if not 1 <= len(query) <= _LONGEST_QUERY:
            message = f"Invalid 'query': its length has to be in 1..{_LONGEST_QUERY}"
            return _refusal(400, problems.invalid("query", query, message))
        return self._page(request, [p for p in self._state.posts if matches(query, p)], lowest=10)

    async def posts_of(self, request: web.Request, _account: Account) -> web.Response:
        """The newest posts of one account."""
        of = self._state.account_by_id(request.match_info["id"])
        if of is None:
            return web.json_response(problems.missing("user", "id", request.match_info["id"]))
        return self._page(request, [p for p in self._state.posts if p.author == of])

    async def mentions(self, request: web.Request, _account: Account) -> web.Response:
        """The newest posts that mention one account."""
        of = self._state.account_by_id(request.match_info["id"])
        if of is None:
            return web.json_response(problems.missing("user", "id", request.match_info["id"]))
        return self._page(request, [p for p in self._state.posts if matches(f"@{of.name}", p)])

    async def create(self, request: web.Request, account: Account) -> web.Response:
        """Post as the account."""
        body = await request.json()
        text = body.get("text", "") if isinstance(body, dict) else ""
        if len(text) > _LONGEST_RAW_TEXT or not parse_tweet(text).valid:
            return _refusal(400, problems.invalid("text", "", "Invalid 'text'"))
        if any(p.author == account and p.text == text for p in self._state.posts):
            return _refusal(403, problems.DUPLICATE)
        if not self._limits.pay("create with URL" if extract_urls(text) else "create"):
            return _refusal(402, problems.NO_CREDITS)
        reply_to = (body.get("reply") or {}).get("in_reply_to_tweet_id")
        shown = _shown(self._state.publish(account, text, reply_to))
        made = {key: shown[key] for key in ("id", "text", "edit_history_tweet_ids")}
        return web.json_response({"data": made}, status=201)

    async def delete(self, request: web.Request, account: Account) -> web.Response:
        """Delete one of the account's own posts."""
        wanted = request.match_info["id"]
        post = next((p for p in self._state.posts if p.id == wanted), None)
        if post is None:
            return web.json_response(problems.missing("tweet", "id", wanted))
        if post.author != account:
            return _refusal(403, problems.NOT_YOURS)
        self._state.posts.remove(post)
        return web.json_response({"data": {"deleted": True}})

    def _page(self, request: web.Request, posts: Sequence[Post], lowest: int = 5) -> web.Response:
        wanted = request.query.get("max_results", "10")
        if not (wanted.isascii() and wanted.isdigit() and lowest <= int(wanted) <= 100):
            message = f"The `max_results` query parameter value is not between {lowest} and 100"
            return _refusal(400, problems.invalid("max_results", wanted, message))
        newest = list(reversed(posts))[: int(wanted)]
        if not self._limits.pay("read post", len(newest)):
            return _refusal(402, problems.NO_CREDITS)
        if not newest:
            return web.json_response({"meta": {"result_count": 0}})
        meta = {
            "newest_id": newest[0].id,
            "oldest_id": newest[-1].id,
            "result_count": len(newest),
        }
        answer = {"data": [_shown(p) for p in newest], "meta": meta}
        if "author_id" in request.query.get("expansions", ""):
            authors = {post.author.id: post.author for post in newest}
            answer["includes"] = {"users": [_user(author) for author in authors.values()]}
        return web.json_response(answer)


def _user(account: Account) -> dict[str, str]:
    return {"id": account.id, "name": account.name.title(), "username": account.name}
