"""What the tests of a build said."""

from __future__ import annotations

import pytest

from bot.errors import NotFound
from sandbox.jenkins import Case, mishaps
from tests.contracts.fakes import plain
from tests.contracts.jenkins.answers import answer
from tests.contracts.jenkins.conftest import run


def failure(name, **more):
    return Case(name, "REGRESSION", class_name="shop.Cart", **more)


def finished(jenkins, *failures, passed, skipped):
    """Website's build 7 is done, with these tests."""
    job = jenkins.job("website")
    fine = [Case(f"fine{n}") for n in range(passed)]
    job.tests = [*fine, *(Case(f"off{n}", "SKIPPED") for n in range(skipped)), *failures]
    job.next_number = 7
    jenkins.add_build("website", "UNSTABLE" if failures else "SUCCESS")


@pytest.mark.parametrize(
    ("passed", "skipped", "said"),
    [
        (1200, 0, "all 1,200 tests passed."),
        (1, 0, "its only test passed."),
        (118, 2, "118 of 120 tests passed, 2 skipped, none failed."),
        (0, 1, "0 of 1 test passed, 1 skipped, none failed."),
    ],
)
async def test_tests_that_passed_are_one_line(jenkins, service, alice, *, passed, skipped, said):
    finished(jenkins, passed=passed, skipped=skipped)
    reply = await run(service, alice, "tests website")
    page = f"{jenkins.url}/job/website/7/testReport/"
    assert plain(reply) == f"website #7 ({page}): {said}"
    assert reply.about.url == page
    assert reply.file is None
    assert not any("testReport/api" in seen.raw_path for seen in jenkins.requests)


async def test_tests_that_failed_are_named_with_age_and_error(jenkins, service, alice):
    details = "\n\n  expected 3 but was 4  \n\tat Cart.java:9"
    old = Case("old", "FAILED", details, class_name="shop.Cart", age=12)
    finished(jenkins, old, failure("new"), passed=97, skipped=1)
    said = plain(await run(service, alice, "tests website"))
    head, *rest = said.splitlines()
    assert head.endswith("2 of 100 tests failed, 97 passed, 1 skipped.")
    assert rest == [
        "- shop.Cart.new (new)",
        "- shop.Cart.old (for 12 builds): expected 3 but was 4",
    ]


async def test_tests_beyond_twenty_come_in_a_file_with_their_whole_errors(jenkins, service, alice):
    failures = [failure(f"n{n:02}", details=f"one {n}\n  two {n}") for n in range(25)]
    finished(jenkins, *failures, passed=0, skipped=0)
    reply = await run(service, alice, "tests website")
    assert plain(reply).count("(new)") == 20
    assert plain(reply).splitlines()[-1] == "5 more failed: the file has all of them."
    assert (reply.file.name, reply.file.mimetype) == ("failed-tests-website-7.txt", "text/plain")
    text = reply.file.data.decode()
    assert text.startswith("website #7: 25 failed tests\n\n1. shop.Cart.n00 (new)\n    one 0\n")
    assert "25. shop.Cart.n24 (new)\n    one 24\n      two 24\n" in text


async def test_tests_of_a_build_by_its_number(jenkins, service, alice):
    finished(jenkins, failure("x"), passed=1, skipped=0)
    jenkins.add_build("website")
    for said in ("tests website 7", "tests website #7", "tests 1 7"):
        reply = await run(service, alice, said, listing=("website",))
        assert plain(reply).startswith("website #7 ")
    assert plain(await run(service, alice, "tests website")).startswith("website #8 ")


async def test_tests_so_far_of_a_build_that_runs(jenkins, service, alice):
    counts = {"urlName": "testReport", "totalCount": 3}
    answer(jenkins, "/lastBuild/", {"number": 7, "building": True, "actions": [counts]})
    said = plain(await run(service, alice, "tests website"))
    assert said.endswith("all 3 tests passed. It is still running.")


async def test_report_without_a_test_says_so(jenkins, service, alice):
    answer(jenkins, "/lastBuild/", {"number": 7, "actions": [{"urlName": "testReport"}]})
    said = plain(await run(service, alice, "tests website"))
    assert said.endswith("its test report is empty.")


async def test_build_without_a_test_report_says_so(jenkins, service, alice):
    jenkins.add_build("website")
    said = plain(await run(service, alice, "tests website"))
    assert said.endswith("#1 (" + f"{jenkins.url}/job/website/1/) has no test report.")
    jenkins.add_job("long", seconds=None)
    await run(service, alice, "build long --no-follow")
    said = plain(await run(service, alice, "tests long"))
    assert said.endswith("is still running, and has no test report yet.")


async def test_report_that_went_away_is_not_found(jenkins, service, alice):
    finished(jenkins, failure("x"), passed=1, skipped=0)
    jenkins.fail(mishaps.answer(404), path="/testReport/")
    with pytest.raises(NotFound) as caught:
        await run(service, alice, "tests website")
    assert caught.value.what == "test report of website #7"


async def test_hostile_test_names_and_errors_stay_text_on_one_line(jenkins, service, alice):
    evil = "x\n- <b>safe</b> @room " + "long " * 1000
    finished(jenkins, failure(evil, details=evil), passed=0, skipped=0)
    said = plain(await run(service, alice, "tests website"))
    assert len(said.splitlines()) == 2
    assert len(said) < 1000
