"""Jinja, as far as answers need it: values, filters, ``if`` and ``for``.

Nothing can be called, and no attribute of an object can be reached: a dot looks into JSON, and
nowhere else. What is left is bounded by the template's own size, as data is (see ``data.py``), and
loops by their time (see ``pace.py``).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from itertools import islice
from typing import Any, Final

from jinja2 import (
    ChainableUndefined,
    Environment,
    StrictUndefined,
    TemplateSyntaxError,
    Undefined,
    UndefinedError,
    nodes,
)
from jinja2.exceptions import SecurityError
from jinja2.filters import FILTERS
from jinja2.runtime import LoopContext
from jinja2.sandbox import ImmutableSandboxedEnvironment

from bot.services.http.data import MOST_ITEMS, MOST_TEXT
from bot.services.http.dates import date
from bot.services.http.marks import harmless
from bot.services.http.pace import EACH, each, paced, until

_USABLE: Final = (
    "abs", "capitalize", "count", "d", "default", "first", "float", "int", "items", "join", "last",
    "length", "list", "lower", "map", "max", "min", "reject", "rejectattr", "replace", "reverse",
    "round", "select", "selectattr", "sort", "string", "sum", "title", "trim", "truncate", "unique",
    "upper", "urlencode", "wordcount",
)  # fmt: skip
_ALLOWED: Final = (
    nodes.Template, nodes.Output, nodes.TemplateData, nodes.If, nodes.For, nodes.Name, nodes.Const,
    nodes.Getattr, nodes.Getitem, nodes.Slice, nodes.Filter, nodes.Test, nodes.Compare,
    nodes.Operand, nodes.And, nodes.Or, nodes.Not, nodes.CondExpr, nodes.Concat, nodes.Add,
    nodes.Sub, nodes.Mul, nodes.Div, nodes.FloorDiv, nodes.Mod, nodes.Neg, nodes.Pos, nodes.List,
    nodes.Tuple, nodes.Keyword,
)  # fmt: skip
_DEEPEST: Final = 2  # loops within loops: 40,000 rounds
_LARGEST: Final = 10**15


class Sandbox(ImmutableSandboxedEnvironment):
    """Sees JSON, and nothing of Python's."""

    intercepted_binops = frozenset({"*", "%"})

    def getattr(self, obj: Any, attribute: str) -> Any:
        """``a.b``: what JSON has under this name; of a loop, its counters."""
        if isinstance(obj, LoopContext):
            return super().getattr(obj, attribute)
        return self.getitem(obj, attribute)

    def getitem(self, obj: Any, argument: Any) -> Any:
        """``a['b']`` and ``a[0]``."""
        try:
            if isinstance(obj, dict | list | str):
                return obj[argument]
        except (LookupError, TypeError):
            pass
        return self.undefined(obj=obj, name=argument)

    def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:
        """Multiplication and remainder, of numbers only: texts would grow by them."""
        sides = (left, right)
        if not all(isinstance(each, int | float) and abs(each) < _LARGEST for each in sides):
            raise SecurityError("only numbers are multiplied")
        return super().call_binop(context, operator, left, right)


@cache
def sandbox() -> Sandbox:
    """The one environment that all templates are compiled in."""
    made = Sandbox(
        undefined=ChainableUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        autoescape=False,  # no HTML is made here: what comes out is escaped as all replies are
        finalize=shown,
    )
    made.globals = {}
    made.filters = {name: FILTERS[name] for name in _USABLE}
    made.filters |= {"date": date, "replace": _replaced, EACH: each}
    return made


def _replaced(text: Any, old: Any, new: Any, count: int = -1) -> str:
    """As Jinja's, within bounds: a text of texts of texts would fill the memory."""
    return str(text)[:MOST_TEXT].replace(str(old), str(new)[:MOST_TEXT], count)[:MOST_TEXT]


def tokens(source: str) -> Iterator[tuple[bool, str]]:
    """The source's pieces in order; True for a tag (``{{ }}``, ``{% %}``, ``{# #}``).

    Raises:
        TemplateSyntaxError: it cannot be taken apart.
    """
    tag = ""
    for _, kind, text in Environment(keep_trailing_newline=True).lex(source):  # noqa: S701 - no HTML
        if kind.startswith("raw"):
            raise TemplateSyntaxError("raw cannot be used here", 1)
        if kind == "data":
            yield False, text
            continue
        tag += text
        if kind.endswith("_end"):
            yield True, tag
            tag = ""
    if tag:  # it is not closed, as whoever parses it will say
        yield True, tag


def checked(source: str, arguments: frozenset[str] | None) -> nodes.Template:
    """The template's tree.

    Raises:
        TemplateSyntaxError: it does what no answer needs, or names an argument that there is not.
    """
    tree = sandbox().parse(source)
    _walk(tree, 0)
    for found in tree.find_all(nodes.Getattr) if arguments is not None else ():
        of_arguments = isinstance(found.node, nodes.Name) and found.node.name == "args"
        if arguments is not None and of_arguments and found.attr not in arguments:
            raise TemplateSyntaxError(f"args.{found.attr} is no argument", found.lineno)
    return tree


def _walk(node: nodes.Node, depth: int) -> None:
    if isinstance(node, nodes.Call):
        raise TemplateSyntaxError("nothing can be called: use filters", node.lineno)
    if not isinstance(node, _ALLOWED):
        raise TemplateSyntaxError("only {{ }}, {% if %} and {% for %} can be used", node.lineno)
    if isinstance(node, nodes.For):
        depth += 1
        if depth > _DEEPEST or node.recursive:
            raise TemplateSyntaxError("has more than two loops within each other", node.lineno)
    for child in node.iter_child_nodes():
        _walk(child, depth)


def shown(value: Any) -> str:
    """A value as it is read; marks that are in it are taken out."""
    match value:
        case None | Undefined():
            return ""
        case bool():
            return "yes" if value else "no"
        case float():
            return f"{value:.10g}"
        case str() | int():
            return harmless(str(value)[:MOST_TEXT])
        case Mapping():
            return harmless(json.dumps(value, ensure_ascii=False, default=str)[:MOST_TEXT])
        case _:
            return _joined(value)[:MOST_TEXT]


def _joined(value: Any) -> str:
    """Of a list, or of what a filter makes of one."""
    found = list(islice(value, MOST_ITEMS)) if hasattr(value, "__iter__") else [str(value)]
    return ", ".join(map(shown, found))


Compiled = Callable[[Mapping[str, Any]], Iterator[str]]


@cache
def _exacting() -> Environment:
    """The same environment, where all is there, and whole: texts and numbers."""
    return sandbox().overlay(undefined=StrictUndefined, finalize=_there)


def _there(value: Any) -> str:
    if not isinstance(value, str | int | float) or len(str(value)) > MOST_TEXT:
        raise UndefinedError
    return shown(value)


def compiled(tree: nodes.Template, *, exact: bool = False) -> Compiled:
    """What renders the template, piece by piece; ``exact``: with all that it names, or not."""
    made = (_exacting() if exact else sandbox()).from_string(paced(tree))
    return lambda fields: made.generate({**fields, **until()})
