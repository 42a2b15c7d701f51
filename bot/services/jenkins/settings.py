"""Jenkins' part of the configuration."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field

from bot.plugin import Settings


def _address(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("is not an http:// or https:// address")
    if parts.username is not None or parts.password is not None:
        raise ValueError("holds a user or a password; everybody connects their own")
    if parts.query or parts.fragment:
        raise ValueError("has a query or a fragment behind it")
    _ = parts.port  # raises ValueError where it is no number
    return value.rstrip("/")


def _readable(value: Path | None) -> Path | None:
    if value is not None and not value.is_file():
        raise ValueError("is no file that is there")
    return value


class JenkinsSettings(Settings):
    """Which Jenkins, and how to reach it.

    ``url`` is kept without a slash at the end; ``ca_file`` holds the certificates (PEM) to trust
    instead of the usual ones; ``timeout`` bounds every request as a whole, in seconds.
    """

    url: Annotated[str, AfterValidator(_address)] = Field(
        description="Give Jenkins' address, with its path if it has one: https://ci.example.org"
    )
    ca_file: Annotated[Path | None, AfterValidator(_readable)] = Field(
        default=None, description="Leave it out, or give a file of certificates (PEM)"
    )
    timeout: float = Field(
        default=15, gt=0, le=120, description="Give the seconds that Jenkins may take, up to 120"
    )

    @property
    def origin(self) -> str:
        """``scheme://host[:port]``: where credentials are sent to."""
        parts = urlsplit(self.url)
        return f"{parts.scheme}://{parts.netloc}"
