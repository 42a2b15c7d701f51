"""What tests, artifacts and history of a job have in common."""

from __future__ import annotations

import pytest

from bot.errors import NotFound, Unavailable, UserError
from sandbox.jenkins import mishaps
from tests.contracts.jenkins.conftest import look, run


@pytest.mark.parametrize("word", ["tests", "artifacts"])
async def test_job_that_has_never_been_built_has_no_last_build(service, alice, word):
    with pytest.raises(UserError, match="website has never been built"):
        await run(service, alice, f"{word} website")


@pytest.mark.parametrize("word", ["tests", "artifacts"])
async def test_build_that_is_not_there_is_named(service, alice, word):
    with pytest.raises(NotFound) as caught:
        await run(service, alice, f"{word} website 99")
    assert caught.value.what == "build website #99"


@pytest.mark.parametrize("word", ["tests", "artifacts", "history"])
async def test_folder_has_no_builds(service, alice, word):
    with pytest.raises(UserError, match="is a folder"):
        await run(service, alice, f"{word} team")


@pytest.mark.parametrize("word", ["tests", "artifacts", "history"])
async def test_job_that_one_may_not_see_does_not_exist(service, carol, word):
    with pytest.raises(NotFound) as caught:
        await run(service, carol, f"{word} locked")
    assert caught.value.what == "job 'locked'"


@pytest.mark.parametrize("word", ["tests", "artifacts", "history"])
async def test_name_is_completed_before_it_is_shown(service, alice, word):
    talked = await look(service, alice, f"{word} feature/x")
    assert talked.ready.arguments["job"].name == "team/app/feature%2Fx"


@pytest.mark.parametrize(
    ("said", "path"),
    [
        ("tests website", "/lastBuild/"),
        ("artifacts website", "/lastBuild/"),
        ("history website", "tree=builds"),
    ],
)
@pytest.mark.parametrize(
    "body",
    ["<html>", "[]", "{}", '{"number": "x"}', '{"builds": [{"number": 1, "timestamp": -1}]}'],
)
async def test_nonsense_behind_the_job_is_unavailable(jenkins, service, alice, *, said, path, body):
    jenkins.fail(mishaps.json(body), path=path)
    with pytest.raises(Unavailable, match="not as a Jenkins"):
        await run(service, alice, said)
