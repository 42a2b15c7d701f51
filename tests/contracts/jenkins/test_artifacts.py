"""What builds have archived: listed, or sent as a file."""

from __future__ import annotations

import pytest

from bot.errors import Forbidden, Invalid, NotFound, UserError
from bot.services.jenkins.archive import MOST
from sandbox.jenkins import ARTIFACTS, mishaps
from tests.contracts.fakes import links, plain
from tests.contracts.jenkins.answers import answer
from tests.contracts.jenkins.conftest import run


def archived(jenkins, *paths, data=b"x"):
    """Website's build 7 is done, and has archived these."""
    job = jenkins.job("website")
    job.artifacts = dict.fromkeys(paths, data)
    job.next_number = 7
    jenkins.add_build("website")


async def test_artifacts_are_listed_with_numbers_and_how_to_have_one(jenkins, service, alice):
    archived(jenkins, "report.pdf", "build/app.jar")
    reply = await run(service, alice, "artifacts website")
    assert plain(reply).splitlines() == [
        f"website #7 ({jenkins.url}/job/website/7/artifact/) has 2 artifacts:",
        "1. build/app.jar",
        "2. report.pdf",
        "To have one sent: artifacts website 7 1, or the end of its name.",
    ]
    assert reply.listing == ()  # the numbers of the last list stay those of jobs


async def test_many_artifacts_are_not_all_named(jenkins, service, alice):
    archived(jenkins, *(f"a{n:02}.txt" for n in range(60)))
    said = plain(await run(service, alice, "artifacts website"))
    assert "50. a49.txt" in said
    assert "10 more can be had by name or number, too." in said


async def test_build_without_artifacts_says_so(jenkins, service, alice):
    archived(jenkins)
    assert plain(await run(service, alice, "artifacts website x")).endswith("has no artifacts.")
    jenkins.add_job("long", seconds=None)
    await run(service, alice, "build long --no-follow")
    said = plain(await run(service, alice, "artifacts long 1"))
    assert said.endswith("has no artifacts so far.")


@pytest.mark.parametrize(
    "said",
    [
        "artifacts website 7 1",
        "artifacts website 7 app.jar",
        "artifacts website #7 größe 1/app.jar",
        "artifacts 1 app.jar",
        'artifacts "website" app.jar',
        "artifacts website app.jar",
        "artifacts WEBSITE app.jar",
    ],
)
async def test_artifact_is_sent_as_a_file_byte_for_byte(jenkins, service, alice, said):
    data = bytes(range(256)) * 10
    archived(jenkins, "größe 1/app.jar", data=data)
    reply = await run(service, alice, said, listing=("website",))
    assert reply.file.data == data
    assert (reply.file.name, reply.file.mimetype) == ("app.jar", "application/java-archive")
    (link,) = links(reply)
    assert link.url == f"{jenkins.url}/job/website/7/artifact/gr%C3%B6%C3%9Fe%201/app.jar"
    assert plain(reply).endswith("of website #7, 2.5 KiB.")


async def test_artifact_that_is_too_large_is_linked(jenkins, service, alice):
    archived(jenkins, "disk.img")
    jenkins.fail(mishaps.flood, path="/artifact/")
    reply = await run(service, alice, "artifacts website disk.img")
    assert reply.file is None
    assert "larger than 20 MiB" in plain(reply)
    assert links(reply)[0].url == f"{jenkins.url}/job/website/7/artifact/disk.img"


async def test_artifact_larger_than_other_answers_is_sent(jenkins, service, alice):
    archived(jenkins, "disk.img", data=bytes(MOST))
    reply = await run(service, alice, "artifacts website disk.img")
    assert len(reply.file.data) == MOST
    jenkins.job("website").artifacts = {"disk.img": bytes(MOST + 1)}
    jenkins.add_build("website")
    assert (await run(service, alice, "artifacts website disk.img")).file is None


async def test_artifact_that_is_kept_elsewhere_is_linked_and_not_followed(jenkins, service, alice):
    archived(jenkins, "disk.img")
    jenkins.fail(mishaps.answer(302, Location="http://s3.invalid/x"), path="/artifact/")
    reply = await run(service, alice, "artifacts website disk.img")
    assert "kept outside of Jenkins" in plain(reply)
    assert "s3.invalid" not in plain(reply)


async def test_artifact_that_one_may_not_have_names_the_permission(jenkins, service, alice):
    archived(jenkins, "secret.txt")
    jenkins.need_artifacts_permission()
    with pytest.raises(Forbidden) as caught:
        await run(service, alice, "artifacts website secret.txt")
    assert (caught.value.permission, caught.value.account) == (ARTIFACTS, "alice")


@pytest.mark.parametrize("path", ["../../../script", "a/../../x", "/x", "a/%2e%2e/x", ".."])
async def test_listed_artifact_that_climbs_is_never_asked_for(jenkins, service, alice, path):
    answer(jenkins, "/lastBuild/", {"number": 7, "artifacts": [{"relativePath": path}]})
    with pytest.raises(Invalid, match="leads out of its build"):
        await run(service, alice, "artifacts website " + path.rpartition("/")[2])
    assert not any("/artifact" in seen.raw_path for seen in jenkins.requests)


async def test_artifact_that_is_not_there_is_not_asked_for(jenkins, service, alice):
    archived(jenkins, "a.txt")
    for said in ("artifacts website 7 ../../script", 'artifacts "website" ../../script'):
        with pytest.raises(UserError, match="No artifact") as caught:
            await run(service, alice, said)
        assert caught.value.hint == "`artifacts website 7` lists them."
    assert not any("/artifact" in seen.raw_path for seen in jenkins.requests)


async def test_name_of_a_file_is_one_that_no_system_takes_amiss(jenkins, service, alice):
    archived(jenkins, 'a/<"x">:*?|\\b.txt')
    reply = await run(service, alice, "artifacts website b.txt")
    assert reply.file.name == "__x_______b.txt"


async def test_words_that_are_neither_job_nor_artifact_are_not_found(jenkins, service, carol):
    with pytest.raises(NotFound) as caught:
        await run(service, carol, "artifacts moon landing.txt")
    assert caught.value.what == "job 'moon landing.txt'"
