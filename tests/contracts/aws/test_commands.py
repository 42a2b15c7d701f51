"""Every command, against the stand-in."""

from __future__ import annotations

import pytest

from bot.errors import Forbidden, Invalid, NotFound, RateLimited, Unavailable, UserError
from bot.plugin import Effect, StepUp
from bot.services.aws.commands import COMMANDS
from sandbox.aws.server import CLOSED
from sandbox.mishaps import Answer
from tests.contracts.aws.conftest import ACCOUNT, look, run, service_at, step
from tests.contracts.fakes import plain

EFFECTS = {spec.name: spec.effect for spec in COMMANDS}


def test_only_what_switches_something_off_is_dangerous():
    changing = {name: effect for name, effect in EFFECTS.items() if effect is not Effect.READ}
    assert changing == {
        "ec2 start": Effect.WRITE,
        "ec2 stop": Effect.DANGER,
        "ec2 reboot": Effect.DANGER,
    }


async def test_account_is_told_as_aws_names_it(service, alice, bob):
    for credential, name in ((alice, "alice"), (bob, "bob")):
        told = plain(await run(service, credential, "whoami"))
        assert told == f"On AWS you are {name} of account {ACCOUNT}."


# ------------------------------------------------------------------------------- looking at EC2
async def test_instances_are_listed_with_numbers_that_mean_them(aws, service, alice):
    reply = await run(service, alice, "ec2 list")
    assert f"running {aws.ids['web-1']} web-1 t3.micro" in plain(reply)
    assert len(reply.listing) == 4
    number = reply.listing.index(f"eu-central-1:{aws.ids['web-1']}") + 1
    shown = await run(service, alice, f"ec2 show {number}", listing=reply.listing)
    assert "web-1 in eu-central-1 is running." in plain(shown)


async def test_list_is_of_the_region_and_the_words_that_are_said(aws, service, alice):
    assert (await run(service, alice, "ec2 list eu-west-1")).listing == (
        f"eu-west-1:{aws.ids['far']}",
    )
    assert (await run(service, alice, "ec2 list M5 running")).listing == (
        f"eu-central-1:{aws.ids['db']}",
    )
    assert "no instance with nothing-like-it" in plain(
        await run(service, alice, "ec2 list nothing-like-it")
    )


async def test_region_that_does_not_exist_is_asked_nothing(aws, service, alice):
    seen = len(aws.seen)
    for said in ("ec2 list eu-centrl-1", "ec2 show xx-moon-1:web-1", "logs tail eu-moon-9:/a"):
        with pytest.raises(UserError, match="no region of that name"):
            await run(service, alice, said)
    assert len(aws.seen) == seen


async def test_region_that_the_operator_does_not_list_is_closed(aws, alice):
    service = service_at(aws.url, regions=["eu-central-1"])
    with pytest.raises(UserError, match="not open to you") as closed:
        await run(service, alice, "ec2 list eu-west-1")
    assert "eu-central-1" in closed.value.hint
    assert plain(await run(service, alice, "regions")) == "Regions:\n- eu-central-1 (the usual one)"


async def test_region_that_is_not_enabled_is_not_taken_for_keys_that_are_refused(
    aws, service, alice, bob
):
    for credential, said in (
        (alice, f"ec2 list {CLOSED}"),
        (alice, f"logs tail {CLOSED}:/a"),
        (bob, f"ec2 list {CLOSED}"),
    ):
        with pytest.raises(UserError, match=f"not accept your keys in {CLOSED}"):
            await run(service, credential, said)
    aws.people.end_sessions(aws.alice)
    with pytest.raises(StepUp):
        await run(service, alice, f"ec2 list {CLOSED}")


async def test_regions_are_those_of_the_account(service, alice):
    shown = plain(await run(service, alice, "regions"))
    assert "eu-central-1 (the usual one)" in shown
    assert "eu-west-1" in shown


async def test_instance_is_shown_with_its_addresses(aws, service, alice):
    for said in ("db", aws.ids["db"], f"eu-central-1:{aws.ids['db']}", "'eu-central-1:db'"):
        text = plain(await run(service, alice, f"ec2 show {said}"))
        assert f"Id | {aws.ids['db']}" in text
        assert "Type | m5.large" in text
        assert "Private address | 10." in text


async def test_name_of_several_asks_which(service, alice):
    reply = await run(service, alice, "ec2 show twin")
    assert "Several are called that" in plain(reply)
    assert len(reply.listing) == 2
    shown = await run(service, alice, "ec2 show 2", listing=reply.listing)
    assert reply.listing[1].partition(":")[2] in plain(shown)


@pytest.mark.parametrize("name", ["nope", "web-?", "*", "i-0123456789abcdef0", "far"])
async def test_instance_that_is_not_there_is_not_found(service, alice, name):
    with pytest.raises(NotFound):
        await run(service, alice, f"ec2 show {name}")


