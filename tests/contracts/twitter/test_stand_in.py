"""The stand-in is only worth something if it refuses what X refuses.

Asked with requests-oauthlib, which is not what the bot's PIN flow uses.
"""

from __future__ import annotations

import asyncio

import aiohttp
import pytest
from oauthlib.oauth1 import Client
from requests_oauthlib import OAuth1Session

from sandbox.x import XStandIn
from sandbox.x.browser import authorise


async def _post(x, path, **keys):
    return await _ask(x, "POST", path, **keys)


async def _ask(x, method, path, *, json=None, params=None, **keys):
    options = {"client_secret": x.consumer_secret, **keys}

    def ask():
        with OAuth1Session(x.consumer_key, **options) as session:
            return session.request(method, x.url + path, json=json, params=params, timeout=5)

    return await asyncio.to_thread(ask)


async def _request_token(x, callback="oob"):
    answer = await _post(x, "/oauth/request_token", callback_uri=callback)
    fields = dict(part.split("=") for part in answer.text.split("&"))
    return fields["oauth_token"], fields["oauth_token_secret"]


async def _redeem(x, token, pin):
    return await _post(
        x,
        "/oauth/access_token",
        resource_owner_key=token[0],
        resource_owner_secret=token[1],
        verifier=pin,
    )


def _keys_of(x, user):
    token = x.grant(user)
    return {"resource_owner_key": token.key, "resource_owner_secret": token.secret}


async def test_a_wrong_consumer_secret_gets_no_request_token(x):
    answer = await _post(x, "/oauth/request_token", callback_uri="oob", client_secret="wrong")
    assert answer.status_code == 401


async def test_a_wrong_token_secret_is_refused(x):
    keys = {**_keys_of(x, "alice"), "resource_owner_secret": "wrong"}
    answer = await _ask(x, "GET", "/2/users/me", **keys)
    assert (answer.status_code, answer.json()["title"]) == (401, "Unauthorized")


async def test_an_unsigned_request_is_refused(x):
    async with aiohttp.ClientSession() as session, session.get(f"{x.url}/2/users/me") as answer:
        assert answer.status == 401


async def test_a_signature_is_good_for_one_address_only(x):
    keys = _keys_of(x, "alice")
    signer = Client(x.consumer_key, x.consumer_secret, *keys.values())
    _, headers, _ = signer.sign(f"{x.url}/2/users/1001/tweets", "GET")
    async with (
        aiohttp.ClientSession(headers=headers) as session,
        session.get(f"{x.url}/2/users/me") as answer,
    ):
        assert answer.status == 401


async def test_a_nonce_is_good_for_one_request_only(x):
    keys = _keys_of(x, "alice")
    signer = Client(x.consumer_key, x.consumer_secret, *keys.values())
    url, headers, _ = signer.sign(f"{x.url}/2/users/me", "GET")
    statuses = []
    async with aiohttp.ClientSession(headers=headers) as session:
        for _ in range(2):
            async with session.get(url) as answer:
                statuses.append(answer.status)
    assert statuses == [200, 401]


async def test_the_page_shows_a_pin_of_seven_digits_that_works_once(x):
    token = await _request_token(x)
    pin = await x.authorise(token[0], "alice")
    first, second = await _redeem(x, token, pin), await _redeem(x, token, pin)
    assert len(pin) == 7
    assert pin.isdigit()
    assert "screen_name=alice" in first.text
    assert "oauth_token=1001-" in first.text
    assert second.status_code == 401


async def test_three_wrong_pins_end_a_request_token(x):
    token = await _request_token(x)
    pin = await x.authorise(token[0], "alice")
    wrong = "1000000" if pin != "1000000" else "1000001"
    for _ in range(3):
        assert (await _redeem(x, token, wrong)).status_code == 401
    assert (await _redeem(x, token, pin)).status_code == 401


async def test_a_request_token_that_nobody_authorised_is_worth_nothing(x):
    token = await _request_token(x)
    assert (await _redeem(x, token, "1234567")).status_code == 401


async def test_with_a_callback_the_browser_is_sent_back_with_the_verifier(x):
    x.callbacks.append("https://actas.example.org/callback")  # the query is not registered
    token = await _request_token(x, callback="https://actas.example.org/callback?flow=1")
    address = await x.authorise(token[0], "bob")
    prefix = f"https://actas.example.org/callback?flow=1&oauth_token={token[0]}&oauth_verifier="
    assert address.startswith(prefix)
    assert "screen_name=bob" in (await _redeem(x, token, address.removeprefix(prefix))).text


@pytest.mark.parametrize(
    "callback",
    ["https://actas.example.org/callback/", "https://actas.example.org", "http://127.0.0.1:8095/x"],
)
async def test_a_callback_that_is_not_registered_with_the_app_is_refused(x, callback):
    x.callbacks.append("https://actas.example.org/callback")
    answer = await _post(x, "/oauth/request_token", callback_uri=callback)
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (403, 415)


async def test_the_page_knows_only_open_requests_and_real_accounts(x):
    with pytest.raises(LookupError):
        await authorise(f"{x.url}/oauth/authorize?oauth_token=made-up", "alice")
    token = await _request_token(x)
    with pytest.raises(LookupError):
        await x.authorise(token[0], "mallory")
    await x.authorise(token[0], "alice")
    with pytest.raises(LookupError):
        await x.authorise(token[0], "bob")


async def test_the_page_is_clicked_and_not_only_posted_to(x):
    token = await _request_token(x)
    form = {"oauth_token": token[0], "account": "alice", "decision": "allow"}
    async with (
        aiohttp.ClientSession() as session,
        session.post(f"{x.url}/oauth/authorize", data=form) as answer,
    ):
        assert answer.status == 403


