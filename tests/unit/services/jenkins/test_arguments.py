"""Parameters as they are typed, in a shell's form and in Hubot's."""

from __future__ import annotations

import shlex
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import UserError
from bot.services.jenkins.arguments import Params

names = st.from_regex(r"[A-Za-z_][A-Za-z0-9_.-]{0,8}", fullmatch=True)
pairs = st.lists(
    st.tuples(names, st.text(st.characters(exclude_categories=["Cs"]), max_size=12)),
    min_size=1,
    max_size=5,
)


def take(text):
    params, rest = Params.take(text)
    assert rest == ""
    return params.pairs


@given(pairs)
def test_quoted_as_in_a_shell_every_value_comes_back(given_pairs):
    text = " ".join(f"{name}={shlex.quote(value)}" for name, value in given_pairs)
    assert take(text) == tuple(given_pairs)


@given(pairs)
def test_percent_encoded_in_hubots_form_every_value_comes_back(given_pairs):
    text = ", " + "&".join(f"{name}={quote(value, safe='')}" for name, value in given_pairs)
    assert take(text) == tuple(given_pairs)


@given(pairs)
def test_text_of_parameters_reads_back_as_them(given_pairs):
    params = Params(tuple(given_pairs))
    assert Params.take(str(params))[0] == params


@given(st.text(max_size=40))
def test_anything_is_read_or_refused(text):
    try:
        params, rest = Params.take(text)
    except UserError:
        return
    assert rest == ""
    for _, value in params.pairs:
        value.encode()


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("", ()),
        ("a=b", (("a", "b"),)),
        ("a=b c=d", (("a", "b"), ("c", "d"))),
        ("a=b&c=d", (("a", "b"), ("c", "d"))),
        (", a=b&c=d", (("a", "b"), ("c", "d"))),
        (",a=b", (("a", "b"),)),
        (", a=b c=d", (("a", "b"), ("c", "d"))),
        ('c="d e"', (("c", "d e"),)),
        ('"c=d e"', (("c", "d e"),)),
        ("c=d\\ e", (("c", "d e"),)),
        ("a=", (("a", ""),)),
        ("a==b=", (("a", "=b="),)),
        ("a=x%20y", (("a", "x%20y"),)),
        (", a=x%20y", (("a", "x y"),)),
        (", a=x+y", (("a", "x+y"),)),
        (", a=100%", (("a", "100%"),)),
        (", a='x%20y'", (("a", "x%20y"),)),
        (", a=hello big world&b=c", (("a", "hello big world"), ("b", "c"))),
        ("a=AT&T", (("a", "AT&T"),)),
        ("a='b&c=d'", (("a", "b&c=d"),)),
        (", a%2Eb=c", (("a.b", "c"),)),
        ("url=http://x/?y=1", (("url", "http://x/?y=1"),)),
    ],
)
def test_examples(text, wanted):
    assert take(text) == wanted


@pytest.mark.parametrize("text", ["loose", "a=b loose", "=b", "a='b", ", a=%ff", "a=\ud800"])
def test_what_is_no_parameter_is_refused(text):
    with pytest.raises(UserError):
        Params.take(text)


def test_values_are_not_shown_by_errors_nor_by_repr():
    with pytest.raises(UserError) as caught:
        Params.take("PW=hunter2 hunter3")
    assert "hunter" not in f"{caught.value.text}{caught.value.hint}"
    assert repr(Params((("PW", "hunter2"),))) == "Params(PW)"


def test_values_of_what_is_named_like_a_secret_are_masked_and_still_there():
    params, _ = Params.take("DB_PASSWORD=hunter2 apiToken='a b' NOTE='c  d'")
    assert params.masked() == "DB_PASSWORD=******** apiToken=******** NOTE='c  d'"
    assert dict(params.pairs)["DB_PASSWORD"] == "hunter2"
