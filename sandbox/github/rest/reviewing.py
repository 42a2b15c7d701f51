"""Reviewing a pull request.

https://docs.github.com/rest/pulls/reviews#create-a-review-for-a-pull-request
"""

from __future__ import annotations

from typing import Final

from aiohttp import web

from sandbox.github.gate import Route
from sandbox.github.issue import Review
from sandbox.github.pull_shapes import review_shape
from sandbox.github.refusals import Refusal
from sandbox.github.rest.pulls import pull_of
from sandbox.github.visit import Visit

_STATES: Final = {
    "APPROVE": "APPROVED",
    "REQUEST_CHANGES": "CHANGES_REQUESTED",
    "COMMENT": "COMMENTED",
}


def routes() -> list[Route]:
    """The routes."""
    page = "pulls/reviews#create-a-review-for-a-pull-request"
    return [Route("POST", "/repos/{owner}/{repo}/pulls/{number}/reviews", review, page)]


async def review(visit: Visit) -> web.Response:
    """Review it, as who asks; its author can only comment."""
    repo = visit.repo("pull_requests", level="write")
    (issue, pull), body = pull_of(visit, repo), await visit.body()
    event = str(body.get("event", ""))
    if event not in _STATES:
        raise Refusal(422, "Unprocessable Entity", ["event is not a review event"])
    if event != "COMMENT" and visit.user == issue.user:
        what = "approve" if event == "APPROVE" else "request changes on"
        raise Refusal(422, "Unprocessable Entity", [f"Can not {what} your own pull request"])
    made = Review(
        visit.world.new_id(),
        visit.me,
        _STATES[event],
        str(body.get("body") or ""),
        str(body.get("commit_id") or pull.sha),
        visit.world.now(),
    )
    pull.reviews.append(made)
    if made.user in pull.reviewers:
        pull.reviewers.remove(made.user)
    return web.json_response(review_shape(visit.world, repo, issue, made))
