"""What people read when something goes wrong."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from bot.errors import (
    Forbidden,
    Invalid,
    NotFound,
    RateLimited,
    ServiceError,
    Unauthorized,
    Unavailable,
    UserError,
)
from bot.matrix.render import render
from bot.plugin import StepUp
from bot.reply import Reply, spelled
from bot.wording import bug, explain


def read(reply: Reply) -> str:
    return render(reply).body


OPENS = datetime(2026, 3, 1, 12, 5, tzinfo=timezone(timedelta(hours=2)))


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (UserError("<job> is missing", "Say it like this: build <job>"),
         "<job> is missing. Say it like this: build <job>."),
        (UserError("Really?"), "Really?"),
        (Unauthorized(),
         "Jenkins no longer accepts your credential for alice. Connect again: `connect jenkins`"),
        (StepUp(None, "Jenkins asks for a code."),
         "Jenkins asks for a code. Give me a command for it, and I shall ask you."),
        (Forbidden("Job/Build"),
         "Jenkins does not allow that to alice: the permission `Job/Build` is missing. "
         "Ask an admin over there for it."),
        (Forbidden("Job/Build", "al"),
         "Jenkins does not allow that to al: the permission `Job/Build` is missing. "
         "Ask an admin over there for it."),
        (Forbidden("Job/Build", remedy="Ask Bob for it."),
         "Jenkins does not allow that to alice: the permission `Job/Build` is missing. "
         "Ask Bob for it."),
        (Forbidden(), "Jenkins does not allow that to alice."),
        (NotFound("job 'x'"), "Jenkins has no job 'x' that alice may see."),
        (Invalid("there is no parameter 'a'"),
         "Jenkins does not accept that: there is no parameter 'a'."),
        (RateLimited(OPENS),
         "Jenkins has had too many requests from you; it opens again at 2026-03-01 10:05 UTC."),
        (RateLimited(),
         "Jenkins has had too many requests from you; wait a while before you try again."),
        (Unavailable("it did not answer in time."),
         "Jenkins cannot be reached or does not answer properly (it did not answer in time). "
         "Try again later."),
        (Unavailable(retryable=False),
         "Jenkins broke off. It may have been carried out: look before you repeat it."),
        (ServiceError(), "Jenkins refused that. Try again later, or ask an admin over there."),
    ],
)  # fmt: skip  # each error beside its sentence
def test_each_error_is_one_line_with_what_to_do(error, said):
    """What happened, whose fault it is, and the way on."""
    assert read(explain(error, title="Jenkins", account="alice", name="jenkins")) == said


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (Unauthorized(), "The service no longer accepts your credential. Connect again."),
        (NotFound("job 'x'"), "The service has no job 'x'."),
        (Forbidden(), "The service does not allow that to your account."),
    ],
)  # fmt: skip  # each error beside its sentence
def test_what_is_not_known_is_left_out(error, said):
    """Before an account is known there is none to name."""
    assert read(explain(error)) == said


def test_commands_in_the_hint_of_a_service_are_for_it_and_what_is_quoted_is_not():
    """Where the error is not a service's they are the bot's own, said as they stand."""
    error = UserError("`art` is a folder.", "`ls art` shows what is in it.")
    assert read(spelled(explain(error, typed=True), "!", "jenkins")) == (
        "`art` is a folder. `!jenkins ls art` shows what is in it."
    )
    assert read(spelled(explain(error), "!", "jenkins")) == (
        "`art` is a folder. `ls art` shows what is in it."
    )


def test_connecting_again_is_said_to_the_bot_itself():
    """No service's name stands before it."""
    again = explain(Unauthorized(), title="Jenkins", name="jenkins")
    assert read(spelled(again, "!", "jenkins")).endswith("Connect again: `!connect jenkins`")


def test_a_hostile_text_in_an_error_stays_text():
    """A server's name for a permission may hold anything."""
    html = render(explain(Forbidden("<b>@room</b>"), title="Jenkins")).html
    assert "<b>" not in html
    assert "@room" not in html


def test_a_bug_is_the_bots_fault_and_has_a_number():
    """The user can tell the operator which."""
    assert read(bug("7f3a")) == (
        "Something is wrong in me, not in what you said. Tell my operator this id: `7f3a`"
    )


def test_a_bug_in_a_command_that_acts_says_to_look_first():
    """It may have happened before I stumbled."""
    assert "It may have been carried out: look before you repeat it." in read(bug("x", acted=True))


def test_times_are_told_in_utc():
    """The reader's time zone is not known."""
    moment = datetime(2026, 1, 1, tzinfo=UTC)
    assert "2026-01-01 00:00 UTC" in read(explain(RateLimited(moment)))
