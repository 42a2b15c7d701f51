"""Answers of a Jenkins in the stand-in's place, for what it does not do by itself."""

from __future__ import annotations

import json

from sandbox.jenkins import mishaps


def answer(jenkins, path, bean):
    """Let Jenkins say this of what is at ``path``, as often as it is asked."""
    jenkins.fail(mishaps.json(json.dumps(bean)), path=path, times=99)
