"""Below a pipeline's build: its stages, and the questions that it asks."""

from __future__ import annotations

import json
from collections.abc import Mapping

from aiohttp import web

from sandbox.jenkins.access import error, failure, missing, redirect, require_post
from sandbox.jenkins.asking import value_of
from sandbox.jenkins.beans import builds, stages
from sandbox.jenkins.builds import Build
from sandbox.jenkins.parameters import Value
from sandbox.jenkins.pipeline import Ask
from sandbox.jenkins.users import ADMINISTER, BUILD, CANCEL
from sandbox.jenkins.visit import Form, Visit, one


async def stages_page(visit: Visit, build: Build, rest: list[str]) -> web.Response:
    """``wfapi``, which knows no ``tree=``."""
    match rest:
        case [] | ["describe"]:
            return web.json_response(stages.describe(build))
        case ["pendingInputActions"]:
            return web.json_response(stages.pending(build))
        case ["nextPendingInputAction"]:
            return web.json_response(next(iter(stages.pending(build)), None))
        case ["inputSubmit"]:
            require_post(visit.request)
            form = await visit.form()
            if build.asks is None or build.asks.name != one(form, "inputId"):
                raise error(500, "Error processing Input Submit request.")
            if not _may_submit(visit, build, build.asks):
                raise error(500, "Error processing Input Submit request.")
            build.approve(visit.user, _given(build.asks, form))
            return web.json_response(None)
    raise missing()


async def input_page(visit: Visit, build: Build, name: str, way: str) -> web.Response:
    """Answer a question. What its submitter alone may do is refused with 400, and no permission."""
    ask = build.asks
    if ask is None or ask.name != name:
        raise missing()
    if way not in ("proceedEmpty", "proceed", "submit", "abort"):
        raise missing()
    require_post(visit.request)
    form = await visit.form()
    if way == "abort" or (way == "submit" and "proceed" not in form):
        _require_abort(visit, build, ask)
        build.reject(visit.user)
    else:
        _require_submit(visit, build, ask)
        build.approve(visit.user, {} if way == "proceedEmpty" else _given(ask, form))
    if way == "submit":
        return redirect(f"{builds.url(build, visit.world.root)}console")
    return web.Response()


def _require_submit(visit: Visit, build: Build, ask: Ask) -> None:
    if _may_submit(visit, build, ask):
        return
    if ask.submitter:
        raise failure(f"You need to be {ask.submitter} to submit this.")
    raise failure("You need to have Job/Build permissions to submit this.")


def _require_abort(visit: Visit, build: Build, ask: Ask) -> None:
    may_cancel = visit.user.may(CANCEL, build.job.full_name)
    if may_cancel or _may_submit(visit, build, ask):
        return
    if ask.submitter:
        who = f"You need to be '{ask.submitter}' (or have Job/Cancel permissions)"
        raise failure(f"{who} to cancel this.")
    raise failure("You need to have Job/Cancel permissions to cancel this.")


def _may_submit(visit: Visit, build: Build, ask: Ask) -> bool:
    if not ask.submitter:
        return visit.user.may(BUILD, build.job.full_name)
    return visit.user.may(ADMINISTER) or ask.expects(visit.user.id)


def _given(ask: Ask, form: Form) -> Mapping[str, Value]:
    """What the field ``json`` says: ``{"parameter": [{"name": …, "value": …}]}``."""
    if not one(form, "json"):
        raise error(400, "This page expects a form submission" if form else "Nothing is submitted")
    try:
        parts = json.loads(one(form, "json")).get("parameter", [])
        pairs = [(part["name"], part["value"]) for part in _listed(parts)]
    except (ValueError, TypeError, KeyError, AttributeError):
        raise error(500, "Failed to parse JSON") from None
    known = {parameter.name: parameter for parameter in ask.parameters}
    given: dict[str, Value] = {}
    for name, value in pairs:
        if name not in known:
            raise error(500, f"No such parameter definition: {name}")
        text = str(value).lower() if isinstance(value, bool) else str(value)
        found = value_of(known[name], [text])
        if found is not None:
            given[name] = found
    return given


def _listed(parts: object) -> list[dict[str, object]]:
    return parts if isinstance(parts, list) else [parts]  # type: ignore[list-item]  # from outside
