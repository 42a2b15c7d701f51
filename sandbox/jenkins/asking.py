"""What Jenkins makes of a request to build: its parameters, and the queue's answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from aiohttp import web

from sandbox.jenkins.access import error
from sandbox.jenkins.items import Job, path_of
from sandbox.jenkins.parameters import Parameter, Value
from sandbox.jenkins.queue import Queue
from sandbox.jenkins.queue_item import QueueItem
from sandbox.jenkins.users import User
from sandbox.jenkins.visit import Form


@dataclass
class Asked:
    """The queue's answer; no item: refused. ``created`` is False for an equal item that waits."""

    job: Job
    item: QueueItem | None
    created: bool

    def response(self, root: str) -> web.Response:
        """201 with the item's address, 303 with that of the equal one, or 302 to the job."""
        if self.item is None:
            headers = {"Location": root + path_of(self.job.full_name)}
            return web.Response(status=302, headers=headers)
        headers = {"Location": f"{root}queue/item/{self.item.id}/"}
        return web.Response(status=201 if self.created else 303, headers=headers)


def schedule(queue: Queue, job: Job, user: User, form: Form, *, parameters: bool) -> Asked:
    """Queue a build, or say why not; ``parameters`` tells which of the two ways was taken.

    Raises:
        Refusal: 409 disabled; 400 the other way is the right one for this job; 500 a value that
            the parameter does not have.
    """
    if job.disabled:
        raise error(409, f"{job.full_name} is not buildable")
    if job.parameters and not parameters:
        raise error(400, "Nothing is submitted")
    if parameters and not job.parameters:
        raise error(400, f"{job.full_name} is not parameterized")
    values = {p.name: value_of(p, form.get(p.name, ())) for p in job.parameters}
    known = {name: value for name, value in values.items() if value is not None}
    if job.refused:
        return Asked(job, None, created=False)
    delay = _seconds(form["delay"][0]) if "delay" in form else queue.quiet_period
    return Asked(job, *queue.schedule(job, user, known, delay))


def value_of(parameter: Parameter, values: Sequence[str]) -> Value | None:
    """What a parameter makes of the texts that it was given.

    Raises:
        Refusal: 500, they are no value of it.
    """
    if not values:
        return parameter.default
    if len(values) > 1 or parameter.type == "File":
        raise error(500, f"Expected one value for {parameter.name}")
    if parameter.type == "Boolean":
        return values[0].lower() == "true"
    if parameter.type == "Choice" and values[0] not in parameter.choices:
        raise error(500, f"Illegal choice for parameter {parameter.name}: {values[0]}")
    return values[0]


def _seconds(text: str) -> float:
    """``7sec``, or milliseconds without a unit."""
    number = text.removesuffix("sec")
    if not number.isdecimal():
        raise error(500, "Invalid time duration")
    return int(number) if number != text else int(number) / 1000
