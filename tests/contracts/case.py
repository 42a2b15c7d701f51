"""What the suite over all services needs to know of one.

A service's own tests have it as ``CASE`` in ``tests/contracts/<kind>/case.py``. That of a service
from elsewhere stands in a file of its own, which ``ACTAS_CASE`` names: the suite is then about that
one alone.
"""

from __future__ import annotations

import importlib
import os
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from importlib.util import module_from_spec, spec_from_file_location
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One service beside its stand-in.

    ``start`` starts the stand-in, whose address is its ``url``; ``settings`` are what an operator
    writes for it at an address. ``right`` are the fields of a good credential of ``account``,
    ``wrong`` those of a bad one. ``pasted`` are secrets as people would paste them. ``kind`` is the
    service's in the configuration; the folder says that of our own.
    """

    start: Callable[[], AbstractAsyncContextManager[Any]]
    settings: Callable[[Any, str], Mapping[str, object]]
    right: Callable[[Any], Mapping[str, str]]
    wrong: Mapping[str, str]
    account: str
    pasted: Sequence[str] = ()
    kind: str = ""


def case_of(kind: str) -> Case:
    """The case of one of the services that come with the bot, or the one that was named."""
    if OUTSIDE is not None and OUTSIDE.kind == kind:
        return OUTSIDE
    return importlib.import_module(f"tests.contracts.{kind}.case").CASE


def _outside() -> Case | None:
    file = os.environ.get("ACTAS_CASE")
    if not file:
        return None
    spec = spec_from_file_location("outside_case", file)
    assert spec is not None, f"ACTAS_CASE={file} is no Python file"
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.CASE


OUTSIDE = _outside()
