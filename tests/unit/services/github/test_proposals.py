"""What a new pull request is typed as."""

from __future__ import annotations

import pytest

from bot.errors import UserError
from bot.services.github.proposals import NewPull


@pytest.mark.parametrize(
    ("typed", "repository", "ends", "title", "body"),
    [
        ("head:fix Mend it", "", ("fix", ""), "Mend it", ""),
        ("acme/site base:v2 head:a/b/c Mend it", "acme/site", ("a/b/c", "v2"), "Mend it", ""),
        ("Head:fix Base:v2\nMend it\nIt is\nold", "", ("fix", "v2"), "Mend it", "It is\nold"),
        ("head:carol:a/b Mend it", "", ("carol:a/b", ""), "Mend it", ""),
        ('head:fix "head: is missing"', "", ("fix", ""), "head: is missing", ""),
        ("acme/site Mend it", "acme/site", ("", ""), "Mend it", ""),
        ("head:fix docs/readme is wrong", "", ("fix", ""), "docs/readme is wrong", ""),
        ("Say head:fix aloud", "", ("", ""), "Say head:fix aloud", ""),
    ],
)
def test_branches_stand_before_the_title(typed, repository, ends, title, body):
    """In any order and with slashes in them; a phone may have made the first letter a capital."""
    found, rest = NewPull.take(typed)
    assert (found.repository.name, (found.head, found.base)) == (repository, ends)
    assert (found.title, found.body, rest) == (title, body, "")


@pytest.mark.parametrize("typed", ["acme/site head:a/b base:v2 Mend it\nNow", "Mend it"])
def test_it_is_shown_as_it_is_typed(typed):
    assert str(NewPull.take(typed)[0]) == typed


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "head:fix",
        "head: fix Mend it",
        "head:fix head:other Mend it",
        "head:../x Mend it",
        "head:fix base:a:b Mend it",
        "head:a:b:c Mend it",
        f"head:fix {'x' * 300}",
    ],
)
def test_what_cannot_be_a_pull_request_is_refused(typed):
    with pytest.raises(UserError):
        NewPull.take(typed)
