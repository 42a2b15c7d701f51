"""Parameters: what a job wants to be told, and what a build was told."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sandbox.jenkins.parameters import Parameter, Value, string


def definition(parameter: Parameter) -> dict[str, Any]:
    """What a parameter is; the default of a password is not said."""
    bean: dict[str, Any] = {
        "_class": f"hudson.model.{parameter.type}ParameterDefinition",
        "defaultParameterValue": None,
        "description": parameter.description,
        "name": parameter.name,
        "type": f"{parameter.type}ParameterDefinition",
    }
    if parameter.default is not None:
        bean["defaultParameterValue"] = _value(parameter, parameter.default)
    if parameter.type == "Choice":
        bean["choices"] = list(parameter.choices)
    return bean


def values(known: Sequence[Parameter], given: Mapping[str, Value]) -> list[dict[str, Any]]:
    """What a build was told; a password is there without its value."""
    named = {parameter.name: parameter for parameter in known}
    return [_value(named.get(name) or string(name), value) for name, value in given.items()]


def lines(known: Sequence[Parameter], given: Mapping[str, Value]) -> Iterator[str]:
    """The same for people."""
    for bean in values(known, given):
        value = bean.get("value", "****")
        yield f"{bean['name']}={str(value).lower() if isinstance(value, bool) else value}"


def _value(parameter: Parameter, value: Value) -> dict[str, Any]:
    kind = "String" if parameter.type == "Choice" else parameter.type
    bean: dict[str, Any] = {"_class": f"hudson.model.{kind}ParameterValue", "name": parameter.name}
    if parameter.type != "Password":
        bean["value"] = value
    return bean
