"""Connecting: a key, then the MFA device, then a code when a session has to begin."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bot.errors import Forbidden, Unauthorized, Unavailable, UserError
from bot.plugin import StepUp
from bot.services.aws import SERVICE
from sandbox.mishaps import Answer
from tests.contracts.aws.conftest import (
    ACCOUNT,
    credential_of,
    opened,
    plainly,
    run,
    service_at,
    step_up,
)
from tests.contracts.fakes import FakeConversation, credential_for


def pasted(person):
    return f"{person.key_id}:{person.secret}"


async def connect(service, *answers):
    talk = FakeConversation(answers)
    return talk, await service.flows[0].run(talk)


async def whoami(service, credential):
    async with service.api(credential) as api:
        return await service.whoami(api)


# --------------------------------------------------------------------------------- the key
async def test_key_without_a_device_is_ready_at_once(aws, service):
    talk, grant = await connect(service, pasted(aws.bob), "none")
    assert plainly(grant.fields) == {
        "access_key_id": aws.bob.key_id,
        "secret_access_key": aws.bob.secret,
        "mfa_serial": "",
    }
    assert grant.fresh_until is None
    assert [asked.secret for asked in talk.asked] == [True, True]
    assert aws.bob.secret not in talk.said


async def test_key_with_a_device_has_to_be_renewed_at_once(aws, service):
    _, grant = await connect(service, pasted(aws.alice), aws.alice.device.serial)
    assert grant.fresh_until <= datetime.now(UTC)
    credential = credential_for(service, "@alice:example.org", "", plainly(grant.fields))
    assert await whoami(service, credential) == f"alice ({ACCOUNT})"
    assert isinstance(await step_up(service, credential), StepUp)


async def test_device_of_another_account_is_refused(aws, service):
    other = aws.alice.device.serial.replace(ACCOUNT, "999999999999")
    with pytest.raises(UserError, match="another account"):
        await connect(service, pasted(aws.alice), other)


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        ("ASIA" + "Q" * 16 + ":" + "s" * 40, "ends soon by itself"),
        ("AKIA" + "Q" * 16 + ":" + "s" * 39, "40 characters"),
        ("AKIA" + "Q" * 16, "form AKIA…:secret"),
        ("ghp_abcdefghijklmnopqrstuvwxyz0123456789", "GitHub token"),
        ("hunter2", "form AKIA…:secret"),
    ],
)
async def test_what_cannot_be_a_key_is_asked_for_again(aws, service, answer, told):
    seen = len(aws.seen)
    talk, _ = await connect(service, answer, pasted(aws.bob), "none")
    assert told in talk.said
    assert answer not in talk.said
    assert len(aws.seen) == seen


@pytest.mark.parametrize(
    "answer", ["arn:aws:iam::123456789012:u2f/user/alice/key-AB", "yes", "s" * 40]
)
async def test_what_cannot_be_a_device_is_asked_for_again(aws, service, answer):
    talk, grant = await connect(service, pasted(aws.bob), answer, "none")
    assert "not the ARN of a device" in talk.said
    assert plainly(grant.fields)["mfa_serial"] == ""


async def test_library_that_is_missing_is_the_operators_to_install(monkeypatch):
    monkeypatch.setattr("bot.services.aws.service.find_spec", lambda name: None)
    with pytest.raises(Exception, match=r"services.cloud: .*pip install '.\[aws\]'"):
        SERVICE.create("cloud", (), SERVICE.settings.model_validate({"region": "eu-west-1"}))


# -------------------------------------------------------------------------------- sessions
async def test_code_opens_a_session_that_carries_the_key_along(aws, service):
    credential = credential_of(service, aws.alice)
    error = await step_up(service, credential)
    talk = FakeConversation([aws.alice.device.code()])
    grant = await error.flow.run(talk)
    hours = grant.fresh_until - datetime.now(UTC)
    assert timedelta(hours=11, minutes=59) < hours <= timedelta(hours=12)
    assert grant.expires is None
    fields = plainly(grant.fields)
    assert fields["access_key_id"] == aws.alice.key_id
    assert fields["session_key_id"].startswith("ASIA")
    assert fields["session_token"] not in talk.said


async def test_operator_says_how_long_a_session_is(aws):
    service = service_at(aws.url, session_hours=1)
    credential = credential_of(service, aws.alice)
    grant = await (await step_up(service, credential)).flow.run(
        FakeConversation([aws.alice.device.code()])
    )
    assert grant.fresh_until - datetime.now(UTC) <= timedelta(hours=1)


async def test_next_session_is_opened_with_the_key_and_not_with_the_last_session(
    aws, service, alice
):
    again = await opened(service, alice, aws.alice)
    assert again.fields["session_token"] != alice.fields["session_token"]


async def test_wrong_code_thrice_closes_it_for_a_while(aws, service):
    dora = aws.add("dora", mfa=True)
    credential = credential_of(service, dora)
    code = dora.device.code()
    wrong = [str((int(code) + n) % 1_000_000).zfill(6) for n in (1000, 2000, 3000)]
    talk = FakeConversation([*wrong, code])
    with pytest.raises(UserError, match="did not accept 3 codes") as closed:
        await (await step_up(service, credential)).flow.run(talk)
    assert "try again at" in closed.value.hint
    seen = len(aws.seen)
    with pytest.raises(UserError):
        await (await step_up(service, credential)).flow.run(FakeConversation([code]))
    assert len(aws.seen) == seen


async def test_code_that_was_used_is_told_from_a_wrong_one(aws, service):
    eve = aws.add("eve", mfa=True)
    credential = credential_of(service, eve)
    code = eve.device.code()
    await (await step_up(service, credential)).flow.run(FakeConversation([code]))
    talk = FakeConversation([code, eve.device.code()])
    await (await step_up(service, credential)).flow.run(talk)
    assert "used already" in talk.said


async def test_device_of_somebody_else_ends_it(aws, service):
    credential = credential_of(service, aws.alice)
    other = credential.fields["mfa_serial"].reveal() + "-phone"
    fields = {**plainly(credential.fields), "mfa_serial": other}
    credential = credential_for(service, "@alice:example.org", "", fields)
    with pytest.raises(UserError, match="does not know that MFA device"):
        await (await step_up(service, credential)).flow.run(FakeConversation(["123456"]))


async def test_key_that_was_deactivated_is_unauthorized_when_a_session_begins(aws, service):
    frank = aws.add("frank", mfa=True)
    credential = credential_of(service, frank)
    frank.active = False
    with pytest.raises(Unauthorized) as error:
        await (await step_up(service, credential)).flow.run(FakeConversation(["123456"]))
    assert not isinstance(error.value, StepUp)


async def test_service_that_is_down_counts_no_code(aws, service):
    aws.fail(Answer(503))
    with pytest.raises(Unavailable):
        await (await step_up(service, credential_of(service, aws.alice))).flow.run(
            FakeConversation([aws.alice.device.code()])
        )


async def test_credential_without_a_device_has_nothing_to_renew(service, bob):
    with pytest.raises(Unauthorized) as error:
        await service.renew(bob)
    assert not isinstance(error.value, StepUp)


async def test_session_that_is_refused_early_asks_for_a_code(aws, service):
    for said in ("ec2 list", "s3 ls", "logs groups"):
        alice = await opened(service, credential_of(service, aws.alice), aws.alice)
        aws.people.end_sessions(aws.alice)
        with pytest.raises(StepUp) as error:
            await run(service, alice, said)
        assert error.value.need == "AWS asks for a code of your MFA device."


async def test_session_of_a_deactivated_key_asks_for_a_code_and_then_says_so(aws, service):
    gina = aws.add("gina", mfa=True)
    credential = await opened(service, credential_of(service, gina), gina)
    gina.active = False
    with pytest.raises(StepUp) as error:
        await run(service, credential, "ec2 list")
    with pytest.raises(Unauthorized):
        await error.value.flow.run(FakeConversation(["123456"]))


async def test_nothing_but_whoami_goes_without_a_session_where_there_is_a_device(aws, service):
    seen = len(aws.seen)
    credential = credential_of(service, aws.alice)
    with pytest.raises(StepUp):
        await run(service, credential, "ec2 list")
    assert len(aws.seen) == seen


async def test_what_needs_mfa_is_forbidden_without_and_done_with_it(aws, service, alice):
    bare = credential_of(service, aws.alice, mfa=False)
    with pytest.raises(Forbidden) as error:
        await run(service, bare, "ec2 start db")
    assert error.value.permission == "ec2:StartInstances"
    await run(service, alice, "ec2 start db")
    assert [seen.mfa for seen in aws.did("ec2:StartInstances")] == [True]


async def test_account_is_shown_by_name_and_number(service, alice):
    assert await whoami(service, alice) == f"alice ({ACCOUNT})"


async def test_keys_are_not_revoked_from_here(service, alice):
    assert await service.revoke(alice) is False
    assert "console.aws.amazon.com" in service.flows[0].revoke_hint
