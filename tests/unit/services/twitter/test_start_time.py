"""The service is known to the bot long before anybody uses it."""

from __future__ import annotations

import subprocess
import sys

import pytest


@pytest.mark.parametrize("library", ["tweepy", "requests", "twitter_text", "oauthlib"])
def test_loading_the_service_does_not_load_its_libraries(library):
    script = f"import sys, bot.services.twitter; sys.exit({library!r} in sys.modules)"
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0
