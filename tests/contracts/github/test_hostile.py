"""A GitHub that means no good, and people who change things between a look and a "yes"."""

from __future__ import annotations

from time import perf_counter

import pytest
from aiohttp import web

from bot.errors import Unavailable, UserError
from bot.services.github.beans import MOST
from bot.services.github.workflow_names import Ref
from sandbox.mishaps import Answer
from tests.contracts.fakes import call_for, plain
from tests.contracts.github.conftest import SITE, look, run


async def test_what_goes_into_another_branch_since_it_was_shown_is_not_merged(github, service, bob):
    """Whoever opened it may change that without pushing anything."""
    spec, talked = await look(service, bob, "pr merge #2")
    assert "into main" in plain(talked.ready.preview)
    github.issue(SITE, 2).pull.base = "release"
    async with call_for(service, bob.user, bob) as call:
        with pytest.raises(UserError, match="goes into release"):
            await spec.handler(call, **talked.ready.arguments)
    assert github.issue(SITE, 2).pull.merged is None


@pytest.mark.parametrize("charset", ["punycode", "utf-16", "unicode_escape", "no-such"])
async def test_a_charset_of_the_others_choice_is_not_used(github, service, bob, charset):
    """Punycode takes the square of a body's length: hours for what is read here."""

    async def mishap(_):
        kind = f"application/json; charset={charset}"
        body = b"x" * 200_000 + b"-" + b"a" * 200_000
        return web.Response(body=body, headers={"Content-Type": kind})

    github.fail(mishap, path="/issues/1")
    began = perf_counter()
    with pytest.raises(Unavailable, match="not as GitHub does"):
        await run(service, bob, "issue show #1")
    assert perf_counter() - began < 3


async def test_a_list_that_does_not_end_is_cut(github, service, bob):
    """What is shown of it would be rendered, and hold everybody up."""
    workflow = {"id": 1, "name": "x", "path": "x.yml", "state": "active"}
    many = {"total_count": 1, "workflows": [workflow] * 20_000}
    github.fail(Answer(200, many), path="/actions/workflows")
    assert len((await run(service, bob, "workflows")).listing) == MOST


@pytest.mark.parametrize(
    "typed",
    ["refs/heads/main", "refs/tags/refs/heads/main", "refs/heads/refs/heads/main", "--ref main"],
)
def test_a_branch_has_one_spelling(typed):
    """That of the patterns of the configuration."""
    assert Ref.take(typed) == (Ref("main"), "")
