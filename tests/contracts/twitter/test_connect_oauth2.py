"""Connecting an account by OAuth 2, over a page of the bot's own."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qsl, urlsplit

import pytest

from bot.errors import RateLimited, Unavailable, UserError
from bot.plugin import Abandoned
from sandbox.mishaps import Answer, drip_body, drop
from sandbox.x import XStandIn
from sandbox.x.browser import cancel
from tests.contracts.fakes import FakeConversation, credential_for
from tests.contracts.twitter.conftest import (
    ALICE,
    PAGE,
    bearer_service_at,
    comes_back,
    run,
)
from tests.silence import shown


@pytest.fixture
def service(x):
    """The service, whose users connect by OAuth 2."""
    return bearer_service_at(x.url, x, web_url=x.url)


def _flow(service):
    (flow,) = service.flows
    return flow


async def _run(service, visit=comes_back):
    return await _flow(service).run(FakeConversation(visit=visit))


def _credential(service, grant, account=""):
    fields = {name: secret.reveal() for name, secret in grant.fields.items()}
    return credential_for(service, ALICE, account, fields)


async def _came(service, user):
    """What an attempt of ``user``'s brings back, where they then leave."""
    seen = []

    async def visit(address):
        seen.append(await comes_back(address, user))
        raise Abandoned

    with pytest.raises(Abandoned):
        await _run(service, visit)
    return seen[0]


def _with(brought):
    async def visit(_):
        return brought

    return visit


async def test_it_has_the_words_of_the_other_ways(service):
    flow = _flow(service)
    assert (flow.name, flow.web) == ("web", True)
    assert (list(flow.start), list(flow.answer)) == (["setupauth"], ["auth"])


async def test_whoever_authorised_is_connected_for_two_hours_and_longer(x, service):
    talk = FakeConversation(visit=comes_back)
    grant = await _flow(service).run(talk)
    async with service.api(_credential(service, grant)) as api:
        assert await service.whoami(api) == "@alice"
    assert sorted(grant.fields) == ["access_token", "refresh_token", "scope", "user_id"]
    assert grant.fields["user_id"].reveal() == "1001"
    assert grant.expires is None
    assert timedelta(hours=1.9) < grant.fresh_until - datetime.now(UTC) <= timedelta(hours=2)
    assert set(grant.scopes) == {
        *("tweet.read", "tweet.write", "users.read", "like.write", "offline.access")
    }
    assert "tweet.write" in talk.said


async def test_the_link_asks_for_a_code_with_a_proof_of_its_own(x, service):
    talk = FakeConversation(visit=comes_back)
    await _flow(service).run(talk)
    await _flow(service).run(talk)
    first, second = (dict(parse_qsl(urlsplit(link).query)) for link in talk.visited)
    assert talk.visited[0].startswith(f"{x.url}/i/oauth2/authorize?")
    assert (first["response_type"], first["client_id"]) == ("code", x.client_id)
    assert (first["redirect_uri"], first["code_challenge_method"]) == (PAGE, "S256")
    assert first["code_challenge"] != second["code_challenge"]


async def test_an_app_without_a_secret_connects_too():
    async with XStandIn("alice", public=True, callbacks=[PAGE]) as x:
        service = bearer_service_at(x.url, x, web_url=x.url)
        credential = _credential(service, await _run(service), "@alice")
        await run(service, credential, "tweet hello")
        assert [post.author.name for post in x.posts] == ["alice"]


async def test_who_cancels_on_the_page_is_told_that_nothing_is_connected(service):
    async def visit(address):
        return dict(parse_qsl(urlsplit(await cancel(address, "alice")).query))

    with pytest.raises(UserError, match="nothing is connected"):
        await _run(service, visit)


async def test_a_code_of_another_attempt_is_refused(x, service):
    """It was asked for with the proof of that attempt: nobody can be given somebody's account."""
    stolen = await _came(service, "bob")
    with pytest.raises(UserError, match="did not accept") as ended:
        await _run(service, _with(stolen))
    assert "connect t" in ended.value.hint


