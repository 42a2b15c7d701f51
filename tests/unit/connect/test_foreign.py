"""Secrets of other services, wherever they are pasted."""

from __future__ import annotations

import pytest

from bot.connect.token import Field, Further, Token
from bot.errors import UserError
from bot.secret import Secret
from tests.contracts.fakes import FakeConversation

KEY = "AKIA" + "Q" * 16
BROAD = Token(
    page="https://ci.example.org",
    what="a password",
    fields=(Field("password", "password", r".+", "never"),),
    further=(Further(Field("second", "second", r".*", "never"), "And the second?"),),
    revoke_hint="",
)
OF_KEYS = Token(
    page="https://ci.example.org",
    what="a key",
    fields=(Field("id", "id", r"[^:]+", "never"), Field("secret", "secret", r".+", "never")),
    shape=r"AKIA[A-Z0-9]{16}",
    revoke_hint="…",
)
STRANGERS = [
    ("syt_YWxpY2U_abcdefghijklmnop_1AbCdE", "Matrix access token"),
    ("ghp_abcdefghijklmnopqrstuvwxyz0123456789", "GitHub token"),
    ("glpat-abcdefghijklmnopqrst", "GitLab token"),
    (KEY, "AWS access key"),
    ("xoxb-1234567890-abc", "Slack token"),
    ("-----BEGIN OPENSSH PRIVATE KEY-----", "private key"),
]


@pytest.mark.parametrize(("pasted", "told"), STRANGERS)
def test_another_services_secret_is_refused_where_anything_would_fit(pasted, told):
    with pytest.raises(UserError, match=told) as refused:
        BROAD.take_apart(Secret(f"so: {pasted}"))
    assert pasted not in refused.value.text


def test_flow_takes_what_it_declares_itself():
    assert OF_KEYS.take_apart(Secret(f"{KEY}:hunter2"))["id"].reveal() == KEY


def test_flow_refuses_a_stranger_beside_its_own():
    with pytest.raises(UserError, match="GitHub"):
        OF_KEYS.take_apart(Secret(f"{KEY}:{STRANGERS[1][0]}"))


async def test_another_services_secret_is_refused_at_a_further_question_too():
    talk = FakeConversation(["hunter2", STRANGERS[0][0], "fine"])
    grant = await BROAD.run(talk)
    assert grant.fields["second"].reveal() == "fine"
    assert "Matrix access token" in talk.said
    assert all(asked.secret for asked in talk.asked)
