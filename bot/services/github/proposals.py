"""A pull request that is about to be opened: from which branch to which, its title, its text."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import ClassVar, Final, Self

from bot.errors import UserError
from bot.services.github.drafts import check_title, titled
from bot.services.github.names import LOGIN, Repository
from bot.services.github.words import first
from bot.services.github.workflow_names import Ref

_END: Final = re.compile(r"(head|base):(\S*)", re.IGNORECASE)
_OWNER: Final = re.compile(rf"{LOGIN}:(?=[^:])", re.ASCII)
_HINT: Final = "Say it like this: `pr create head:my-branch The title`."


@dataclass(frozen=True, slots=True)
class NewPull:
    """the branch, the one that it goes into where that is not the default one, and the title.

    owner/name before them where that is not the usual repository; further lines are the text. A
    branch of a fork is ``head:owner:branch``. "" stands for what was left out.

    Raises:
        UserError: there is no title, or it is too long; no branch has such a name.
    """

    usage: ClassVar[str] = "head:<branch> [base:<branch>] <title>"

    repository: Repository
    title: str
    body: str = ""
    head: str = ""
    base: str = ""

    def __post_init__(self) -> None:
        check_title(self.title, _HINT)
        Ref(_OWNER.sub("", self.head, count=1))
        Ref(self.base)

    def __str__(self) -> str:
        ends = [f"{side}:{name}" for side, name in self._ends() if name]
        head = " ".join(filter(None, (str(self.repository), *ends, self.title)))
        return f"{head}\n{self.body}" if self.body else head

    @property
    def of_a_fork(self) -> bool:
        """Whether its branch may be in another repository."""
        return ":" in self.head

    @classmethod
    def take(cls, text: str) -> tuple[Self, str]:
        """Read everything.

        Raises:
            UserError: see above; or a branch is said twice, or not at all behind its colon.
        """
        repository, rest = Repository.take(text)
        ends: dict[str, str] = {}
        word, after = first(rest)
        while (found := _END.fullmatch(word)) is not None:
            side = found[1].lower()
            if side in ends or not found[2]:
                raise UserError(f"Say {side}: once, with a branch right behind it.", _HINT)
            ends[side] = found[2]
            rest = after
            word, after = first(rest)
        title, body = titled(rest)
        return cls(repository, title, body, **ends), ""

    def _ends(self) -> tuple[tuple[str, str], ...]:
        return ("head", self.head), ("base", self.base)
