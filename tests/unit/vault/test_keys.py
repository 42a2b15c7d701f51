"""ACTAS_SECRET: what is accepted, and what is said about the rest."""

from __future__ import annotations

import base64

import pytest

from bot.errors import ConfigError
from bot.vault.keys import KeyRing, new_secret

A, B = "A" * 43, "B" * 42 + "A"


def test_new_secrets_are_32_bytes_and_differ():
    """Two new secrets are different and each decodes to 32 bytes."""
    first, second = new_secret(), new_secret()
    assert first != second
    assert len(base64.urlsafe_b64decode(first + "=")) == 32


@pytest.mark.parametrize("text", [f"{A},{B}", f"{A} {B}", f" {A} ,\n{B}\n", f"{A}=,{B}="])
def test_several_secrets_are_separated_by_commas_or_white_space(text):
    """The first is the newest; padding may stand or be left out."""
    ring = KeyRing.from_text(text)
    assert len(ring.keys) == 2
    assert ring.newest == KeyRing.from_text(A).newest


@pytest.mark.parametrize(
    "text",
    [
        "",
        " , ",
        "short",
        A[:-1],
        A + "A",
        A[:-1] + "B",  # decodes to the same bytes as A: a typing mistake
        A[:-1] + "+",
        A[:-1] + "é",
        f"{A},{A}",
        f"{A},oops",
    ],
)
def test_malformed_secrets_are_refused_by_name_without_being_shown(text):
    """The error names ACTAS_SECRET and what to do, and repeats nothing of the value."""
    with pytest.raises(ConfigError) as caught:
        KeyRing.from_text(text)
    assert str(caught.value).startswith("ACTAS_SECRET: ")
    assert "\n" not in str(caught.value)
    for word in text.replace(",", " ").split():
        assert word not in str(caught.value)


def test_a_malformed_secret_is_named_by_its_place():
    """With several secrets, the error says which one is wrong."""
    with pytest.raises(ConfigError, match="its secret number 2 "):
        KeyRing.from_text(f"{A},oops")


def test_keys_do_not_show_themselves():
    """Neither repr nor str of a ring holds key bytes or the secret."""
    ring = KeyRing.from_text(A)
    assert repr(ring.newest.value) not in repr(ring)
    assert A not in repr(ring)
