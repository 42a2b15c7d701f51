"""Addresses in the configuration: where requests go, and credentials with them."""

from __future__ import annotations

from typing import Annotated, Final
from urllib.parse import urlsplit

from pydantic import AfterValidator

_LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "::1"})


def in_clear(address: str) -> bool:
    """Whether what is sent there can be read on the way: no TLS, and another machine."""
    url = urlsplit(address)
    return url.scheme == "http" and url.hostname not in _LOOPBACK


def origin_of(address: str) -> str:
    """``scheme://host[:port]`` of an address."""
    url = urlsplit(address)
    return f"{url.scheme}://{url.netloc}"


def _address(value: str) -> str:
    url = urlsplit(value.strip())
    port = url.port  # raises ValueError itself: "Port out of range 0-65535"
    if url.scheme not in {"http", "https"} or not url.hostname or port == 0:
        raise ValueError("is not an http:// or https:// address")
    if "@" in url.netloc or url.query or url.fragment:
        raise ValueError("must be an address without user, query and fragment")
    return f"{url.scheme}://{url.netloc.lower()}{url.path.rstrip('/')}"


def _without_path(value: str) -> str:
    if urlsplit(value).path:
        raise ValueError("must be an address without a path")
    return value


def _private(value: str) -> str:
    if in_clear(value):
        raise ValueError("must begin with https://, as people's secrets are sent there")
    return value


Address = Annotated[str, AfterValidator(_address)]
"""``scheme://host[:port][/path]``, kept without a slash at the end."""

Origin = Annotated[Address, AfterValidator(_without_path)]
"""``scheme://host[:port]``."""

PrivateOrigin = Annotated[Origin, AfterValidator(_private)]
"""The same, with TLS unless it is this machine."""
