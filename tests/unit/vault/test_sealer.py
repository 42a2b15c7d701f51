"""The envelope: its vectors, and everything that must not open."""

from __future__ import annotations

import hashlib
import hmac
import json
import struct
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import Unopenable
from bot.vault.keys import KeyRing, new_secret
from bot.vault.sealer import Sealer

VECTORS = json.loads((Path(__file__).parent / "vectors.json").read_text())
DECISION = Path(__file__).parents[3] / "docs/decisions/0001-envelope.md"
PLACE = {"user": "@alice:example.org", "service": "jenkins", "label": "credential"}
OLD, NEW = new_secret(), new_secret()


def hkdf(secret: bytes, info: bytes, length: int) -> bytes:
    """RFC 5869 with SHA-256 and no salt, for up to 32 bytes: one round of each step."""
    extracted = hmac.digest(bytes(32), secret, hashlib.sha256)
    return hmac.digest(extracted, info + b"\x01", hashlib.sha256)[:length]


def independent(vector: dict[str, str]) -> bytes:
    """The envelope of a vector, built from the decision record and not from the program."""
    secret = bytes.fromhex(vector["secret_hex"])
    fields = [b"\x01", *(vector[name].encode() for name in ("user", "service", "label"))]
    aad = b"".join(struct.pack(">I", len(field)) + field for field in fields)
    nonce = bytes.fromhex(vector["nonce_hex"])
    cipher = AESGCM(hkdf(secret, b"actas vault v1", 32))
    sealed = cipher.encrypt(nonce, vector["plaintext"].encode(), aad)
    return b"\x01" + hkdf(secret, b"actas vault v1 key id", 4) + nonce + sealed


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["name"])
def test_vectors_are_what_an_independent_construction_gives(vector):
    """The recorded envelopes follow from the text of the decision alone."""
    assert independent(vector).hex() == vector["sealed_hex"]


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["name"])
def test_vectors_open(vector):
    """What was sealed by this format in the past opens for ever."""
    sealer = Sealer(KeyRing.from_text(vector["secret"]))
    place = {name: vector[name] for name in ("user", "service", "label")}
    opened = sealer.open(bytes.fromhex(vector["sealed_hex"]), **place)
    assert opened == vector["plaintext"].encode()


def test_the_decision_shows_the_vectors():
    """The document and the tests speak of the same envelopes."""
    text = DECISION.read_text()
    for vector in VECTORS:
        assert vector["sealed_hex"] in text.replace("\n", "").replace(" ", "")


@given(st.binary(max_size=600), st.text(), st.text(), st.text())
def test_what_is_sealed_opens_in_its_place(plaintext, user, service, label):
    """Any bytes come back from any place."""
    sealer = Sealer(KeyRing.from_text(OLD))
    place = {"user": user, "service": service, "label": label}
    sealed = sealer.seal(plaintext, **place)
    assert sealer.open(sealed, **place) == plaintext
    assert len(sealed) == len(plaintext) + 33


@pytest.mark.parametrize("field", list(PLACE))
@pytest.mark.parametrize("change", [str.upper, lambda value: value + "x", lambda _: ""])
def test_nothing_opens_where_one_field_of_its_place_differs(sealer, field, change):
    """A row moved to another user, service or label stays closed."""
    sealed = sealer.seal(b"token", **PLACE)
    with pytest.raises(Unopenable):
        sealer.open(sealed, **{**PLACE, field: change(PLACE[field])})


def test_fields_cannot_be_shifted_into_each_other(sealer):
    """Places that look alike when joined are different places."""
    sealed = sealer.seal(b"token", user="ab", service="c", label="d")
    with pytest.raises(Unopenable):
        sealer.open(sealed, user="a", service="bc", label="d")


def test_the_version_is_bound():
    """An envelope made for another version's context does not open as version 1."""
    vector = VECTORS[0]
    sealed = independent(vector)
    other = b"\x02" + sealed[1:]
    place = {name: vector[name] for name in PLACE}
    with pytest.raises(Unopenable, match="version"):
        Sealer(KeyRing.from_text(vector["secret"])).open(other, **place)


def test_no_bit_of_an_envelope_can_be_changed(sealer):
    """Flipping any single bit, header included, keeps it from opening."""
    sealed = sealer.seal(b"token", **PLACE)
    for place in range(len(sealed) * 8):
        changed = bytearray(sealed)
        changed[place // 8] ^= 1 << place % 8
        with pytest.raises(Unopenable):
            sealer.open(bytes(changed), **PLACE)


def test_no_part_of_an_envelope_can_be_missing(sealer):
    """Cut anywhere, or made longer, it does not open."""
    sealed = sealer.seal(b"token", **PLACE)
    for length in range(len(sealed)):
        with pytest.raises(Unopenable):
            sealer.open(sealed[:length], **PLACE)
    with pytest.raises(Unopenable):
        sealer.open(sealed + b"\0", **PLACE)


def test_the_same_value_is_never_sealed_alike(sealer):
    """Equal secrets of two rows cannot be recognised."""
    assert sealer.seal(b"token", **PLACE) != sealer.seal(b"token", **PLACE)


def test_older_keys_open_and_the_newest_seals():
    """With two secrets, what the old one sealed opens and what is sealed needs the new one."""
    old = Sealer(KeyRing.from_text(OLD))
    both = Sealer(KeyRing.from_text(f"{NEW},{OLD}"))
    new = Sealer(KeyRing.from_text(NEW))
    before, after = old.seal(b"token", **PLACE), both.seal(b"token", **PLACE)
    assert both.open(before, **PLACE) == b"token"
    assert new.open(after, **PLACE) == b"token"
    assert (both.is_newest(before), both.is_newest(after)) == (False, True)
    with pytest.raises(Unopenable, match="key is not in ACTAS_SECRET"):
        old.open(after, **PLACE)


def test_errors_show_neither_plaintext_nor_place(sealer):
    """What does not open says why, without a word of what it was."""
    sealed = sealer.seal(b"token", **PLACE)
    with pytest.raises(Unopenable) as caught:
        sealer.open(sealed, **{**PLACE, "user": "@mallory:example.org"})
    assert caught.value.__cause__ is None
    assert "token" not in str(caught.value)
    assert "alice" not in str(caught.value)
