"""What the tests of a build said."""

from __future__ import annotations

import pytest

from bot.errors import NotFound
from tests.contracts.fakes import plain
from tests.contracts.jenkins.answers import answer
from tests.contracts.jenkins.conftest import run


def counts(fail=0, skip=0, total=0, **more):
    action = {"urlName": "testReport", "failCount": fail, "skipCount": skip, "totalCount": total}
    return {"number": 7, "building": False, "actions": [{}, action], **more}


def failure(name, *, age=1, details="", status="REGRESSION"):
    return {
        "name": name,
        "className": "shop.Cart",
        "age": age,
        "status": status,
        "errorDetails": details,
    }


def report(*cases):
    return {"suites": [{"cases": [*cases, failure("fine", status="PASSED")]}]}


def says_failed(jenkins, *failures, skip=0, total=100):
    answer(jenkins, "/job/website/lastBuild/", counts(len(failures), skip, total))
    answer(jenkins, "/job/website/7/testReport/", report(*failures))


@pytest.mark.parametrize(
    ("figures", "said"),
    [
        ((0, 0, 120), "all 120 tests passed."),
        ((0, 0, 1), "its only test passed."),
        ((0, 2, 120), "118 of 120 tests passed, 2 skipped, none failed."),
        ((0, 0, 0), "its test report is empty."),
    ],
)
async def test_tests_that_passed_are_one_line(jenkins, service, alice, *, figures, said):
    answer(jenkins, "/job/website/lastBuild/", counts(*figures))
    reply = await run(service, alice, "tests website")
    page = f"{jenkins.url}/job/website/7/testReport/"
    assert plain(reply) == f"website #7 ({page}): {said}"
    assert reply.about.url == page
    assert reply.file is None


async def test_tests_that_failed_are_named_with_age_and_error(jenkins, service, alice):
    says_failed(
        jenkins,
        failure("old", age=12, details="\n\n  expected 3 but was 4  \n\tat Cart.java:9"),
        failure("new", details=None),
        skip=1,
    )
    said = plain(await run(service, alice, "tests website"))
    head, *rest = said.splitlines()
    assert head.endswith("2 of 100 tests failed, 97 passed, 1 skipped.")
    assert rest == [
        "- shop.Cart.new (new)",
        "- shop.Cart.old (for 12 builds): expected 3 but was 4",
    ]


async def test_tests_beyond_twenty_come_in_a_file_with_their_whole_errors(jenkins, service, alice):
    says_failed(jenkins, *(failure(f"n{n:02}", details=f"one {n}\n  two {n}") for n in range(25)))
    reply = await run(service, alice, "tests website")
    assert plain(reply).count("(new)") == 20
    assert plain(reply).splitlines()[-1] == "5 more failed: the file has all of them."
    assert (reply.file.name, reply.file.mimetype) == ("failed-tests-website-7.txt", "text/plain")
    text = reply.file.data.decode()
    assert text.startswith("website #7: 25 failed tests\n\n1. shop.Cart.n00 (new)\n    one 0\n")
    assert "25. shop.Cart.n24 (new)\n    one 24\n      two 24\n" in text


async def test_tests_of_a_build_by_its_number(jenkins, service, alice):
    answer(jenkins, "/job/website/12/api/", counts(total=3, number=12))
    assert "website #12" in plain(await run(service, alice, "tests website 12"))
    assert "website #12" in plain(await run(service, alice, "tests 1 12", listing=("website",)))


async def test_tests_so_far_of_a_build_that_runs(jenkins, service, alice):
    answer(jenkins, "/job/website/lastBuild/", counts(total=3, building=True))
    said = plain(await run(service, alice, "tests website"))
    assert said.endswith("all 3 tests passed. It is still running.")


@pytest.mark.parametrize(
    ("building", "said"),
    [(False, "has no test report."), (True, "is still running, and has no test report yet.")],
)
async def test_build_without_a_test_report_says_so(jenkins, service, alice, *, building, said):
    answer(jenkins, "/lastBuild/", {"number": 7, "building": building, "actions": [{}]})
    assert plain(await run(service, alice, "tests website")).endswith(said)


async def test_report_that_went_away_is_not_found(jenkins, service, alice):
    answer(jenkins, "/lastBuild/", counts(1, 0, 2))
    with pytest.raises(NotFound) as caught:
        await run(service, alice, "tests website")
    assert caught.value.what == "test report of website #7"


async def test_hostile_test_names_and_errors_stay_text_on_one_line(jenkins, service, alice):
    evil = "x\n- <b>safe</b> @room " + "long " * 1000
    says_failed(jenkins, failure(evil, details=evil))
    said = plain(await run(service, alice, "tests website"))
    assert len(said.splitlines()) == 2
    assert len(said) < 1000
