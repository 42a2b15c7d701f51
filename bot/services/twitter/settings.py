"""X in the configuration."""

from __future__ import annotations

from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field

from bot.addresses import Origin
from bot.plugin import SecretValue, Settings

_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


def _private(value: str) -> str:
    url = urlsplit(value)
    if url.scheme == "http" and url.hostname not in _LOOPBACK:
        raise ValueError("must begin with https://, as tokens are sent there")
    return value


PrivateOrigin = Annotated[Origin, AfterValidator(_private)]


class TwitterSettings(Settings):
    """``services.<name>`` with ``type: twitter``."""

    consumer_key: SecretValue = Field(
        title="API key of the bot's app on X",
        description="Give the API key of the bot's app on X, best as env:NAME or file:PATH",
    )
    consumer_secret: SecretValue = Field(
        title="API key secret of the bot's app on X",
        description="Give the API key secret of the bot's app on X, best as env:NAME or file:PATH",
    )
    api_url: PrivateOrigin = Field(
        default="https://api.twitter.com",
        description="Leave it out, or give the address of X's API: https://api.twitter.com",
    )
    web_url: PrivateOrigin = Field(
        default="https://x.com",
        description="Leave it out, or give the address that links to posts begin with",
    )
    callback: Literal["pin"] = Field(
        default="pin", description="Leave it out, or write pin: people bring a PIN from X's page"
    )
    post_price: float | None = Field(
        default=0.015,
        ge=0,
        le=1_000,
        description="Give what a post costs you at X in US dollars, or null",
    )
    link_price: float | None = Field(
        default=0.20,
        ge=0,
        le=1_000,
        description="Give what a post with a link costs you there, or null",
    )
    timeout: float = Field(
        default=15, gt=0, le=60, description="Give the seconds that X may take, up to 60"
    )