async def test_name_is_looked_for_in_every_region_that_the_operator_lists(aws, alice):
    service = service_at(aws.url, regions=["eu-central-1", "eu-west-1"])
    assert "in eu-west-1" in plain(await run(service, alice, "ec2 show far"))


# ----------------------------------------------------------------------- starting and stopping
async def test_what_will_be_done_is_shown_before_it_is(aws, service, alice):
    talked = await look(service, alice, "ec2 stop web-1")
    shown = plain(talked.ready.preview)
    for part in (aws.ids["web-1"], "web-1", "eu-central-1", "running", f"alice ({ACCOUNT})"):
        assert part in shown
    assert str(talked.ready.arguments["instance"]) == f"eu-central-1:{aws.ids['web-1']}"
    assert set(talked.ready.also) == {
        "ec2 stop web-1",
        "ec2 stop eu-central-1:web-1",
        f"ec2 stop {aws.ids['web-1']}",
    }
    assert aws.did("ec2:StopInstances") == []


async def test_instance_is_stopped_and_started_and_followed(aws, service, alice):
    web = aws.ids["web-1"]
    reply = await run(service, alice, "ec2 stop web-1")
    assert f"web-1 ({web}) in eu-central-1 was running and is stop" in plain(reply)
    assert aws.things.instance_state("eu-central-1", web) == "stopped"
    done = await step(service, alice, "ec2 stop", reply.follow.state)
    assert (done.state, "is stopped." in plain(done.reply)) == (None, True)
    reply = await run(service, alice, f"ec2 start eu-central-1:{web}")
    assert "was stopped" in plain(reply)
    assert (await step(service, alice, "ec2 start", reply.follow.state)).state is None
    assert aws.did("ec2:StartInstances")[-1].person == "alice"


async def test_what_is_so_already_is_said(service, alice):
    reply = await run(service, alice, "ec2 start db")
    assert "was running already" in plain(reply)
    assert reply.follow is None


async def test_following_ends_when_it_does_not_get_there(aws, service, alice):
    state = {"region": "eu-central-1", "id": aws.ids["db"], "label": "db", "wanted": "stopped"}
    going = await step(service, alice, "ec2 stop", {**state, "looks": 2})
    assert going.state["looks"] == 1
    ended = await step(service, alice, "ec2 stop", going.state)
    assert (ended.state, plain(ended.reply)) == (
        None,
        f"db ({aws.ids['db']}) in eu-central-1 is running, and not stopped.",
    )


async def test_instance_is_rebooted(aws, service, alice):
    assert "reboots" in plain(await run(service, alice, "ec2 reboot db"))
    assert [seen.mfa for seen in aws.did("ec2:RebootInstances")] == [True]


async def test_name_of_several_changes_nothing(aws, service, alice):
    talked = await look(service, alice, "ec2 stop twin")
    assert talked.ready is None
    assert len(talked.reply.listing) == 2


# ------------------------------------------------------------------------------------ refusals
async def test_who_may_not_is_told_the_permission(aws, service, bob):
    with pytest.raises(Forbidden) as error:
        await run(service, bob, "ec2 stop web-1")
    assert error.value.permission == "ec2:StopInstances"
    assert "if it takes MFA, connect again" in error.value.remedy
    for said, permission in (
        ("s3 ls", "s3:ListAllMyBuckets"),
        ("s3 ls acme-backups", "s3:ListBucket"),
    ):
        with pytest.raises(Forbidden) as error:
            await run(service, bob, said)
        assert error.value.permission == permission
    with pytest.raises(Forbidden) as error:
        await run(service, bob, "logs groups")
    assert error.value.permission == "logs:DescribeLogGroups"


async def test_who_has_a_device_is_told_nothing_of_mfa(aws, service, alice):
    aws.refuse("ec2:DescribeInstances", "AccessDenied")
    with pytest.raises(Forbidden) as error:
        await run(service, alice, "ec2 list")
    assert error.value.remedy == ""


@pytest.mark.parametrize(
    ("refusal", "kind"),
    [
        (("RequestLimitExceeded", "hunter2", 503), RateLimited),
        (("IncorrectInstanceState", "hunter2"), Invalid),
        (("OperationNotPermitted", "hunter2"), Invalid),
        (("InvalidInstanceID.NotFound", "hunter2"), NotFound),
        (("InternalError", "hunter2", 500), Unavailable),
        (("SomethingNew", "hunter2"), Invalid),
    ],
)
async def test_refusal_is_told_in_our_words(aws, service, alice, refusal, kind):
    aws.refuse("ec2:RebootInstances", *refusal)
    with pytest.raises(kind) as error:
        await run(service, alice, "ec2 reboot db")
    assert "hunter2" not in f"{error.value!r}{error.value.__cause__!r}{error.value.__context__!r}"


