"""What is typed for workflows, branches and runs."""

from __future__ import annotations

import pytest

from bot.errors import UserError
from bot.services.github.workflow_names import Ref, RunRef, WorkflowRef


@pytest.mark.parametrize(
    ("typed", "repository", "name", "rest"),
    [
        ("deploy.yml main", "", "deploy.yml", "main"),
        ("acme/site deploy.yml main A=b", "acme/site", "deploy.yml", "main A=b"),
        ('"Deploy it" A=b', "", "Deploy it", "A=b"),
        ("acme/site 'Deploy it'", "acme/site", "Deploy it", ""),
    ],
)
def test_a_workflow_is_named_behind_its_repository(typed, repository, name, rest):
    found, left = WorkflowRef.take(typed)
    assert (found.repository.name, found.name, left) == (repository, name, rest)
    again, _ = WorkflowRef.take(str(found))
    assert (again.repository, again.name) == (found.repository, found.name)


@pytest.mark.parametrize("text", ["", "acme/site", "A=b", "acme/site A=b", "..", "x" * 300])
def test_what_is_no_workflow_is_refused(text):
    with pytest.raises(UserError, match="Which workflow"):
        WorkflowRef.take(text)


@pytest.mark.parametrize(
    ("typed", "name", "rest"),
    [
        ("main A=b", "main", "A=b"),
        ("--ref feature/x A=b", "feature/x", "A=b"),
        ("refs/heads/main", "main", ""),
        ("A=b", "", "A=b"),
        ("-f A=b", "", "-f A=b"),
    ],
)
def test_a_branch_stands_before_the_inputs(typed, name, rest):
    found, left = Ref.take(typed)
    assert (found.name, left) == (name, rest)


@pytest.mark.parametrize(
    "text", ["../x", "a..b", "-x", "a b", "x.lock", "a@{1}", "/x", "a?b", "x/"]
)
def test_what_git_takes_for_no_branch_is_refused(text):
    with pytest.raises(UserError, match="No branch"):
        Ref(text)


@pytest.mark.parametrize(
    ("typed", "repository"),
    [
        ("16543210987", ""),
        ("acme/site 16543210987", "acme/site"),
        ("https://github.com/acme/site/actions/runs/16543210987/job/5", "acme/site"),
    ],
)
def test_a_run_is_an_id_or_a_link(typed, repository):
    found, rest = RunRef.take(typed)
    assert (found.id, found.repository.name, rest) == (16543210987, repository, "")
    assert RunRef(str(found)).id == found.id


@pytest.mark.parametrize("text", ["#12", "deploy.yml #12", "deploy.yml#12", "acme/site x.yml #12"])
def test_a_number_that_is_shown_is_told_from_an_id(text):
    with pytest.raises(UserError, match="#12 is the run's number, not its id") as error:
        RunRef.take(text)
    assert "`runs`" in error.value.hint


@pytest.mark.parametrize("text", ["", "x", "../1", "acme/site", "0", "acme/site#12", "1" * 19])
def test_what_is_no_run_is_refused(text):
    with pytest.raises(UserError, match="no run"):
        RunRef.take(text)
