"""The vault on both databases: what it returns, refuses, and leaves behind."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select, update

from bot.errors import Unopenable, WrongKey
from bot.model import Credential
from bot.secret import Secret
from bot.storage.tables import credential as slots
from bot.storage.tables import sealed_value
from bot.vault.keys import KeyRing, new_secret
from bot.vault.sealer import Sealer
from bot.vault.vault import Vault

NOW = datetime(2026, 3, 4, 5, 6, 7, 89000, tzinfo=UTC)
TOKEN = "11f0e1d2c3b4a5968778695a4b3c2d1e0f"


def credential(user="@alice:example.org", service="jenkins", token=TOKEN, **changes):
    fields = {"user": Secret("alice"), "token": Secret(token)}
    given = {"account": "alice", "identity": "MASTERKEY", "created": NOW, **changes}
    return Credential(user=user, service=service, fields=fields, **given)


@pytest.fixture
def vault(database, sealer):
    return Vault(database, sealer)


async def test_a_credential_comes_back_as_it_was_put(vault):
    """Fields, account, identity and all times survive."""
    given = credential(account="zoë \ud800", expires=NOW + timedelta(days=1), last_used=NOW)
    await vault.put(given)
    assert await vault.get(given.user, given.service) == given


async def test_what_was_never_put_is_none(vault):
    """Another user's and another service's slot are empty."""
    await vault.put(credential())
    assert await vault.get("@bob:example.org", "jenkins") is None
    assert await vault.get("@alice:example.org", "twitter") is None


async def test_putting_again_replaces(vault):
    """One user has one credential per service."""
    await vault.put(credential(token="first"))
    await vault.put(credential(token="second"))
    found = await vault.get("@alice:example.org", "jenkins")
    assert found.fields["token"] == Secret("second")
    assert len(await vault.accounts("@alice:example.org")) == 1


async def test_user_ids_are_not_folded(vault):
    """Ids that differ in case only are different people."""
    await vault.put(credential(user="@Alice:example.org"))
    assert await vault.get("@alice:example.org", "jenkins") is None


@pytest.mark.parametrize(
    "place",
    [
        {"user_id": "@mallory:example.org"},
        {"service": "staging"},
        {"user_id": "@mallory:example.org", "service": "staging"},
    ],
)
async def test_a_row_moved_to_another_slot_does_not_open(vault, database, place):
    """Whoever can write to the database cannot give one person's credential to another."""
    await vault.put(credential())
    async with database.transaction() as connection:
        await connection.execute(update(slots).values(**place))
    user = place.get("user_id", "@alice:example.org")
    service = place.get("service", "jenkins")
    with pytest.raises(Unopenable):
        await vault.get(user, service)
    [account] = await vault.accounts(user)
    assert account.account is None


async def test_a_credential_cannot_be_given_to_another_identity(vault, database):
    """A frozen credential stays frozen, whatever is written beside it."""
    await vault.put(credential())
    async with database.transaction() as connection:
        await connection.execute(update(slots).values(identity="ANOTHERKEY"))
    with pytest.raises(Unopenable):
        await vault.get("@alice:example.org", "jenkins")


async def test_sealed_columns_of_a_row_cannot_be_swapped(vault, database):
    """The account's name is not accepted as the credential, nor the other way round."""
    await vault.put(credential())
    async with database.transaction() as connection:
        await connection.execute(update(slots).values(sealed=slots.c.account))
    with pytest.raises(Unopenable):
        await vault.get("@alice:example.org", "jenkins")


async def test_the_length_of_a_secret_does_not_show(vault, database):
    """A long and a short token are stored in the same number of bytes."""
    await vault.put(credential(service="a", token="1"))
    await vault.put(credential(service="b", token="1" * 150))
    async with database.transaction() as connection:
        lengths = (await connection.execute(select(func.length(slots.c.sealed)))).scalars()
        assert set(lengths) == {256 + 33}


async def test_accounts_and_users_list_what_is_stored(vault):
    """By service and by user, without anybody else's."""
    await vault.put(credential(service="twitter", account="@al", expires=NOW))
    await vault.put(credential(service="jenkins"))
    await vault.put(credential(user="@bob:example.org"))
    found = await vault.accounts("@alice:example.org")
    shown = [(each.service, each.account, each.expires) for each in found]
    assert shown == [("jenkins", "alice", None), ("twitter", "@al", NOW)]
    assert await vault.users() == ["@alice:example.org", "@bob:example.org"]


