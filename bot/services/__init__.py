"""The services that come with Actas, and the way to those that come from elsewhere."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.metadata import entry_points

from bot.errors import ConfigError
from bot.plugin import ServiceType

GROUP = "actas.services"


def discover() -> Mapping[str, ServiceType]:
    """Every installed kind of service, by its name in the configuration.

    Raises:
        ConfigError: two packages offer the same kind, or one cannot be imported.
    """
    kinds: dict[str, ServiceType] = {}
    for point in entry_points(group=GROUP):
        try:
            found: ServiceType = point.load()
        except (ImportError, AttributeError) as error:
            raise ConfigError(
                f"services type {point.name}",
                f"its package cannot be imported ({type(error).__name__})",
                f"Reinstall the package that offers it: {point.value}",
            ) from error
        if found.kind in kinds:
            raise ConfigError(
                f"services type {found.kind}",
                "two installed packages offer it",
                "Uninstall one of them",
            )
        kinds[found.kind] = found
    return kinds
