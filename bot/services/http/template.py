"""Templates of answers: Jinja over what the service says, as data of a reply."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final, Self

from bot.errors import Unavailable
from bot.services.http import marks
from bot.services.http.mistakes import Mistake, meant

if TYPE_CHECKING:
    from bot.services.http.environment import Compiled

_LONGEST: Final = 20_000  # characters of what is rendered
_BRACES: Final = re.compile(r"\{[ \t]*([A-Za-z_]\w*(?:\.\w+)*(?:\|[^{}\n]*)?)[ \t]*\}")
_UNKNOWN: Final = re.compile(r"No filter named '(\w+)'")


class Template:
    """A template of the configuration, compiled. ``source`` is its text.

    ``hosts`` are those that its links name themselves.
    An ``exact`` one takes an answer for another than it is for where a value is not there, and
    where it would have to be cut.
    """

    __slots__ = ("_compiled", "_exact", "hosts", "source")

    def __init__(
        self, source: str, compiled: Compiled, hosts: frozenset[str], *, exact: bool
    ) -> None:
        self.source, self.hosts = source, hosts
        self._compiled, self._exact = compiled, exact

    def __repr__(self) -> str:
        return f"Template({self.source!r})"

    @classmethod
    def of(
        cls, source: str, arguments: frozenset[str] | None = None, *, exact: bool = False
    ) -> Self:
        """Compile a template; ``arguments`` are what ``args`` has, where that is known.

        Raises:
            ValueError: it cannot be used; says why, and in which line.
        """
        from jinja2 import TemplateSyntaxError

        from bot.services.http.environment import checked, compiled

        try:
            text, hosts = _fenced(source, arguments)
            tree = checked(text, arguments)
            return cls(source, compiled(tree, exact=exact), hosts, exact=exact)
        except TemplateSyntaxError as error:
            where = f" (line {error.lineno})" if "\n" in source.strip() else ""
            problem = " ".join((error.message or "is no template").split()).rstrip(".")
        raise Mistake(f"does not work as a template: {problem}{where}", _filter_meant(problem))

    def rendered(self, data: Any, known: Mapping[str, Any], *, retryable: bool) -> str:
        """What it makes of an answer; for :mod:`~bot.services.http.marks` to take apart.

        Raises:
            Unavailable: the answer is not such as the template is for.
        """
        from jinja2 import TemplateError

        fields = {**data, **known} if isinstance(data, dict) else dict(known)
        made, size = [], 0
        try:
            for piece in self._compiled({**fields, "it": data}):
                made.append(piece)
                size += len(piece)
                if size > _LONGEST:
                    break
        except (TemplateError, ArithmeticError, TypeError, ValueError, LookupError, RecursionError):
            size = -1
        if size < 0 or (self._exact and size > _LONGEST):
            raise Unavailable("its answer is not what this command expects", retryable=retryable)
        text = "".join(made)
        return text if size <= _LONGEST else f"{text[:_LONGEST]}…"


def _fenced(source: str, arguments: frozenset[str] | None) -> tuple[str, frozenset[str]]:
    """The source with its markup fenced, and the hosts in it; what stands in tags is left alone."""
    from bot.services.http.environment import tokens

    found = list(tokens(marks.bare(source)))
    for tag, text in found if arguments is not None else ():
        if not tag and (single := _BRACES.search(text)) is not None:
            name = f"args.{single[1]}" if single[1] in (arguments or ()) else single[1].strip()
            problem = f"has {single[0]}, which would be shown as it stands"
            raise Mistake(problem, f"In templates write {{{{ {name} }}}}")
    tags = iter([text for tag, text in found if tag])
    text = "".join(marks.TAG if tag else text for tag, text in found)
    head, *rest = marks.fenced(text).split(marks.TAG)
    return head + "".join(next(tags) + each for each in rest), marks.named(text)


def _filter_meant(problem: str) -> str:
    from bot.services.http.environment import sandbox

    unknown = _UNKNOWN.match(problem)
    return meant(unknown[1], sandbox().filters) if unknown else ""
