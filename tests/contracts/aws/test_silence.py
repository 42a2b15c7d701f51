"""What stands around the bot changes nothing, and nothing secret leaves by the side."""

from __future__ import annotations

import asyncio

import pytest
from aiohttp import web

from bot.errors import Unavailable
from bot.services.aws.keys import current
from sandbox.mishaps import Answer, slow
from sandbox.stand_in import StandIn
from tests.contracts.aws.conftest import run, service_at
from tests.silence import everything_heard, shown

ELSEWHERE = "http://127.0.0.1:9"
VARIABLES = {
    "AWS_ACCESS_KEY_ID": "AKIA" + "X" * 16,
    "AWS_SECRET_ACCESS_KEY": "x" * 40,
    "AWS_SESSION_TOKEN": "x" * 40,
    "AWS_PROFILE": "ghost",
    "AWS_REGION": "ap-south-1",
    "AWS_DEFAULT_REGION": "ap-south-1",
    "AWS_ENDPOINT_URL": ELSEWHERE,
    "AWS_ENDPOINT_URL_STS": ELSEWHERE,
    "AWS_ENDPOINT_URL_EC2": ELSEWHERE,
    "AWS_USE_FIPS_ENDPOINT": "true",
    "AWS_USE_DUALSTACK_ENDPOINT": "true",
    "AWS_CA_BUNDLE": "/nowhere.pem",
    "REQUESTS_CA_BUNDLE": "/nowhere.pem",
    "AWS_MAX_ATTEMPTS": "7",
    "AWS_RETRY_MODE": "adaptive",
    "AWS_DEFAULTS_MODE": "auto",
    "HTTP_PROXY": ELSEWHERE,
    "HTTPS_PROXY": ELSEWHERE,
    "ALL_PROXY": ELSEWHERE,
    "http_proxy": ELSEWHERE,
    "https_proxy": ELSEWHERE,
}
PROFILE = f"""
[default]
aws_access_key_id = AKIA{"Y" * 16}
aws_secret_access_key = {"y" * 40}
region = ap-south-1
endpoint_url = {ELSEWHERE}
ca_bundle = /nowhere.pem
use_fips_endpoint = true
max_attempts = 7
s3 =
    addressing_style = virtual
[profile ghost]
credential_process = /bin/false
"""


class Sink(StandIn):
    """Notes the headers of whatever comes."""

    def __init__(self):
        super().__init__()
        self.came = []

    async def start(self):
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", self._note)
        await self._listen(app)

    async def _note(self, request):
        self.came.append(dict(request.headers))
        return web.Response()


@pytest.fixture
def crowded(monkeypatch, tmp_path):
    """An environment and a home full of other people's settings."""
    for name, value in VARIABLES.items():
        monkeypatch.setenv(name, value)
    (tmp_path / ".aws" / "models").mkdir(parents=True)
    for name in ("config", "credentials"):
        (tmp_path / ".aws" / name).write_text(PROFILE)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / ".aws" / "config"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / ".aws" / "credentials"))


async def test_nothing_in_the_environment_or_the_home_changes_anything(
    aws, service, alice, crowded
):
    seen = len(aws.seen)
    for said in ("ec2 list", "s3 ls acme-backups", "logs groups"):
        await run(service, alice, said)
    came = aws.seen[seen:]
    assert {(each.person, each.region, each.refused) for each in came} == {
        ("alice", "eu-central-1", "")
    }


@pytest.mark.parametrize("crowd", [False, True])
async def test_requests_go_to_aws_where_nothing_takes_its_place(alice, crowd, request):
    if crowd:
        request.getfixturevalue("crowded")
    site = service_at(None)._site
    for name in ("sts", "ec2", "s3", "logs"):
        async with await site.client(name, "eu-west-1", current(alice)) as client:
            assert client.meta.endpoint_url == f"https://{name}.eu-west-1.amazonaws.com"
            assert client.meta.config.retries == {"total_max_attempts": 1, "mode": "standard"}


async def test_failure_is_not_tried_again(aws, service, alice):
    seen = len(aws.seen)
    aws.refuse("ec2:DescribeInstances", "ServiceUnavailable", "", 503)
    with pytest.raises(Unavailable):
        await run(service, alice, "ec2 list")
    assert len(aws.seen) == seen + 1


async def test_redirect_is_not_followed_with_the_sessions_token(aws, service, alice):
    async with Sink() as sink:
        for said in ("ec2 list", "logs groups"):
            aws.fail(Answer(307, headers={"Location": f"{sink.url}/x"}))
            with pytest.raises(Unavailable):
                await run(service, alice, said)
        assert sink.came == []


async def test_bucket_is_looked_for_where_aws_says_and_not_where_a_redirect_leads(
    aws, service, alice
):
    async with Sink() as sink:
        aws.fail(Answer(307, headers={"Location": f"{sink.url}/x"}))
        assert (await run(service, alice, "s3 ls acme-backups")).listing
        assert sink.came == []


async def test_answer_that_is_too_large_is_not_read(aws, service, alice):
    aws.fail(Answer(200, "x" * (9 * 1024**2)))
    with pytest.raises(Unavailable, match="larger than 8 MiB"):
        await run(service, alice, "ec2 list")


async def test_answer_that_takes_too_long_is_not_waited_for(aws, alice):
    hasty = service_at(aws.url, timeout=0.2)
    await run(hasty, alice, "regions")  # has read what it knows of EC2
    aws.fail(slow(5), times=2)
    async with asyncio.timeout(2):
        with pytest.raises(Unavailable, match="no answer within") as error:
            await run(hasty, alice, "ec2 list")
        assert error.value.retryable
        with pytest.raises(Unavailable):
            await run(hasty, alice, "ec2 reboot db")


async def test_nothing_of_a_session_is_logged(aws, service, alice):
    with everything_heard("aiohttp", "urllib3") as heard:
        for said in ("ec2 list", "s3 ls", "logs groups", "ec2 start db"):
            await run(service, alice, said)
    for secret in alice.fields.values():
        assert secret.reveal() not in heard.text


async def test_session_does_not_show_in_what_goes_wrong(aws, service, alice):
    aws.fail(Answer(502))
    with pytest.raises(Unavailable) as error:
        await run(service, alice, "ec2 list")
    assert not any(secret.reveal() in shown(error.value) for secret in alice.fields.values())


async def test_service_keeps_nobodys_keys(aws, service, alice):
    await run(service, alice, "ec2 list")
    session = service._site._session
    assert session._credentials is None
    assert not any(secret.reveal() in f"{vars(session)!r}" for secret in alice.fields.values())