async def test_change_that_may_have_been_made_is_not_repeated(aws, service, alice):
    aws.refuse("ec2:RebootInstances", "InternalError", "", 500)
    asked = len(aws.seen)
    with pytest.raises(Unavailable) as error:
        await run(service, alice, "ec2 reboot db")
    assert not error.value.retryable
    assert [seen.action for seen in aws.seen[asked:]].count("ec2:RebootInstances") == 1


@pytest.mark.parametrize(
    "mishap", [Answer(200), Answer(502), Answer(302, headers={"Location": "http://127.0.0.1:9/"})]
)
async def test_answer_of_something_else_is_unavailable(aws, service, alice, mishap):
    for said in ("ec2 list", "s3 ls", "logs groups"):
        aws.fail(mishap)
        with pytest.raises(Unavailable):
            await run(service, alice, said)


async def test_clock_that_is_wrong_is_the_operators(aws, service, alice, bob):
    for credential, said in ((alice, "s3 ls"), (alice, "logs groups"), (bob, "ec2 list")):
        action = {"s3 ls": "s3:ListAllMyBuckets", "logs groups": "logs:DescribeLogGroups"}
        message = "Signature expired: 20260101T000000Z is now earlier"
        aws.refuse(action.get(said, "ec2:DescribeInstances"), "Skewed", message)
        with pytest.raises(Unavailable, match="clock"):
            await run(service, credential, said)


# ------------------------------------------------------------------------------------------ S3
async def test_buckets_are_listed_and_looked_into_by_number(service, alice):
    buckets = await run(service, alice, "s3 ls")
    assert buckets.listing == ("acme-backups",)
    inside = await run(service, alice, "s3 ls 1", listing=buckets.listing)
    assert inside.listing == ("acme-backups/2026/", "acme-backups/readme.txt")
    assert "readme.txt 4 B" in plain(inside)
    deeper = await run(service, alice, "s3 ls 1", listing=inside.listing)
    assert deeper.listing == ("acme-backups/2026/feb.tar", "acme-backups/2026/jan.tar")


async def test_beginning_of_a_name_is_enough(service, alice):
    assert (await run(service, alice, "s3 ls s3://acme-backups/2026/j")).listing == (
        "acme-backups/2026/jan.tar",
    )
    assert "nothing in" in plain(await run(service, alice, "s3 ls acme-backups/none"))


async def test_bucket_that_is_not_there_is_not_found(service, alice):
    with pytest.raises(NotFound):
        await run(service, alice, "s3 ls no-such-bucket")


@pytest.mark.parametrize(
    "name", ["A", "..", "b/../c", "arn:aws:s3:eu-west-1:1:accesspoint/x", "x y"]
)
async def test_what_is_no_bucket_is_asked_nothing(aws, service, alice, name):
    seen = len(aws.seen)
    with pytest.raises(UserError):
        await run(service, alice, f"s3 ls {name}")
    assert len(aws.seen) == seen


# ---------------------------------------------------------------------------------------- logs
async def test_log_groups_are_listed(service, alice):
    assert (await run(service, alice, "logs groups")).listing == ("eu-central-1:/aws/lambda/pay",)
    assert "no such log group" in plain(await run(service, alice, "logs groups eu-west-1"))


async def test_log_is_shown_and_what_comes_after_it(aws, service, alice):
    reply = await run(service, alice, "logs tail 1", listing=("eu-central-1:/aws/lambda/pay",))
    assert "first line" in plain(reply)
    state = reply.follow.state
    assert "first line" not in f"{state}", "lines are not stored"
    aws.things.log("eu-central-1", "/aws/lambda/pay", "second line")
    more = await step(service, alice, "logs tail", state)
    assert "second line" in plain(more.reply)
    ended = await step(service, alice, "logs tail", {**more.state, "until": 0})
    assert ended.state is None


async def test_only_the_end_of_a_log_is_shown_without_escapes(aws, service, alice):
    lines = [f"\x1b[31mline {n}\x1b[0m\r\nmore\x07" for n in range(100)]
    aws.things.log("eu-central-1", "/big", *lines, "x" * 10_000)
    text = plain(await run(service, alice, "logs tail /big"))
    assert "line 99 ⏎ more" in text
    assert "line 50" not in text
    assert "\x1b" not in text
    assert "\x07" not in text
    assert max(map(len, text.splitlines())) < 520


async def test_log_is_filtered_by_words_and_time(aws, service, alice):
    aws.things.log("eu-central-1", "/words", "all is well", "it has failed badly")
    for said in ("failed badly", "--since 1h failed badly", "failed badly --since 5m"):
        text = plain(await run(service, alice, f"logs tail /words {said}"))
        assert "failed" in text
        assert "well" not in text
    assert "Nothing has been written" in plain(
        await run(service, alice, "logs tail /words --since 0s")
    )
    with pytest.raises(UserError, match="Since when"):
        await run(service, alice, "logs tail /words --since yesterday")


async def test_log_that_is_not_there_is_not_found(service, alice):
    with pytest.raises(NotFound):
        await run(service, alice, "logs tail /none")
