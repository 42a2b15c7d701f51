"""Which artifact is meant, and what it is."""

from __future__ import annotations

import pytest

from bot.commands.arguments import bind
from bot.errors import Invalid, UserError
from bot.services.jenkins.archive import ArchivedJob, Artifact, ArtifactName, typed_artifact
from bot.services.jenkins.names import JobPath
from bot.services.jenkins.results import artifacts

PATHS = ("report.pdf", "build/app.jar", "build/old-app.jar", "logs/build.log", "12", "b/Ünï 1.txt")


def archive(*paths):
    return [artifact(path) for path in paths]


def artifact(path):
    return Artifact.model_validate({"relativePath": path})


def read(text, listing=None):
    bound = bind(artifacts, text, listing)
    number = bound.get("number")
    return (
        bound["job"].name,
        number.number if number else 0,
        bound["name"].text if "name" in bound else "",
    )


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("website", ("website", 0, "")),
        ("deploy prod", ("deploy prod", 0, "")),
        ("deploy prod 12", ("deploy prod", 12, "")),
        ("deploy prod #12", ("deploy prod", 12, "")),
        ("deploy prod 12 3", ("deploy prod", 12, "3")),
        ("deploy prod 12 build/app.jar", ("deploy prod", 12, "build/app.jar")),
        ("deploy prod 12 two words.txt", ("deploy prod", 12, "two words.txt")),
        ('"deploy prod" app.jar', ("deploy prod", 0, "app.jar")),
        ('"release 2" 12 app.jar', ("release 2", 12, "app.jar")),
        ('"release 2"', ("release 2", 0, "")),
        ("website app.jar", ("website app.jar", 0, "")),  # which of the two, only Jenkins knows
        ("3", ("third", 0, "")),
        ("3 12", ("third", 12, "")),
        ("3 12 1", ("third", 12, "1")),
        ("3 app.jar", ("third", 0, "app.jar")),
    ],
)
def test_job_build_and_artifact_are_told_apart(text, meant):
    assert read(text, ("first", "second", "third")) == meant


@pytest.mark.parametrize("name", ["website", "deploy prod", "release 2 beta", "12", "7 up", "a'b"])
def test_what_is_suggested_to_type_means_the_same(name):
    assert read(typed_artifact(JobPath(name), 12, 3), ("other",) * 20) == (name, 12, "3")
    assert read(typed_artifact(JobPath(name), 12), ("other",) * 20) == (name, 12, "")


@pytest.mark.parametrize(
    ("typed", "path"),
    [
        ("report.pdf", "report.pdf"),
        ("REPORT.PDF", "report.pdf"),
        ("app.jar", "build/app.jar"),  # a whole name before the end of another
        ("/app.jar", "build/app.jar"),
        ("old-app.jar", "build/old-app.jar"),
        ("build/app.jar", "build/app.jar"),
        ("/report.pdf", "report.pdf"),
        (".log", "logs/build.log"),
        ("2", "build/app.jar"),
        ("12", "12"),  # a name before a number
        ("ünï 1.TXT", "b/Ünï 1.txt"),
    ],
)
def test_artifact_is_meant_by_name_end_or_number(typed, path):
    assert ArtifactName(typed).of(archive(*PATHS), "art 1").relative_path == path


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        (".jar", "Several"),
        ("app.exe", "No artifact of that build has a name that ends so."),
        ("0", "no number 0"),
        ("7", "no number 7"),
        ("999999", "There are 6"),
        ("²", "No artifact"),
        ("../../script", "No artifact"),
    ],
)
def test_what_is_not_one_artifact_is_refused(typed, said):
    with pytest.raises(UserError) as caught:
        ArtifactName(typed).of(archive(*PATHS), "art 1")
    assert said in caught.value.text


def test_several_are_named_but_not_all_of_a_thousand():
    with pytest.raises(UserError) as caught:
        ArtifactName(".x").of(archive(*(f"`{n}`\n.x" for n in range(1000))), "art 1")
    assert "and 995 more" in caught.value.text
    assert caught.value.text.count("`") == 10  # those that mark the names
    assert "\n" not in caught.value.text


@pytest.mark.parametrize(
    "path",
    ["../x", "a/../../script", "a//b", "", "/etc/passwd", "a/.", "a/%2e%2e/b", "a/ .. /b", "a\nb"],
)
def test_path_that_leads_out_of_the_build_is_never_asked_for(path):
    with pytest.raises(Invalid):
        _ = artifact(path).path


@pytest.mark.parametrize("path", ["a/b c.txt", "..x/y..", "größe?#%.pdf", "a\\b"])
def test_any_other_path_is(path):
    assert artifact(path).path == path


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("report.pdf", "application/pdf"),
        ("a/shot.PNG", "image/png"),
        ("build.log", "text/plain"),
        ("notes.md", "text/markdown"),
        ("page.html", "text/html"),
        ("data.json", "application/json"),
        ("app.jar", "application/java-archive"),
        ("all.tar.gz", "application/gzip"),
        ("log.txt.bz2", "application/x-bzip2"),
        ("log.txt.xz", "application/octet-stream"),
        ("Makefile", "application/octet-stream"),
        ("data:text/html,x", "application/octet-stream"),
        ("http://x/y.png?z", "application/octet-stream"),
    ],
)
def test_kind_of_a_file_is_told_by_its_name(name, kind):
    assert artifact(name).mimetype == kind


def test_job_of_artifacts_is_a_job_like_others():
    assert ArchivedJob("/team/app/").item == "job/team/job/app"
