"""Connecting an account with a PIN."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest

from bot.errors import RateLimited, Unauthorized, Unavailable, UserError
from bot.plugin import Abandoned
from sandbox.mishaps import Answer, drip_body, drip_head, drop, hang
from tests.contracts.fakes import FakeConversation, credential_for, links
from tests.contracts.twitter.conftest import ALICE, service_at


class Visitor(FakeConversation):
    """A person who follows the link, authorises as ``user`` and answers; ``{pin}`` is their PIN."""

    def __init__(self, x, *answers, user="alice"):
        super().__init__(answers)
        self._x, self._user, self._pin = x, user, ""

    async def ask(self, prompt, *, secret):
        if not self._pin:
            (link,) = links(self.told[0])
            (token,) = parse_qs(urlsplit(link.url).query)["oauth_token"]
            self._pin = await self._x.authorise(token, self._user)
        self._answers[:1] = [answer.format(pin=self._pin) for answer in self._answers[:1]]
        return await super().ask(prompt, secret=secret)


def _flow(service):
    (flow,) = service.flows
    return flow


async def test_the_pin_connects_the_account_that_authorised(x, service):
    talk = Visitor(x, "{pin}")
    grant = await _flow(service).run(talk)
    credential = credential_for(
        service, ALICE, "", {name: secret.reveal() for name, secret in grant.fields.items()}
    )
    async with service.api(credential) as api:
        assert await service.whoami(api) == "@alice"
    assert grant.expires is None
    assert sorted(grant.fields) == ["token", "token_secret"]


async def test_the_link_leads_to_the_page_and_the_pin_is_asked_for_as_a_secret(x, service):
    talk = Visitor(x, "{pin}")
    await _flow(service).run(talk)
    (link,) = links(talk.told[0])
    assert link.url.startswith(f"{x.url}/oauth/authorize?oauth_token=")
    assert link.text == link.url
    assert [asked.secret for asked in talk.asked] == [True]
    assert "t auth PIN" in talk.said


@pytest.mark.parametrize("typed", [" {pin} ", "{pin}\n", "{pin[0]} {pin[1]}{pin[2]}"])
async def test_a_pin_may_have_blanks_in_and_around_it(x, service, typed):
    rest = "".join(f"{{pin[{place}]}}" for place in range(3, 7)) if "[" in typed else ""
    assert await _flow(service).run(Visitor(x, typed + rest))


async def test_two_wrong_pins_are_forgiven(x, service):
    talk = Visitor(x, "0000000", "0000001", "{pin}")
    grant = await _flow(service).run(talk)
    assert x.accepts(grant.fields["token"].reveal())
    assert "X did not accept this PIN. You can try 2 more times" in talk.said
    assert "You can try once more" in talk.said


async def test_the_third_wrong_pin_ends_the_flow_and_says_how_to_start_again(x, service):
    talk = Visitor(x, "0000000", "0000001", "0000002", "{pin}")
    with pytest.raises(UserError) as ended:
        await _flow(service).run(talk)
    assert "t setupauth" in ended.value.hint
    assert len(talk.asked) == 3


@pytest.mark.parametrize("typed", ["my password", "1234567; rm", "١٢٣٤٥٦٧", "", "12345678901234"])
async def test_what_cannot_be_a_pin_is_not_sent(x, service, typed):
    x.fail(drop, path="/oauth/access_token")  # would be raised as Unavailable
    talk = Visitor(x, typed, typed, typed)
    with pytest.raises(UserError):
        await _flow(service).run(talk)
    assert "it was not sent to anybody" in talk.said
    assert not typed or typed not in talk.said


async def test_a_pin_of_another_request_is_not_accepted(x, service):
    first, second = Visitor(x, "{pin}"), Visitor(x, "{pin}", user="bob")
    await _flow(service).run(first)
    stolen = Visitor(x, first._pin, first._pin, first._pin, user="bob")
    with pytest.raises(UserError):
        await _flow(service).run(stolen)
    assert await _flow(service).run(second)


async def test_somebody_who_leaves_has_abandoned_it(x, service):
    with pytest.raises(Abandoned):
        await _flow(service).run(Visitor(x))


async def test_a_wrong_consumer_secret_is_the_operators_matter(x):
    service = service_at(x.url, x, consumer_secret="wrong")
    with pytest.raises(Unavailable) as refused:
        await _flow(service).run(Visitor(x, "{pin}"))
    assert "operator" in refused.value.what


FAULTS = [
    (Answer(503), Unavailable),
    (Answer(302, "", {"Location": "/elsewhere"}), Unavailable),
    (Answer(429), RateLimited),
    (Answer(200, "<html>hello</html>"), Unavailable),
    (Answer(200, "oauth_token=half", content_type="text/plain"), Unavailable),
    (Answer(200, "a" * 100_000, content_type="text/plain"), Unavailable),
    (Answer(200, ""), Unavailable),
    (drop, Unavailable),
    (hang, Unavailable),
    (drip_body, Unavailable),
    (drip_head, Unavailable),
]


@pytest.mark.parametrize("path", ["/oauth/request_token", "/oauth/access_token"])
@pytest.mark.parametrize(
    ("fault", "error"), FAULTS, ids=lambda it: getattr(it, "__name__", str(it))
)
async def test_an_x_that_does_not_do_its_part_ends_the_flow(x, hasty, path, fault, error):
    x.fail(fault, path=path)
    with pytest.raises(error):
        await _flow(hasty).run(Visitor(x, "{pin}"))


async def test_an_answer_without_confirmed_callback_is_not_trusted(x, service):
    body = "oauth_token=a&oauth_token_secret=b&oauth_callback_confirmed=false"
    x.fail(Answer(200, body, content_type="text/plain"), path="/oauth/request_token")
    with pytest.raises(Unavailable):
        await _flow(service).run(Visitor(x, "{pin}"))


async def test_an_x_that_is_away_ends_the_flow(x, service):
    await x.stop()
    with pytest.raises(Unavailable):
        await _flow(service).run(Visitor(x, "{pin}"))


async def test_disconnecting_revokes_the_token_at_x(x, service, alice):
    assert await service.revoke(alice) is True
    assert not x.accepts(alice.fields["token"].reveal())
    async with service.api(alice) as api:
        with pytest.raises(Unauthorized):
            await service.whoami(api)


async def test_revoking_what_x_refuses_or_does_not_answer_is_told_as_not_done(x, service, alice):
    x.fail(Answer(503))
    assert await service.revoke(alice) is False
    assert x.accepts(alice.fields["token"].reveal())
    x.withdraw("alice")
    assert await service.revoke(alice) is False


async def test_the_texts_use_the_shortest_word_for_the_service(x):
    talk = Visitor(x, "{pin}")
    service = service_at(x.url, x)
    assert _flow(service).word == "t"
    await _flow(service).run(talk)
    assert "t auth PIN" in talk.said
