"""Acting with OAuth 2: as with OAuth 1.0a, within its scopes, and renewed."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.errors import Forbidden, RateLimited, Unauthorized, Unavailable
from sandbox.mishaps import Answer, drip_body, drop
from sandbox.x import XStandIn
from tests.contracts.fakes import plain
from tests.contracts.twitter.conftest import (
    bearer_of,
    bearer_service_at,
    credential_of,
    run,
    service_at,
)
from tests.silence import shown

SAID = [
    "search hello",
    "timeline",
    "mentions",
    "user @bob",
    "whoami",
    "tweet good morning",
    "reply {bob} thank you",
    "delete {alice}",
    "like {bob}",
    "retweet {bob}",
]
NEEDS = [("tweet.write", said) for said in SAID[5:8]]
NEEDS += [("tweet.write", "retweet {bob}"), ("like.write", "like {bob}")]
NEEDS += [(scope, said) for scope in ("tweet.read", "users.read") for said in SAID[:5]]


@pytest.fixture
def service(x):
    """The service, whose users connect by OAuth 2."""
    return bearer_service_at(x.url, x)


@pytest.fixture
def alice(x, service):
    """Alice's credential."""
    return bearer_of(x, service, "alice")


async def _renewed(service, credential):
    grant = await service.renew(credential)
    return replace(credential, fields=grant.fields, fresh_until=grant.fresh_until)


async def _done(said, *, bearer):
    """What a command answers and changes in a world that is always the same."""
    async with XStandIn("alice", "bob") as x:
        posts = {user: x.publish(user, f"hello, @alice, from {user}") for user in ("alice", "bob")}
        service = (bearer_service_at if bearer else service_at)(x.url, x)
        alice = (bearer_of if bearer else credential_of)(x, service, "alice")
        if said != "whoami":
            x.limits.per_window["me"] = 0  # who asks is not looked up, which costs
        text = said.format(**{user: post.id for user, post in posts.items()})
        reply = plain(await run(service, alice, text))
        return reply, [(p.author.name, p.text, p.reply_to) for p in x.posts], x.likes, x.reposts


@pytest.mark.parametrize("said", SAID)
async def test_every_command_does_what_it_does_with_oauth_1(said):
    assert await _done(said, bearer=True) == await _done(said, bearer=False)


@pytest.mark.parametrize(("scope", "said"), NEEDS)
async def test_what_was_not_granted_is_forbidden(x, service, scope, said):
    granted = {"tweet.read", "tweet.write", "users.read", "like.write", "offline.access"} - {scope}
    posts = {user: x.publish(user, "hello, @alice").id for user in ("alice", "bob")}
    with pytest.raises(Forbidden) as error:
        await run(service, bearer_of(x, service, "alice", *granted), said.format(**posts))
    assert error.value.account == "@alice"


async def test_everybody_acts_as_themselves(x, service, alice):
    await run(service, alice, "tweet hello")
    await run(service, bearer_of(x, service, "bob"), "tweet hello")
    assert [post.author.name for post in x.posts] == ["alice", "bob"]


async def test_an_access_token_that_has_ended_is_renewed(x, service, alice):
    x.expire_access_tokens()
    with pytest.raises(Unauthorized):
        await run(service, alice, "timeline")
    renewed = await _renewed(service, alice)
    post = x.publish("bob", "hello")
    await run(service, renewed, f"like {post.id}")
    assert x.likes == {("alice", post.id)}
    assert x.refreshes == 1
    assert timedelta(hours=1.9) < renewed.fresh_until - datetime.now(UTC) <= timedelta(hours=2)
    assert renewed.fields["user_id"] == alice.fields["user_id"]


async def test_a_refresh_token_is_replaced_and_the_old_one_refused(x, service, alice):
    renewed = await _renewed(service, alice)
    assert renewed.fields["refresh_token"] != alice.fields["refresh_token"]
    with pytest.raises(Unauthorized):
        await service.renew(alice)
    assert await _renewed(service, renewed)
    assert x.refreshes == 2


async def test_what_was_revoked_at_x_is_not_renewed(x, service, alice):
    x.withdraw("alice")
    with pytest.raises(Unauthorized):
        await service.renew(alice)


async def test_a_public_app_renews_and_revokes_too():
    async with XStandIn("alice", public=True) as x:
        service = bearer_service_at(x.url, x)
        renewed = await _renewed(service, bearer_of(x, service, "alice"))
        assert await service.revoke(renewed) is True
        assert not x.accepts(renewed.fields["access_token"].reveal())


async def test_a_wrong_client_secret_is_the_operators_matter_and_no_reason_to_connect_again(x):
    service = bearer_service_at(x.url, x, client_secret="wrong")
    with pytest.raises(Unavailable, match="operator"):
        await service.renew(bearer_of(x, service, "alice"))


FAULTS = [(Answer(503), Unavailable), (Answer(429), RateLimited), (Answer(200), Unavailable)]
FAULTS += [(drop, Unavailable), (drip_body, Unavailable)]


@pytest.mark.parametrize(
    ("fault", "error"), FAULTS, ids=lambda it: getattr(it, "__name__", str(it))
)
async def test_a_renewal_that_x_does_not_get_to_is_not_a_refusal_and_tells_nothing(x, fault, error):
    service = bearer_service_at(x.url, x, timeout=0.3)
    alice = bearer_of(x, service, "alice")
    x.fail(fault, path="/2/oauth2/token")
    with pytest.raises(error) as failed:
        await service.renew(alice)
    for secret in (*(f.reveal() for f in alice.fields.values()), x.client_secret):
        assert secret == "1001" or secret not in shown(failed.value)


async def test_disconnecting_revokes_both_tokens(x, service, alice):
    assert await service.revoke(alice) is True
    assert not x.accepts(alice.fields["access_token"].reveal())
    assert not x.refreshes_with(alice.fields["refresh_token"].reveal())
    with pytest.raises(Unauthorized):
        await run(service, alice, "whoami")


async def test_revoking_what_x_does_not_answer_is_told_as_not_done(x, service, alice):
    x.fail(Answer(503), path="/2/oauth2/revoke")
    assert await service.revoke(alice) is False


async def test_who_connected_in_the_way_before_goes_on_while_its_keys_are_there(x, alice):
    """An operator who changes ``callback`` need not have everybody connect again that day."""
    keys = {"consumer_key": x.consumer_key, "consumer_secret": x.consumer_secret}
    both = bearer_service_at(x.url, x, **keys)
    await run(both, credential_of(x, both, "alice"), "tweet with the old keys")
    back = service_at(x.url, x, client_id=x.client_id, client_secret=x.client_secret)
    await run(back, alice, "tweet with the old token")
    assert await _renewed(back, alice)
    assert len(x.posts) == 2


async def test_who_connected_in_a_way_that_is_closed_connects_again(x, service, alice):
    old = credential_of(x, service, "alice")
    with pytest.raises(Unauthorized):
        await run(service, old, "timeline")
    assert await service.revoke(old) is False
    closed = service_at(x.url, x)
    with pytest.raises(Unauthorized):
        await closed.renew(alice)
    assert await closed.revoke(alice) is False
