"""X in the configuration."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, ValidationInfo, field_validator
from pydantic_core import PydanticKnownError

from bot.addresses import PrivateOrigin
from bot.plugin import SecretValue, Settings
from bot.secret import Secret

_NEEDED = {
    "pin": ("consumer_key", "consumer_secret"),
    "web": ("consumer_key", "consumer_secret"),
    "oauth2": ("client_id",),
}


class TwitterSettings(Settings):
    """``services.<name>`` with ``type: twitter``."""

    callback: Literal["pin", "web", "oauth2"] = Field(
        default="pin",
        description="Write how people connect: pin (they bring a PIN from X's page), or web or "
        "oauth2 (they come back over a page of this bot)",
    )
    consumer_key: SecretValue | None = Field(
        default=None,
        validate_default=True,
        title="API key of the bot's app on X",
        description="Give the API key of the bot's app on X, best as env:NAME or file:PATH",
    )
    consumer_secret: SecretValue | None = Field(
        default=None,
        validate_default=True,
        title="API key secret of the bot's app on X",
        description="Give the API key secret of the bot's app on X, best as env:NAME or file:PATH",
    )
    client_id: str | None = Field(
        default=None,
        validate_default=True,
        min_length=1,
        title="OAuth 2.0 client id of the bot's app on X",
        description="Give the OAuth 2.0 client id of the bot's app on X",
    )
    client_secret: SecretValue | None = Field(
        default=None,
        title="OAuth 2.0 client secret of the bot's app on X",
        description="Give the OAuth 2.0 client secret of the bot's app on X, best as env:NAME or "
        "file:PATH; or null where the app has none",
    )
    api_url: PrivateOrigin = Field(
        default="https://api.twitter.com",
        description="Leave it out, or give the address of X's API: https://api.twitter.com",
    )
    web_url: PrivateOrigin = Field(
        default="https://x.com",
        description="Leave it out, or give the address that links to posts begin with",
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

    @field_validator("consumer_key", "consumer_secret", "client_id")
    @classmethod
    def _needed(cls, value: Secret | str | None, info: ValidationInfo) -> Secret | str | None:
        """What the chosen way to connect needs is missing where it is not there."""
        if value is None and info.field_name in _NEEDED.get(info.data.get("callback", ""), ()):
            raise PydanticKnownError("missing")
        return value
