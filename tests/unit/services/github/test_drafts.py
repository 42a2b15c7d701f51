"""What is about to be said at GitHub."""

from __future__ import annotations

import pytest

from bot.errors import UserError
from bot.services.github.drafts import BODY, TITLE, Comment, NewIssue


@pytest.mark.parametrize(
    ("typed", "repository", "title", "body"),
    [
        ("It is slow", "", "It is slow", ""),
        ("acme/site It  is\nOn my\n\nmachine\n", "acme/site", "It is", "On my\n\nmachine"),
        ('"CI/CD is broken"', "", "CI/CD is broken", ""),
        ('acme/site "quoted" here', "acme/site", '"quoted" here', ""),
        ("It's Bob's", "", "It's Bob's", ""),
    ],
)
def test_the_first_line_is_the_title(typed, repository, title, body):
    found, rest = NewIssue.take(typed)
    assert (found.repository.name, found.title, found.body, rest) == (repository, title, body, "")


@pytest.mark.parametrize("text", ["", "acme/site", "x" * (TITLE + 1)])
def test_an_issue_needs_a_title_that_github_takes(text):
    with pytest.raises(UserError):
        NewIssue.take(text)


@pytest.mark.parametrize("text", ["", "  \n ", "x" * (BODY + 1)])
def test_a_comment_says_something_that_github_takes(text):
    with pytest.raises(UserError):
        Comment.take(text)