async def test_an_invalidated_token_is_refused_and_the_next_one_differs(x):
    before = _keys_of(x, "alice")
    answer = await _post(x, "/1.1/oauth/invalidate_token", **before)
    assert answer.json() == {"access_token": before["resource_owner_key"]}
    assert (await _ask(x, "GET", "/2/users/me", **before)).status_code == 401
    assert _keys_of(x, "alice") != before


async def test_a_post_is_its_authors_and_is_not_taken_twice(x):
    keys = _keys_of(x, "bob")
    first = await _post(x, "/2/tweets", json={"text": "hello"}, **keys)
    second = await _post(x, "/2/tweets", json={"text": "hello"}, **keys)
    assert first.status_code == 201
    assert first.json()["data"] == {
        "id": x.posts[0].id,
        "text": "hello",
        "edit_history_tweet_ids": [x.posts[0].id],
    }
    assert [(post.author.name, post.text) for post in x.posts] == [("bob", "hello")]
    assert second.status_code == 403
    assert "duplicate content" in second.json()["detail"]


async def test_a_post_is_deleted_by_its_author_alone(x):
    post = x.publish("alice", "hello")
    refused = await _ask(x, "DELETE", f"/2/tweets/{post.id}", **_keys_of(x, "bob"))
    deleted = await _ask(x, "DELETE", f"/2/tweets/{post.id}", **_keys_of(x, "alice"))
    again = await _ask(x, "DELETE", f"/2/tweets/{post.id}", **_keys_of(x, "alice"))
    assert refused.status_code == 403
    assert deleted.json() == {"data": {"deleted": True}}
    assert (again.status_code, "errors" in again.json()) == (200, True)
    assert x.posts == ()


@pytest.mark.parametrize("text", ["", "a" * 281, "a" * 5_000, "\ufffe"])
async def test_what_is_no_post_is_refused(x, text):
    answer = await _post(x, "/2/tweets", json={"text": text}, **_keys_of(x, "bob"))
    assert answer.status_code == 400
    assert answer.json()["title"] == "Invalid Request"


@pytest.mark.parametrize(
    "params", [{"query": ""}, {"query": "a" * 513}, {"query": "a", "max_results": "9"}]
)
async def test_what_is_no_search_is_refused(x, params):
    answer = await _ask(x, "GET", "/2/tweets/search/recent", params=params, **_keys_of(x, "alice"))
    assert answer.status_code == 400


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("matrix", ["Matrix 2", "matrix 1"]),
        ("matrix -1", ["Matrix 2"]),
        ("from:bob", ["hello @alice", "Matrix 2"]),
        ('"hello @alice"', ["hello @alice"]),
        ("nothing", []),
    ],
)
async def test_the_search_finds_the_newest_first(x, query, found):
    x.publish("alice", "matrix 1")
    x.publish("bob", "Matrix 2")
    x.publish("bob", "hello @alice")
    answer = await _ask(
        x, "GET", "/2/tweets/search/recent", params={"query": query}, **_keys_of(x, "alice")
    )
    assert [post["text"] for post in answer.json().get("data", [])] == found
    assert answer.json()["meta"]["result_count"] == len(found)


async def test_timelines_are_of_one_account(x):
    x.publish("alice", "hi @bob")
    x.publish("bob", "hi")
    posts = await _ask(x, "GET", "/2/users/1001/tweets", **_keys_of(x, "bob"))
    mentions = await _ask(x, "GET", "/2/users/1002/mentions", **_keys_of(x, "bob"))
    nobody = await _ask(x, "GET", "/2/users/9/tweets", **_keys_of(x, "bob"))
    assert [post["text"] for post in posts.json()["data"]] == ["hi @bob"]
    assert [post["text"] for post in mentions.json()["data"]] == ["hi @bob"]
    assert nobody.json()["errors"][0]["title"] == "Not Found Error"


async def test_the_rate_is_limited_per_account_and_told_in_headers(x):
    x.limits.per_window["me"] = 1
    first = await _ask(x, "GET", "/2/users/me", **_keys_of(x, "alice"))
    second = await _ask(x, "GET", "/2/users/me", **_keys_of(x, "alice"))
    other = await _ask(x, "GET", "/2/users/me", **_keys_of(x, "bob"))
    assert [first.status_code, second.status_code, other.status_code] == [200, 429, 200]
    assert second.headers["x-rate-limit-limit"] == "1"
    assert second.headers["x-rate-limit-remaining"] == "0"
    assert int(second.headers["x-rate-limit-reset"]) > 0


async def test_a_post_with_an_address_costs_more(x):
    x.limits.credits = 0.03
    plain = await _post(x, "/2/tweets", json={"text": "hello"}, **_keys_of(x, "bob"))
    link = await _post(x, "/2/tweets", json={"text": "example.com"}, **_keys_of(x, "bob"))
    assert [plain.status_code, link.status_code] == [201, 402]


async def test_a_post_has_a_page_that_shows_its_text_escaped(x):
    post = x.publish("alice", "<script>alert(1)</script>")
    async with (
        aiohttp.ClientSession() as session,
        session.get(f"{x.url}/alice/status/{post.id}") as answer,
    ):
        page = await answer.text()
    assert "&lt;script&gt;alert(1)" in page
    assert "<script>" not in page


async def test_several_stand_ins_do_not_share_anything():
    async with XStandIn("alice") as one, XStandIn("alice") as other:
        answer = await _ask(other, "GET", "/2/users/me", **_keys_of(one, "alice"))
        assert answer.status_code == 401
        assert one.url != other.url
