"""The text of a new ``config.yaml``."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from bot.config import WebConfig


@dataclass(frozen=True, slots=True)
class Sheet:
    """What ``actas setup`` has found out. Everything else keeps its default."""

    url: str
    user: str
    state_dir: str
    database: str | None
    users: list[str]
    admins: list[str]
    services: dict[str, dict[str, Any]] = field(default_factory=dict)
    public_url: str | None = None

    def text(self) -> str:
        """YAML with a word on each section; config.sample.yaml has every key."""
        return f"""\
# Written by `actas setup`. config.sample.yaml shows every key with its default.

homeserver:
  url: {_value(self.url)}
  user: {_value(self.user)}

# The database; only the bot's user may read it. Back it up with `actas backup`.
state_dir: {_value(self.state_dir)}
database: {_value(self.database)}  # null is SQLite in state_dir

access:
  users: {_value(self.users)}  # who may talk to the bot; * stands for any text
  admins: {_value(self.admins)}
  rooms: ["*"]
  # With either of these false, whoever runs a homeserver can speak as its users.
  encrypted_rooms_only: true
  cross_signed_devices_only: true

commands:
  prefix: "!"
  confirm: []  # commands to show and ask about first, such as "ci build deploy-*"

# The keys are the words that users type.
services:{self._services()}
{self._web()}"""

    def _services(self) -> str:
        if not self.services:
            return " {}"
        lines = []
        for name, settings in self.services.items():
            lines.append(f"  {name}:")
            lines += [f"    {key}: {_value(value)}" for key, value in settings.items()]
        return "\n" + "\n".join(lines)

    def _web(self) -> str:
        if self.public_url is None:
            return ""
        return f"""
# How browsers reach the page that people come back to from a service's. Register
# <public_url>/callback/<service> with the service, and let your proxy pass on /callback/.
web:
  listen: {_value(WebConfig().listen)}
  public_url: {_value(self.public_url)}
"""


def _value(value: object) -> str:
    """JSON, which is YAML that needs no thought about quotes."""
    return json.dumps(value, ensure_ascii=False)
