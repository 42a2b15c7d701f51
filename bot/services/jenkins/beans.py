"""What Jenkins' ``api/json`` answers, as far as it is used.

Everything in here comes from the other side: it is checked on the way in, and it is data.
See https://www.jenkins.io/doc/book/using/remote-access-api/.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Annotated, Any, Final, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field
from pydantic.alias_generators import to_camel

_LATEST_MS: Final = 253_402_300_799_000


def _or_empty(value: object) -> object:
    return [] if value is None else value


T = TypeVar("T")
Many = Annotated[tuple[T, ...], BeforeValidator(_or_empty)]
Text = Annotated[str, BeforeValidator(lambda value: "" if value is None else value)]
Moment = Annotated[int, Field(ge=0, le=_LATEST_MS)]
"""Milliseconds since 1970, until the end of the year 9999."""


class Bean(BaseModel):
    """Base of all; what is not asked for is left out, and errors do not quote what came in."""

    model_config = ConfigDict(
        frozen=True, extra="ignore", hide_input_in_errors=True, alias_generator=to_camel
    )


class Default(Bean):
    """What a parameter is when nothing is given; a password's value is not shown."""

    value: Any = None


class Definition(Bean):
    """A parameter of a job; ``type`` ends in "ParameterDefinition"."""

    name: str
    type: str = ""
    description: Text = ""
    choices: Many[str] = ()
    default_value: Default | None = Field(None, alias="defaultParameterValue")

    @property
    def kind(self) -> str:
        """``String``, ``Boolean``, ``Choice``, ``Password`` …"""
        return self.type.removesuffix("ParameterDefinition")

    @property
    def hidden(self) -> bool:
        """Whether its values are not to be seen; plugins have such kinds, too."""
        return self.kind.endswith("Password")

    @property
    def default(self) -> str | None:
        """What it is when nothing is given, as it would be typed; None where it is not known."""
        given = self.default_value
        if given is None or given.value is None or self.hidden:
            return None
        return str(given.value).lower() if isinstance(given.value, bool) else str(given.value)


class Property(Bean):
    """A property of a job; one of them lists its parameters."""

    parameter_definitions: Many[Definition] = ()


class Cause(Bean):
    """Why a build was started; ``userId`` is there where a person did it."""

    short_description: Text = ""


class Given(Bean):
    """A parameter that a build was given. What is not shown (a password, a file) has no value."""

    name: str = ""
    value: Any = None


class Action(Bean):
    """Something attached to a build; the counts are those of its tests."""

    causes: Many[Cause] = ()
    parameters: Many[Given] = ()
    fail_count: int | None = None
    skip_count: int | None = None
    total_count: int | None = None


def causes_in(actions: Iterable[Action | None]) -> tuple[str, ...]:
    """In Jenkins' words, each once: the same one may have asked several times."""
    found = (cause.short_description for each in actions if each for cause in each.causes)
    return tuple(dict.fromkeys(filter(None, found)))


class Build(Bean):
    """A run of a job; the times are milliseconds. ``estimated_duration`` is -1 where none is known.

    ``kind`` is Jenkins' class of it.
    """

    kind: Text = Field("", alias="_class")
    number: int
    result: str | None = None
    building: bool = False
    timestamp: Moment = 0
    duration: Annotated[int, Field(ge=0, le=_LATEST_MS)] = 0
    estimated_duration: Annotated[int, Field(ge=-_LATEST_MS, le=_LATEST_MS)] = -1
    description: Text = ""
    queue_id: int = 0
    actions: Many[Action | None] = ()

    @property
    def started(self) -> datetime:
        """When it began."""
        return datetime.fromtimestamp(self.timestamp / 1000, UTC)

    @property
    def causes(self) -> tuple[str, ...]:
        """Why it was started."""
        return causes_in(self.actions)

    @property
    def is_pipeline(self) -> bool:
        """Whether it may have stages, and questions."""
        return self.kind.endswith("WorkflowRun")

    @property
    def tests(self) -> Action | None:
        """The counts of its tests, where it had some."""
        return next((a for a in self.actions if a and a.total_count is not None), None)

    @property
    def parameters(self) -> dict[str, Any]:
        """What it was given, by name."""
        found = (given for action in self.actions if action for given in action.parameters)
        return {given.name: given.value for given in found}


class Health(Bean):
    """One line of a job's weather report."""

    description: Text = ""


class Job(Bean):
    """A job, or a folder. Jenkins finds it in any case; ``full_name`` is how it is spelled."""

    full_name: Text = ""
    color: str | None = None
    description: Text = ""
    buildable: bool = False
    health: Many[Health] = Field((), alias="healthReport")
    properties: Many[Property] = Field((), alias="property")
    last_build: Build | None = None
    builds: Many[Build] = ()

    @property
    def definitions(self) -> tuple[Definition, ...]:
        """Its parameters."""
        return tuple(d for each in self.properties for d in each.parameter_definitions)


class Me(Bean):
    """The user that Jenkins takes us for."""

    id: str
    full_name: Text = ""
