"""What an operator may write."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from bot.services.aws.settings import AwsSettings


def test_region_is_all_that_is_needed():
    settings = AwsSettings(region="eu-central-1")
    assert (settings.session_hours, settings.endpoint_url) == (12, None)
    assert settings.places == ("eu-central-1",)
    assert AwsSettings(region="eu-west-1", regions=["eu-west-1", "us-east-1"]).places == (
        "eu-west-1",
        "us-east-1",
    )


@pytest.mark.parametrize(
    "wrong",
    [
        {"region": "Frankfurt"},
        {"region": "eu-central-1a"},
        {"region": "eu-central-1.evil.org/"},
        {"regions": ["eu-west-1"]},
        {"regions": ["x"]},
        {"regions": ["eu-central-1", "cn-north-1"]},
        {"regions": ["eu-central-1", "us-gov-west-1"]},
        {"session_hours": 0},
        {"session_hours": 37},
        {"endpoint_url": "http://aws.example.org"},
        {"endpoint_url": "https://aws.example.org/path"},
        {"timeout": 61},
    ],
)
def test_what_cannot_be_right_is_an_error(wrong):
    with pytest.raises(ValidationError):
        AwsSettings(**{"region": "eu-central-1", **wrong})
