"""An AWS that answers more than it was asked for, or what cannot be."""

from __future__ import annotations

import pytest
from aiohttp import web

from bot.errors import Unavailable
from tests.contracts.aws.conftest import run
from tests.contracts.fakes import plain


def _answer(body, kind="application/xml"):
    async def mishap(_):
        headers = {"x-amz-request-id": "1", "x-amzn-requestid": "1"}
        return web.Response(text=body, content_type=kind, headers=headers)

    return mishap


@pytest.mark.parametrize("when", ["999999999999999999", "-1", "1e30", '"soon"', "null"])
async def test_a_time_that_cannot_be_is_no_reason_to_show_nothing(aws, service, alice, when):
    events = f'{{"events": [{{"timestamp": {when}, "message": "it has failed"}}]}}'
    aws.fail(_answer(events, "application/x-amz-json-1.1"))
    reply = await run(service, alice, "logs tail /aws/lambda/pay")
    assert "it has failed" in plain(reply)
    assert reply.follow.state["since"] > 10**12


@pytest.mark.parametrize(
    ("tag", "inner"), [("Contents", "Key"), ("CommonPrefixes", "Prefix")], ids=["keys", "folders"]
)
async def test_more_of_a_bucket_than_was_asked_for_is_not_shown(aws, service, alice, tag, inner):
    entries = "".join(f"<{tag}><{inner}>{n}</{inner}></{tag}>" for n in range(2_000))
    aws.fail(_answer(f"<ListBucketResult>{entries}</ListBucketResult>"))
    assert len((await run(service, alice, "s3 ls acme-backups")).listing) == 100


async def test_of_very_many_of_one_name_the_first_are_shown(aws, service, alice):
    each = "".join(
        f"<item><instanceId>i-{n:08x}</instanceId><instanceState><name>running</name>"
        "</instanceState><tagSet><item><key>Name</key><value>web</value></item></tagSet></item>"
        for n in range(200)
    )
    found = f"<reservationSet><item><instancesSet>{each}</instancesSet></item></reservationSet>"
    inner = f"<requestId>1</requestId>{found}"
    aws.fail(_answer(f"<DescribeInstancesResponse>{inner}</DescribeInstancesResponse>"))
    assert "50. " in (text := plain(await run(service, alice, "ec2 show web")))
    assert "51. " not in text


async def test_a_document_that_nobody_honest_sends_is_refused_whatever_botocore_reads_it_with(
    aws, service, alice
):
    deep = f"{'<a>' * 40}{'</a>' * 40}"
    aws.fail(_answer(f"<DescribeInstancesResponse>{deep}</DescribeInstancesResponse>"))
    with pytest.raises(Unavailable, match="cannot be understood"):
        await run(service, alice, "ec2 list")
