"""Workflows, runs and jobs as the API shows them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sandbox.github.repo import Repo
from sandbox.github.run import Attempt, JobRun, Run, Span
from sandbox.github.shapes import repository
from sandbox.github.workflow import Workflow
from sandbox.github.world import API, World, iso


def workflow_shape(world: World, repo: Repo, workflow: Workflow) -> dict[str, Any]:
    """A workflow."""
    html = f"{world.root}/{repo.full_name}"
    return {
        "id": workflow.id,
        "node_id": f"W_{workflow.id}",
        "name": workflow.name,
        "path": workflow.path,
        "state": workflow.state,
        "created_at": iso(workflow.created),
        "updated_at": iso(workflow.created),
        "url": f"{world.root}{API}/repos/{repo.full_name}/actions/workflows/{workflow.id}",
        "html_url": f"{html}/blob/{repo.default_branch}/{workflow.path}",
        "badge_url": f"{html}/actions/workflows/{workflow.file}/badge.svg",
    }


def run_shape(world: World, repo: Repo, run: Run) -> dict[str, Any]:
    """A run, as far as it is now."""
    whole = run.last.whole(world.now())
    return {
        **_run_links(world, repo, run),
        "id": run.id,
        "name": run.workflow.name,
        "node_id": f"WFR_{run.id}",
        "head_branch": run.branch,
        "head_sha": run.sha,
        "path": run.workflow.path,
        "display_title": run.title,
        "run_number": run.number,
        "run_attempt": run.last.number,
        "event": run.event,
        "status": whole.status,
        "conclusion": whole.conclusion,
        "workflow_id": run.workflow.id,
        "pull_requests": [],
        "created_at": iso(run.created),
        "updated_at": iso(whole.ended or run.last.started),
        "run_started_at": iso(run.last.started),
        "actor": run.actor.simple(world.root),
        "triggering_actor": run.last.actor.simple(world.root),
        "head_commit": {"id": run.sha, "message": run.title, "timestamp": iso(run.created)},
        "repository": repository(world, repo),
        "head_repository": repository(world, repo),
    }


def _run_links(world: World, repo: Repo, run: Run) -> dict[str, str]:
    about = f"{world.root}{API}/repos/{repo.full_name}"
    api = f"{about}/actions/runs/{run.id}"
    return {
        "url": api,
        "html_url": f"{world.root}/{repo.full_name}/actions/runs/{run.id}",
        "jobs_url": f"{api}/jobs",
        "logs_url": f"{api}/logs",
        "artifacts_url": f"{api}/artifacts",
        "cancel_url": f"{api}/cancel",
        "rerun_url": f"{api}/rerun",
        "workflow_url": f"{about}/actions/workflows/{run.workflow.id}",
        "check_suite_url": f"{about}/check-suites/{run.id}",
    }


def job_shape(world: World, repo: Repo, run: Run, attempt: Attempt, job: JobRun) -> dict[str, Any]:
    """A job with its steps, as far as it is now."""
    actions = f"{world.root}{API}/repos/{repo.full_name}/actions"
    span = attempt.spans(world.now())[job.job.name]
    runs = span.started is not None and span.conclusion != "skipped"
    return {
        "id": job.id,
        "run_id": run.id,
        "workflow_name": run.workflow.name,
        "head_branch": run.branch,
        "run_url": f"{actions}/runs/{run.id}",
        "run_attempt": attempt.number,
        "node_id": f"CR_{job.id}",
        "head_sha": run.sha,
        "url": f"{actions}/jobs/{job.id}",
        "check_run_url": f"{world.root}{API}/repos/{repo.full_name}/check-runs/{job.id}",
        "html_url": f"{world.root}/{repo.full_name}/actions/runs/{run.id}/job/{job.id}",
        "status": span.status,
        "conclusion": span.conclusion,
        "created_at": iso(attempt.started),
        "started_at": iso(span.started or attempt.started),
        "completed_at": iso(span.ended if span.conclusion else None),
        "name": job.job.name,
        "steps": _steps(world, job, span) if runs else [],
        "labels": ["ubuntu-latest"],
        "runner_id": 1 if runs else None,
        "runner_name": "GitHub Actions 1" if runs else None,
        "runner_group_id": 0 if runs else None,
        "runner_group_name": "GitHub Actions" if runs else None,
    }


def _steps(world: World, job: JobRun, span: Span) -> list[dict[str, Any]]:
    names = ("Set up job", *job.job.steps, "Complete job")
    start = span.started or world.now()
    share = timedelta(seconds=(job.job.seconds or 0) / len(names))
    found = []
    for position, name in enumerate(names):
        begins = start + position * share
        ends = min(begins + share, span.ended) if span.ended else begins + share
        over = job.job.seconds is not None and ends <= world.now()
        going = begins <= world.now() if share else position == 0
        status = "completed" if over or span.conclusion else "in_progress" if going else "queued"
        last = position == len(names) - 2
        bad = last and span.conclusion not in (None, "success")
        conclusion = span.conclusion if bad else "success"
        found.append(
            {
                "name": name,
                "number": position + 1,
                "status": status,
                "conclusion": conclusion if status == "completed" else None,
                "started_at": iso(begins) if status != "queued" else None,
                "completed_at": iso(ends) if status == "completed" else None,
            }
        )
    return found
