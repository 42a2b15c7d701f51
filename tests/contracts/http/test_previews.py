"""What is shown before a command runs is what it does, and patterns see it by its own name."""

from __future__ import annotations

import json

import pytest

from bot.errors import Invalid, Unavailable, UserError
from bot.policy import confirms
from tests.contracts.fakes import plain

LOOK = {"get": "look", "answer": "{{ name }}"}
SEEN = {"name": "x", "id": "a/b", "at": {"n": 7, "all": [{"on": True}, {"on": 0.5}]}}


# ---------------------------------------------------------------------------------- a merge request
async def test_what_was_pushed_since_it_was_shown_is_not_merged(gitlab):
    (request,) = gitlab.website.requests
    with pytest.raises(Invalid, match="has changed meanwhile"):
        await gitlab.said("merge team/website!1", meanwhile=request.push)
    assert request.state == "opened"
    await gitlab.said("merge team/website!1")
    assert request.state == "merged"


async def test_nothing_is_merged_into_another_branch_than_was_shown(gitlab):
    (request,) = gitlab.website.requests
    with pytest.raises(UserError, match="changed since I looked; nothing was done"):
        await gitlab.said("merge team/website!1", lambda: setattr(request, "branch", "live"))
    assert request.state == "opened"
    assert [each.method for each in gitlab.seen] == ["GET", "GET"]


@pytest.mark.parametrize("typed", ["team/website!1", "1!1"])
async def test_patterns_see_a_merge_request_by_its_own_name_however_it_is_typed(gitlab, typed):
    await gitlab.said(f"merge {typed}")
    phrases = [f"gitlab {each}" for each in gitlab.said.ready.also]
    assert phrases == ["gitlab merge team/website!1 into main"]
    for pattern in ("gitlab merge team/website!*", "gitlab merge * into main"):
        assert confirms([pattern], phrases[0])


async def test_what_patterns_saw_stays_so_until_it_is_done(echo, tell):
    look = {"get": "look", "answer": "x"}
    said = tell({"to": "dev"}, get=..., put="go", preview=look, also="go to {{ to }}")
    with pytest.raises(UserError, match="changed since"):
        await said("go", lambda: setattr(echo, "answer", {"to": "live"}))
    assert [asked[0] for asked in echo.asked] == ["GET", "GET"]


# ---------------------------------------------------------------------------- values of the preview
async def test_values_of_the_preview_go_into_the_request_as_what_they_are(echo, tell):
    said = tell(
        SEEN,
        get=...,
        put="x/{preview.id}/{preview.at.n}",
        query={"on": "{preview.at.all.0.on}"},
        body={"n": "{preview.at.n}", "t": "n {preview.at.n}", "f": "{preview.at.all.1.on}"},
        preview=LOOK,
    )
    await said("go")
    *looks, (method, path, body) = echo.asked
    assert [asked[:2] for asked in looks] == [("GET", "/look")] * 2
    assert (method, path) == ("PUT", "/x/a%2Fb/7?on=true")
    assert json.loads(body) == {"n": 7, "t": "n 7", "f": 0.5}
    assert f"PUT {echo.url}/x/a%2Fb/7?on=true" in plain(said.preview)


async def test_the_values_that_were_shown_are_sent_and_not_those_of_now(echo, tell):
    said = tell(SEEN, get=..., put="go", body={"n": "{preview.at.n}"}, preview=LOOK)
    await said("go", lambda: setattr(echo, "answer", {"name": "x", "at": {"n": 8}}))
    assert json.loads(echo.asked[-1][2]) == {"n": 7}


@pytest.mark.parametrize("value", [None, "", " ", {}, [1], "x" * 4001, float("inf")])
async def test_without_the_value_that_it_needs_nothing_is_asked_or_done(echo, tell, value):
    answer = json.dumps({"name": "x", "id": value}).replace("Infinity", "1e999").encode()
    said = tell(answer, get=..., put="go", body={"id": "{preview.id}"}, preview=LOOK)
    with pytest.raises(Unavailable, match="has no `id`") as error:
        await said("go")
    assert error.value.retryable
    assert [asked[0] for asked in echo.asked] == ["GET"]


@pytest.mark.parametrize("value", ["..", "../admin", "a\nb", "%2e%2e/x"])
async def test_a_value_leads_no_further_than_what_is_typed(echo, tell, value):
    said = tell({"name": "x", "id": value}, get=..., put="x/{preview.id}", preview=LOOK)
    with pytest.raises(UserError, match="Its id cannot stand in an address"):
        await said("go")
    assert [asked[0] for asked in echo.asked] == ["GET"]


async def test_a_value_is_not_looked_at_for_holes(echo, tell):
    answer = {"name": "x", "id": "{preview.name}{account}"}
    said = tell(answer, get=..., put="go", body={"id": "{preview.id}"}, preview=LOOK)
    await said("go")
    assert json.loads(echo.asked[-1][2]) == {"id": "{preview.name}{account}"}


# -------------------------------------------------------------------------------- what it is, too
async def test_what_a_command_is_too_is_made_of_its_preview_and_its_arguments(tell):
    also = ["go to {{ at.n }}", "{{ args.where }} [{{ name }}](https://x.example)", "{{ '' }}"]
    said = tell({**SEEN, "name": "a\n **b**"}, get=..., put="go", preview=LOOK,
                arguments={"where": "rest"}, also=also)  # fmt: skip
    await said("go far  away")
    assert said.ready.also == ("go to 7", "far away a **b**https://x.example")


async def test_without_a_preview_it_is_made_of_the_arguments(echo, tell):
    said = tell(get=..., post="go", arguments={"where": "word"}, also="go {{ args.where|lower }}")
    await said("go Home")
    assert said.ready.also == ("go home",)
    assert not said.ready.ask
    assert len(echo.asked) == 1


@pytest.mark.parametrize("also", ["go {{ missing }}", "go {{ id }}", "{{ it.a.b }}", "{{ name }}"])
async def test_what_cannot_be_told_by_its_name_is_not_run(echo, tell, also):
    """A pattern would not see it."""
    answer = {"id": None, "name": ["x" * 200] * 150}
    said = tell(answer, get=..., put="go", preview={"get": "look", "answer": "x"}, also=also)
    with pytest.raises(Unavailable, match="not what this command expects"):
        await said("go")
    assert [asked[0] for asked in echo.asked] == ["GET"]
