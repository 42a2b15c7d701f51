"""Connecting an account by OAuth 1.0a, over a page of the bot's own."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlsplit

import pytest

from bot.errors import RateLimited, Unavailable, UserError
from bot.plugin import Abandoned
from sandbox.mishaps import Answer, drip_body, drop
from sandbox.x.browser import cancel
from tests.contracts.fakes import FakeConversation, credential_for
from tests.contracts.twitter.conftest import ALICE, comes_back, service_at
from tests.silence import shown


@pytest.fixture
def service(x):
    """The service, whose users come back over the bot's own page."""
    return service_at(x.url, x, callback="web")


def _flow(service):
    (flow,) = service.flows
    return flow


async def _run(service, visit=comes_back):
    return await _flow(service).run(FakeConversation(visit=visit))


async def _token(x, user):
    """A request token that ``user`` has authorised, and what brings it back."""
    seen = []

    async def visit(address):
        seen.append(await comes_back(address, user))
        raise Abandoned

    with pytest.raises(Abandoned):
        await _run(service_at(x.url, x, callback="web"), visit)
    return seen[0]


def test_it_needs_a_page_to_come_back_to_and_has_the_words_of_the_pin(service):
    flow = _flow(service)
    assert (flow.name, flow.web) == ("web", True)
    assert (list(flow.start), list(flow.answer)) == (["setupauth"], ["auth"])


async def test_whoever_authorised_is_connected(x, service):
    talk = FakeConversation(visit=comes_back)
    grant = await _flow(service).run(talk)
    fields = {name: secret.reveal() for name, secret in grant.fields.items()}
    async with service.api(credential_for(service, ALICE, "", fields)) as api:
        assert await service.whoami(api) == "@alice"
    assert (grant.expires, grant.fresh_until) == (None, None)
    assert sorted(fields) == ["token", "token_secret"]
    assert talk.visited[0].startswith(f"{x.url}/oauth/authorize?oauth_token=")
    assert talk.asked == []


async def test_who_cancels_on_the_page_is_not_connected(x, service):
    async def visit(address):
        return dict(parse_qsl(urlsplit(await cancel(address, "alice")).query))

    with pytest.raises(UserError, match="refused on the page of X"):
        await _run(service, visit)


async def test_somebody_who_leaves_has_abandoned_it(service):
    with pytest.raises(Abandoned):
        await _flow(service).run(FakeConversation())


async def test_what_somebody_elses_attempt_brings_back_is_not_used(x, service):
    """Else Mallory could have Alice connect Mallory's account, or the other way round."""
    stolen = await _token(x, "bob")
    x.fail(drop, path="/oauth/access_token")  # would be raised as Unavailable

    async def visit(_):
        return stolen

    with pytest.raises(UserError, match="another attempt") as ended:
        await _run(service, visit)
    assert "t setupauth" in ended.value.hint


async def test_a_verifier_of_another_attempt_is_not_accepted(x, service):
    stolen = await _token(x, "bob")

    async def visit(address):
        return {**await comes_back(address), "oauth_verifier": stolen["oauth_verifier"]}

    with pytest.raises(UserError, match="did not accept"):
        await _run(service, visit)


async def test_a_verifier_is_good_once(x, service):
    brought = []

    async def visit(address):
        brought.append(await comes_back(address))
        return brought[0]

    assert await _run(service, visit)
    with pytest.raises(UserError, match="another attempt"):
        await _run(service, visit)


@pytest.mark.parametrize(
    "change",
    [
        {"oauth_token": ""},
        {"oauth_token": "{token} "},
        {"oauth_verifier": ""},
        {"oauth_verifier": "a b"},
        {"oauth_verifier": "é"},
        {"oauth_verifier": "a" * 129},
    ],
    ids=str,
)
async def test_what_proves_nothing_is_not_sent(x, service, change):
    x.fail(drop, path="/oauth/access_token")

    async def visit(address):
        brought = await comes_back(address)
        changed = {k: v.format(token=brought["oauth_token"]) for k, v in change.items()}
        return {k: v for k, v in {**brought, **changed}.items() if v}

    with pytest.raises(UserError, match="another attempt"):
        await _run(service, visit)


@pytest.mark.parametrize("path", ["/oauth/request_token", "/oauth/access_token"])
@pytest.mark.parametrize(
    ("fault", "error"),
    [(Answer(503), Unavailable), (Answer(429), RateLimited), (drop, Unavailable)],
    ids=["503", "429", "drop"],
)
async def test_an_x_that_does_not_do_its_part_ends_it(x, service, path, fault, error):
    x.fail(fault, path=path)
    with pytest.raises(error):
        await _run(service)


async def test_a_page_that_is_not_registered_at_x_is_the_operators_matter(x, service):
    x.callbacks.clear()
    with pytest.raises(Unavailable, match="operator") as refused:
        await _run(service)
    assert "the address that it is to send you to" in refused.value.what


async def test_disconnecting_revokes_the_token_at_x(x, service):
    grant = await _run(service)
    fields = {name: secret.reveal() for name, secret in grant.fields.items()}
    assert await service.revoke(credential_for(service, ALICE, "@alice", fields)) is True
    assert not x.accepts(fields["token"])


@pytest.mark.parametrize(
    "fault", [Answer(500), Answer(401), drop, drip_body], ids=["500", "401", "drop", "drip"]
)
async def test_no_error_carries_what_came_back(x, heard, fault):
    service = service_at(x.url, x, callback="web", timeout=0.3)
    brought = {}

    async def visit(address):
        brought.update(await comes_back(address))
        return brought

    x.fail(fault, path="/oauth/access_token")
    with pytest.raises((Unavailable, UserError)) as error:
        await _run(service, visit)
    for secret in (*brought.values(), x.consumer_key, x.consumer_secret):
        assert secret not in shown(error.value) + heard.text
