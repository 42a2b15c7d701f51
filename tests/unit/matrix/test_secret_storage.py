"""Secret storage: its cryptography, and what it does with an account's data."""

from __future__ import annotations

import base64
from contextlib import asynccontextmanager
from urllib.parse import unquote

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from hypothesis import given
from hypothesis import strategies as st

from bot.matrix.client import Homeserver, MatrixError
from bot.matrix.secret_storage import (
    DEFAULT,
    Damaged,
    SecretStorage,
    decrypt,
    describe,
    encrypt,
    fits,
)

USER = "@actas:example.org"
KEY = bytes(range(32))
NAME = "m.cross_signing.master"
IV = "QEFCQ0RFRkdISUpLTE1OTw"
# What matrix-js-sdk 43 makes of this key, name and IV; it pads its base64.
PLAINTEXT = b"c2VlZCBvZiB0aGUgbWFzdGVyIGtleSwgMzIgYnl0ZXM"
KNOWN = {
    "iv": f"{IV}==",
    "ciphertext": "nGx39LyTeIsqRbNJvf8RxgOwRSedVtn6+mhNPKKsYiRQUyd/q69ApQPxzA==",
    "mac": "Q4/4PkaPIc0XA8hhQSAAvqPc3FFm7lYsAEtkHtrhKos=",
}
KNOWN_KEY = {
    "algorithm": "m.secret_storage.v1.aes-hmac-sha2",
    "iv": f"{IV}==",
    "mac": "sGsV5Pjg7MBgo7NOvOahviPj/tV1MvF2xvCcZMMKPFY=",
}
SEEDS = {NAME: b"m" * 32, "m.cross_signing.self_signing": b"s" * 32}


# ------------------------------------------------------------------ the cryptography
def test_a_secret_is_sealed_as_other_clients_do():
    """The same bytes, in base64 without padding as the spec has it."""
    sealed = encrypt(KEY, NAME, PLAINTEXT, base64.b64decode(f"{IV}=="))
    assert sealed == {part: text.rstrip("=") for part, text in KNOWN.items()}


@pytest.mark.parametrize("pad", [str, lambda text: text.rstrip("=")], ids=["padded", "unpadded"])
def test_a_secret_of_other_clients_opens(pad):
    """With and without padding."""
    assert decrypt(KEY, NAME, {part: pad(text) for part, text in KNOWN.items()}) == PLAINTEXT


def test_no_two_secrets_are_sealed_alike_and_bit_63_of_every_iv_is_clear():
    """Counters of 64 bits, which some clients have, would run over."""
    ivs = [base64.b64decode(encrypt(KEY, NAME, b"x")["iv"] + "==") for _ in range(64)]
    assert len(set(ivs)) == 64
    assert {len(iv) for iv in ivs} == {16}
    assert not any(iv[8] & 0x80 for iv in ivs)
    assert any(iv[0] & 0x80 for iv in ivs)


@pytest.mark.parametrize(
    ("key", "name", "change"),
    [
        (bytes(32), NAME, {}),
        (KEY, "m.cross_signing.self_signing", {}),
        (KEY, NAME, {"ciphertext": "A" + KNOWN["ciphertext"][1:]}),
        (KEY, NAME, {"mac": "A" + KNOWN["mac"][1:]}),
        (KEY, NAME, {"ciphertext": ""}),
        (KEY, NAME, {"iv": "AAAA"}),
        (KEY, NAME, {"mac": "not base64!"}),
        (KEY, NAME, {"iv": None}),
        (KEY, NAME, {"mac": "ü"}),
        (KEY, NAME, {"mac": "A"}),
    ],
)
def test_what_was_altered_or_is_of_another_key_or_name_does_not_open(key, name, change):
    """Nor does what is not written as it should be."""
    with pytest.raises(Damaged):
        decrypt(key, name, KNOWN | change)


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from([*KNOWN, "x"]), inner),
    max_leaves=8,
)


@given(_JSON)
def test_whatever_stands_there_is_damaged_and_nothing_worse(stored):
    """A homeserver may hand out anything."""
    with pytest.raises(Damaged):
        decrypt(KEY, NAME, stored)


def test_a_typed_key_is_tried_on_the_description():
    """Of our making and of others'; one without a MAC tells nothing."""
    assert fits(KEY, KNOWN_KEY)
    assert not fits(bytes(32), KNOWN_KEY)
    own = describe(KEY)
    assert fits(KEY, own)
    assert not fits(bytes(32), own)
    assert fits(bytes(32), {"algorithm": own["algorithm"]})


@pytest.mark.parametrize(
    "change", [{"iv": "AAAA"}, {"iv": None}, {"mac": 7}, {"mac": "not base64!"}]
)
def test_a_description_that_makes_no_sense_is_damaged(change):
    """Rather than taken for that of another key."""
    with pytest.raises(Damaged):
        fits(KEY, KNOWN_KEY | change)


@pytest.mark.parametrize("description", [{}, {"algorithm": "m.other"}, {"algorithm": 7}])
def test_a_key_for_something_else_is_not_the_one(description):
    """There may be others beside it."""
    assert not fits(KEY, description)


