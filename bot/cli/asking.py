"""Asking the operator; without a terminal, everything must have been given."""

from __future__ import annotations

import sys

import typer

from bot.config import environment
from bot.errors import ConfigError
from bot.secret import Secret


class Asker:
    """Asks what was not given. ``interactive`` is False where nobody could answer."""

    def __init__(self, *, interactive: bool | None = None) -> None:
        terminal = sys.stdin.isatty() and sys.stderr.isatty()
        self.interactive = terminal if interactive is None else interactive

    def text(self, flag: str, question: str, given: str | None, default: str | None = None) -> str:
        """What was given with ``flag``, or the answer to the question.

        Raises:
            ConfigError: nothing was given and nobody can be asked.
        """
        if given is not None:
            return given
        if self.interactive:
            return str(typer.prompt(question, default=default, err=True)).strip()
        if default is not None:
            return default
        raise ConfigError(flag, "is missing", "Give it, or run this in a terminal to be asked")

    def words(self, question: str, given: list[str] | None, default: str = "") -> list[str]:
        """Several words; none at all is an answer as well."""
        if given is not None:
            return given
        answer = self.text("", question, None, default)
        return answer.replace(",", " ").split()

    def secret(self, variable: str, question: str) -> Secret:
        """The variable's value, or what is typed and not shown. Never a flag: others see those.

        Raises:
            ConfigError: it is not set and nobody can be asked.
        """
        if (given := environment(variable)) is not None:
            return given
        if not self.interactive:
            raise ConfigError(variable, "is not set", f"Set it, or {variable}=file:PATH")
        return Secret(typer.prompt(question, hide_input=True, err=True))

    def confirm(self, question: str) -> bool:
        """Yes or no; no where nobody can be asked."""
        return self.interactive and typer.confirm(question, default=False, err=True)
