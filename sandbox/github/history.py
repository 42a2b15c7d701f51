"""The commits of a repository: their names, and what each is built on."""

from __future__ import annotations

import secrets


class History:
    """Knows of each commit what it was made from."""

    def __init__(self) -> None:
        self._parents: dict[str, tuple[str, ...]] = {}

    def add(self, *parents: str) -> str:
        """Make a commit; returns its name."""
        sha = secrets.token_hex(20)
        self._parents[sha] = parents
        return sha

    def ahead(self, base: str, head: str) -> list[str]:
        """What is in ``head`` and not in ``base``, the oldest first."""
        known = set(self._reached(base))
        return [sha for sha in reversed(self._reached(head)) if sha not in known]

    def _reached(self, tip: str) -> list[str]:
        found, left = dict[str, None](), [tip]
        while left:
            sha = left.pop()
            if sha not in found:
                found[sha] = None
                left += self._parents.get(sha, ())
        return list(found)
