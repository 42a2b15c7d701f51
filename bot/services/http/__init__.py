"""Any API that speaks JSON over HTTP, declared in the configuration: see docs/http-services.md."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from bot.plugin import ServiceType, Settings
from bot.services.http.service import HttpService
from bot.services.http.settings import HttpSettings


class HttpType:
    """The kind ``http`` in the configuration."""

    kind: str = "http"
    title = "Any API"
    guide = "docs/http-services.md"
    settings: type[Settings] = HttpSettings

    def create(self, name: str, aliases: Sequence[str], settings: HttpSettings) -> HttpService:
        """An instance under the name ``name``."""
        return HttpService(name, aliases, settings)


SERVICE: Final[ServiceType] = HttpType()
