"""Who or what started a build."""

from __future__ import annotations

import pytest

from bot.services.jenkins.beans import Action, causes_in
from bot.services.jenkins.causes import starter


def action(*texts):
    return Action.model_validate({"causes": [{"shortDescription": text} for text in texts]})


@pytest.mark.parametrize(
    ("causes", "said"),
    [
        ((), ""),
        (("Started by user Alice",), "Alice"),
        (("Started by timer",), "timer"),
        (("Started by an SCM change",), "an SCM change"),
        (("Gestartet durch Benutzer Alice",), "Gestartet durch Benutzer Alice"),
        (("Started by user A", "Started by user B"), "A, B"),
        (tuple(f"Started by user {name}" for name in "ABCDE"), "A, B, C, …"),
    ],
)
def test_starter_is_told_without_jenkins_words_around_it(causes, said):
    assert starter(causes) == said


def test_same_cause_of_several_actions_is_told_once():
    found = causes_in((action("Started by timer"), None, action("", "Started by timer", "x")))
    assert found == ("Started by timer", "x")
