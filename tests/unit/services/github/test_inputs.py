"""The inputs of a workflow, as they are typed, declared and asked for."""

from __future__ import annotations

import base64

import pytest

from bot.errors import UserError
from bot.services.github.action_beans import Content
from bot.services.github.asking import settle
from bot.services.github.definitions import Definition, read
from bot.services.github.documents import MOST
from bot.services.github.inputs import Inputs


def _file(text, **more):
    data = base64.encodebytes(text.encode()).decode()
    values = {"type": "file", "encoding": "base64", "content": data, **more}
    return Content.model_validate(values)


@pytest.mark.parametrize(
    ("typed", "pairs"),
    [
        ("A=b C-d=", (("A", "b"), ("C-d", ""))),
        ('A="two words" B=\'x "y"\'', (("A", "two words"), ("B", 'x "y"'))),
        ('-f A=b -F C="a \\"q\\" \\\\"', (("A", "b"), ("C", 'a "q" \\'))),
        ("A=x=y&B=z", (("A", "x=y&B=z"),)),
        ("A=line\nB=c", (("A", "line"), ("B", "c"))),
        ("", ()),
    ],
)
def test_inputs_are_read_as_in_a_shell(typed, pairs):
    found, rest = Inputs.take(typed)
    assert (found.pairs, rest) == (pairs, "")
    assert Inputs.take(str(found))[0].pairs == pairs


@pytest.mark.parametrize(
    "text", ["b", "A=b c", 'A="open', "A=b A=c", "1=x", " ".join(f"A{n}=1" for n in range(26))]
)
def test_what_is_no_row_of_inputs_is_refused(text):
    with pytest.raises(UserError):
        Inputs.take(text)


def test_what_is_named_like_a_secret_is_not_shown_to_a_room():
    found, _ = Inputs.take("TOKEN=abc ENV=prod")
    assert found.masked() == "TOKEN=******** ENV=prod"
    assert "abc" not in repr(found)


@pytest.mark.parametrize(
    "text",
    [
        "on: workflow_dispatch",
        "on: [push, workflow_dispatch]",
        "on: {workflow_dispatch: }",
        "'on': {workflow_dispatch: {inputs: }}",
        "on: {workflow_dispatch: {inputs: [odd]}}",
    ],
)
def test_a_workflow_may_take_nothing(text):
    assert read(_file(text)) == ()


@pytest.mark.parametrize("text", ["on: push", "on: [push]", "jobs: {}", "on: 5", "on: {push: }"])
def test_a_workflow_that_cannot_be_started_by_hand_is_told(text):
    with pytest.raises(LookupError):
        read(_file(text))


@pytest.mark.parametrize(
    "content",
    [
        _file("[: odd"),
        _file("just text"),
        _file("on: workflow_dispatch #" + "x" * MOST),
        _file("on: workflow_dispatch", encoding="none"),
        _file("on: workflow_dispatch", content="%%%"),
        _file("a: &a [1]\n" + "[" * 5_000),
        _file("!!python/object/apply:os.system [true]"),
    ],
)
def test_a_file_that_is_not_understood_is_left_to_github(content):
    assert read(content) is None


def test_every_kind_of_input_is_read():
    text = """
    on:
      workflow_dispatch:
        inputs:
          ENV: {type: choice, options: [a, 1, true], required: true, description: "two\\nlines"}
          DRY: {type: boolean, default: false}
          plain:
          "bad name": {}
    """
    assert read(_file(text)) == (
        Definition("ENV", "choice", True, None, ("a", "1", "true"), "two lines"),
        Definition("DRY", "boolean", False, "false"),
        Definition("plain"),
    )


def test_names_and_choices_are_found_in_any_case():
    definitions = (Definition("ENV", "choice", options=("Prod", "staging")),)
    assert settle(definitions, Inputs((("env", "PROD"),)), {}).pairs == (("ENV", "Prod"),)


def test_what_is_required_and_has_no_default_is_asked_for():
    definitions = (
        Definition("A", required=True, default="x"),
        Definition("B"),
        Definition("C", "boolean", required=True),
        Definition("D", required=True),
    )
    first = settle(definitions, Inputs(), {})
    assert (first.name, first.choices) == ("C", ("yes", "no"))
    assert settle(definitions, Inputs(), {"C": "yes"}).name == "D"
    whole = settle(definitions, Inputs(), {"C": "yes", "D": "d"})
    assert whole.pairs == (("C", "true"), ("D", "d"))
