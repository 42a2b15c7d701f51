"""Tokens and parameters go to Jenkins, and nowhere else: no log, no error, no address."""

from __future__ import annotations

import base64
import logging
import traceback

import pytest

from bot.errors import ActasError, Unavailable
from sandbox.jenkins import JenkinsStandIn, mishaps
from tests.contracts.jenkins.conftest import credential_of, run, service_at

PASSWORD = "hunter2-is-the-password"
SAID = f"build deploy prod PW={PASSWORD} NOTE=a"

MISHAPS = {
    "400": mishaps.answer(400, PASSWORD),
    "401": mishaps.answer(401, PASSWORD),
    "403": mishaps.answer(403, PASSWORD),
    "404": mishaps.answer(404, PASSWORD),
    "409": mishaps.answer(409, PASSWORD),
    "500": mishaps.answer(500, PASSWORD),
    "302": mishaps.answer(302, Location=f"http://other.invalid/?{PASSWORD}"),
    "308": mishaps.answer(308, Location=f"http://other.invalid/?{PASSWORD}"),
    "drop": mishaps.drop,
    "drip": mishaps.drip_body,
    "flood": mishaps.flood,
    "not json": mishaps.json(PASSWORD),
    "not a bean": mishaps.json(f'{{"jobs": "{PASSWORD}", "color": {{"{PASSWORD}": 1}}}}'),
    "location": mishaps.answer(302, Location=f"http://[{PASSWORD}"),
}


def everything(error):
    """All that a traceback, a logger or a debugger would show of an error and what led to it."""
    seen, todo = [], [error]
    while todo:
        one = todo.pop()
        if one is None or one in seen:
            continue
        seen.append(one)
        todo += [one.__cause__, one.__context__]
        todo += [arg for arg in one.args if isinstance(arg, BaseException)]
    texts = [f"{one!r} {one} {vars(one)}" for one in seen]
    return "\n".join([*texts, *traceback.format_exception(error)])


def secrets_of(credential):
    token = credential.fields["token"].reveal()
    pair = f"{credential.account}:{token}"
    return token, PASSWORD, base64.b64encode(pair.encode()).decode()


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("name", MISHAPS)
async def test_no_error_holds_a_secret_or_an_answer(jenkins, hasty, alice, *, name, method):
    jenkins.fail(MISHAPS[name], method=method, times=2)
    with pytest.raises(ActasError) as caught:
        await run(hasty, alice, SAID, private=True)
    assert caught.value.__context__ is None  # what led to it holds requests and answers
    for secret in secrets_of(alice):
        assert secret not in everything(caught.value)


async def test_malformed_location_of_a_build_is_not_repeated(jenkins, service, alice):
    jenkins.fail(mishaps.answer(201, Location=f"http://[{PASSWORD}"), method="POST")
    assert PASSWORD not in str(await run(service, alice, SAID, private=True))


async def test_no_log_of_any_library_holds_a_secret(jenkins, hasty, alice, caplog, capfd):
    caplog.set_level(logging.DEBUG)
    for logger in ("urllib3", "requests", "jenkins", "asyncio"):
        caplog.set_level(logging.DEBUG, logger)
    await run(hasty, alice, SAID, private=True)
    for mishap in MISHAPS.values():
        jenkins.fail(mishap, method="POST")
        with pytest.raises(ActasError):
            await run(hasty, alice, SAID, private=True)
    said = f"{caplog.text}{''.join(capfd.readouterr())}"
    assert "urllib3" in said  # something was logged at all
    for secret in secrets_of(alice):
        assert secret not in said


async def test_objects_do_not_show_what_they_hold(jenkins, service, alice):
    async with service.api(alice) as api:
        await api.me()
        shown = f"{api!r} {vars(api)} {service.site!r} {vars(service)} {alice!r}"
    for secret in secrets_of(alice):
        assert secret not in shown


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("said", ["list", "whoami", "describe website", "build website"])
async def test_credentials_never_follow_a_redirect(jenkins, service, alice, *, status, said):
    async with JenkinsStandIn() as elsewhere:
        location = f"{elsewhere.url}/queue/other/1/"
        jenkins.fail(mishaps.answer(status, Location=location), times=9)
        with pytest.raises(Unavailable) as caught:
            await run(service, alice, said)
        assert "another address" in caught.value.what
        assert elsewhere.requests == []


async def test_redirected_post_is_not_sent_again(jenkins, service, alice):
    async with JenkinsStandIn() as elsewhere:
        jenkins.fail(mishaps.answer(307, Location=f"{elsewhere.url}/job/x/build"), method="POST")
        with pytest.raises(Unavailable) as caught:
            await run(service, alice, "build website")
        assert caught.value.retryable is False
        assert elsewhere.requests == []


async def test_environment_changes_nothing(jenkins, service, alice, *, monkeypatch, tmp_path):
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login mallory password stolen\n")
    async with JenkinsStandIn() as proxy:
        for name, value in {
            "NETRC": str(netrc),
            "HTTP_PROXY": proxy.url,
            "ALL_PROXY": proxy.url,
            "http_proxy": proxy.url,
            "JENKINS_API_EXTRA_HEADERS": "X-Extra: 1\nAuthorization: Basic bWFsbG9yeTp4",
            "PYTHONHTTPSVERIFY": "0",
        }.items():
            monkeypatch.setenv(name, value)
        await run(service, alice, "whoami")
        assert proxy.requests == []
    (seen,) = jenkins.requests
    assert "X-Extra" not in seen.headers
    assert seen.headers["Authorization"].endswith(secrets_of(alice)[2])


async def test_no_crumb_is_asked_for_and_no_cookie_kept(jenkins, service, alice):
    jenkins.fail(mishaps.answer(200, "{}", "application/json", Set_Cookie="JSESSIONID=1"))
    async with service.api(alice) as api:
        with pytest.raises(Unavailable):
            await api.me()
        await api.me()
    assert not any("Cookie" in seen.headers for seen in jenkins.requests)
    assert not any("crumb" in seen.raw_path for seen in jenkins.requests)


@pytest.mark.parametrize(
    "name", ["..", "../..", "website/../../script", "a//b", ".", "a/./b", "%2e%2e", "a/%2E%2E/b"]
)
@pytest.mark.parametrize("word", ["describe", "last", "build", "ls"])
async def test_no_name_climbs_out_of_the_jobs(jenkins, service, alice, *, name, word):
    with pytest.raises(ActasError):
        await run(service, alice, f"{word} {name}")
    with pytest.raises(ActasError):
        await run(service, alice, f"{word} 1", listing=(name,))
    assert jenkins.requests == []


async def test_tokens_with_other_letters_are_sent_as_they_are(jenkins, service):
    token = jenkins.add_user("zoë müller")
    assert "zoë müller" in str(
        await run(service, credential_of(service, "zoë müller", token), "whoami")
    )


async def test_authorization_goes_to_the_configured_origin_alone(jenkins):
    service = service_at(f"{jenkins.url}/")
    assert list(service.origins) == [jenkins.url]
