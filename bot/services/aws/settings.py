"""AWS's part of the configuration."""

from __future__ import annotations

import re
from typing import Annotated, Final, Self

from pydantic import AfterValidator, Field, model_validator

from bot.addresses import PrivateOrigin
from bot.plugin import Settings

REGION: Final = re.compile(r"[a-z]{2}(?:-[a-z]{2,12}){1,3}-[0-9]{1,2}")

_APART: Final = ("cn-", "us-gov-")


def _region(value: str) -> str:
    if not REGION.fullmatch(value):
        raise ValueError("is not a region of AWS")
    return value


def partition(region: str) -> str:
    """What sets a region apart from those to which its keys do not belong; "" for most.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html#arns-syntax
    """
    return next((apart for apart in _APART if region.startswith(apart)), "")


Region = Annotated[str, AfterValidator(_region)]


class AwsSettings(Settings):
    """``services.<name>`` with ``type: aws``.

    ``regions`` are all that people may use; none: all to which keys of ``region`` belong, so none
    of China's from elsewhere, nor of GovCloud's. ``endpoint_url`` takes the place of every
    service's own address. ``timeout`` bounds every request as a whole, in seconds.
    """

    region: Region = Field(
        title="AWS region to look into where none is said",
        examples=["eu-central-1"],
        description="Give the region to use where none is said, such as eu-central-1",
    )
    regions: tuple[Region, ...] = Field(
        default=(), description="Leave it out, or list the regions that people may use"
    )
    endpoint_url: PrivateOrigin | None = Field(
        default=None, description="Leave it out, unless something else answers in AWS's place"
    )
    session_hours: int = Field(
        default=12,
        ge=1,
        le=36,
        description="Give the hours, 1 to 36, for which a code of an MFA device is enough",
    )
    timeout: float = Field(
        default=15, gt=0, le=60, description="Give the seconds that AWS may take, up to 60"
    )

    @model_validator(mode="after")
    def _default_is_allowed(self) -> Self:
        if self.regions and self.region not in self.regions:
            raise ValueError("region must be one of regions")
        if len({partition(region) for region in self.regions}) > 1:
            raise ValueError("no key is good in all of regions: China and GovCloud have their own")
        return self

    @property
    def places(self) -> tuple[str, ...]:
        """The regions to look into where none is said."""
        return self.regions or (self.region,)
