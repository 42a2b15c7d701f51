"""What tests of parts share."""

from __future__ import annotations

import io
import logging
import sys
import threading
import warnings

import pytest
import structlog

from bot.log import set_up
from bot.log.setup import QUIET


@pytest.fixture
def log(monkeypatch):
    """Turns logging on for one test; called with level and format, it returns the stream."""
    hooks = ((sys, "excepthook"), (sys, "unraisablehook"), (threading, "excepthook"))
    for module, name in (*hooks, (warnings, "showwarning")):
        monkeypatch.setattr(module, name, getattr(module, name))
    root = logging.getLogger()
    before, levels = root.handlers[:], {name: logging.getLogger(name).level for name in QUIET}

    def start(level="debug", form="text"):
        stream = io.StringIO()
        set_up(level, form, stream)
        return stream

    yield start
    structlog.reset_defaults()
    root.handlers[:] = before
    root.setLevel(logging.WARNING)
    for name, level in levels.items():
        logging.getLogger(name).setLevel(level)
