"""Asking the operator; without a terminal, everything must have been given."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import TypeAlias

import typer

from bot.config import environment
from bot.errors import ConfigError
from bot.secret import Secret

Check: TypeAlias = Callable[[str], object]
"""Raises ConfigError for an answer that cannot be used."""
CheckWords: TypeAlias = Callable[[list[str]], object]

NONE = "-"
"""What is typed for no words at all, where there is a default."""


def anything(answer: object) -> None:  # it is a check
    """Accept every answer."""


class Asker:
    """Asks what was not given. ``interactive`` is False where nobody could answer."""

    def __init__(self, *, interactive: bool | None = None) -> None:
        terminal = sys.stdin.isatty() and sys.stderr.isatty()
        self.interactive = terminal if interactive is None else interactive

    def text(
        self,
        flag: str,
        question: str,
        given: str | None,
        default: str | None = None,
        *,
        check: Check = anything,
    ) -> str:
        """What was given with ``flag``, or the answer to the question, asked until it is good.

        Raises:
            ConfigError: what was given is wrong; or it was not, and nobody can be asked.
        """
        if given is None and self.interactive:
            return self._answer(question, default, check)
        value = default if given is None else given
        if value is None:
            raise ConfigError(flag, "is missing", "Give it, or run this in a terminal to be asked")
        check(value)
        return value

    def words(
        self,
        flag: str,
        question: str,
        given: list[str] | None,
        default: str = "",
        *,
        check: CheckWords = anything,
    ) -> list[str]:
        """Several words; none at all is an answer as well.

        Raises:
            ConfigError: what was given is wrong.
        """
        if given is not None:
            check(given)
            return given
        answer = self.text(flag, question, None, default, check=lambda text: check(_split(text)))
        return _split(answer)

    def secret(self, variable: str, question: str) -> Secret:
        """The variable's value, or what is typed and not shown. Never a flag: others see those.

        Raises:
            ConfigError: it is not set and nobody can be asked.
        """
        if (given := environment(variable)) is not None:
            return given
        if not self.interactive:
            raise ConfigError(variable, "is not set", f"Set it, or {variable}=file:PATH")
        return self.unseen(question)

    def unseen(self, question: str, *, optional: bool = False) -> Secret:
        """What is typed, and not shown; an ``optional`` answer may be empty."""
        default = "" if optional else None
        typed = typer.prompt(question, default, hide_input=True, show_default=False, err=True)
        return Secret(str(typed).strip() if optional else typed)

    def confirm(self, question: str) -> bool:
        """Yes or no; no where nobody can be asked."""
        return self.interactive and typer.confirm(question, default=False, err=True)

    def remark(self, text: str) -> None:
        """Tell something that a question is about."""
        typer.echo(text, err=True)

    def object_to(self, error: ConfigError) -> None:
        """Say what is wrong with an answer, before the question is asked again."""
        subject = "That " if error.problem[:1].isalpha() else ""  # else it begins with a name
        typer.echo(f"  {subject}{error.problem}. {error.fix}.", err=True)

    def _answer(self, question: str, default: str | None, check: Check) -> str:
        while True:
            typed = str(typer.prompt(question, default=default, err=True))
            answer = typed.strip().strip('"')  # as ids stand in the file
            try:
                check(answer)
            except ConfigError as error:
                self.object_to(error)
            else:
                return answer


def _split(answer: str) -> list[str]:
    return [] if answer == NONE else answer.replace(",", " ").split()
