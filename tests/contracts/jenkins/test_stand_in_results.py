"""What builds leave behind: what their tests found, and files."""

from __future__ import annotations

import pytest

from sandbox.jenkins import ARTIFACTS, Case
from tests.contracts.jenkins.conftest import ask
from tests.contracts.jenkins.direct import begin, get, read

CASES = (
    Case("opens"),
    Case("closes", "FIXED", seconds=1.5),
    Case("stays shut", "REGRESSION", "expected 1 but was 2", "at line 3"),
    Case("is red", "FAILED", "no paint", suite="Colors", class_name="Colors", age=3),
    Case("is green", "SKIPPED", "later", suite="Colors", class_name="Colors"),
)
FILES = {"dist/app.bin": b"\x00\x7f\x01", "dist/notes.txt": "größe".encode(), "a b#%.log": b"x"}


@pytest.fixture
async def built(jenkins):
    """A Jenkins that has built a job with tests and files."""
    jenkins.add_job("lib", tests=CASES, artifacts=FILES)
    await begin(jenkins, "lib")
    await jenkins.idle()
    return jenkins


async def test_report_counts_and_tells_of_each_case(built):
    report = await read(built, "/job/lib/1/testReport/api/json")
    assert (report["failCount"], report["skipCount"], report["passCount"]) == (2, 1, 2)
    assert [suite["name"] for suite in report["suites"]] == ["Colors", "com.example.SiteTest"]
    cases = {case["name"]: case for suite in report["suites"] for case in suite["cases"]}
    shut = cases["stays shut"]
    assert (shut["className"], shut["status"]) == ("com.example.SiteTest", "REGRESSION")
    assert (shut["errorDetails"], shut["errorStackTrace"]) == ("expected 1 but was 2", "at line 3")
    assert (cases["is red"]["age"], cases["is red"]["failedSince"]) == (3, -1)
    assert (cases["opens"]["age"], cases["opens"]["errorDetails"]) == (0, None)
    assert (cases["is green"]["skipped"], cases["is green"]["skippedMessage"]) == (True, "later")


async def test_report_is_given_in_part(built):
    tree = "failCount,suites[cases[name]{0,1}]{0,1}"
    report = await read(built, f"/job/lib/1/testReport/api/json?tree={tree}")
    assert report["failCount"] == 2
    assert report["suites"] == [{"cases": [{"name": "is red"}]}]


async def test_build_with_failed_tests_is_unstable_and_has_their_numbers(built):
    build = await read(built, "/job/lib/1/api/json")
    assert build["result"] == "UNSTABLE"
    action = {
        "_class": "hudson.tasks.junit.TestResultAction",
        "failCount": 2,
        "skipCount": 1,
        "totalCount": 5,
        "urlName": "testReport",
    }
    assert action in build["actions"]


async def test_build_without_tests_has_no_report(jenkins):
    await begin(jenkins, "website")
    await jenkins.idle()
    assert (await get(jenkins, "/job/website/1/testReport/api/json"))[0] == 404


async def test_artifacts_are_listed_and_given_byte_by_byte(built):
    build = await read(built, "/job/lib/1/api/json")
    assert [a["relativePath"] for a in build["artifacts"]] == sorted(FILES)
    assert build["artifacts"][1]["fileName"] == "app.bin"
    status, headers, text = await get(built, "/job/lib/1/artifact/dist/notes.txt")
    assert (status, text) == (200, "größe")
    assert headers["Content-Type"] == "text/plain; charset=utf-8"
    assert headers["Content-Security-Policy"].startswith("sandbox;")
    assert (await get(built, "/job/lib/1/artifact/a%20b%23%25.log"))[2] == "x"
    _, headers, text = await get(built, "/job/lib/1/artifact/dist/app.bin")
    assert text.encode() == FILES["dist/app.bin"]
    assert headers["Content-Type"] == "application/octet-stream"
    assert headers["Content-Length"] == "3"


async def test_directories_are_pages_and_the_rest_is_not_there(built):
    assert (await get(built, "/job/lib/1/artifact/dist/"))[2].startswith("<!DOCTYPE html>")
    assert (await get(built, "/job/lib/1/artifact/dist/none"))[0] == 404
    assert (await get(built, "/job/lib/1/artifact/dist/notes.txt", "carol"))[0] == 404


async def test_downloads_need_a_permission_only_where_that_is_switched_on(built):
    path = "/job/lib/1/artifact/dist/notes.txt"
    assert (await get(built, path, "bob"))[0] == 200
    built.need_artifacts_permission()
    status, headers, _ = await get(built, path, "bob")
    assert (status, headers["X-Required-Permission"]) == (403, ARTIFACTS)
    built.allow("bob", "lib", ARTIFACTS)
    assert (await get(built, path, "bob"))[0] == 200


async def test_size_of_a_file_or_a_log_can_be_asked_alone(built):
    auth = ("alice", built.tokens["alice"])
    path = "/job/lib/1/artifact/dist/app.bin"
    _, headers, text = await ask(built, "HEAD", path, auth=auth)
    assert (headers["Content-Length"], text) == ("3", "")
    _, headers, text = await ask(
        built, "HEAD", "/job/lib/1/logText/progressiveText?start=0", auth=auth
    )
    assert (int(headers["X-Text-Size"]) > 0, text) == (True, "")
