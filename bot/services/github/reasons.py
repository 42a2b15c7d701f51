"""Why GitHub says no, as far as that is told apart here. What it wrote stays in here."""

from __future__ import annotations

import json
from collections.abc import Mapping
from enum import Enum
from typing import Any, Final

_LONG: Final = 2_000  # characters of a message that are looked at


class Reason(Enum):
    """Why GitHub says no; the value is a sentence for people, where there is one."""

    ARCHIVED = "its repository is archived, so nothing in it can be changed"
    SSO = (
        "the organisation wants single sign-on: authorise your token for it in GitHub's settings, "
        "or connect again"
    )
    APPROVAL = "the organisation has not approved this bot's app: ask one of its owners to do so"
    NO_TRIGGER = "that workflow cannot be started by hand: it has no workflow_dispatch"
    NO_REF = "it has no such branch or tag"
    INPUTS = "the workflow does not take these inputs"
    DISABLED = "that workflow is disabled"
    NOT_MERGEABLE = "it cannot be merged as it is: there are conflicts, or a rule of its branch"
    MOVED_ON = "something has been pushed to it meanwhile, so it was not merged: look again"
    METHOD = "its repository does not allow this way of merging"
    NO_ISSUES = "issues are switched off in that repository"
    GONE = "it has been deleted"
    LOCKED = "the conversation is locked"
    NOT_COLLABORATOR = "only people with access to the repository can review"
    OWN_REVIEW = "the author of a pull request cannot review it"
    OPEN = "there is an open pull request for these branches already"
    NOTHING_NEW = "that branch has nothing that its base has not"
    NO_HEAD = "there is no such branch to merge, or you may not see it"
    NO_BASE = "there is no such branch to merge into"
    NOT_WRITER = "only people who may push to the repository can open one there"
    OVER = "it has ended already"
    RUNNING = "it still runs"
    NO_FAILED = "none of its jobs has failed"
    UNSEEN = "there is no such repository, or you may not see it"
    OLD = "it is too old to be run again"
    LIMITED = 1  # until some time
    NO_DETAILS = 2  # which an older server does not know


_BY_TEXT: Final[tuple[tuple[str, Reason], ...]] = (
    ("secondary rate limit", Reason.LIMITED),
    ("api rate limit exceeded", Reason.LIMITED),
    ("abuse detection", Reason.LIMITED),
    ("return_run_details", Reason.NO_DETAILS),
    ("archived", Reason.ARCHIVED),
    ("saml", Reason.SSO),
    ("oauth app access restrictions", Reason.APPROVAL),
    ("has no failed jobs", Reason.NO_FAILED),
    ("cannot be searched", Reason.UNSEEN),
    ("'workflow_dispatch' trigger", Reason.NO_TRIGGER),
    ("no ref found", Reason.NO_REF),
    ("unexpected inputs", Reason.INPUTS),
    ("required input", Reason.INPUTS),
    ("provided value", Reason.INPUTS),
    ("disabled workflow", Reason.DISABLED),
    ("head branch was modified", Reason.MOVED_ON),
    ("merge commits are not allowed", Reason.METHOD),
    ("merges are not allowed", Reason.METHOD),
    ("merging is not allowed", Reason.METHOD),
    ("not mergeable", Reason.NOT_MERGEABLE),
    ("required status check", Reason.NOT_MERGEABLE),
    ("approving review is required", Reason.NOT_MERGEABLE),
    ("rule violations", Reason.NOT_MERGEABLE),
    ("still a draft", Reason.NOT_MERGEABLE),
    ("issues are disabled", Reason.NO_ISSUES),
    ("issues has been disabled", Reason.NO_ISSUES),
    ("was deleted", Reason.GONE),
    ("is locked", Reason.LOCKED),
    ("may only be requested from collaborators", Reason.NOT_COLLABORATOR),
    ("review cannot be requested from pull request author", Reason.OWN_REVIEW),
    ("approve your own pull request", Reason.OWN_REVIEW),
    ("pull request already exists", Reason.OPEN),
    ("no commits between", Reason.NOTHING_NEW),
    ("must be a collaborator", Reason.NOT_WRITER),
    ("head: invalid", Reason.NO_HEAD),
    ("base: invalid", Reason.NO_BASE),
    ("cannot cancel a workflow run that is completed", Reason.OVER),
    ("already running", Reason.RUNNING),
    ("is still running", Reason.RUNNING),
    ("over a month ago", Reason.OLD),
)


def given_in(body: bytes) -> Reason | None:
    """The reason that the body of a refusal gives; None where it is none of the known ones."""
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return None
    if not isinstance(found, dict):
        return None
    said = " ".join(_texts(found)).lower()
    return next((reason for text, reason in _BY_TEXT if text in said), None)


def _texts(found: Mapping[str, Any]) -> list[str]:
    """GitHub's message; and those of single fields: a text, or an object with one or a code."""
    errors = found.get("errors")
    several = errors[:5] if isinstance(errors, list) else [errors]
    said = [found.get("message")]
    said += [_of_field(error) if isinstance(error, dict) else error for error in several]
    return [text[:_LONG] for text in said if isinstance(text, str)]


def _of_field(error: Mapping[str, Any]) -> Any:
    """Such as ``head: invalid``, where there is no message."""
    return error.get("message") or f"{error.get('field')}: {error.get('code')}"
