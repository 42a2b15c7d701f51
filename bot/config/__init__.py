"""``config.yaml`` and the environment, as frozen models."""

from bot.config.environment import environment
from bot.config.loading import load, load_homeserver, load_location
from bot.config.models import (
    AccessConfig,
    CommandsConfig,
    Config,
    HomeserverConfig,
    Location,
    LogConfig,
    ServiceEntry,
    WebConfig,
)

__all__ = [
    "AccessConfig",
    "CommandsConfig",
    "Config",
    "HomeserverConfig",
    "Location",
    "LogConfig",
    "ServiceEntry",
    "WebConfig",
    "environment",
    "load",
    "load_homeserver",
    "load_location",
]
