"""What is counted. Plain numbers here; ``web/`` shows them in Prometheus' format."""

from __future__ import annotations

from collections import Counter


class Metrics:
    """Counts since the start; no label ever holds a user, a room or an argument."""

    def __init__(self) -> None:
        self.commands: Counter[tuple[str, str, str]] = Counter()  # service, command, state
        self.milliseconds: Counter[tuple[str, str]] = Counter()  # service, command
        self.refused: Counter[str] = Counter()  # why an event or a secret was not taken

    def ran(self, service: str, command: str, state: str, ms: int) -> None:
        """A command has ended."""
        self.commands[service, command, state] += 1
        self.milliseconds[service, command] += ms
