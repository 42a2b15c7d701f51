"""What people type for a post and for an account."""

from __future__ import annotations

import pytest

from bot.errors import UserError
from bot.services.twitter.arguments import Handle, PostRef

ID = "1750000000000000001"


@pytest.mark.parametrize(
    ("typed", "author"),
    [
        (ID, ""),
        (f'"{ID}"', ""),
        (f"https://x.com/bob/status/{ID}", "bob"),
        (f"http://x.com/bob/status/{ID}/", "bob"),
        (f"https://X.com/Bob/Status/{ID}?s=20&t=abc", "Bob"),
        (f"https://www.x.com/bob/status/{ID}#m", "bob"),
        (f"https://mobile.twitter.com/bob/statuses/{ID}/photo/1", "bob"),
        (f"https://m.twitter.com/bob/status/{ID}", "bob"),
        (f"x.com/bob/status/{ID}", "bob"),
        (f"<https://twitter.com/bob_1/status/{ID}>", "bob_1"),
        (f"https://x.com/i/status/{ID}", ""),
        (f"https://x.com/i/web/status/{ID}", ""),
    ],
)
def test_a_post_is_meant_by_id_or_link(typed, author):
    ref, rest = PostRef.take(f"{typed} thanks  a lot")
    assert (ref, rest) == (PostRef(ID, author), " thanks  a lot")
    assert str(ref) == ID


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "hello",
        "1" * 21,
        "١٢٣٤٥٦٧٨٩٠١",
        f"https://evil.example/bob/status/{ID}",
        f"https://x.com.evil.example/bob/status/{ID}",
        f"https://evil.example/https://x.com/bob/status/{ID}",
        f"https://notx.com/bob/status/{ID}",
        f"https://x.com@evil.example/bob/status/{ID}",
        f"ftp://x.com/bob/status/{ID}",
        "https://x.com/bob/status/",
        f"https://x.com/bob/status/{ID}abc",
        f"https://x.com/../bob/status/{ID}",
        "https://x.com/bob",
    ],
)
def test_anything_else_is_no_post_and_is_not_repeated(typed):
    with pytest.raises(UserError) as error:
        PostRef.take(typed)
    assert not typed or typed not in error.value.text + error.value.hint


@pytest.mark.parametrize(
    "typed",
    ["bob_1", "@bob_1", "https://x.com/bob_1", "twitter.com/bob_1/", '"bob_1"', "x.com/bob_1?s=1"],
)
def test_an_account_is_meant_by_name_or_link(typed):
    handle, rest = Handle.take(typed)
    assert (handle.name, str(handle), rest) == ("bob_1", "@bob_1", "")


@pytest.mark.parametrize(
    "typed", ["", "@", "a-b", "ünï", "../me", "a" * 21, "https://evil.example/bob"]
)
def test_anything_else_is_no_account(typed):
    with pytest.raises(UserError, match="no name of an account"):
        Handle.take(typed)
