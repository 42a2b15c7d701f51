"""Jenkins' part of the configuration."""

from __future__ import annotations

from pydantic import Field

from bot.addresses import Address, origin_of
from bot.plugin import FileValue, Settings


class JenkinsSettings(Settings):
    """Which Jenkins, and how to reach it.

    ``url`` is kept without a slash at the end; ``ca_file`` holds the certificates (PEM) to trust
    instead of the usual ones; ``timeout`` bounds every request as a whole, in seconds.
    """

    url: Address = Field(
        title="Jenkins' address",
        examples=["https://ci.example.org"],
        description="Give Jenkins' address, with its path if it has one: https://ci.example.org",
    )
    ca_file: FileValue | None = Field(
        default=None, description="Leave it out, or give a file of certificates (PEM)"
    )
    timeout: float = Field(
        default=15, gt=0, le=120, description="Give the seconds that Jenkins may take, up to 120"
    )

    @property
    def origin(self) -> str:
        """``scheme://host[:port]``: where credentials are sent to."""
        return origin_of(self.url)
