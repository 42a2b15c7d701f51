"""The stand-in's front itself: it is asked with botocore's own signer, and by forgers."""

from __future__ import annotations

import hashlib
import logging
from datetime import UTC, datetime, timedelta

import aiohttp
import pytest
from botocore.auth import S3SigV4Auth, SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

WHOAMI = "Action=GetCallerIdentity&Version=2011-06-15"
DESCRIBE = "Action=DescribeInstances&Version=2016-11-15"
FORM = "application/x-www-form-urlencoded; charset=utf-8"


@pytest.fixture(autouse=True)
def quiet():
    logging.getLogger("botocore").setLevel(logging.WARNING)


def signed(
    aws, keys, body=WHOAMI, *, service="sts", region="eu-central-1", method="POST", path="/"
):
    """A request as the library signs it. ``keys``: id, secret and perhaps a session's token."""
    kind = S3SigV4Auth if service == "s3" else SigV4Auth
    request = AWSRequest(method, f"{aws.url}{path}", {"Content-Type": FORM}, body.encode())
    kind(Credentials(*keys), service, region).add_auth(request)
    return request


async def send(request, *, body=None):
    headers = {k: v.decode() if isinstance(v, bytes) else v for k, v in request.headers.items()}
    async with (
        aiohttp.ClientSession() as session,
        session.request(
            request.method, request.url, headers=headers, data=body or request.body
        ) as answer,
    ):
        return answer.status, await answer.text()


def keys(person, session=None):
    return (
        (session.key_id, session.secret, session.token)
        if session
        else (person.key_id, person.secret)
    )


async def test_signed_request_is_let_through(aws):
    status, text = await send(signed(aws, keys(aws.bob)))
    assert status == 200
    assert aws.bob.arn in text
    assert (aws.seen[-1].person, aws.seen[-1].action) == ("bob", "sts:GetCallerIdentity")


async def test_request_without_a_signature_is_refused(aws):
    async with aiohttp.ClientSession() as session, session.post(aws.url, data=WHOAMI) as answer:
        assert answer.status == 403
        assert "MissingAuthenticationToken" in await answer.text()


@pytest.mark.parametrize("service", ["sts", "ec2", "s3", "logs"])
async def test_wrong_secret_is_refused_in_the_services_own_words(aws, service):
    found = await send(signed(aws, (aws.bob.key_id, "s" * 40), service=service))
    words = {
        "sts": (403, "SignatureDoesNotMatch"),
        "ec2": (401, "AuthFailure"),
        "s3": (403, "SignatureDoesNotMatch"),
        "logs": (400, "InvalidSignatureException"),
    }
    assert (found[0], words[service][1] in found[1]) == (words[service][0], True)


async def test_key_that_nobody_has_is_refused(aws):
    status, text = await send(signed(aws, ("AKIA" + "Q" * 16, "s" * 40)))
    assert (status, "InvalidClientTokenId" in text) == (403, True)


async def test_body_that_was_changed_is_refused(aws):
    request = signed(aws, keys(aws.bob), DESCRIBE, service="ec2")
    status, _ = await send(request, body=DESCRIBE.replace("Describe", "Terminate"))
    assert status == 401


async def test_body_that_was_changed_together_with_its_hash_is_refused(aws):
    request = signed(aws, keys(aws.bob), "x", service="s3", method="PUT", path="/bucket/key")
    del request.headers["X-Amz-Content-SHA256"]
    request.headers["X-Amz-Content-SHA256"] = hashlib.sha256(b"y").hexdigest()
    assert (await send(request, body="y"))[0] == 403


async def test_hash_that_is_not_the_bodys_is_refused(aws):
    request = signed(aws, keys(aws.bob), "x", service="s3", method="PUT", path="/bucket/key")
    status, text = await send(request, body="y")
    assert (status, "XAmzContentSHA256Mismatch" in text) == (403, True)


