"""A workflow's file is somebody's: whatever it holds, it is read quickly, or not at all."""

from __future__ import annotations

import base64
import json
import subprocess
import sys
from time import perf_counter

import pytest

from bot.services.github import documents
from bot.services.github.action_beans import Content
from bot.services.github.definitions import read

_MERGED = "".join(f"a{n}: &a{n} {{<<: [{', '.join([f'*a{n - 1}'] * 10)}]}}\n" for n in range(1, 10))
_TAGGED = _MERGED.replace("<<", "!!merge x")
_ATTACKS = {
    "flow": "[" * 60_000,
    "closed": "[" * 30_000 + "]" * 30_000,
    "block": "- " * 30_000 + "x",
    "keys": "? " * 30_000 + "x",
    "mappings": "{a: " * 15_000,
    "merge keys": f"a0: &a0 {{k: v}}\n{_MERGED}",
    "tags": f"a0: &a0 {{k: v}}\n{_TAGGED}",
    "items": "x: [" + "1," * 30_000 + "]",
    "sexagesimal": "x: 1" + ":1" * 30_000,
    "aliases": "x: &a 1\ny: [" + "*a," * 15_000 + "]",
    "anchors": "x: [" + "&a 1," * 12_000 + "]",
    "large": "x: [" + "a," * 1_000_000 + "]",
}
_ALONE = """
import json, sys
from time import perf_counter
from bot.services.github import documents
import yaml
for name, encoded in json.load(sys.stdin).items():
    print(name, flush=True)
    began = perf_counter()
    documents.read(encoded)
    assert perf_counter() - began < 2, name
"""


def _content(text):
    encoded = base64.encodebytes(text.encode()).decode()
    return Content(type="file", encoding="base64", content=encoded)


def test_a_hostile_file_neither_ends_the_bot_nor_holds_it_up():
    """In a process of its own: what is looked for ends that. GitHub's word on the size is none."""
    found = subprocess.run(
        [sys.executable, "-c", _ALONE],
        input=json.dumps({name: _content(text).content for name, text in _ATTACKS.items()}),
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert (found.returncode, found.stderr) == (0, ""), found.stdout


@pytest.mark.parametrize("name", ["flow", "block", "merge keys", "tags", "large"])
def test_a_hostile_file_is_left_to_github(name):
    assert read(_content(_ATTACKS[name])) is None


def test_anchors_are_understood():
    text = "on: {workflow_dispatch: {inputs: {A: &a {required: true}, B: *a}}}"
    assert [(each.name, each.required) for each in read(_content(text))] == [
        ("A", True),
        ("B", True),
    ]


def test_a_file_of_the_usual_depth_is_read():
    nested = "[" * 30 + "]" * 30
    assert read(_content(f"on: workflow_dispatch\nx: {nested}")) == ()


def test_a_number_that_nobody_could_type_is_no_default():
    began = perf_counter()
    text = f"on: {{workflow_dispatch: {{inputs: {{A: {{default: 0x{'f' * 6000}}}}}}}}}"
    (found,) = read(_content(text))
    assert found.default == ""
    assert perf_counter() - began < 2


def test_a_document_is_bounded_by_what_it_is():
    assert documents.read(base64.b64encode(b"a" * documents.MOST).decode()) is not None
    assert documents.read(base64.b64encode(b"a" * (documents.MOST + 1)).decode()) is None
