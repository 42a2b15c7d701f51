"""Recovery keys, as people write them down and type them in."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.matrix import recovery_key
from bot.secret import Secret

KNOWN = {  # as matrix-js-sdk 43 writes them
    bytes(range(32)): "EsSz ykH7 LCZx 7Cae cmKD wcmY JRXi Ybtu 8iQ3 t8Ez nRwK pUY1",
    b"\xff" * 32: "EsUK 2TRo ZKTB CKmv wEDA o6rq tTYu aKzp eJ9f 95nM 3VHk Xbnq",
    bytes(32): "EsSz ygLv VP1b xF1C v7kE eBQx MxDP buG5 w25T L3b6 hfyG Kkrd",
}
TEXT = KNOWN[bytes(range(32))]


@pytest.mark.parametrize("key", KNOWN)
def test_a_key_is_written_and_read_as_other_clients_do(key):
    """In groups of four."""
    assert recovery_key.write(key).reveal() == KNOWN[key]
    assert recovery_key.read(Secret(KNOWN[key])) == key


@given(st.binary(min_size=32, max_size=32))
def test_every_key_comes_back(key):
    """Whatever its bytes are."""
    assert recovery_key.read(recovery_key.write(key)) == key


@pytest.mark.parametrize("text", [TEXT.replace(" ", ""), f"\t{TEXT}\n", TEXT.replace(" ", "  \n")])
def test_white_space_counts_for_nothing(text):
    """People copy it in pieces."""
    assert recovery_key.read(Secret(text)) == bytes(range(32))


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "cut off or mistyped"),
        (TEXT[:-1], "cut off or mistyped"),
        (TEXT[5:], "cut off or mistyped"),
        (TEXT.replace("UY1", "UY2"), "cut off or mistyped"),
        (TEXT.replace("LCZx", "CLZx"), "cut off or mistyped"),
        ("Fs" + TEXT[2:], "cut off or mistyped"),
        (TEXT + "1", "too long"),
        (TEXT.replace("Y1", "Yl"), "has a letter"),
        (TEXT.replace("Y1", "Y0"), "has a letter"),
        ("correct horse battery staple, über", "has a letter"),
    ],
)
def test_what_is_no_recovery_key_is_told_without_repeating_it(text, problem):
    """Prefix and parity find a slip; the letters 0, O, I and l do not exist."""
    with pytest.raises(ValueError, match=problem) as caught:
        recovery_key.read(Secret(text))
    assert not text or text not in str(caught.value)


def test_a_key_does_not_show_itself():
    """It is a secret like any other until it is printed."""
    assert "EsSz" not in f"{recovery_key.write(bytes(range(32)))!r}"