async def test_address_that_was_changed_is_refused(aws):
    request = signed(aws, keys(aws.bob), "", service="s3", method="GET", path="/acme-backups")
    request.url = f"{aws.url}/other-bucket"
    assert (await send(request))[0] == 403


@pytest.mark.parametrize("header", ["X-Amz-Target", "X-Amz-Security-Token"])
async def test_amazon_header_that_is_not_signed_is_refused(aws, header):
    request = signed(aws, keys(aws.bob))
    request.headers[header] = "Logs_20140328.DeleteLogGroup"
    assert (await send(request))[0] == 403


@pytest.mark.parametrize("minutes", [-6, 6])
async def test_request_of_another_time_is_refused(aws, minutes, monkeypatch):
    at = datetime.now(UTC) + timedelta(minutes=minutes)
    with monkeypatch.context() as patch:
        patch.setattr("botocore.auth.get_current_datetime", lambda: at)
        request = signed(aws, keys(aws.bob))
    status, text = await send(request)
    assert (status, "Signature expired" in text) == (403, True)


async def test_region_that_is_not_there_is_refused(aws):
    status, text = await send(signed(aws, keys(aws.bob), region="moon-1"))
    assert (status, "valid region" in text) == (403, True)


async def test_scope_of_another_service_is_refused(aws):
    request = signed(aws, keys(aws.bob), DESCRIBE, service="ec2")
    text = request.headers["Authorization"]
    del request.headers["Authorization"]
    request.headers["Authorization"] = text.replace("/ec2/", "/sts/")
    assert (await send(request))[0] == 403


async def test_session_needs_its_own_token(aws):
    session = aws.people.open(aws.alice, 900, mfa=True)
    assert (await send(signed(aws, keys(aws.alice, session))))[0] == 200
    for token in (None, "t" * 40):
        status, text = await send(signed(aws, (session.key_id, session.secret, token)))
        assert (status, "InvalidClientTokenId" in text) == (403, True)


async def test_session_that_has_ended_is_refused(aws):
    session = aws.people.open(aws.alice, 900, mfa=True)
    aws.people.end_sessions(aws.alice)
    status, text = await send(signed(aws, keys(aws.alice, session)))
    assert (status, "ExpiredToken" in text) == (403, True)


async def test_session_opens_no_session(aws):
    session = aws.people.open(aws.alice, 900, mfa=True)
    status, text = await send(
        signed(aws, keys(aws.alice, session), "Action=GetSessionToken&Version=2011-06-15")
    )
    assert (status, "session credentials" in text) == (403, True)


async def test_code_is_good_once_and_for_its_own_device(aws):
    hugo = aws.add("hugo", mfa=True)
    code = hugo.device.code()

    def ask(serial):
        body = f"Action=GetSessionToken&Version=2011-06-15&SerialNumber={serial}&TokenCode={code}"
        return signed(aws, keys(hugo), body)

    assert "validate MFA code" in (await send(ask(aws.alice.device.serial)))[1]
    assert (await send(ask(hugo.device.serial)))[0] == 200
    status, text = await send(ask(hugo.device.serial))
    assert (status, "one time pass code" in text) == (403, True)


async def test_session_may_not_be_of_any_length(aws):
    for seconds in (899, 129_601):
        body = f"Action=GetSessionToken&Version=2011-06-15&DurationSeconds={seconds}"
        assert (await send(signed(aws, keys(aws.bob), body)))[0] == 400


async def test_permission_is_asked_for_before_anything_is_done(aws):
    body = "Action=StopInstances&Version=2016-11-15&InstanceId.1=" + aws.ids["web-1"]
    for person, session in ((aws.bob, None), (aws.alice, None)):
        status, text = await send(signed(aws, keys(person, session), body, service="ec2"))
        assert (status, "UnauthorizedOperation" in text) == (403, True)
    assert aws.things.instance_state("eu-central-1", aws.ids["web-1"]) == "running"
    assert aws.seen[-1].refused == "AccessDenied"
