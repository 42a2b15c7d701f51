"""GitHub's part of the configuration."""

from __future__ import annotations

import re
from typing import Annotated, Final

from pydantic import AfterValidator, Field, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

from bot.addresses import PrivateOrigin
from bot.plugin import FileValue, SecretValue, Settings
from bot.secret import Secret
from bot.services.github.names import REPOSITORY

PUBLIC: Final = "https://github.com"
API_VERSION: Final = "2022-11-28"
_SCOPE: Final = re.compile(r"[a-z_]+(?::[a-z_]+)?")


def _canonical(value: str) -> str:
    return PUBLIC if value == "https://www.github.com" else value


def _repository(value: str | None) -> str | None:
    if value is not None and not re.fullmatch(REPOSITORY, value):
        raise ValueError("is not of the form owner/name")
    return value


def _scopes(value: tuple[str, ...]) -> tuple[str, ...]:
    if any(not _SCOPE.fullmatch(scope) for scope in value):
        raise ValueError("has something that is no scope of GitHub's")
    return value


class GitHubSettings(Settings):
    """Which GitHub, the bot's app there, and how to reach it.

    ``scopes`` are asked for where people connect by the app. ``repo`` is the least that comments on
    issues, merges and starts workflows in private repositories (``public_repo`` is enough for
    public ones); it includes notifications. A GitHub App has permissions of its own in their place.
    """

    url: Annotated[PrivateOrigin, AfterValidator(_canonical)] = Field(
        default=PUBLIC,
        description="Leave it out, or give the address of your GitHub Enterprise Server",
    )
    client_id: str | None = Field(
        default=None,
        pattern=r"^[A-Za-z0-9._-]+$",
        description="Leave it out, or give the client id of the bot's app on GitHub",
    )
    client_secret: SecretValue | None = Field(
        default=None,
        description="Leave it out, or give the client secret of that app, best as env: or file:",
    )
    scopes: Annotated[tuple[str, ...], AfterValidator(_scopes)] = Field(
        default=("repo",), description="Leave it out, or list scopes: [repo, workflow]"
    )
    repository: Annotated[str | None, AfterValidator(_repository)] = Field(
        default=None, description="Leave it out, or give the usual repository: owner/name"
    )
    ca_file: FileValue | None = Field(
        default=None, description="Leave it out, or give a file of certificates (PEM)"
    )
    timeout: float = Field(
        default=15, gt=0, le=60, description="Give the seconds that GitHub may take, up to 60"
    )

    @field_validator("client_secret")
    @classmethod
    def _of_an_app(cls, value: Secret | None, info: ValidationInfo) -> Secret | None:
        if value is not None and info.data.get("client_id") is None:
            fix = "Give client_id as well, or leave this out"
            raise PydanticCustomError("alone", "has no client_id beside it", {"fix": fix})
        return value

    @property
    def api_url(self) -> str:
        """Where the REST API is."""
        return "https://api.github.com" if self.url == PUBLIC else f"{self.url}/api/v3"
