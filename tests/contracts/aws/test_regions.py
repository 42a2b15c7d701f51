"""Where keys and sessions go: into regions that are open, and into no other partition of AWS."""

from __future__ import annotations

import pytest

from bot.errors import Invalid, UserError
from sandbox.mishaps import Answer
from tests.contracts.aws.conftest import run, service_at


def leads_to(region):
    """S3's answer where a bucket is in another region."""
    return Answer(301, "", headers={"x-amz-bucket-region": region})


@pytest.mark.parametrize("region", ["cn-north-1", "us-gov-west-1"])
async def test_region_of_another_partition_is_asked_nothing(aws, service, alice, region):
    seen = len(aws.seen)
    for said in (f"ec2 list {region}", f"ec2 show {region}:web", f"logs tail {region}:/a"):
        with pytest.raises(UserError, match="no region of that name"):
            await run(service, alice, said)
    assert len(aws.seen) == seen


@pytest.mark.parametrize("region", ["cn-north-1", "us-gov-west-1", "moon-1"])
async def test_bucket_leads_no_session_to_another_partition(aws, service, alice, region):
    seen = len(aws.seen)
    aws.fail(leads_to(region))
    with pytest.raises(Invalid, match="in a region that is not open"):
        await run(service, alice, "s3 ls acme-backups")
    assert len(aws.seen) == seen


async def test_bucket_leads_into_regions_that_the_operator_lists_only(aws, alice):
    aws.fail(leads_to("eu-west-1"))
    with pytest.raises(Invalid, match="not open"):
        await run(service_at(aws.url, regions=["eu-central-1"]), alice, "s3 ls acme-backups")
    aws.fail(leads_to("eu-west-1"))
    both = service_at(aws.url, regions=["eu-central-1", "eu-west-1"])
    assert (await run(both, alice, "s3 ls acme-backups")).listing
    assert aws.seen[-1].region == "eu-west-1"
