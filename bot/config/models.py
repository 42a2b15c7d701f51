"""The models of ``config.yaml``: attributes are its keys, documented in ``config.sample.yaml``.

A field's ``description`` is the remedy that an error about it offers.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationInfo,
    field_validator,
)

from bot.addresses import Origin
from bot.plugin import ServiceType, Settings
from bot.secret import Secret


def _prefix(value: str) -> str:
    if value.startswith("/"):
        raise ValueError("begins with '/', which Matrix clients take for a command of their own")
    return value


def _listen(value: str) -> str:
    host, colon, port = value.rpartition(":")
    if not (colon and host and port.isascii() and port.isdigit() and int(port) < 65536):
        raise ValueError("is not HOST:PORT")
    return value


UserId = Annotated[str, StringConstraints(pattern=r"^@[^:\s*?]+:\S+$", max_length=255)]
UserPattern = Annotated[str, StringConstraints(pattern=r"^@[^:\s]+:\S+$", max_length=255)]
RoomPattern = Annotated[str, StringConstraints(pattern=r"^(\*|!\S+)$", max_length=255)]
Word = Annotated[str, StringConstraints(pattern=r"^\S+$")]
Text = Annotated[str, StringConstraints(min_length=1)]


class Section(BaseModel):
    """A part of the file: frozen, strict about types, and without keys it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class HomeserverConfig(Section):
    """``homeserver``: where the bot lives."""

    url: Origin = Field(
        description="Give the homeserver's client address, such as https://matrix.example.org"
    )
    user: UserId = Field(description='Give the bot\'s Matrix id in quotes: "@actas:example.org"')
    device_name: Text = Field(
        default="actas", description="Give the name that clients show for the bot's device"
    )


class AccessConfig(Section):
    """``access``: who may talk to the bot, and where."""

    users: tuple[UserPattern, ...] = Field(
        strict=False,
        description='List Matrix ids or patterns in quotes: ["@*:example.org"]',
    )
    admins: tuple[UserId, ...] = Field(
        default=(),
        strict=False,
        description='List whole Matrix ids, no patterns, in quotes: ["@ops:example.org"]',
    )
    rooms: tuple[RoomPattern, ...] = Field(
        default=("*",),
        strict=False,
        description='List room ids, which begin with "!", or patterns of them; ["*"] is any room',
    )
    encrypted_rooms_only: bool = Field(default=True, description="Write true or false")
    cross_signed_devices_only: bool = Field(default=True, description="Write true or false")

    @property
    def loosened(self) -> Mapping[str, str]:
        """The keys that weaken a promise as they are set, with what that means."""
        means = {
            "encrypted_rooms_only": "every homeserver in a room can give commands as its users",
            "cross_signed_devices_only": (
                "a homeserver can add a device to its users and give commands as them"
            ),
        }
        return {key: meaning for key, meaning in means.items() if not getattr(self, key)}


class ConfirmRule(Section):
    """A pattern of commands that ask first; ``by`` says whose word lets them run."""

    pattern: Text = Field(description='Give a pattern in quotes: "ci build deploy-*"')
    by: Literal["self", "another"] = Field(
        default="self", description="Write self, or another: somebody else in the room approves"
    )


def _rule(value: object) -> object:
    if not isinstance(value, str | dict | ConfirmRule):
        raise ValueError("must be a text")  # noqa: TRY004 - pydantic's way to say so
    return {"pattern": value} if isinstance(value, str) else value


class CommandsConfig(Section):
    """``commands``: how commands are said. ``max_age`` is in seconds."""

    prefix: Annotated[Word, StringConstraints(max_length=16), AfterValidator(_prefix)] = Field(
        default="!", description='Give one to sixteen characters without spaces, such as "!"'
    )
    max_age: int = Field(default=300, ge=1, le=86400, description="Give seconds: 1 to 86400")
    per_minute: int = Field(default=30, ge=1, le=6000, description="Give a number: 1 to 6000")
    confirm: tuple[Annotated[ConfirmRule, BeforeValidator(_rule)], ...] = Field(
        default=(),
        strict=False,
        description='List patterns of commands in quotes: ["ci build deploy-*"]',
    )

    def confirmed_by(self, who: Literal["self", "another"]) -> tuple[str, ...]:
        """The patterns of commands that wait for this one's word."""
        return tuple(rule.pattern for rule in self.confirm if rule.by == who)


class WebConfig(Section):
    """``web``: health, metrics and OAuth callbacks."""

    listen: Annotated[str, AfterValidator(_listen)] | None = Field(
        default="127.0.0.1:8095", description='Give an address in quotes: "127.0.0.1:8095", or null'
    )
    public_url: Origin | None = Field(
        default=None, description="Give the address that browsers reach it by, or null"
    )
    metrics: bool = Field(default=True, description="Write true or false")

    @field_validator("public_url")
    @classmethod
    def _served(cls, value: str | None, info: ValidationInfo) -> str | None:
        if value is not None and info.data.get("listen", "") is None:
            raise ValueError("needs web.listen, which is null: people come back to pages there")
        return value


class LogConfig(Section):
    """``log``: what is written to standard error, and how."""

    level: Literal["debug", "info", "warning", "error"] = Field(
        default="info", description="Write debug, info, warning or error"
    )
    format: Literal["text", "json"] = Field(default="text", description="Write text or json")


@dataclass(frozen=True, slots=True)
class ServiceEntry:
    """One configured service: ``name`` is its key in the file and the word that users type.

    ``per_minute``: how many commands one user may give it in a minute; None: as many as any.
    """

    name: str
    kind: ServiceType
    aliases: tuple[str, ...]
    settings: Settings
    per_minute: int | None = None


@dataclass(frozen=True, slots=True)
class Location:
    """Where a bot's data is: ``user`` is its Matrix id, ``state_dir`` is absolute.

    ``database`` is a ``postgresql://`` URL, or None for SQLite in the state directory.
    """

    user: str
    state_dir: Path
    database: Secret | None = None

    @property
    def target(self) -> Path | Secret:
        """What :meth:`bot.storage.database.Database.open` takes."""
        return self.database or self.state_dir / "actas.db"


@dataclass(frozen=True, slots=True)
class Config:
    """The whole configuration, checked.

    ``state_dir`` is absolute. ``database`` is a ``postgresql://`` URL, or None for SQLite in the
    state directory.
    """

    homeserver: HomeserverConfig
    state_dir: Path
    access: AccessConfig
    database: Secret | None = None
    commands: CommandsConfig = field(default_factory=CommandsConfig)
    services: Mapping[str, ServiceEntry] = field(default_factory=dict)
    web: WebConfig = field(default_factory=WebConfig)
    log: LogConfig = field(default_factory=LogConfig)

    @property
    def location(self) -> Location:
        """Where the bot's data is."""
        return Location(self.homeserver.user, self.state_dir, self.database)

    @property
    def database_target(self) -> Path | Secret:
        """What :meth:`bot.storage.database.Database.open` takes."""
        return self.location.target