# ------------------------------------------------------------------ the account's data
class Data:
    """An account's data at a homeserver; the ``failing`` next requests are refused."""

    def __init__(self):
        self.stored, self.requests, self.failing = {}, 0, range(0)

    async def answer(self, request):
        kind = unquote(request.match_info["kind"])
        assert unquote(request.match_info["user"]) == USER
        self.requests += 1
        if self.requests in self.failing:
            return web.json_response({"errcode": "M_UNKNOWN"}, status=500)
        if request.method == "PUT":
            self.stored[kind] = await request.json()
            return web.json_response({})
        if kind not in self.stored:
            return web.json_response({"errcode": "M_NOT_FOUND"}, status=404)
        return web.json_response(self.stored[kind])

    @asynccontextmanager
    async def storage(self):
        """The secret storage in it."""
        app = web.Application()
        app.router.add_route("*", "/_matrix/client/v3/user/{user}/account_data/{kind}", self.answer)
        async with TestServer(app, host="127.0.0.1") as server:
            homeserver = Homeserver(str(server.make_url("")))
            try:
                yield SecretStorage(homeserver, USER)
            finally:
                await homeserver.close()


@pytest.fixture
def data():
    """The data of an account that has none yet."""
    return Data()


@pytest.fixture
async def storage(data):
    """Its secret storage."""
    async with data.storage() as storage:
        yield storage


async def test_what_is_stored_opens_with_the_key_it_was_given(data, storage):
    """And is laid out as the spec has it."""
    assert not await storage.exists()
    key = await storage.fill(SEEDS)
    assert await storage.exists()
    assert await storage.open(key, tuple(SEEDS)) == SEEDS
    key_id = data.stored[DEFAULT]["key"]
    assert set(data.stored) == {DEFAULT, f"m.secret_storage.key.{key_id}", *SEEDS}
    assert data.stored[f"m.secret_storage.key.{key_id}"].keys() == {"algorithm", "iv", "mac"}
    assert data.stored[NAME]["encrypted"].keys() == {key_id}
    assert data.stored[NAME]["encrypted"][key_id].keys() == {"iv", "ciphertext", "mac"}


async def test_another_key_opens_nothing(storage):
    """It is told apart from damage."""
    await storage.fill(SEEDS)
    assert await storage.open(bytes(32), tuple(SEEDS)) is None


async def test_a_new_key_takes_the_place_of_the_old_one(storage):
    """Which opens nothing any more."""
    old = await storage.fill(SEEDS)
    new = await storage.fill(SEEDS)
    assert await storage.open(old, tuple(SEEDS)) is None
    assert await storage.open(new, tuple(SEEDS)) == SEEDS


async def test_what_is_stored_under_a_key_that_is_not_the_default_opens_too(data, storage):
    """Element does so, where it was signed in by that key and got another one later."""
    old = await storage.fill(SEEDS)
    kept = {name: dict(data.stored[name]["encrypted"]) for name in SEEDS}
    new = await storage.fill(SEEDS)
    for name in SEEDS:
        data.stored[name]["encrypted"] |= kept[name]
    assert await storage.open(old, tuple(SEEDS)) == SEEDS
    assert await storage.open(new, tuple(SEEDS)) == SEEDS
    for name in SEEDS:
        data.stored[name]["encrypted"] = kept[name]
    assert await storage.open(old, tuple(SEEDS)) == SEEDS


@pytest.mark.parametrize("place", range(1, 5))
async def test_filling_that_was_cut_off_is_done_again(data, storage, place):
    """Wherever that was; the new key is the default one only when everything stands there."""
    old = await storage.fill(SEEDS)
    default = data.stored[DEFAULT]
    data.failing = [data.requests + place]
    with pytest.raises(MatrixError):
        await storage.fill(SEEDS)
    assert data.stored[DEFAULT] == default
    new = await storage.fill(SEEDS)
    assert await storage.open(new, tuple(SEEDS)) == SEEDS
    assert await storage.open(old, tuple(SEEDS)) is None


def _without(data, kind):
    del data.stored[kind]


def _short(data):
    key_id = data.stored[DEFAULT]["key"]
    data.stored[NAME]["encrypted"][key_id] = encrypt(KEY, NAME, b"c2hvcnQ")
    data.stored[f"m.secret_storage.key.{key_id}"] = describe(KEY)


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (lambda data: data.stored.clear(), "has no secret storage"),
        (lambda data: _without(data, NAME), f"has no {NAME}"),
        (lambda data: data.stored.update({NAME: {"encrypted": []}}), f"has no {NAME}"),
        (lambda data: data.stored[NAME].update(encrypted={"other": {}}), f"has no {NAME}"),
        (_short, "is malformed"),
    ],
)
async def test_what_is_missing_or_damaged_is_told(data, storage, damage, said):
    """In words for the operator."""
    key = await storage.fill(SEEDS)
    damage(data)
    with pytest.raises(Damaged, match=said):
        await storage.open(KEY if damage is _short else key, tuple(SEEDS))


async def test_a_secret_that_was_altered_is_told(data, storage):
    """The key is the right one, so it is not called wrong."""
    key = await storage.fill(SEEDS)
    (sealed,) = data.stored[NAME]["encrypted"].values()
    sealed["mac"] = sealed["ciphertext"][:43]
    with pytest.raises(Damaged, match="the key does not open"):
        await storage.open(key, tuple(SEEDS))
