"""What the specification lets clients show."""

from __future__ import annotations

import pytest

from tests.e2e.screen.subset import NotShown, check


@pytest.mark.parametrize(
    "html",
    [
        "just text &lt;script&gt;",
        "<p>a <strong>b</strong> <code>c</code><br>d</p>",
        '<ol start="3"><li>a</li></ol><ul><li><p>b</p></li></ul>',
        '<p><a href="https://example.org/?a=b&amp;c">x</a></p>',
        "<table><thead><tr><th>a</th></tr></thead><tbody><tr><td>b<br></td></tr></tbody></table>",
        '<pre><code class="language-text">a &lt;b&gt;\n</code></pre>',
        "<details><summary>a</summary><p>b</p></details>",
    ],
)
def test_it_is_shown(html: str):
    check(html)


@pytest.mark.parametrize(
    "html",
    [
        "<script>alert(1)</script>",
        "<p style='color: red'>a</p>",
        "<p onclick='a()'>a</p>",
        "<a href='javascript:alert(1)'>a</a>",
        "<a href='/relative'>a</a>",
        "<a href='https://a'><a href='https://b'>a</a></a>",
        "<img src='https://example.org/a.png'>",
        "<code class='red'>a</code>",
        "<ol start='-1'><li>a</li></ol>",
        "<font color='red'>a</font>",
        "<p>a",
        "<p>a</p></p>",
        "<p>a</strong></p>",
        "<p><ul><li>a</li></ul></p>",
        "<strong><p>a</p></strong>",
        "<li>a</li>",
        "<ul>a</ul>",
        "<ul><p>a</p></ul>",
        "<table><tr><td>a</td>b</tr></table>",
        "<td>a</td>",
        "<p/>",
        "a <!-- b -->",
        "<!DOCTYPE html>a",
        "<?php a ?>",
        "<ul><li>" * 60 + "</li></ul>" * 60,
    ],
)
def test_it_is_not_shown(html: str):
    with pytest.raises(NotShown):
        check(html)
