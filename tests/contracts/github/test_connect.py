"""The ways to connect GitHub, and what becomes of a token."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qsl, urlsplit

import pytest
from aiohttp import web

from bot.connect.token import Token
from bot.errors import Unauthorized, UserError
from bot.model import Credential
from bot.plugin import Known
from sandbox.mishaps import Answer
from tests.contracts.fakes import BACK, FakeConversation, credential_for, links
from tests.contracts.github.conftest import credential_of, run, service_at
from tests.tls import self_signed, serving

CALLBACK = BACK.partition("?")[0]


def _with_app(github, app, **settings):
    values = {"client_id": app.client_id, "client_secret": app.client_secret, **settings}
    return service_at(github.url, **values)


def _flow(service, name):
    return next(flow for flow in service.flows if flow.name == name)


def _stored(service, grant):
    """What the vault has of a grant."""
    return Credential(
        user="@bob:example.org",
        service=service.name,
        account="bob",
        fields=grant.fields,
        identity="identity",
        created=datetime.now(UTC),
        expires=grant.expires,
        fresh_until=grant.fresh_until,
    )


async def _whoami(service, credential):
    async with service.api(credential) as api:
        return await service.whoami(api)


async def _by_page(github, service):
    async def visit(address):
        back = await github.authorise(address, "bob")
        return {k: v for k, v in parse_qsl(urlsplit(back).query) if k != "state"}

    return await _flow(service, "web").run(FakeConversation(visit=visit))


@pytest.mark.parametrize(
    ("settings", "names"),
    [
        ({}, ["token"]),
        ({"client_id": "Iv1.abc"}, ["device", "token"]),
        ({"client_id": "Iv1.abc", "client_secret": "s3cret"}, ["web", "device", "token"]),
    ],
)
def test_the_best_way_that_the_operator_has_made_possible_comes_first(settings, names):
    service = service_at("https://github.com", **settings)
    assert [flow.name for flow in service.flows] == names


async def test_somebody_connects_over_githubs_page(github):
    """The app gets the scopes that are configured, and acts as them."""
    service = _with_app(github, github.add_app(callback=CALLBACK))
    grant = await _by_page(github, service)
    assert grant.scopes == ("repo",)
    credential = _stored(service, grant)
    assert await _whoami(service, credential) == Known("bob")
    await run(service, credential, "issue comment #1 Here I am")
    assert github.issue("alice/site", 1).comments[-1].user.login == "bob"


async def test_somebody_connects_by_a_code_without_the_apps_secret(github):
    github.device_codes(interval=1)
    service = service_at(github.url, client_id=github.add_app().client_id)
    flow, talk = _flow(service, "device"), FakeConversation()

    async def wait(_):
        code = talk.said.partition("-")
        await github.enter(f"{code[0][-4:]}-{code[2][:4]}", "bob")
        github.pass_time(seconds=2)

    flow.wait = wait
    grant = await flow.run(talk)
    assert (await _whoami(service, _stored(service, grant))).account == "bob"


async def test_a_code_that_github_does_not_take_is_worth_another_try(github):
    """It was used, or has ended; GitHub says so in words of its own."""
    service = _with_app(github, github.add_app(callback=CALLBACK))

    async def visit(_):
        return {"code": "used-already"}

    with pytest.raises(UserError, match="did not accept"):
        await _flow(service, "web").run(FakeConversation(visit=visit))

    async def wait(_):
        github.fail(Answer(200, {"error": "incorrect_device_code"}), method="POST")

    device = _flow(service, "device")
    device.wait = wait
    with pytest.raises(UserError, match="has ended"):
        await device.run(FakeConversation())


async def test_a_pasted_token_is_tried_and_its_end_is_known(github, service):
    text = github.new_fine_grained("bob", issues="write", days=30)
    flow = _flow(service, "token")
    talk = FakeConversation([text])
    grant = await flow.run(talk)
    known = await _whoami(service, _stored(service, grant))
    assert known.account == "bob"
    assert abs(known.expires - datetime.now(UTC) - timedelta(days=30)) < timedelta(minutes=1)
    assert talk.asked[0].secret
    assert links(talk.asked[0].prompt)[0].url.startswith(f"{github.url}/settings/")


@pytest.mark.parametrize(
    "text", ["my password", "glpat-0123456789abcdefghij", f"ghs_{'1a' * 18}", "gho_short", ""]
)
async def test_what_is_no_token_of_a_persons_is_not_used(github, service, text):
    """A password, another service's token, or that of an installation."""
    with pytest.raises(UserError):
        await _flow(service, "token").run(FakeConversation([text] * 3))
    assert github.requests == []


