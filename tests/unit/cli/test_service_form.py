"""What `actas setup` asks for of services that are unknown to it, and of those that there are."""

from __future__ import annotations

from enum import Enum
from pathlib import Path
from typing import Annotated, Literal

import pytest
import yaml
from pydantic import Field

from bot.cli.asking import Asker
from bot.cli.questions import by_hand, fits_a_line, question, title_of
from bot.cli.service_form import fill
from bot.cli.sheet import Sheet
from bot.config import load
from bot.config.problems import is_needed
from bot.errors import ConfigError
from bot.plugin import SecretValue, Settings
from bot.services import discover
from tests.unit.cli.conftest import PROJECT

KINDS = discover()
SAMPLES = yaml.safe_load((PROJECT / "config.sample.yaml").read_text())["services"].values()
SILENT = Asker(interactive=False)


class Colour(Enum):
    """What something may be."""

    RED = "red"


class Declared(Settings):
    """What is more than answers can be."""

    url: str
    commands: dict[str, str]


class ByHand:
    """A kind that is described somewhere."""

    kind, title, settings, guide = "declared", "Anything", Declared, "docs/anything.md"


@pytest.fixture
def asker(monkeypatch):
    """Somebody at a terminal who says yes to everything; ``seen`` is what they were shown."""
    asker = Asker(interactive=True)
    seen = []
    monkeypatch.setattr(asker, "confirm", lambda question: seen.append(question) or True)
    monkeypatch.setattr(asker, "remark", seen.append)
    asker.seen = seen
    return asker


@pytest.mark.parametrize("kind", [str, int, float, bool, Path, Colour, SecretValue])
def test_one_value_fits_an_answer(kind):
    """Also where it may be left out, or is one of several."""
    for each in (kind, kind | None, Annotated[kind, Field(min_length=1)], Literal["a", "b"]):
        assert fits_a_line(each)


@pytest.mark.parametrize("kind", [dict[str, str], list[str], tuple[str, ...], Declared, object])
def test_a_section_or_a_list_does_not_fit_an_answer(kind):
    """Nor where it may be left out."""
    assert not fits_a_line(kind)
    assert not fits_a_line(kind | None)


def test_what_cannot_be_asked_for_is_not_offered(asker):
    """It is said where it is described."""
    assert fill(asker, {"declared": ByHand()}, None, []).services == {}
    assert asker.seen == [
        "Anything (declared) is written into the file by hand, later: docs/anything.md shows how."
    ]


def test_what_cannot_be_asked_for_is_refused_before_anything_is_asked(asker):
    """Where it was wanted by a flag."""
    with pytest.raises(ConfigError) as caught:
        fill(asker, {"declared": ByHand()}, ["it=declared"], [])
    assert caught.value.key == "--set it.commands"
    assert "Write it into the file yourself: docs/anything.md shows how" in caught.value.fix
    assert asker.seen == []


def test_a_section_that_is_given_need_not_be_asked_for():
    """As YAML, in a flag."""
    given = ["it.url=https://x", "it.commands={look: around}"]
    form = fill(SILENT, {"declared": ByHand()}, ["it=declared"], given)
    assert form.services["it"]["commands"] == {"look": "around"}


@pytest.mark.parametrize("name", sorted(KINDS))
def test_every_service_is_asked_for_in_its_own_words(name):
    """Or it is described where it says."""
    kind = KINDS[name]
    if guide := by_hand(kind):
        assert (PROJECT / guide).is_file()
        return
    assert title_of(kind)
    for key, each in kind.settings.model_fields.items():
        if is_needed(kind.settings, {}, key):
            assert each.title, key
            assert question(name, kind, key).startswith(each.title)


@pytest.mark.parametrize("name", sorted(KINDS))
def test_what_is_written_of_every_service_can_be_read(name, tmp_path, monkeypatch):
    """With the sample's values for what has to be given, and no others."""
    kind = KINDS[name]
    if by_hand(kind):
        return
    [sample] = [each for each in SAMPLES if each["type"] == name]
    needed = [key for key in kind.settings.model_fields if is_needed(kind.settings, {}, key)]
    for key in needed:
        monkeypatch.setenv(str(sample[key]).removeprefix("env:"), "a secret")
    form = fill(SILENT, KINDS, [name], [f"{name}.{key}={sample[key]}" for key in needed])
    people = {"users": ["@*:example.org"], "admins": []}
    bot = {"url": "http://localhost:8008", "user": "@actas:example.org", "state_dir": "./state"}
    sheet = Sheet(**bot, **people, database=None, services=form.services)
    file = tmp_path / "config.yaml"
    file.write_text(sheet.text())
    entry = load(file, KINDS).services[name]
    assert entry.aliases == tuple(getattr(kind, "usual_aliases", ()))
