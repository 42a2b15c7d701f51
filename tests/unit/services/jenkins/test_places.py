"""Jobs by the addresses that Jenkins gives them."""

from __future__ import annotations

import time

import pytest

from bot.services.jenkins.places import place_of


@pytest.mark.parametrize(
    ("url", "job", "number"),
    [
        ("http://ci/job/website/", "website", 0),
        ("http://ci/job/website", "website", 0),
        ("http://ci/job/website/12/", "website", 12),
        ("http://ci/jenkins/job/team/job/gr%C3%B6%C3%9Fe%20+%201/3/", "team/größe + 1", 3),
        ("http://ci/job/app/job/feature%252Fx/7/", "app/feature%2Fx", 7),
        ("http://ci/job/job/job/job/1/", "job/job", 1),
        ("job/website/2/", "website", 2),
        ("/job/website/2/", "website", 2),
    ],
)
def test_address_is_read_from_the_job_on(url, job, number):
    place = place_of(url)
    assert place is not None
    assert (place.job.name, place.number) == (job, number)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "http://ci/",
        "http://ci/computer/agent/",
        "http://ci/job/matrix/label=linux/12/",
        "http://ci/job/x/1/console",
        "http://ci/job/../script",
        "http://ci/job/a/job/%2e%2e/1/",
        "http://ci/job/a%0Ab/1/",
        "http://ci/job/a/9999999999/",
    ],
)
def test_what_is_no_job_is_none(url):
    assert place_of(url) is None


@pytest.mark.parametrize("url", ["/job/a" * 1_000_000 + "!?", "/job/" * 700, "/" * 1_000_000])
def test_hostile_addresses_take_no_time(url):
    before = time.process_time()
    place_of(url)
    assert time.process_time() - before < 0.5
