"""What was typed against what a job takes."""

from __future__ import annotations

import pytest

from bot.errors import UserError
from bot.secret import Secret
from bot.services.jenkins.arguments import Params
from bot.services.jenkins.beans import Definition, Job
from bot.services.jenkins.definitions import check, missing, takes


def definition(name, kind, default=None, choices=()):
    value = None if default is None else {"value": default}
    return Definition.model_validate(
        {
            "name": name,
            "type": f"{kind}ParameterDefinition",
            "choices": choices,
            "defaultParameterValue": value,
        }
    )


ALL = (
    definition("ENV", "Choice", "dev", ("dev", "prod")),
    definition("DRY", "Boolean", True),
    definition("TAG", "String", ""),
    Definition.model_validate(
        {"name": "PW", "type": "PasswordParameterDefinition", "defaultParameterValue": {}}
    ),
)


def test_only_what_was_given_is_sent_and_in_that_order():
    assert check(ALL, Params((("TAG", "x"), ("ENV", "prod")))) == (("TAG", "x"), ("ENV", "prod"))


@pytest.mark.parametrize("typed", ["true", "TRUE", " True ", "yes"])
def test_booleans_in_any_case(typed):
    assert check(ALL, Params((("DRY", typed),))) == (("DRY", "true"),)


@pytest.mark.parametrize("typed", ["ja", "1", "on", "", "truе"])
def test_other_booleans_are_refused_where_jenkins_would_take_them_for_false(typed):
    with pytest.raises(UserError):
        check(ALL, Params((("DRY", typed),)))


@pytest.mark.parametrize("typed", ["Prod", "prod ", "", "pro"])
def test_choices_are_exact(typed):
    with pytest.raises(UserError):
        check(ALL, Params((("ENV", typed),)))


def test_names_are_exact():
    with pytest.raises(UserError, match="There is no parameter env"):
        check(ALL, Params((("env", "dev"),)))


def test_free_values_are_never_in_an_error():
    for name, value in (("PWD", "hunter2"), ("DRY", "hunter2"), ("ENV", "hunter2")):
        with pytest.raises(UserError) as caught:
            check(ALL, Params(((name, value),)))
        assert "hunter2" not in caught.value.text + caught.value.hint


def test_sentence_about_what_a_job_takes():
    assert (
        takes(ALL)
        == "It takes ENV (dev | prod, default dev), DRY (true | false, default true), TAG, PW."
    )


def test_password_with_a_default_that_is_not_shown_may_be_left_out():
    assert check(ALL, Params()) == ()
    assert missing(ALL, Params()) == ()


def test_what_has_no_default_is_missing_in_the_order_of_the_job():
    needed = (definition("B", "String"), definition("PW", "Password"), definition("A", "Choice"))
    assert missing((*needed, *ALL), Params((("B", "x"),))) == needed[1:]
    with pytest.raises(UserError, match="PW has no default"):
        check((*needed, *ALL), Params((("B", "x"),)))


def test_secret_values_stay_secrets():
    (pair,) = check(ALL, Params((("PW", Secret("hunter2")),)))
    assert pair == ("PW", Secret("hunter2"))


def test_any_parameter_may_be_of_a_kind_that_is_not_known():
    odd = definition("BRANCH", "net.uaznia.Git", "main")
    assert check((odd,), Params((("BRANCH", "x"),))) == (("BRANCH", "x"),)


def test_parameters_are_found_among_other_properties():
    job = Job.model_validate(
        {
            "color": "blue",
            "property": [
                {"_class": "x"},
                {"parameterDefinitions": [{"name": "A", "defaultParameterValue": {"value": 3}}]},
            ],
        }
    )
    assert [(each.name, each.default) for each in job.definitions] == [("A", "3")]