async def test_a_code_of_another_app_is_refused(x, service):
    other = x.add_client()
    settings = {"client_id": other.client_id, "client_secret": other.secret, "web_url": x.url}
    stolen = await _came(bearer_service_at(x.url, x, **settings), "bob")
    with pytest.raises(UserError, match="did not accept"):
        await _run(service, _with(stolen))


async def test_a_code_is_good_once(service):
    brought = []

    async def visit(address):
        brought.append(await comes_back(address))
        return brought[0]

    assert await _run(service, visit)
    with pytest.raises(UserError, match="did not accept"):
        await _run(service, visit)


async def test_a_code_is_redeemed_before_whoever_came_back_has_typed_anything(x, service):
    """X gives half a minute."""

    class Slow(FakeConversation):
        async def callback(self, url, arrived=None):
            came = await super().callback(url, arrived)
            await x.redeemed()
            x.expire_codes()
            return came

    assert await _flow(service).run(Slow(visit=comes_back))


async def test_what_nobody_claims_is_given_back(x, service):
    """Whoever came back may be somebody whom the link was passed on to."""
    with pytest.raises(Abandoned):
        await _flow(service).run(FakeConversation(visit=comes_back, leaves=True))
    _, access, refresh = x.given
    assert not x.accepts(access)
    assert not x.refreshes_with(refresh)


async def test_a_code_that_comes_late_is_told_as_that(x, service):
    async def visit(address):
        brought = await comes_back(address)
        x.expire_codes()
        return brought

    with pytest.raises(UserError, match="a short while"):
        await _run(service, visit)


async def test_a_page_that_is_not_registered_at_x_is_refused_there(x, service):
    x.callbacks.clear()
    with pytest.raises(LookupError):
        await _run(service)


async def test_a_wrong_client_secret_is_the_operators_matter(x):
    service = bearer_service_at(x.url, x, web_url=x.url, client_secret="wrong")
    with pytest.raises(Unavailable, match="operator"):
        await _run(service)


FAULTS = [(Answer(503), Unavailable), (Answer(429), RateLimited), (drop, Unavailable)]
FAULTS += [(Answer(200, {"access_token": "half-of-it"}), Unavailable), (drip_body, Unavailable)]


@pytest.mark.parametrize("path", ["/2/oauth2/token", "/2/users/me"])
@pytest.mark.parametrize(
    ("fault", "error"), FAULTS, ids=lambda it: getattr(it, "__name__", str(it))
)
async def test_an_x_that_does_not_do_its_part_ends_it_and_tells_nothing(
    x, heard, path, fault, error
):
    service = bearer_service_at(x.url, x, web_url=x.url, timeout=0.3)
    brought = {}

    async def visit(address):
        brought.update(await comes_back(address))
        return brought

    x.fail(fault, path=path)
    with pytest.raises(error) as failed:
        await _run(service, visit)
    half = ["half-of-it"] if path == "/2/oauth2/token" else []
    for secret in (*brought.values(), *x.given, x.client_secret, *half):
        assert secret not in shown(failed.value) + heard.text


async def test_what_could_not_be_looked_at_is_given_back(x, service):
    x.fail(Answer(503), path="/2/users/me")
    with pytest.raises(Unavailable):
        await _run(service)
    _, access, refresh = x.given
    assert not x.accepts(access)
    assert not x.refreshes_with(refresh)


async def test_connecting_and_renewing_log_no_secret(x, service, heard):
    grant = await _run(service)
    renewed = await service.renew(_credential(service, grant))
    await service.revoke(_credential(service, renewed))
    text = heard.text + "".join(map(repr, (service, vars(service), grant, renewed, service.flows)))
    for secret in (*x.given, x.client_secret):
        assert secret not in text
    assert len(x.given) == 5
