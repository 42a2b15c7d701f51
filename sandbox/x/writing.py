"""The endpoints that change something: posts and replies, deletions, likes, reposts."""

from __future__ import annotations

import re
import warnings
from collections.abc import Mapping
from typing import Any

from aiohttp import web

from sandbox.x import problems
from sandbox.x.gate import Gate, not_your_id, refusal
from sandbox.x.limits import Plan
from sandbox.x.shapes import shown_post
from sandbox.x.state import Account, Post, State

with warnings.catch_warnings():
    warnings.simplefilter("ignore", UserWarning)  # pkg_resources, which it imports, is deprecated
    from twitter_text import extract_urls, parse_tweet

_LONGEST_RAW_TEXT = 4_000  # counting is quadratic in it
_GONE = "You attempted to reply to a Tweet that is deleted or not visible to you."
_TWICE = "You cannot retweet a Tweet that you have already retweeted."


class Writing:
    """What can be done on X; each as the account that signs."""

    def __init__(self, state: State, gate: Gate, plan: Plan) -> None:
        self._state, self._gate, self._plan = state, gate, plan

    def routes(self) -> list[web.RouteDef]:
        """The routes."""
        signed = self._gate.signed
        return [
            web.post("/2/tweets", signed("create", self.create)),
            web.delete("/2/tweets/{id}", signed("delete", self.delete)),
            web.post("/2/users/{id}/likes", signed("like", self.like)),
            web.post("/2/users/{id}/retweets", signed("retweet", self.retweet)),
        ]

    async def create(self, request: web.Request, account: Account) -> web.Response:
        """Post, or reply where that is allowed."""
        body = await _body(request)
        text = body.get("text", "")
        if len(text) > _LONGEST_RAW_TEXT or not parse_tweet(text).valid:
            return refusal(400, problems.invalid("text", "", "Invalid 'text'"))
        reply_to = (body.get("reply") or {}).get("in_reply_to_tweet_id")
        if reply_to is not None and (no := self._no_reply(account, reply_to)) is not None:
            return no
        if any(p.author == account and p.text == text for p in self._state.posts):
            return refusal(403, problems.DUPLICATE)
        what = "create with URL" if extract_urls(text) else "create"
        if (no := self._gate.pay(what)) is not None:
            return no
        made = shown_post(self._state.publish(account, text, reply_to), self._state)
        return web.json_response({"data": made}, status=201)

    async def delete(self, request: web.Request, account: Account) -> web.Response:
        """Delete one of the account's own posts."""
        wanted = request.match_info["id"]
        post = self._state.post(wanted)
        if post is None:
            return web.json_response(problems.missing("tweet", "id", wanted))
        if post.author != account:
            return refusal(403, problems.NOT_YOURS)
        if (no := self._gate.pay("delete")) is not None:
            return no
        self._state.posts.remove(post)
        return web.json_response({"data": {"deleted": True}})

    async def like(self, request: web.Request, account: Account) -> web.Response:
        """Like a post; once more is no error."""
        post = await self._meant(request, account, included=self._plan.likes)
        if isinstance(post, web.Response):
            return post
        self._state.likes.add((account.id, post.id))
        return web.json_response({"data": {"liked": True}})

    async def retweet(self, request: web.Request, account: Account) -> web.Response:
        """Repost a post; once more is one."""
        post = await self._meant(request, account, included=self._plan.retweets)
        if isinstance(post, web.Response):
            return post
        if (account.id, post.id) in self._state.reposts:
            return refusal(400, problems.message(_TWICE))
        self._state.reposts.add((account.id, post.id))
        return web.json_response({"data": {"rest_id": post.id, "retweeted": True}})

    async def _meant(
        self, request: web.Request, account: Account, *, included: bool
    ) -> Post | web.Response:
        """The post that somebody says something about, or why they cannot."""
        if (no := not_your_id(account, request.match_info["id"])) is not None:
            return no
        if not included:
            return refusal(403, problems.NOT_ENROLLED)
        wanted = str((await _body(request)).get("tweet_id", ""))
        post = self._state.post(wanted)
        if post is None or not self._state.sees(account, post.author):
            return refusal(404, problems.NOT_FOUND)
        return self._gate.pay("react") or post

    def _no_reply(self, account: Account, reply_to: str) -> web.Response | None:
        """The refusal, unless the author of the post has summoned the account to it."""
        post = self._state.post(reply_to)
        if post is None or not self._state.sees(account, post.author):
            return refusal(400, problems.message(_GONE))
        named = re.search(rf"@{account.name}\b", post.text, re.IGNORECASE)
        if post.author == account or named or self._plan.uninvited_replies:
            return None
        return refusal(403, problems.NO_REPLY)


async def _body(request: web.Request) -> Mapping[str, Any]:
    body = await request.json()
    return body if isinstance(body, dict) else {}