async def test_use_is_noted_once_a_minute(vault):
    """The first use and one a minute later are written, those in between are not."""
    await vault.put(credential())
    shown = []
    for seconds in (0, 59, 60):
        await vault.touch("@alice:example.org", "jenkins", NOW + timedelta(seconds=seconds))
        [account] = await vault.accounts("@alice:example.org")
        shown.append(account.last_used)
    assert shown == [NOW, NOW, NOW + timedelta(seconds=60)]


async def test_use_is_noted_for_the_service_used_only(vault):
    """Another service's and another user's last use stay as they were."""
    for slot in ({"service": "twitter"}, {"user": "@bob:example.org"}, {}):
        await vault.put(credential(**slot))
    await vault.touch("@alice:example.org", "jenkins", NOW)
    found = [*await vault.accounts("@alice:example.org"), *await vault.accounts("@bob:example.org")]
    assert [each.last_used for each in found] == [NOW, None, None]


async def test_disconnecting_removes_one_slot(vault):
    """The user's other service and other people's stay; a second time there is nothing."""
    await vault.put(credential())
    await vault.put(credential(service="twitter"))
    await vault.put(credential(user="@bob:example.org"))
    assert await vault.delete("@alice:example.org", "jenkins") is True
    assert await vault.delete("@alice:example.org", "jenkins") is False
    assert await vault.get("@alice:example.org", "twitter") is not None
    assert await vault.get("@bob:example.org", "jenkins") is not None


async def test_forgetting_removes_everything_of_one_user(vault):
    """And tells how much it was."""
    await vault.put(credential())
    await vault.put(credential(service="twitter"))
    await vault.put(credential(user="@bob:example.org"))
    assert await vault.forget("@alice:example.org") == 2
    assert await vault.users() == ["@bob:example.org"]


async def test_named_values_are_kept_apart(vault, database):
    """A value comes back under its own name, and not under another it was moved to."""
    await vault.put_value("session", b"one")
    await vault.put_value("session", b"two")
    assert await vault.get_value("session") == b"two"
    assert await vault.get_value("identity") is None
    async with database.transaction() as connection:
        await connection.execute(update(sealed_value).values(name="identity"))
    with pytest.raises(Unopenable):
        await vault.get_value("identity")


async def test_the_right_key_is_proved_at_every_start(database, sealer):
    """The first start makes the canary, later ones open it."""
    await Vault(database, sealer).prove()
    await Vault(database, sealer).prove()


async def test_a_wrong_key_is_told_as_such(vault, database):
    """It is ACTAS_SECRET that is wrong, not somebody's connection that is missing."""
    await vault.prove()
    with pytest.raises(WrongKey, match=r"^ACTAS_SECRET: "):
        await Vault(database, Sealer(KeyRing.from_text(new_secret()))).prove()


def contents(directory):
    return b"".join(path.read_bytes() for path in directory.iterdir())


@pytest.mark.parametrize("remove", ["delete", "forget", "put"])
async def test_what_was_removed_is_in_no_file(sqlite, sealer, tmp_path, remove):
    """Neither database nor log holds the old sealed bytes, while the bot is still running."""
    vault = Vault(sqlite, sealer)
    await vault.put(credential(service="other"))
    await vault.put(credential())
    async with sqlite.transaction() as connection:
        query = select(slots.c.sealed).where(slots.c.service == "jenkins")
        sealed = (await connection.execute(query)).scalar_one()
    assert sealed in contents(tmp_path)
    match remove:
        case "delete":
            await vault.delete("@alice:example.org", "jenkins")
        case "forget":
            await vault.forget("@alice:example.org")
        case "put":
            await vault.put(credential(token="another"))
    found = contents(tmp_path)
    for start in range(0, len(sealed) - 16, 16):
        assert sealed[start : start + 16] not in found


async def test_no_plaintext_is_in_any_file(sqlite, sealer, tmp_path):
    """Tokens and account names are nowhere on the disk."""
    vault = Vault(sqlite, sealer)
    await vault.prove()
    await vault.put(credential(account="account-over-there"))
    await vault.put_value("session", b"syt_access_token")
    found = contents(tmp_path)
    for secret in (TOKEN.encode(), b"account-over-there", b"syt_access_token"):
        assert secret not in found
    for path in tmp_path.iterdir():
        assert path.stat().st_mode & 0o077 == 0, path
