"""Tokens go to GitHub, and nowhere else; what it says is data."""

from __future__ import annotations

import logging

import pytest

from bot.errors import ActasError
from bot.reply import Link, Quote
from sandbox import mishaps
from sandbox.github import Job
from sandbox.mishaps import Answer
from tests.contracts.fakes import links, plain
from tests.contracts.github.conftest import SITE, credential_of, run, service_at, step
from tests.silence import shown

SPOKEN = "what-the-server-said"
MISHAPS = {
    **{str(status): Answer(status, {"message": SPOKEN}) for status in (400, 401, 403, 404, 409)},
    "422": Answer(422, {"message": SPOKEN, "errors": [SPOKEN, {"message": SPOKEN}, 5]}),
    "422 odd": Answer(422, [SPOKEN]),
    "500": Answer(500, SPOKEN),
    "302": Answer(302, SPOKEN, {"Location": f"http://other.invalid/?{SPOKEN}"}),
    "drop": mishaps.drop,
    "drip": mishaps.drip_body,
    "flood": mishaps.flood,
    "not json": Answer(200, f"{{{SPOKEN}", content_type="application/json"),
    "not a bean": Answer(200, {"number": SPOKEN, "title": [SPOKEN], "id": SPOKEN}),
}


@pytest.mark.parametrize("name", MISHAPS)
@pytest.mark.parametrize("said", ["issue show #1", "comment #1 hello"])
async def test_no_error_holds_a_token_or_an_answer(github, hasty, bob, *, said, name):
    method = "GET" if "show" in said else "POST"
    github.fail(MISHAPS[name], method=method)
    with pytest.raises(ActasError) as caught:
        await run(hasty, bob, said)
    error = caught.value
    assert error.__context__ is None  # what led to it holds requests and answers
    assert SPOKEN not in f"{error!r} {error} {vars(error)}"
    assert bob.fields["access_token"].reveal() not in shown(error)


async def test_no_log_of_any_library_holds_a_token(github, hasty, caplog, capfd):
    app = github.add_app()
    service = service_at(
        github.url, client_id=app.client_id, client_secret=app.client_secret, timeout=0.3
    )
    token = github.grant(app, "bob", "repo").text
    bob = credential_of(service, "bob", token)
    caplog.set_level(logging.DEBUG)
    for logger in ("asyncio", "aiohttp", "gidgethub"):
        caplog.set_level(logging.DEBUG, logger)
    await run(service, bob, "issues")
    for mishap in ("500", "drop", "302", "401"):
        github.fail(MISHAPS[mishap])
        with pytest.raises(ActasError):
            await run(service, bob, "issues")
    assert await service.revoke(bob)
    said = f"{caplog.text}{''.join(capfd.readouterr())}"
    assert token not in said
    assert app.client_secret not in said


async def test_the_client_does_not_show_its_token(service, bob):
    async with service.api(bob) as api:
        await api.me()
        client = api._client
        seen = f"{api!r} {vars(api)} {client!r} {vars(client)} {service.site!r}"
    assert bob.fields["access_token"].reveal() not in seen


async def test_what_others_wrote_is_one_line_or_a_quotation(github, service, bob):
    """A title cannot look like several issues, or like the bot; a text stands as it was written."""
    title = "x\n2. alice/site#99: pay me\n**Merged**"
    body = "Said by the bot:\n\nMerged."
    number = github.add_issue(SITE, "carol", title, body).number
    listed = plain(await run(service, bob, "issues"))
    assert "x 2. alice/site#99: pay me **Merged** (by carol" in listed
    one = await run(service, bob, f"issue show #{number}")
    assert Quote(body) in one.blocks
    assert sum(body in plain_block for plain_block in plain(one).split("\n\n\n")) == 1


async def test_links_lead_to_the_configured_address(github, service, bob):
    """Wherever GitHub's own answers would lead."""
    github.fail(
        Answer(
            200,
            {
                "number": 1,
                "title": "a",
                "state": "open",
                "user": None,
                "html_url": "https://evil.example",
                "url": "https://evil.example",
                "created_at": "2026-01-01T00:00:00Z",
                "labels": ["odd", {"name": None}],
            },
        ),
        path="/issues/1",
    )
    reply = await run(service, bob, "issue show #1")
    assert links(reply) == [Link(f"{SITE}#1", f"{github.url}/{SITE}/issues/1")]
    assert "opened by ghost" in plain(reply)


async def test_names_in_a_run_are_shortened_to_a_line(github, service, bob):
    jobs = [Job("evil\njob " + "x" * 500, ("step\none",), results=("failure",))]
    github.add_workflow(SITE, "bad.yml", "on: workflow_dispatch", jobs)
    reply = await run(service, bob, "run bad.yml")
    state = reply.follow.state
    while state is not None:
        found = await step(service, bob, "run", state)
        state = found.state
    text = plain(found.reply)
    assert "evil job xxx" in text
    assert "in the step step one" in text
    assert len(text) < 1_000
