"""What a build amounts to, whatever of it is typed."""

from __future__ import annotations

from bot.secret import Secret
from bot.services.jenkins.arguments import Params
from bot.services.jenkins.beans import Definition
from bot.services.jenkins.forms import in_full


def definition(name, default=None, kind="String"):
    value = {"value": default}
    return Definition.model_validate(
        {"name": name, "type": f"{kind}ParameterDefinition", "defaultParameterValue": value}
    )


TAKES = (
    definition("VERSION", "main"),
    definition("ENV", "prod", "Choice"),
    definition("DRY", default=True, kind="Boolean"),
    definition("PW", "hunter2", "Password"),
    definition("FILE", kind="File"),
)


def forms(*pairs):
    return in_full(("build deploy",), TAKES, Params(pairs))


def test_defaults_are_among_the_values():
    assert forms() == (
        "build deploy VERSION=main ENV=prod DRY=true",
        "build deploy VERSION=main",
        "build deploy ENV=prod",
        "build deploy DRY=true",
    )


def test_order_is_the_jobs():
    assert forms(("DRY", "false"), ("VERSION", "2")) == forms(("VERSION", "2"), ("DRY", "false"))
    assert forms(("DRY", "false"))[0] == "build deploy VERSION=main ENV=prod DRY=false"


def test_spaces_and_quotes_do_not_hide_a_value():
    assert "build deploy ENV=prod eu" in forms(("ENV", " prod eu "))
    assert "build deploy VERSION=main ENV=prod DRY=true" in forms(("ENV", "prod "))
    assert "build deploy VERSION='1 b' ENV=prod DRY=true" in forms(("VERSION", "1 b"))


def test_password_is_in_none():
    assert not any("PW" in form for form in (*forms(), *forms(("PW", Secret("geheim")))))


def test_every_head_has_all_of_them():
    found = in_full(("retry deploy", "retry deploy 2"), TAKES[:1], Params())
    assert found == ("retry deploy VERSION=main", "retry deploy 2 VERSION=main")
    assert in_full(("build website",), (), Params()) == ("build website",)
