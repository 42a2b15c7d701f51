"""What starting something amounts to, for the operator's patterns of what has to be confirmed."""

from __future__ import annotations

from collections.abc import Sequence

from bot.services.jenkins.arguments import Params
from bot.services.jenkins.beans import Definition


def in_full(
    heads: Sequence[str], definitions: Sequence[Definition], params: Params
) -> tuple[str, ...]:
    """Each head ("build deploy-prod") with the values that it runs with, in all their forms.

    They stand in Jenkins' order, together and each alone, with and without quotes; and those that
    are defaults too, or a pattern for one would be evaded by leaving it out. Spaces around a value
    do not count: a job may trim them. What is hidden is left out.
    """
    given = dict(params.pairs)
    values = {d.name: given.get(d.name, d.default) for d in definitions if not d.hidden}
    known = {name: value for name, value in values.items() if isinstance(value, str)}
    each = [f"{name}={value.strip()}" for name, value in known.items()]
    told = (str(Params(tuple(known.items()))), " ".join(each), *each)
    return tuple(dict.fromkeys(f"{head} {form}".rstrip() for head in heads for form in told))
