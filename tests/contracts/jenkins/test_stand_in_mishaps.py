"""What goes wrong goes wrong as it would out there, and only as often as planned."""

from __future__ import annotations

import asyncio

import aiohttp
import pytest

from sandbox.jenkins import mishaps
from tests.contracts.jenkins.direct import begin, get, read


@pytest.mark.parametrize(
    ("mishap", "error"),
    [
        (mishaps.cut, aiohttp.ClientPayloadError),
        (mishaps.hang, TimeoutError),
        (mishaps.drip_head, TimeoutError),
        (mishaps.drip_body, TimeoutError),
    ],
)
async def test_answer_does_not_come_whole(jenkins, mishap, error):
    jenkins.fail(mishap, path="website")
    with pytest.raises(error):
        async with asyncio.timeout(0.2):
            await get(jenkins, "/job/website/api/json")
    assert (await read(jenkins, "/job/website/api/json"))["name"] == "website"


async def test_answer_is_lost_though_what_was_asked_is_done(jenkins):
    jenkins.fail(mishaps.drop, method="POST", after=True)
    with pytest.raises(aiohttp.ServerDisconnectedError):
        await begin(jenkins)
    await jenkins.idle()
    assert len(jenkins.builds("website")) == 1


async def test_html_comes_in_the_place_of_json(jenkins):
    jenkins.fail(mishaps.answer(200), times=2)
    for _ in range(2):
        status, headers, text = await get(jenkins, "/api/json")
        assert (status, headers["Content-Type"], text[0]) == (200, "text/html; charset=utf-8", "<")
    assert (await read(jenkins, "/api/json"))["mode"] == "NORMAL"
