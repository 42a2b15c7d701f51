"""Names of things, with and without a region before them."""

from __future__ import annotations

import pytest

from bot.errors import UserError
from bot.services.aws.logs import Since, Words
from bot.services.aws.places import Filter, Group, Instance, Path, Region


@pytest.mark.parametrize(
    ("text", "region", "rest"),
    [
        ("eu-west-1", "eu-west-1", ""),
        ("us-gov-east-1 web", "us-gov-east-1", " web"),
        ("web eu-west-1", "", "web eu-west-1"),
        ("eu-west-1a web", "", "eu-west-1a web"),
        ("eu-west-1.evil.org", "", "eu-west-1.evil.org"),
        ("", "", ""),
    ],
)
def test_region_is_a_first_word_that_looks_like_one(text, region, rest):
    assert Region.take(text) == (Region(region), rest)


@pytest.mark.parametrize(
    ("text", "region", "name"),
    [
        ("web-1", "", "web-1"),
        (" my web server ", "", "my web server"),
        ("'12'", "", "12"),
        ("eu-west-1:web-1", "eu-west-1", "web-1"),
        ("'eu-west-1:my web'", "eu-west-1", "my web"),
        ("blue:web-1", "", "blue:web-1"),
    ],
)
def test_instance_may_stand_behind_its_region(text, region, name):
    found, rest = Instance.take(text)
    assert (found.region, found.name, rest) == (region, name, "")
    assert Instance(str(found)) == found


def test_instance_has_an_id_where_that_was_typed():
    assert Instance("i-0123456789abcdef0").id == "i-0123456789abcdef0"
    assert Instance("i-beams").id == ""


@pytest.mark.parametrize("text", ["", "  ", "''", "web\x00", "eu-west-1: "])
def test_instance_has_a_name(text):
    if text == "eu-west-1: ":  # no region without a name: then it is a name
        assert Instance.take(text)[0].name == "eu-west-1:"
        return
    with pytest.raises(UserError):
        Instance.take(text)


def test_log_group_is_one_word():
    group, rest = Group.take("eu-west-1:/aws/lambda/pay some words")
    assert (group.region, group.name, rest) == ("eu-west-1", "/aws/lambda/pay", "some words")
    with pytest.raises(UserError):
        Group.take("bad*group")


@pytest.mark.parametrize(
    ("text", "bucket", "prefix"),
    [
        ("", "", ""),
        ("acme", "acme", ""),
        ("s3://acme/a b/c", "acme", "a b/c"),
        ("acme/../x", "acme", "../x"),
    ],
)
def test_path_is_a_bucket_and_a_beginning(text, bucket, prefix):
    path, _ = Path.take(text)
    assert (path.bucket, path.prefix) == (bucket, prefix)


@pytest.mark.parametrize(
    ("text", "seconds", "rest"),
    [
        ("", 600, ""),
        ("--since 90s", 90, ""),
        ("--since=2h timeout", 7200, "timeout"),
        ("timeout --since 1d again", 86_400, "timeout  again"),
        ("a--since 1d", 600, "a--since 1d"),
    ],
)
def test_since_is_read_wherever_it_stands(text, seconds, rest):
    since, left = Since.take(text)
    assert (since.seconds, left) == (seconds, rest)


@pytest.mark.parametrize("text", ["--since", "--since 10", "--since yesterday", "--since 10w x"])
def test_since_that_is_not_understood_is_said(text):
    with pytest.raises(UserError):
        Since.take(text)


def test_words_of_a_log_are_taken_to_the_letter():
    assert Words.take('  say "hi"  {$.x} ')[0].pattern == {"filterPattern": '"say hi {$.x}"'}
    assert Words().pattern == {}


def test_filter_finds_all_words_in_any_case():
    words, _ = Filter.take("WEB running")
    assert words.fits("my-web", "running")
    assert not words.fits("web", "stopped")
