"""``python -m sandbox``: the demo."""

from __future__ import annotations

import asyncio
import logging
import sys

from rich.console import Console

from sandbox.demo import Demo


def main(pace: float = 1.0) -> int:
    """Play the demo; return the exit code. ``pace``: see :class:`Demo`."""
    logging.getLogger("nio").setLevel(logging.CRITICAL)  # the people's clients have nothing to say
    console = Console(highlight=False, width=None if sys.stdout.isatty() else 120)
    stays = sys.stdin.isatty() and sys.stdout.isatty()
    try:
        return asyncio.run(Demo(console, stays=stays, pace=pace).run())
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())
