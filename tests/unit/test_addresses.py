"""Addresses in the configuration."""

from __future__ import annotations

import pytest
from pydantic import TypeAdapter, ValidationError

from bot.addresses import PrivateOrigin, in_clear, origin_of

ORIGINS = [
    ("http://127.0.0.1:8008", False),
    ("http://[::1]:8008", False),
    ("http://localhost", False),
    ("http://synapse:8008", True),
    ("https://matrix.example.org", False),
]


@pytest.mark.parametrize(("origin", "clear"), ORIGINS)
def test_what_can_be_read_on_the_way_is_known(origin, clear):
    """Plain HTTP to another machine."""
    assert in_clear(origin) is clear


@pytest.mark.parametrize(("origin", "clear"), ORIGINS)
def test_secrets_are_sent_to_no_other_machine_in_clear(origin, clear):
    private = TypeAdapter(PrivateOrigin)
    if not clear:
        assert private.validate_python(origin) == origin
        return
    with pytest.raises(ValidationError, match="must begin with https://"):
        private.validate_python(origin)


def test_an_origin_is_an_address_without_its_path():
    assert origin_of("https://ci.example.org:8443/jenkins") == "https://ci.example.org:8443"
