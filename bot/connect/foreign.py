"""Secrets that land in the wrong place: how those of well-known services look.

These are known whether or not anything here uses the service; what a flow takes itself is not
foreign to it.
"""

from __future__ import annotations

import re
from typing import Final

FOREIGN: Final = (
    (r"(?:syt|mat|mct|mcr)_\w{8,}|MDAx\w{40,}", "a Matrix access token", "sign out its session"),
    (r"gh[opsur]_\w{20,}|github_pat_\w{20,}", "a GitHub token", "delete it in GitHub's settings"),
    (r"glpat-[\w-]{16,}", "a GitLab token", "revoke it in GitLab's settings"),
    (r"A(?:KI|SI)A[A-Z0-9]{16}", "an AWS access key", "deactivate it in AWS"),
    (r"xox[abeoprs]-[\w-]{10,}", "a Slack token", "revoke it in Slack"),
    (r"-----BEGIN ", "a private key", "replace it wherever it is used"),
)
"""How they begin, what they are, and what their owner does now that they have been shown."""


def foreign(text: str, own: str = "") -> str:
    """What to say of somebody else's secret in ``text``; "" where there is none.

    ``own`` is the regular expression of what belongs here, or "": what overlaps it is no stranger.
    """
    spans = [found.span() for found in re.finditer(own, text)] if own else []
    for pattern, what, remedy in FOREIGN:
        for found in re.finditer(pattern, text):
            if not any(start < found.end() and found.start() < end for start, end in spans):
                return (
                    f"That looks like {what}, which does not belong here. It was not used, "
                    f"but you have shown it: {remedy}."
                )
    return ""
