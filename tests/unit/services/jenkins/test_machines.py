"""What runs on Jenkins' nodes."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from bot.services.jenkins.machines import Nodes

PIPELINE = {
    "url": "http://ci/job/app/7/",
    "fullDisplayName": "app #7",
    "timestamp": 5_000,
    "estimatedDuration": 60_000,
    "actions": [{}, {"causes": [{"shortDescription": "Started by user Alice"}]}],
}
STEP = {"url": "http://ci/job/app/7/", "fullDisplayName": "part of app #7"}
OTHER = {"url": "http://ci/job/website/1/", "fullDisplayName": "website #1", "timestamp": 4_000}


def busy(executable):
    return {"idle": False, "currentExecutable": executable}


def nodes(*computers):
    return Nodes.model_validate({"computer": computers})


def test_pipeline_and_its_steps_are_one_build_on_the_nodes_of_the_steps():
    found = nodes(
        {"displayName": "Built-In Node", "executors": [], "oneOffExecutors": [busy(PIPELINE)]},
        {"displayName": "agent-1", "executors": [busy(STEP), {"idle": True}]},
        {"displayName": "agent-2", "executors": [busy(STEP)]},
    )
    (run,) = found.running
    assert run.nodes == ("agent-1", "agent-2")
    assert (run.timestamp, run.estimate) == (5_000, 60_000)
    assert run.place is not None
    assert (run.place.job.name, run.place.number) == ("app", 7)
    assert [each.causes for each in run.actions if each and each.causes]


def test_step_that_is_found_first_tells_as_much():
    found = nodes(
        {"displayName": "agent-1", "executors": [busy(STEP)]},
        {"displayName": "Built-In Node", "oneOffExecutors": [busy(PIPELINE)]},
    )
    (run,) = found.running
    assert (run.nodes, run.timestamp, run.estimate) == (("agent-1",), 5_000, 60_000)


def test_what_began_first_stands_first():
    found = nodes({"displayName": "a", "executors": [busy(PIPELINE), busy(OTHER)]})
    assert [run.name for run in found.running] == ["website #1", "app #7"]


def test_what_the_person_may_not_see_is_counted():
    found = nodes({"displayName": "a", "executors": [busy(None), busy(OTHER), {"idle": True}]})
    assert found.hidden == 1
    assert found.nodes[0].busy == 2


@pytest.mark.parametrize("answer", [{}, {"computer": 3}, {"computer": [{"executors": [3]}]}])
def test_answer_of_something_else_is_refused(answer):
    with pytest.raises(ValidationError):
        Nodes.model_validate(answer)
