"""What is typed for repositories, issues and notifications."""

from __future__ import annotations

import pytest

from bot.errors import UserError
from bot.services.github.names import IssueRef, Logins, Repository, ThreadRef


@pytest.mark.parametrize(
    ("text", "name", "origin"),
    [
        ("acme/site", "acme/site", ""),
        ("acme/.github rest", "acme/.github", ""),
        ("https://github.com/acme/site", "acme/site", "https://github.com"),
        ("<https://GitHub.com/acme/site/>", "acme/site", "https://github.com"),
        ("https://github.com/acme/site.git", "acme/site", "https://github.com"),
        ("acme-corp_x/a.b-c_d", "acme-corp_x/a.b-c_d", ""),
    ],
)
def test_a_repository_is_named_or_linked(text, name, origin):
    found, _ = Repository.take(text)
    assert (found.name, found.origin) == (name, origin)


@pytest.mark.parametrize(
    "text",
    [
        *("site", "../site", "acme/..", "acme/.", "acme/../x", "a/b/c", "/site", "acme/", "-x/y"),
        *("acme/si+te", "acme/sité", "acme/%2e%2e", "ac me/site", "@acme/site", "#12", ""),
        *("https://evil@github.com/acme/site", "https://github.com/acme/site?x=1"),
    ],
)
def test_what_is_no_repository_is_left_where_it_is(text):
    found, rest = Repository.take(text)
    assert (found.name, rest) == ("", text)


@pytest.mark.parametrize(
    ("typed", "text"),
    [
        ("#12", "#12"),
        ("'12'", "12"),
        ("acme/site#12, please", "acme/site#12"),
        ("https://github.com/acme/site/issues/12#issuecomment-1", "acme/site#12"),
        ("<https://github.com/acme/site/pull/12/files>", "acme/site#12"),
    ],
)
def test_an_issue_is_named_or_linked(typed, text):
    found, _ = IssueRef.take(typed)
    assert (str(found), found.number) == (text, 12)


@pytest.mark.parametrize(
    "text", ["#0", "#-1", "12a", "acme/..#12", "acme/site", "#1234567890", "#1/../2", "", "acme#12"]
)
def test_what_is_no_issue_is_refused(text):
    with pytest.raises(UserError, match="no issue"):
        IssueRef.take(text)


@pytest.mark.parametrize("listed", ["thread/12", "acme/site 12345", "acme/site deploy.yml"])
def test_a_number_in_another_kind_of_list_is_no_issue(listed):
    with pytest.raises(UserError):
        IssueRef(listed)


def test_a_notification_in_a_list_is_also_its_issue():
    assert str(IssueRef("thread/12 acme/site#3")) == "acme/site#3"
    assert ThreadRef("thread/12 acme/site#3").id == "12"


def test_a_notification_has_a_number():
    assert ThreadRef.take("'12'")[0].id == "12"
    for text in ("../x", "", "12/../x"):
        with pytest.raises(UserError):
            ThreadRef.take(text)


def test_people_are_named_with_or_without_an_at_sign():
    assert Logins.take("@bob, carol @bob")[0].names == ("bob", "carol")
    for text in ("", "b/c", "@", "bob; carol"):
        with pytest.raises(UserError):
            Logins.take(text)
