"""Where tweepy's requests go: to the configured address, and nowhere else."""

from __future__ import annotations

import pytest

from bot.errors import Unavailable
from bot.services.twitter.refusals import Matter
from bot.services.twitter.session import TwitterSession


def _nobody(request):
    return request


HOST = "https://api.twitter.com"


@pytest.mark.parametrize("api_url", ["http://127.0.0.1:9", HOST])
@pytest.mark.parametrize(
    "url", ["https://evil.example/2/tweets", f"{HOST}.evil.example/2", "file:///etc/passwd"]
)
def test_an_address_of_another_host_is_not_asked(api_url, url):
    with (
        TwitterSession(api_url, _nobody, Matter("@alice"), 1) as session,
        pytest.raises(Unavailable),
    ):
        session.request("GET", url)
    assert not session.wire.used
