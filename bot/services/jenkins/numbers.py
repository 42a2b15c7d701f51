"""Jobs with the number of one of their builds: ``deploy prod 12``, ``3 12`` or ``deploy #12``.

A last word that is a number is the build's, so a job whose name ends with one goes in quotes.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from shlex import quote
from typing import Final, Self

from bot.errors import UserError
from bot.services.jenkins.names import JobPath, divide
from bot.services.jenkins.words import Word

_NUMBER: Final = re.compile(r"#?([0-9]{1,9})(?=[\s,]|\Z)")


@dataclass(frozen=True, slots=True)
class BuiltJob(JobPath):
    """a job's name, with its folders (folder/job); in quotes where it ends with a number.

    Raises:
        UserError: as for any other job.
    """

    @classmethod
    def take(cls, text: str) -> tuple[Self, str]:
        """Read a name; what is left is the number of a build, if there is one, and parameters."""
        words, rest = divide(text)
        if len(words) > 1 and _is_number(words[-1]):
            comma = "" if rest.startswith(",") else " "
            rest = f"{words.pop().text}{comma}{rest}".rstrip()
        return cls(" ".join(word.text for word in words)), rest


@dataclass(frozen=True, slots=True)
class BuildNumber:
    """the number of a build, such as 12.

    ``number`` is 0 where it was left out. ``question``: which question of that build is meant, once
    that is known; it is never typed.
    """

    number: int = 0
    question: str = ""

    def __str__(self) -> str:
        return str(self.number) if self.number else ""

    def __bool__(self) -> bool:
        return bool(self.number)

    @classmethod
    def take(cls, text: str) -> tuple[Self, str]:
        """Read ``12`` or ``#12``; something else is left where it is."""
        found = _NUMBER.match(text)
        if found is None or not int(found[1]):
            return cls(), text
        return cls(int(found[1])), text[found.end() :]


def typed(path: JobPath, number: int) -> str:
    """A build as it is typed: ``deploy prod 12``, with quotes where the name needs them."""
    text = f"{path} {number}"
    try:
        plain = BuiltJob.take(text) == (BuiltJob(path.name), str(number))
    except UserError:  # a quote in the name
        plain = False
    if plain and not _NUMBER.match(text):
        return text
    quoted = quote(path.name)
    return f"'{quoted}' {number}" if quoted == path.name else f"{quoted} {number}"


def _is_number(word: Word) -> bool:
    quoted = any(is_quoted for _, is_quoted in word.chars)
    return not quoted and _NUMBER.fullmatch(word.text) is not None and bool(word.text.strip("#0"))
