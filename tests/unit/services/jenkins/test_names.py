"""Names of jobs and folders: as long as their words go, and never out of the jobs."""

from __future__ import annotations

from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import UserError
from bot.services.jenkins.names import Filter, FolderPath, JobPath, Page

anything = st.text(st.sampled_from(list("ab./%2e \\'\"=,&é\n\x00")), max_size=20)


@pytest.mark.parametrize(
    ("text", "name", "rest"),
    [
        ("deploy", "deploy", ""),
        ("deploy prod", "deploy prod", ""),
        ("deploy prod a=b", "deploy prod", "a=b"),
        ("deploy prod, a=b&c=d", "deploy prod", ", a=b&c=d"),
        ("deploy prod , a=b", "deploy prod", ", a=b"),
        ("deploy, prod", "deploy, prod", ""),
        ("deploy, prod, a=b", "deploy, prod", ", a=b"),
        ("deploy,", "deploy,", ""),
        ("/team/deploy a=b c='d e'", "team/deploy", "a=b c='d e'"),
        ("team/", "team", ""),
        ("'a=b' c=d", "a=b", "c=d"),
        ("'two  spaces' c=d", "two  spaces", "c=d"),
        ('"it\'s" a=b', "it's", "a=b"),
        ("matrix/os=linux", "matrix/os=linux", ""),
        ("team/app/feature%2Fx", "team/app/feature%2Fx", ""),
        ("größe + 1", "größe + 1", ""),
        ("'quoted,' a=b", "quoted,", "a=b"),
    ],
)
def test_job_and_what_is_left(text, name, rest):
    assert JobPath.take(text) == (JobPath(name), rest)


@pytest.mark.parametrize("text", ["a=b", ", a=b", "/", "''"])
def test_job_must_have_a_name(text):
    with pytest.raises(UserError):
        JobPath.take(text)


@pytest.mark.parametrize(
    "name",
    [
        "..",
        ".",
        "a/..",
        "../a",
        "a//b",
        "//a",
        "a/ /b",
        "a/. /b",
        "%2e%2e",
        "a/%2E",
        "a\nb",
        "\ud800",
    ],
)
@pytest.mark.parametrize("kind", [JobPath, FolderPath])
def test_names_that_are_none(kind, name):
    with pytest.raises(UserError):
        kind(name)


@given(anything)
def test_no_part_of_an_accepted_name_climbs(text):
    try:
        path, _ = JobPath.take(text)
    except UserError:
        return
    parts = path.item.split("/")
    assert parts[::2] == ["job"] * (len(parts) // 2)
    assert not {unquote(part).strip() for part in parts} & {"", ".", ".."}


def test_path_under_jenkins():
    assert JobPath("/team/a b").item == "job/team/job/a b"
    assert FolderPath("").item == ""


@pytest.mark.parametrize(
    ("text", "folder", "rest"),
    [
        ("", "", ""),
        ("/", "", ""),
        ("team/sub dir", "team/sub dir", ""),
        ("/team page 2", "team", "page 2"),
        ("page 2", "", "page 2"),
        ("'page 2'", "page 2", ""),
        ("a=b", "a=b", ""),
    ],
)
def test_folder_and_page(text, folder, rest):
    assert FolderPath.take(text) == (FolderPath(folder), rest)


def test_filter_wants_all_words_in_any_case():
    words, rest = Filter.take("Deploy PROD page 3")
    assert rest == "page 3"
    assert words.fits("team/prod-DEPLOY")
    assert not words.fits("team/deploy")
    assert Filter().fits("anything")


def test_page():
    assert Page.take("page 12") == (Page(12), "")


@pytest.mark.parametrize("text", ["page", "page 0", "page -1", "x page 2", "2", "page 2x"])
def test_what_is_no_page(text):
    with pytest.raises(UserError):
        Page.take(text)


def test_filter_and_page_show_themselves_as_they_are_typed():
    assert str(Filter.take("Deploy PROD page 3")[0]) == "deploy prod"
    assert str(Page(3)) == "page 3"