def test_what_people_type_to_connect_is_said_where_they_look(service):
    token = _flow(service, "token")
    assert isinstance(token, Token)
    assert token.revoke_hint.startswith("Delete the token on http")
    assert "applications" not in token.revoke_hint


async def test_a_github_apps_token_is_renewed(github):
    """It lasts eight hours; the old one and its refresh token are dead after that."""
    app = github.add_app(callback=CALLBACK, permissions={"issues": "write"})
    service = _with_app(github, app)
    old = _stored(service, await _by_page(github, service))
    assert old.fresh_until < datetime.now(UTC) + timedelta(hours=8, minutes=1)
    new = _stored(service, await service.renew(old))
    assert (await _whoami(service, new)).account == "bob"
    with pytest.raises(Unauthorized):
        await _whoami(service, old)
    with pytest.raises(Unauthorized):
        await service.renew(old)


async def test_what_can_be_renewed_does_not_end_with_its_token(github):
    """Whatever GitHub says of the token itself."""
    service = _with_app(github, github.add_app(callback=CALLBACK, permissions={"issues": "write"}))
    credential = _stored(service, await _by_page(github, service))
    soon = {"GitHub-Authentication-Token-Expiration": "2026-05-17 12:00:00 +0200"}
    pasted = credential_of(service, "bob", "ghp_" + "0" * 36)
    for one, end in ((credential, None), (pasted, datetime(2026, 5, 17, 10, tzinfo=UTC))):
        github.fail(Answer(200, {"login": "bob"}, soon), path="/user")
        assert await _whoami(service, one) == Known("bob", end)


async def test_what_cannot_be_renewed_has_to_be_connected_again(github, service, bob):
    for one in (service, _with_app(github, github.add_app())):
        with pytest.raises(Unauthorized):
            await one.renew(bob)


async def test_disconnecting_takes_back_all_that_the_app_was_allowed(github):
    """Also what a former connection left."""
    app = github.add_app()
    service = _with_app(github, app)
    former, token = github.grant(app, "bob", "repo"), github.grant(app, "bob", "repo")
    others = github.grant(app, "carol", "repo")
    assert await service.revoke(credential_of(service, "bob", token.text)) is True
    assert [github.accepts(t.text) for t in (former, token, others)] == [False, False, True]


async def test_a_pasted_token_stays_until_its_owner_deletes_it(github):
    """It is not the app's, so it is not even shown to the address for that."""
    service = _with_app(github, github.add_app())
    token = github.new_token("bob", "repo")
    assert await service.revoke(credential_of(service, "bob", token)) is False
    assert github.requests == []
    assert github.accepts(token)


@pytest.mark.parametrize(
    ("token", "page"),
    [
        ("gho_x", "applications"),
        ("ghu_x", "apps/authorizations"),
        ("ghp_x", "tokens"),
        ("github_pat_x", "personal-access-tokens"),
    ],
)
def test_where_a_token_is_ended_by_hand_is_one_page(service, token, page):
    said = service.where_to_revoke(credential_of(service, "bob", token))
    assert said.endswith(f"/settings/{page}")


async def test_without_the_apps_secret_nothing_can_be_revoked(github):
    app = github.add_app()
    service = service_at(github.url, client_id=app.client_id)
    token = github.grant(app, "bob", "repo").text
    assert await service.revoke(credential_of(service, "bob", token)) is False
    assert github.accepts(token)


async def test_what_was_withdrawn_at_github_is_unauthorized(github):
    app = github.add_app()
    service = _with_app(github, app)
    credential = credential_of(service, "bob", github.grant(app, "bob", "repo").text)
    assert (await _whoami(service, credential)).account == "bob"
    github.withdraw(app, "bob")
    with pytest.raises(Unauthorized):
        await _whoami(service, credential)


async def test_an_enterprise_servers_certificates_are_trusted_where_tokens_come_from(
    tmp_path,
):
    async def answer(_):
        return web.json_response({"access_token": "ghu_new", "token_type": "bearer"})

    ca_file = self_signed(tmp_path)
    async with serving(answer, ca_file) as address:
        service = service_at(address, client_id="Iv23li", client_secret="x", ca_file=str(ca_file))
        fields = {"access_token": "ghu_old", "refresh_token": "ghr_old"}
        old = credential_for(service, "@bob:example.org", "bob", fields)
        renewed = await service.renew(old)
    assert renewed.fields["access_token"].reveal() == "ghu_new"
