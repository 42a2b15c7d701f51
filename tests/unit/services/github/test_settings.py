"""GitHub's part of the configuration."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from bot.services.github import SERVICE
from bot.services.github.settings import GitHubSettings


def _settings(**values):
    return GitHubSettings.model_validate(values)


@pytest.mark.parametrize(
    ("url", "api", "origins"),
    [
        ("https://github.com", "https://api.github.com", 2),
        ("https://www.github.com/", "https://api.github.com", 2),
        ("https://Git.example.org", "https://git.example.org/api/v3", 1),
    ],
)
def test_the_api_is_where_github_has_it(url, api, origins):
    settings = _settings(url=url)
    assert settings.api_url == api
    assert len(SERVICE.create("github", (), settings).origins) == origins


@pytest.mark.parametrize(
    "values",
    [
        {"url": "http://git.example.org"},
        {"url": "https://git.example.org/path"},
        {"client_secret": "s3cret"},
        {"client_id": "a b"},
        {"client_id": "../x"},
        {"repository": "site"},
        {"repository": "../x"},
        {"scopes": ["repo admin"]},
        {"timeout": 0},
        {"ca_file": "/no/such/file"},
    ],
)
def test_what_cannot_be_is_refused_at_the_start(values):
    with pytest.raises(ValidationError):
        _settings(**values)


def test_nothing_has_to_be_set():
    """People then paste tokens of their own; no more is asked for than what the commands need."""
    settings = _settings()
    assert settings.scopes == ("repo",)
    assert [flow.name for flow in SERVICE.create("github", (), settings).flows] == ["token"]
