"""Grafana by declaration: every command of the example."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bot.errors import Forbidden, NotFound, Unauthorized, UserError
from tests.contracts.fakes import links, plain
from tests.contracts.http.conftest import Said


async def test_who_somebody_is_is_their_service_account(grafana):
    assert await grafana.said.whoami() == "sa-alice"
    with pytest.raises(Unauthorized):
        await Said(grafana.service, f"glsa_{'0' * 32}_00000000").whoami()


async def test_dashboards_are_found_by_words_or_all_of_them(grafana):
    assert len((await grafana.said("dashboards")).listing) == 2
    reply = await grafana.said("dashboards web requests")
    assert plain(reply) == f"1. Web requests ({grafana.url}/d/web-1/x) in Team"
    assert plain(await grafana.said("dashboards nothing")) == "No dashboard has these words."


async def test_a_dashboard_is_shown_with_its_panels(grafana):
    await grafana.said("dashboards web")
    reply = await grafana.said("dashboard 1")
    assert links(reply)[0].url == f"{grafana.url}/d/web-1/x"
    assert plain(reply).splitlines() == [
        f"Web requests ({grafana.url}/d/web-1/x), version 3, changed 2026-03-01 12:30 UTC by admin",
        "- Latency",
        "- (no title)",
    ]
    with pytest.raises(NotFound, match="dashboard 'none'"):
        await grafana.said("dashboard none")


async def test_an_alert_of_the_list_is_silenced_and_is_loud_again(grafana):
    reply = await grafana.said("alerts")
    assert plain(reply) == "1. DiskFull since 2026-03-01 12:30 UTC: /var is at 97 %"
    assert plain(await grafana.said("silence 1 1d2h new disks")).startswith("Silenced DiskFull for")
    (silence,) = grafana.state.silences.values()
    assert silence["matchers"] == [
        {"name": "alertname", "value": "DiskFull", "isRegex": False, "isEqual": True}
    ]
    assert (silence["createdBy"], silence["comment"]) == ("sa-alice", "new disks")
    starts, ends = (datetime.fromisoformat(silence[key]) for key in ("startsAt", "endsAt"))
    assert ends - starts == timedelta(hours=26)
    assert abs(starts - datetime.now(UTC)) < timedelta(minutes=1)
    assert "new disks by sa-alice, active" in plain(await grafana.said("silences"))
    assert plain(await grafana.said("unsilence 1")) == "It is loud again."
    assert silence["status"] == {"state": "expired"}
    assert plain(grafana.said.preview).startswith("It sends DELETE http")


async def test_what_is_left_out_has_its_default(grafana):
    await grafana.said("silence DiskFull 30m")
    assert [each["comment"] for each in grafana.state.silences.values()] == ["said in a chat"]


@pytest.mark.parametrize("time", ["soon", "0m", "2h later", "400d", "m", "-1h"])
async def test_a_time_that_is_none_is_refused(grafana, time):
    with pytest.raises(UserError, match="no time"):
        await grafana.said(f"silence DiskFull {time.split()[0]}" if time != "2h later" else
                           "silence DiskFull later 2h")  # fmt: skip
    assert grafana.state.silences == {}


async def test_a_moment_is_marked_as_its_author(grafana):
    assert plain(await grafana.said("annotate Version 1.2 is out")) == "Annotation added (1)."
    assert grafana.state.annotations == [
        ("sa-alice", {"text": "Version 1.2 is out", "tags": ["chat"]})
    ]


@pytest.mark.parametrize(
    ("said", "permission"),
    [
        ("silence DiskFull 2h", "alert.silences:create"),
        ("unsilence x", "alert.silences:write"),
        ("annotate x", "annotations:create"),
    ],
)
async def test_who_only_looks_is_told_what_is_missing(grafana, said, permission):
    bob = Said(grafana.service, grafana.bobs, "sa-bob")
    await bob("alerts")
    with pytest.raises(Forbidden) as error:
        await bob(said)
    assert error.value.permission == permission
    assert (grafana.state.silences, grafana.state.annotations) == ({}, [])
