"""How long a template may work: loops that say nothing would go on for minutes otherwise."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from time import thread_time
from typing import Any, Final

from jinja2 import TemplateRuntimeError, nodes, pass_context
from jinja2.runtime import Context

LONGEST: Final = 0.2
"""Seconds of the processor, for one template: other programs do not count."""
EACH: Final = " each"  # no template can name it
_END: Final = " end"


def until() -> dict[str, float]:
    """What a template is given for its loops to know when to stop."""
    return {_END: thread_time() + LONGEST}


def paced(tree: nodes.Template) -> nodes.Template:
    """The same template, with loops that stop."""
    for found in list(tree.find_all(nodes.For)):
        line = found.iter.lineno
        found.iter = nodes.Filter(found.iter, EACH, [], [], None, None, lineno=line)
    return tree


@pass_context
def each(context: Context, items: Iterable[Any]) -> Iterator[Any]:
    """The items of a loop, as long as there is time.

    Raises:
        TemplateRuntimeError: it is over.
    """
    end = context[_END]
    for item in items:
        if thread_time() > end:
            raise TemplateRuntimeError
        yield item
