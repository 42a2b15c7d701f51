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
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from bot.errors import UserError
from bot.plugin import Conversation, Grant
from bot.reply import Link, Mono, Reply, line
from bot.secret import Secret

TRIES: Final = 3

FOREIGN: Final = (
    (r"(?:syt|mat|mct|mcr)_\w{8,}|MDAx\w{40,}", "a Matrix access token", "sign out its session"),
    (r"gh[opsur]_\w{20,}|github_pat_\w{20,}", "a GitHub token", "delete it in GitHub's settings"),
    (r"glpat-[\w-]{16,}", "a GitLab token", "revoke it in GitLab's settings"),
    (r"A(?:KI|SI)A[A-Z0-9]{16}", "an AWS access key", "deactivate it in AWS"),
    (r"xox[abeoprs]-[\w-]{10,}", "a Slack token", "revoke it in Slack"),
    (r"-----BEGIN ", "a private key", "replace it wherever it is used"),
)
"""Secrets of other services that land in the wrong place: how they begin, what they are, and what
their owner does now that they have been shown."""


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


@dataclass(slots=True, kw_only=True)
class Token:
    """The flow: ask for the text, check its shape, take it apart.

    ``page`` is where the token is made, ``what`` says what to make there ("an API token"), ``note``
    is a sentence for those who do not find the way. ``fields`` stand in this order in the text,
    with ``separator`` between them. For the rest see
    :class:`~bot.plugin.Flow`.
    """

    page: str
    what: str
    fields: tuple[Field, ...]
    revoke_hint: str
    note: str = ""
    separator: str = ":"
    shape: str = ""
    name: str = "token"
    start: Sequence[str] = ()
    answer: Sequence[str] = ("set auth",)
    self_starting: bool = True

    async def run(self, talk: Conversation) -> Grant:
        """Ask until the text has the right shape, three times at most.

        Raises:
            Abandoned: the person cancelled, or went away.
            UserError: none of the texts could be right; says why of the last.
        """
        problem = ""
        for _ in range(TRIES):
            answer = await talk.ask(self._prompt(problem), secret=True)
            try:
                return Grant(self.take_apart(answer))
            except UserError as error:
                problem = error.text
        raise UserError(problem, "Start again when you have a new one.")

    def take_apart(self, answer: Secret) -> dict[str, Secret]:
        """Split a pasted text into its fields; none of it stands in an error.

        Raises:
            UserError: its shape is not that of such a credential.
        """
        text = answer.reveal().strip().strip("`").strip()
        parts = text.split(self.separator, len(self.fields) - 1)
        mismatch = self._mismatch(parts)
        if mismatch:
            raise UserError(_foreign(text) or f"{mismatch} It was not used.")
        return {field.name: Secret(part) for field, part in zip(self.fields, parts, strict=True)}

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


def _foreign(text: str) -> str:
    for pattern, what, remedy in FOREIGN:
        if re.search(pattern, text):
            return (
                f"That looks like {what}, which does not belong here. It was not used, "
                f"but you have shown it: {remedy}."
            )
    return ""
