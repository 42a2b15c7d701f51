"""Jenkins' part of the configuration."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from bot.services.jenkins import SERVICE
from bot.services.jenkins.settings import JenkinsSettings


def test_address_is_kept_without_a_slash_at_its_end():
    assert JenkinsSettings(url="https://example.org/ci/").url == "https://example.org/ci"


def test_origin_is_where_credentials_go():
    assert (
        JenkinsSettings(url="https://ci.example.org:8443/x").origin == "https://ci.example.org:8443"
    )


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        {"url": "ci.example.org"},
        {"url": "ftp://ci.example.org"},
        {"url": "https://"},
        {"url": "https://alice:11ab@ci.example.org"},
        {"url": "https://ci.example.org?x"},
        {"url": "https://ci.example.org#x"},
        {"url": "https://ci.example.org:99999"},
        {"url": "https://ci.example.org:0"},
        {"url": "https://ci.example.org", "ca_file": "/nowhere/ca.pem"},
        {"url": "https://ci.example.org", "timeout": 0},
        {"url": "https://ci.example.org", "timeout": 1000},
        {"url": "https://ci.example.org", "token": "x"},
    ],
)
def test_what_cannot_be_used_is_refused(wrong):
    with pytest.raises(ValidationError):
        JenkinsSettings.model_validate(wrong)


def test_defaults():
    settings = JenkinsSettings(url="https://ci.example.org")
    assert (settings.ca_file, settings.timeout) == (None, 15)


def test_service_keeps_name_and_aliases_of_the_configuration():
    service = SERVICE.create("staging", ["s"], JenkinsSettings(url="https://ci.example.org"))
    assert (service.name, list(service.aliases), service.title) == ("staging", ["s"], "Jenkins")
