"""The services that come with Actas, and the way to those that come from elsewhere."""

from __future__ import annotations

from importlib.metadata import EntryPoint, entry_points

from bot.errors import ConfigError
from bot.packages import blame, faulty
from bot.plugin import ServiceType, Settings

GROUP = "actas.services"


class Kinds(dict[str, ServiceType]):
    """Every kind of service that can be used, by its name in the configuration.

    ``broken`` are those that are installed and cannot be, with what is wrong: only who looks one of
    them up (``kinds[name]``) gets that as a ConfigError.
    """

    def __init__(self) -> None:
        super().__init__()
        self.broken: dict[str, ConfigError] = {}

    def __missing__(self, name: str) -> ServiceType:
        if name in self.broken:
            raise self.broken[name]
        raise KeyError(name)


def discover() -> Kinds:
    """Every installed kind of service."""
    kinds = Kinds()
    offered: dict[str, EntryPoint] = {}
    for point in entry_points(group=GROUP):
        name = point.name
        if (other := offered.get(name)) is not None:
            problem = f"two installed packages offer it: {other.value} and {point.value}"
            kinds.broken[name] = ConfigError(f"type {name}", problem, "Uninstall one of them")
            kinds.pop(name, None)
            continue
        offered[name] = point
        found = _load(point)
        if isinstance(found, ConfigError):
            kinds.broken[name] = found
        else:
            kinds[name] = found
    return kinds


def _load(point: EntryPoint) -> ServiceType | ConfigError:
    """What a package offers, or what is wrong with it: that is whatever its code may raise."""
    key, module = f"type {point.name}", point.module
    try:
        found: ServiceType = point.load()
        lacks = _lacks(found, point)
    except Exception as error:  # noqa: BLE001 - told in a line, to who uses that package
        return faulty(key, module, blame(error, module), cannot="loaded")
    return faulty(key, module, lacks) if lacks else found


def _lacks(found: ServiceType, point: EntryPoint) -> str:
    """What keeps it from being a :class:`~bot.plugin.ServiceType`, or ""."""
    if isinstance(found, type):
        return f"{point.attr} is a class: {point.attr} = {found.__name__}() makes one"
    if (kind := getattr(found, "kind", None)) != point.name:
        return f"its entry point is called {point.name}, and its kind {kind}"
    settings = getattr(found, "settings", None)
    if not (isinstance(settings, type) and issubclass(settings, Settings)):
        return "its settings are no class made from bot.plugin.Settings"
    return "" if callable(getattr(found, "create", None)) else "it has no create"
