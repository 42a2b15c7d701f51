"""A credential that is made on the service's own page and pasted as one text.

A service declares a :class:`Token`; what was pasted is checked against its shape before it is
sent anywhere, so that a password, or some other service's token, stays where it is::

    Token(
        page="https://ci.example.org/me/security",
        what="an API token",
        fields=(Field("user", r"[^:]+", "…"), Field("token", r"11[0-9a-f]{32}", "…")),
        shape=r"11[0-9a-f]{32}",
        revoke_hint="…",
    )

What does not go well with the rest in one text is asked for after it: see :class:`Further`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final, TypeVar

from bot.connect.foreign import foreign
from bot.errors import UserError
from bot.plugin import Conversation, Grant
from bot.reply import Link, Mono, Reply, line, marked
from bot.secret import Secret

T = TypeVar("T")

TRIES: Final = 3


@dataclass(frozen=True, slots=True)
class Field:
    """One part of what is pasted. ``pattern`` must match all of it.

    ``label`` names the part in the example of the prompt (``user``), ``problem`` is the sentence
    for a part that does not match; it never holds the part itself.
    """

    name: str
    label: str
    pattern: str
    problem: str


@dataclass(frozen=True, slots=True)
class Further:
    """A field that is asked for by itself, after the text.

    In ``prompt`` backticks mark what is typed. ``none`` is the word for having no such thing, where
    one may go without: the field is then an empty text.
    """

    field: Field
    prompt: str
    none: str = ""

    def take(self, text: str) -> Secret:
        """The field's value.

        Raises:
            UserError: it is none.
        """
        if self.none and text.casefold() == self.none.casefold():
            return Secret("")
        if not re.fullmatch(self.field.pattern, text):
            raise UserError(f"{self.field.problem} It was not used.")
        return Secret(text)


@dataclass(slots=True, kw_only=True)
class Token:
    """The flow: ask for the text, check its shape, take it apart; ask for what is ``further``.

    ``page`` is where the token is made, ``what`` says what to make there ("an API token"), ``note``
    is a sentence for those who do not find the way. ``fields`` stand in this order in the text,
    with ``separator`` between them; one of the kind that ``shape`` describes is never taken for
    somebody else's. For the rest see :class:`~bot.plugin.Flow`.
    """

    page: str
    what: str
    fields: tuple[Field, ...]
    revoke_hint: str
    further: tuple[Further, ...] = ()
    note: str = ""
    separator: str = ":"
    shape: str = ""
    name: str = "token"
    start: Sequence[str] = ()
    answer: Sequence[str] = ("set auth",)
    self_starting: bool = True

    async def run(self, talk: Conversation) -> Grant:
        """Ask until each text has the right shape, three times at most.

        All of them count as secrets: what is pasted by mistake is removed as well.

        Raises:
            Abandoned: the person cancelled, or went away.
            UserError: none of the texts could be right; says why of the last.
        """
        fields = await _asked(talk, self._prompt, self.take_apart)
        for each in self.further:
            prompt = partial(_again, each.prompt)
            fields[each.field.name] = await _asked(talk, prompt, partial(self._further, each))
        return Grant(fields)

    def take_apart(self, answer: Secret) -> dict[str, Secret]:
        """Split a pasted text into its fields; none of it stands in an error.

        Raises:
            UserError: its shape is not that of such a credential, or it is another service's.
        """
        text = _bare(answer)
        parts = text.split(self.separator, len(self.fields) - 1)
        mismatch = self._mismatch(parts)
        stranger = foreign(text, self.shape)
        if stranger or mismatch:
            raise UserError(stranger or f"{mismatch} It was not used.")
        return {field.name: Secret(part) for field, part in zip(self.fields, parts, strict=True)}

    def _further(self, each: Further, answer: Secret) -> Secret:
        text = _bare(answer)
        if stranger := foreign(text, self.shape):
            raise UserError(stranger)
        return each.take(text)

    def _mismatch(self, parts: Sequence[str]) -> str:
        if len(parts) != len(self.fields):
            return f"That does not have the form {self._example}."
        for field, part in zip(self.fields, parts, strict=True):
            if not re.fullmatch(field.pattern, part):
                return field.problem
        return ""

    def _prompt(self, problem: str) -> Reply:
        request = line(
            *(f"Make {self.what} on ", Link(self.page, self.page)),
            *(", then paste it here as ", Mono(self._example), "."),
            f" {self.note}" if self.note else "",
        )
        return Reply((line(problem), request) if problem else (request,))

    @property
    def _example(self) -> str:
        return self.separator.join(field.label for field in self.fields)


def _bare(answer: Secret) -> str:
    return answer.reveal().strip().strip("`").strip()


def _again(prompt: str, problem: str) -> Reply:
    asked = marked(prompt)
    return Reply((line(problem), *asked.blocks)) if problem else asked


async def _asked(
    talk: Conversation, prompt: Callable[[str], Reply], take: Callable[[Secret], T]
) -> T:
    """Ask, and say what is wrong with the answer, until ``take`` takes it."""
    problem = ""
    for _ in range(TRIES):
        answer = await talk.ask(prompt(problem), secret=True)
        try:
            return take(answer)
        except UserError as error:
            problem = error.text
    raise UserError(problem, "Start again when you have a new one.")
