"""Whether a text is like the one in a file, and what is different."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from tests.e2e.transcript.parser import SOME

_VARIES: Final = re.compile(rf"{SOME}|\{{(?P<name>\w+)\}}")


def like(expected: str, said: str, known: Mapping[str, str]) -> dict[str, str] | None:
    """None where ``said`` is not like ``expected``; else what its ``{names}`` stand for.

    A name that is ``known`` stands for that alone.
    """
    found = re.fullmatch(_pattern(expected, known), said.rstrip("\n"))
    return found.groupdict() if found else None


def fill(text: str, known: Mapping[str, str]) -> str:
    """``text`` with what its ``{names}`` stand for; those that are not known stay."""
    return _VARIES.sub(lambda found: known.get(found["name"] or "", found[0]), text)


def difference(expected: str, said: str, known: Mapping[str, str]) -> str:
    """Both texts, line by line: "-" is only in the file, "+" was only said."""
    wanted, came = expected.split("\n"), said.rstrip("\n").split("\n")
    return "\n".join(_walk(wanted, came, known))


def _walk(wanted: list[str], came: list[str], known: Mapping[str, str]) -> list[str]:
    same = [[like(w, c, known) is not None for c in came] for w in wanted]
    longest = [[0] * (len(came) + 1) for _ in range(len(wanted) + 1)]
    for i in reversed(range(len(wanted))):
        for j in reversed(range(len(came))):
            on = longest[i + 1][j + 1] + 1 if same[i][j] else 0
            longest[i][j] = max(on, longest[i + 1][j], longest[i][j + 1])
    shown, i, j = [], 0, 0
    while i < len(wanted) or j < len(came):
        if i < len(wanted) and j < len(came) and same[i][j]:
            shown.append(f"    {came[j]}")
            i, j = i + 1, j + 1
        elif i < len(wanted) and (j == len(came) or longest[i + 1][j] >= longest[i][j + 1]):
            shown.append(f"  - {wanted[i]}")
            i += 1
        else:
            shown.append(f"  + {came[j]}")
            j += 1
    return shown


def _pattern(expected: str, known: Mapping[str, str]) -> str:
    new: set[str] = set()
    return "\n".join(_line(line, known, new) for line in expected.split("\n"))


def _line(line: str, known: Mapping[str, str], new: set[str]) -> str:
    if line.strip() == SOME:
        return r"[^\n]*(?:\n[^\n]*)*?"
    pattern, at = "", 0
    for found in _VARIES.finditer(line):
        pattern += re.escape(line[at : found.start()]) + _varying(found["name"], known, new)
        at = found.end()
    return pattern + re.escape(line[at:])


def _varying(name: str | None, known: Mapping[str, str], new: set[str]) -> str:
    if name is None:
        return r"[^\n]+"
    if name in known:
        return re.escape(known[name])
    if name in new:
        return rf"(?P={name})"
    new.add(name)
    return rf"(?P<{name}>\w+)"
