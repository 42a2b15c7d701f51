"""The YAML of ``config.yaml``, read strictly."""

from __future__ import annotations

from collections.abc import Hashable
from pathlib import Path
from typing import Any, Final

import yaml

from bot.config.problems import mapping
from bot.errors import ConfigError

_QUOTES: Final = "Mend it; texts that begin with @ ! * & % ` { or [, as Matrix ids do, need quotes"
_BRACES: Final = 'Put a text that begins with { or [ into quotes: "{{ name }}"'
_FIXES: Final = {"stands here twice": "Keep one of them", "unhashable key": _BRACES}


class _Loader(yaml.SafeLoader):
    """Safe, and strict about keys that stand twice: YAML would let the last one win in silence."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        seen = set()
        for key in (key for key, _ in node.value if isinstance(key, yaml.ScalarNode)):
            if key.value in seen:
                raise yaml.constructor.ConstructorError(
                    None, None, f"the key {key.value!r} stands here twice", key.start_mark
                )
            seen.add(key.value)
        return super().construct_mapping(node, deep=deep)


def read_document(path: Path) -> dict[str, Any]:
    """The file's top-level keys and their values.

    Raises:
        ConfigError: there is no such file, it cannot be read, or is not YAML with keys at the top.
    """
    try:
        text = path.read_text("utf-8")
    except FileNotFoundError:
        raise ConfigError(str(path), "does not exist", "`actas setup` makes one") from None
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        fix = "Make it a text file that the bot's user may read"
        raise ConfigError(str(path), f"cannot be read ({reason})", fix) from None
    try:
        return dict(mapping(yaml.load(text, _Loader), str(path)))  # noqa: S506  # a SafeLoader
    except yaml.YAMLError as error:
        raise _syntax(path, error) from None


def _syntax(path: Path, error: yaml.YAMLError) -> ConfigError:
    mark = getattr(error, "problem_mark", None)
    where = f"{path}, line {mark.line + 1}, column {mark.column + 1}" if mark else str(path)
    problem = getattr(error, "problem", None) or "it holds characters that YAML does not allow"
    fix = next((fix for word, fix in _FIXES.items() if word in problem), _QUOTES)
    return ConfigError(where, f"is not YAML: {problem}", fix)
