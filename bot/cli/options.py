"""Options that several commands share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, TypeAlias

import typer

ConfigFile: TypeAlias = Annotated[
    Path, typer.Option("--config", "-c", help="The configuration.", metavar="FILE")
]
DEFAULT_CONFIG = Path("config.yaml")
