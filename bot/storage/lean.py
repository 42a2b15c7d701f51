"""SQLAlchemy's Core for asyncio without its ORM."""

from __future__ import annotations

import sys
from importlib.util import find_spec, module_from_spec
from typing import Any, Final

_NAME: Final = "sqlalchemy.ext.asyncio"
_CORE: Final = ("AsyncConnection", "AsyncEngine", "create_async_engine")


def without_orm() -> None:
    """Import what Core has of ``sqlalchemy.ext.asyncio``; that package imports the ORM as well.

    Whoever asks it for anything else gets the package as a whole, ORM and all.
    """
    spec = find_spec(_NAME)
    if _NAME in sys.modules or spec is None or spec.loader is None:
        return
    package, loader = module_from_spec(spec), spec.loader

    def whole(wanted: str) -> Any:
        if wanted.startswith("__"):
            raise AttributeError(wanted)
        loader.exec_module(package)
        return getattr(package, wanted)

    sys.modules[_NAME] = package
    from sqlalchemy.ext.asyncio import engine

    for each in _CORE:
        setattr(package, each, getattr(engine, each))
    package.__getattr__ = whole  # type: ignore[method-assign]  # PEP 562, from outside
