"""YAML from a repository, which may be anybody's: read within bounds.

The library's parser goes into itself for every level, without end and in C, so that some kilobytes
of brackets end the process; and merge keys (``<<``), which GitHub does not know, grow tenfold with
each line. So a document is looked at piece by piece before anything is made of it.
"""

from __future__ import annotations

import base64
from typing import Any, Final

MOST: Final = 64 * 1024
"""Bytes of a document; that of a long workflow has a fifth of it."""

_DEEPEST: Final = 40
_MERGE: Final = "<<"


def read(encoded: str) -> Any:
    """What a document in base64 says; None where it is none, or none that can be read safely."""
    import yaml

    if len(encoded) > 2 * MOST:  # with its line ends
        return None
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        text = base64.b64decode(encoded)
        if len(text) > MOST or not _is_harmless(text, loader):
            return None
        return yaml.load(text, Loader=loader)  # noqa: S506 - a safe loader
    except (ValueError, yaml.YAMLError, RecursionError):
        return None


def _is_harmless(text: bytes, loader: Any) -> bool:
    import yaml

    depth = 0
    for event in yaml.parse(text, Loader=loader):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        merges = getattr(event, "value", "") == _MERGE or getattr(event, "tag", None)
        if depth > _DEEPEST or merges:  # a tag can make a merge key of anything
            return False
    return True
