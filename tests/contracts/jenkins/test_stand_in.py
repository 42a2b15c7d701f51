"""The stand-in refuses and answers as Jenkins does: what the other tests stand on."""

from __future__ import annotations

import json

import pytest

from sandbox.jenkins import BUILD, READ
from tests.contracts.jenkins.conftest import ask


def of(jenkins, name):
    return name, jenkins.tokens[name]


async def test_wrong_token_is_challenged_on_any_path(jenkins):
    status, headers, _ = await ask(jenkins, "GET", "/nowhere", auth=("alice", "11" + "0" * 32))
    assert status == 401
    assert headers["WWW-Authenticate"] == 'Basic realm="Jenkins"'


@pytest.mark.parametrize("header", ["Basic !!!", "Basic YWxpY2U=", "Bearer abc"])
async def test_malformed_authorization_is_challenged(jenkins, header):
    status, _, _ = await ask(jenkins, "GET", "/me/api/json", headers={"Authorization": header})
    assert status == 401


async def test_revoked_token_is_challenged(jenkins):
    jenkins.revoke_tokens("alice")
    assert (await ask(jenkins, "GET", "/me/api/json", auth=of(jenkins, "alice")))[0] == 401


async def test_anonymous_gets_a_page_that_says_jenkins(jenkins):
    status, headers, text = await ask(jenkins, "GET", "/api/json")
    assert (status, headers.getone("X-You-Are-Authenticated-As")) == (403, "anonymous")
    assert "X-Jenkins" in headers
    assert text.startswith("<!DOCTYPE html>")


async def test_user_without_overall_read_is_told_so(jenkins):
    token = jenkins.add_user("dave", overall_read=False)
    status, headers, _ = await ask(jenkins, "GET", "/api/json", auth=("dave", token))
    assert (status, headers["X-Required-Permission"]) == (403, "hudson.model.Hudson.Read")


async def test_building_needs_the_permission_and_names_it(jenkins):
    status, headers, _ = await ask(jenkins, "POST", "/job/website/build", auth=of(jenkins, "bob"))
    assert status == 403
    assert headers["X-You-Are-Authenticated-As"] == "bob"
    assert headers["X-Required-Permission"] == BUILD
    assert jenkins.builds("website") == []


async def test_unreadable_job_does_not_exist(jenkins):
    path = "/job/locked/api/json"
    assert (await ask(jenkins, "GET", path, auth=of(jenkins, "carol")))[0] == 404
    assert (await ask(jenkins, "GET", path, auth=of(jenkins, "bob")))[0] == 200


@pytest.mark.parametrize("name", ["website", "WebSite", "webs%C4%B1te"])
async def test_names_are_found_in_any_case(jenkins, name):
    path = f"/job/{name}/api/json?tree=fullName"
    _, _, text = await ask(jenkins, "GET", path, auth=of(jenkins, "bob"))
    assert json.loads(text)["fullName"] == "website"


async def test_folder_hands_its_permissions_down_but_hides_what_is_in_it(jenkins):
    path = "/job/team/job/app/job/feature%252Fx/api/json"
    jenkins.allow("carol", "team/app", READ)
    assert (await ask(jenkins, "GET", path, auth=of(jenkins, "carol")))[0] == 404
    jenkins.allow("carol", "team", READ)
    assert (await ask(jenkins, "GET", path, auth=of(jenkins, "carol")))[0] == 200


@pytest.mark.parametrize(
    ("tree", "wanted"),
    [
        ("jobs[name]{0,2}", ["deploy prod", "locked"]),
        ("jobs[name]{3,}", ["website"]),
        ("jobs[name]{,1}", ["deploy prod"]),
        ("jobs[name]{1}", ["locked"]),
        ("jobs[name,jobs[name]]{2,3}", ["team"]),
    ],
)
async def test_tree_picks_fields_and_ranges(jenkins, tree, wanted):
    path = f"/api/json?tree={tree}"
    _, _, text = await ask(jenkins, "GET", path, auth=of(jenkins, "bob"))
    jobs = json.loads(text)["jobs"]
    assert [job["name"] for job in jobs] == wanted
    assert {key for job in jobs for key in job} <= {"_class", "name", "jobs"}


async def test_malformed_tree_is_a_page_of_html(jenkins):
    status, _, text = await ask(jenkins, "GET", "/api/json?tree=jobs[", auth=of(jenkins, "bob"))
    assert (status, text[0]) == (500, "<")


async def test_traversal_reaches_other_pages_as_in_a_servlet_container(jenkins):
    path = "/job/website/../../script"
    status, headers, _ = await ask(jenkins, "GET", path, auth=of(jenkins, "alice"))
    assert (status, headers["X-Required-Permission"]) == (403, "hudson.model.Hudson.Administer")


