"""Times in Jenkins' words: "1 hr 20 min", "2 min 5 sec", "38 sec", "4.9 sec", "120 ms"."""

from __future__ import annotations

from itertools import pairwise

_UNITS = ((86_400, "day"), (3_600, "hr"), (60, "min"), (1, "sec"))


def span(seconds: float) -> str:
    """The two largest units, as ``hudson.Util.getTimeSpanString`` has them."""
    whole = int(seconds)
    for (size, unit), (smaller, name) in pairwise(_UNITS):
        if whole >= size:
            return f"{whole // size} {unit} {whole % size // smaller} {name}"
    if whole >= 10:
        return f"{whole} sec"
    if whole >= 1:
        return f"{seconds:.1f} sec"
    return f"{int(seconds * 1000)} ms"
