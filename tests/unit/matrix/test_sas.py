"""Emoji verification, against an initiator written apart from it by the specification."""

from __future__ import annotations

import base64
import hashlib
import json

import pytest
import vodozemac

from bot.matrix.emoji import EMOJI
from bot.matrix.sas import Cancel, Party, Sas

BOT = Party("@actas:example.org", "BOTDEVICE", "B" * 43, "b" * 43)
ALICE = Party("@alice:example.org", "PHONE", "A" * 43, "a" * 43)
TXN = "$request"


class Initiator:
    """Alice's client."""

    def __init__(self):
        self.sas = vodozemac.Sas()
        self.public = self.sas.public_key.to_base64()
        self.began = {
            "from_device": ALICE.device,
            "method": "m.sas.v1",
            "key_agreement_protocols": ["curve25519-hkdf-sha256", "curve25519"],
            "hashes": ["sha256"],
            "message_authentication_codes": ["hkdf-hmac-sha256.v2", "hkdf-hmac-sha256"],
            "short_authentication_string": ["decimal", "emoji"],
            "m.relates_to": {"rel_type": "m.reference", "event_id": TXN},
        }

    def agree(self, accept, theirs):
        """See that their key is the one they were bound to; return emoji and numbers."""
        canonical = json.dumps(
            self.began, ensure_ascii=False, separators=(",", ":"), sort_keys=True
        )
        digest = hashlib.sha256((theirs + canonical).encode()).digest()
        assert accept["commitment"] == base64.b64encode(digest).decode().rstrip("=")
        self.shared = self.sas.diffie_hellman(vodozemac.Curve25519PublicKey.from_base64(theirs))
        found = self.shared.bytes(
            f"MATRIX_KEY_VERIFICATION_SAS|{ALICE.user}|{ALICE.device}|{self.public}"
            f"|{BOT.user}|{BOT.device}|{theirs}|{TXN}"
        )
        return tuple(EMOJI[i] for i in found.emoji_indices), tuple(found.decimals)

    def mac(self, keys=None):
        keys = keys or {f"ed25519:{ALICE.device}": ALICE.ed25519, f"ed25519:{'a' * 43}": "a" * 43}
        info = f"MATRIX_KEY_VERIFICATION_MAC{ALICE.user}{ALICE.device}{BOT.user}{BOT.device}{TXN}"
        mac = self.shared.calculate_mac
        return {
            "mac": {key_id: mac(key, info + key_id) for key_id, key in keys.items()},
            "keys": mac(",".join(sorted(keys)), info + "KEY_IDS"),
        }

    def check(self, content):
        info = f"MATRIX_KEY_VERIFICATION_MAC{BOT.user}{BOT.device}{ALICE.user}{ALICE.device}{TXN}"
        self.shared.verify_mac(",".join(sorted(content["mac"])), info + "KEY_IDS", content["keys"])
        for key_id, mac in content["mac"].items():
            key = {f"ed25519:{BOT.device}": BOT.ed25519}.get(key_id, BOT.master)
            self.shared.verify_mac(key, info + key_id, mac)
        return set(content["mac"])


@pytest.fixture
def alice():
    return Initiator()


@pytest.fixture
def bot():
    return Sas(TXN, BOT, ALICE)


def compare(alice, bot):
    accept = bot.start(alice.began)
    return alice.agree(accept, bot.key({"key": alice.public})["key"])


def test_both_sides_see_the_same_and_prove_their_keys(alice, bot):
    """Seven emoji, three numbers, the device's key and the identity's."""
    assert compare(alice, bot) == (bot.emoji, bot.numbers)
    assert (len(bot.emoji), len(bot.numbers)) == (7, 3)
    assert not bot.proved
    bot.prove(alice.mac())
    assert bot.proved
    assert alice.check(bot.mac()) == {f"ed25519:{BOT.device}", f"ed25519:{BOT.master}"}


def test_the_emoji_are_the_specifications():
    """Sixty-four, each once."""
    assert (len(EMOJI), len(set(EMOJI))) == (64, 64)
    assert (EMOJI[0], EMOJI[53], EMOJI[63]) == (("🐶", "Dog"), ("✈️", "Aeroplane"), ("📌", "Pin"))


def test_who_stands_between_shows_other_emoji(alice, bot):
    """Mallory talks with each of them under the other's name: what they see differs."""
    to_bot, to_alice = Initiator(), Sas(TXN, BOT, ALICE)
    compare(to_bot, bot)
    seen = compare(alice, to_alice)
    assert seen != (bot.emoji, bot.numbers)


@pytest.mark.parametrize(
    "keys",
    [
        {f"ed25519:{ALICE.device}": ALICE.ed25519},  # the identity is missing
        {f"ed25519:{'a' * 43}": "m" * 43},  # another key under its id
        {f"ed25519:{'m' * 43}": "m" * 43},  # another identity
        {f"ed25519:{ALICE.device}": "m" * 43, f"ed25519:{'a' * 43}": "a" * 43},
        {},
    ],
)
def test_other_keys_than_those_shown_are_not_proved(alice, bot, keys):
    """Whoever asks under Alice's name has to hold her identity."""
    compare(alice, bot)
    with pytest.raises(Cancel) as ended:
        bot.prove(alice.mac(keys) if keys else {"mac": {}, "keys": ""})
    assert ended.value.code == "m.key_mismatch"
    assert not bot.proved


@pytest.mark.parametrize("content", [{}, {"mac": 1, "keys": 2}, {"mac": {"ed25519:x": None}}])
def test_malformed_macs_end_it(alice, bot, content):
    """They raise nothing else."""
    compare(alice, bot)
    with pytest.raises(Cancel):
        bot.prove(content)


@pytest.mark.parametrize(
    "change",
    [
        {"from_device": "TABLET"},
        {"method": "m.qr_code.show.v1"},
        {"hashes": ["md5"]},
        {"hashes": "sha256"},
        {"key_agreement_protocols": ["curve25519"]},
        {"message_authentication_codes": ["hkdf-hmac-sha256"]},
        {"short_authentication_string": []},
        {"short_authentication_string": None},
    ],
)
def test_a_start_that_offers_nothing_in_common_ends_it(alice, bot, change):
    """Old and broken methods are not fallen back to."""
    with pytest.raises(Cancel):
        bot.start(alice.began | change)


def test_steps_out_of_order_end_it(alice, bot):
    """A key before the commitment would let the other side choose the emoji."""
    with pytest.raises(Cancel):
        bot.key({"key": alice.public})
    with pytest.raises(Cancel):
        bot.prove({"mac": {}, "keys": ""})
    compare(alice, bot)
    for again in (lambda: bot.start(alice.began), lambda: bot.key({"key": alice.public})):
        with pytest.raises(Cancel) as ended:
            again()
        assert ended.value.code == "m.unexpected_message"


@pytest.mark.parametrize("key", [None, "", "short", "!" * 43, "A" * 43])
def test_a_key_that_is_none_ends_it(alice, bot, key):
    """Nor one that would make the secret known to everybody (all zeros)."""
    bot.start(alice.began)
    with pytest.raises(Cancel) as ended:
        bot.key({"key": key})
    assert ended.value.code == "m.invalid_message"