async def test_item_becomes_a_build_whose_cause_names_the_user(jenkins):
    auth = of(jenkins, "alice")
    status, headers, _ = await ask(
        jenkins, "POST", "/job/website/build", auth=auth, data={"delay": "0sec"}
    )
    assert status == 201
    item = headers["Location"].removeprefix(jenkins.url)
    await jenkins.idle()
    found = json.loads((await ask(jenkins, "GET", f"{item}api/json", auth=auth))[2])
    assert found["_class"] == "hudson.model.Queue$LeftItem"
    number = found["executable"]["number"]
    path = f"/job/website/{number}/api/json?tree=actions[causes[*]]"
    build = json.loads((await ask(jenkins, "GET", path, auth=auth))[2])
    causes = build["actions"][0]["causes"]
    assert causes[0]["_class"] == "hudson.model.Cause$UserIdCause"
    assert causes[0]["userId"] == "alice"
    _, _, log = await ask(jenkins, "GET", f"/job/website/{number}/consoleText", auth=auth)
    assert log.startswith("Started by user Alice\n")


async def test_log_is_given_in_pieces_while_it_grows(jenkins):
    auth = of(jenkins, "alice")
    jenkins.add_job("slow", seconds=None)
    await ask(jenkins, "POST", "/job/slow/build", auth=auth, data={"delay": "0sec"})
    await jenkins.started("slow")
    path = "/job/slow/1/logText/progressiveText?start="
    _, headers, first = await ask(jenkins, "GET", f"{path}0", auth=auth)
    assert headers["X-More-Data"] == "true"
    await jenkins.finish("slow")
    await jenkins.idle()
    _, headers, rest = await ask(jenkins, "GET", path + headers["X-Text-Size"], auth=auth)
    assert "X-More-Data" not in headers
    assert (first + rest).splitlines()[-1] == "Finished: SUCCESS"


async def test_quiet_period_holds_a_build_back(jenkins):
    auth = of(jenkins, "alice")
    _, headers, _ = await ask(jenkins, "POST", "/job/website/build", auth=auth)
    item = headers["Location"].removeprefix(jenkins.url)
    found = json.loads((await ask(jenkins, "GET", f"{item}api/json", auth=auth))[2])
    assert found["_class"] == "hudson.model.Queue$WaitingItem"
    assert found["why"].startswith("In the quiet period. Expires in ")


@pytest.mark.parametrize(
    ("path", "data", "status"),
    [
        ("/job/locked/build", {}, 409),
        ("/job/deploy%20prod/build", {}, 400),
        ("/job/website/buildWithParameters", {}, 400),
        ("/job/deploy%20prod/buildWithParameters", {"ENV": "moon"}, 500),
    ],
)
async def test_what_cannot_be_built_is_refused(jenkins, path, data, status):
    found, _, text = await ask(jenkins, "POST", path, auth=of(jenkins, "alice"), data=data)
    assert (found, text[0]) == (status, "<")


async def test_unknown_parameters_are_ignored_and_booleans_never_fail(jenkins):
    data = {"NOPE": "1", "DRY": "yes", "delay": "0sec"}
    path = "/job/deploy%20prod/buildWithParameters"
    assert (await ask(jenkins, "POST", path, auth=of(jenkins, "alice"), data=data))[0] == 201
    await jenkins.idle()
    (build,) = jenkins.builds("deploy prod")
    assert build.parameters["DRY"] is False
    assert "NOPE" not in build.parameters


async def test_equal_waiting_build_is_pointed_to(jenkins):
    auth = of(jenkins, "alice")
    first = await ask(jenkins, "POST", "/job/website/build", auth=auth)
    second = await ask(jenkins, "POST", "/job/website/build", auth=auth)
    assert (first[0], second[0]) == (201, 303)
    assert first[1]["Location"] == second[1]["Location"]


async def test_cancelled_and_forgotten_items(jenkins):
    auth = of(jenkins, "alice")
    jenkins.allow("alice", "", "hudson.model.Item.Cancel")
    await ask(jenkins, "POST", "/job/website/build", auth=auth)
    (item,) = jenkins.queued
    path = f"/queue/item/{item.id}/api/json"
    assert (await ask(jenkins, "POST", f"/queue/cancelItem?id={item.id}", auth=auth))[0] == 204
    assert json.loads((await ask(jenkins, "GET", path, auth=auth))[2])["cancelled"] is True
    jenkins.forget_left_items()
    assert (await ask(jenkins, "GET", path, auth=auth))[0] == 404


async def test_passwords_are_not_shown_again(jenkins):
    auth = of(jenkins, "alice")
    data = {"PW": "hunter2", "delay": "0sec"}
    await ask(jenkins, "POST", "/job/deploy%20prod/buildWithParameters", auth=auth, data=data)
    await jenkins.idle()
    for path in ("/job/deploy%20prod/1/api/json", "/queue/item/1/api/json"):
        assert "hunter2" not in (await ask(jenkins, "GET", path, auth=auth))[2]
    assert jenkins.builds("deploy prod")[0].parameters["PW"] == "hunter2"
