"""Replies as Matrix messages: exact forms, and what hostile text cannot do."""

from __future__ import annotations

import json
import re
import time
from html import unescape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.matrix.render import LIMIT, Rendered, as_file, edit, notice, render, too_long
from bot.reply import (
    Items,
    Line,
    Link,
    Mono,
    Pre,
    Quote,
    Reply,
    Strong,
    Table,
    bullets,
    line,
    numbered,
    say,
)
from tests.e2e.screen.subset import check

EVIL = "<script>alert(1)</script><img src=x onerror=y>&amp;\"'"
EVIL_ESCAPED = (
    "&lt;script&gt;alert(1)&lt;/script&gt;&lt;img src=x onerror=y&gt;&amp;amp;&quot;&#x27;"
)


# -------------------------------------------------------------------------------- exact output
@pytest.mark.parametrize(
    ("reply", "body", "html"),
    [
        (say("Done."), "Done.", "<p>Done.</p>"),
        (
            say(
                "Say ", Mono("b 3"), ", ", Strong("Alice"), ": ", Link("#7", "https://ci.x/7?a=1&b")
            ),
            "Say `b 3`, Alice: #7 (https://ci.x/7?a=1&b)",
            "<p>Say <code>b 3</code>, <strong>Alice</strong>: "
            '<a href="https://ci.x/7?a=1&amp;b">#7</a></p>',
        ),
        (
            say(Link("https://ci.x/", "https://ci.x/")),
            "https://ci.x/",
            '<p><a href="https://ci.x/">https://ci.x/</a></p>',
        ),
        (
            Reply((line("Two"), line("lines"))),
            "Two\nlines",
            "<p>Two</p><p>lines</p>",
        ),
        (
            Reply((bullets([line("a"), line(Mono("b"))]),)),
            "• a\n• `b`",
            "<ul><li>a</li><li><code>b</code></li></ul>",
        ),
        (
            Reply((numbered([line("a"), line("b")]),)),
            "1. a\n2. b",
            "<ol><li>a</li><li>b</li></ol>",
        ),
        (
            Reply((numbered([line("a"), line("b")], start=51),)),
            "51. a\n52. b",
            "<p>51. a<br>52. b</p>",
        ),
        (
            Reply((Pre("a\n\tb < c\n\n"),)),
            "a\n\tb < c",
            "<pre><code>a\n\tb &lt; c</code></pre>",
        ),
        (
            Reply((Quote("a < b\n\n  c   d\n"),)),
            "│ a < b\n│\n│   c   d",
            "<blockquote><p>a &lt; b<br><br>\u00a0\u00a0c\u00a0\u00a0\u00a0d</p></blockquote>",
        ),
        (
            Reply((Table(("Job", "Last"), (("deploy", Strong("ok")), ("日本", "failed"))),)),
            "Job     Last\n------  ------\ndeploy  ok\n日本    failed",
            "<table><thead><tr><th>Job\u2002</th><th>Last<br></th></tr></thead><tbody>"
            "<tr><td>deploy\u2002</td><td><strong>ok</strong><br></td></tr>"
            "<tr><td>日本\u2002</td><td>failed<br></td></tr></tbody></table>",
        ),
        (
            Reply((Table(("A",), ()),)),
            "A\n-",
            "<table><thead><tr><th>A<br></th></tr></thead><tbody></tbody></table>",
        ),
    ],
)
def test_each_kind_of_block_has_its_form(reply, body, html):
    """Plain text for notifications and terminals, HTML for the rest."""
    assert render(reply) == Rendered(body, html)


@pytest.mark.parametrize("reply", [Reply(()), say(""), Reply((Pre("\n\n"),)), say(" ")])
def test_an_empty_answer_says_so(reply):
    """A message without a text looks like a fault."""
    assert render(reply) == Rendered("The answer is empty.", "<p>The answer is empty.</p>")


def test_columns_are_aligned_as_terminals_show_them():
    """Accents that are characters of their own take no room, wide characters twice as much."""
    table = Table(("A", "B"), (("e\u0301", "x"), ("日", "y"), ("ab", "z")))
    rows = render(Reply((table,))).body.split("\n")[2:]
    assert rows == ["e\u0301   x", "日  y", "ab  z"]


def test_one_long_cell_does_not_widen_every_row():
    """Else a hostile name would make the text quadratic."""
    rows = tuple(("x" * n, "y") for n in (1, 10_000, 1))
    assert render(Reply((Table(("A", "B"), rows),))).body.split("\n")[4] == "x" + " " * 41 + "y"


def test_a_table_can_be_read_where_clients_drop_its_tags():
    """One row below the other, and no two cells in one word."""
    table = Table(("Job", "Result"), (("a", Strong("ok")), ("b", "failed")))
    html = render(Reply((line("Builds"), table))).html
    left = re.sub(r"</?(?:table|thead|tbody|tr|th|td)>", "", html)
    rows = "Job\u2002Result<br>a\u2002<strong>ok</strong><br>b\u2002failed<br>"
    assert left == f"<p>Builds</p>{rows}"


def test_a_row_of_another_length_is_still_shown():
    """A slip in a service must not cost the user the answer."""
    body = render(Reply((Table(("A", "B"), (("1",), ("1", "2", "3"))),))).body
    assert body.split("\n") == ["A  B", "-  -  -", "1", "1  2  3"]


# -------------------------------------------------------------------------------- hostile text
EVERY_PLACE = {
    "text": say,
    "code": lambda text: say(Mono(text)),
    "strong": lambda text: say(Strong(text)),
    "link": lambda text: say(Link(text, "https://ci.x/")),
    "item": lambda text: Reply((bullets([line(text)]),)),
    "header": lambda text: Reply((Table((text,), ()),)),
    "cell": lambda text: Reply((Table(("A",), ((text,),)),)),
    "pre": lambda text: Reply((Pre(text),)),
    "quote": lambda text: Reply((Quote(text),)),
}
everywhere = pytest.mark.parametrize("place", EVERY_PLACE.values(), ids=EVERY_PLACE.keys())


@everywhere
def test_markup_in_text_is_text(place):
    """Tags, entities and quotes are shown, not obeyed."""
    html = render(place(EVIL)).html
    assert EVIL_ESCAPED in html
    assert "<script" not in html
    assert "<img" not in html


@everywhere
def test_markdown_in_text_stays_as_it_is(place):
    """The body is plain text and the HTML is ours: nothing turns into emphasis or links."""
    text = "**a** [b](https://evil) `c` ~~d~~ <https://e>"
    rendered = render(place(text))
    assert text in rendered.body
    assert "<strong>a" not in rendered.html
    assert 'href="https://evil' not in rendered.html


@everywhere
@pytest.mark.parametrize("word", ["@room", "@ROOM", "hey @Room!", "@roommate"])
def test_nothing_pings_a_room(place, word):
    """The old push rule looks for the text "@room"; it looks the same and is not it."""
    rendered = render(place(word))
    assert not re.search("@room", rendered.body + rendered.html, re.IGNORECASE)
    assert word in rendered.body.replace("\N{WORD JOINER}", "")


def test_a_ping_cannot_be_put_together_from_pieces():
    """The pieces of a line are harmless only once they are joined."""
    rendered = render(say("@", "room ", "@", Strong("room")))
    assert not re.search("@room", rendered.body + rendered.html)


def test_a_ping_in_an_address_is_percent_encoded():
    """The link still leads to the same place."""
    rendered = render(say(Link("https://ci.x/@room", "https://ci.x/@room")))
    assert rendered.body == "https://ci.x/%40room"
    assert 'href="https://ci.x/%40room"' in rendered.html


@everywhere
@pytest.mark.parametrize(
    "character",
    ["\x00", "\x07", "\x1b", "\x7f", "\x9b", "\u202e", "\u2066", "\u206a", "\ufff9", "\ud800"],
)
def test_harmful_characters_are_replaced(place, character):
    """Terminal escapes, text that runs backwards, and what no UTF-8 can carry."""
    rendered = render(place(f"a{character}b"))
    assert "a\ufffdb" in rendered.body
    assert "a\ufffdb" in rendered.html
    json.dumps(notice(rendered), ensure_ascii=False).encode()


@pytest.mark.parametrize("space", ["\n", "\r\n", "\t", "\x0b", "\x0c", "\x85", "\u2028", "\u2029"])
def test_a_line_stays_one_line(space):
    """A job's name must not look like a second message of the bot."""
    rendered = render(say(f"a{space}b"))
    assert rendered == Rendered("a b", "<p>a b</p>")


def test_spaces_inside_of_names_are_kept():
    """A name with two spaces can be copied from the answer."""
    assert render(say(Mono("a  b"))).body == "`a  b`"


@pytest.mark.parametrize("end", ["\r\n", "\r", "\x85", "\u2028"])
def test_a_log_keeps_its_lines(end):
    """Whatever ends them there."""
    assert render(Reply((Pre(f"a{end}b"),))).body == "a\nb"


# --------------------------------------------------------------------------------------- links
@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "JavaScript:alert(1)//https://x",
        " javascript:alert(1)",
        "java\nscript:alert(1)",
        "data:text/html,<script>",
        "vbscript:x",
        "file:///etc/passwd",
        "ftp://x/",
        "mailto:a@b",
        "matrix:u/a:b",
        "//evil.org",
        "/relative",
        "",
        "https:",
        "https://",
        "https:///x",
        "https:evil.org",
        "https://good.org@evil.org/",
        "https://user:pw@good.org/",
        "https://good.org\\@evil.org/",
        "https://good.org\t.evil.org/",
        "https://good.org/a b",
        "https://good.org/\x00",
        "https://good.org/\ud800",
        "https://goöd.org/",
        "https://good.org:port/",
        "https://good.org:99999/",
        "https://[::1/",
        "https://goo%64.org/",
        "https://good.org/" + "x" * 2_000,
    ],
)
def test_what_is_not_plainly_a_web_address_becomes_no_link(url):
    """Its text is shown alone."""
    assert render(say(Link("text", url))) == Rendered("text", "<p>text</p>")


@pytest.mark.parametrize(
    ("url", "href"),
    [
        ("https://ci.example.org:8443/job/a%2Fb/", "https://ci.example.org:8443/job/a%2Fb/"),
        ("HTTP://CI/", "HTTP://CI/"),
        ("http://127.0.0.1:8080/?a=b&c=d#e", "http://127.0.0.1:8080/?a=b&amp;c=d#e"),
        ("http://[::1]:80/", "http://[::1]:80/"),
        ("https://x/ünï/日", "https://x/%C3%BCn%C3%AF/%E6%97%A5"),
        ("https://x/\u202egnp.exe", "https://x/%E2%80%AEgnp.exe"),
        ('https://x/"><script>', "https://x/%22%3E%3Cscript%3E"),
        ("https://x/'onclick='y", "https://x/&#x27;onclick=&#x27;y"),
        ("https://x/a@b", "https://x/a@b"),
        ("https://matrix.to/#/!a:b/$c", "https://matrix.to/#/!a:b/$c"),
    ],
)
def test_web_addresses_become_links(url, href):
    """Percent-encoded and escaped."""
    assert render(say(Link("text", url))).html == f'<p><a href="{href}">text</a></p>'


@pytest.mark.parametrize(
    "text", ["https://good.org", "HTTP://good", "www.good.org", " https://x", ""]
)
def test_a_link_does_not_pretend_to_lead_elsewhere(text):
    """A text that looks like an address, and is not the target's, gives way to the target."""
    rendered = render(say(Link(text, "https://evil.org/")))
    assert rendered.html == '<p><a href="https://evil.org/">https://evil.org/</a></p>'
    assert rendered.body == "https://evil.org/"


# ---------------------------------------------------------------------------- any reply at all
text = st.text(st.characters(), max_size=30) | st.sampled_from([EVIL, "@room", "\u202e", "|", "`"])
url = text | st.sampled_from(["https://x/", "javascript:x"]) | text.map("https://x/{}".format)
piece = st.one_of(text, st.builds(Mono, text), st.builds(Strong, text), st.builds(Link, text, url))
a_line = st.lists(piece, max_size=4).map(lambda parts: Line(tuple(parts)))
block = st.one_of(
    a_line,
    st.builds(Pre, text),
    st.builds(Quote, text),
    st.builds(Items, st.lists(a_line, max_size=4).map(tuple), st.none() | st.integers(-5, 500)),
    st.builds(
        Table,
        st.tuples(text, text),
        st.lists(st.tuples(piece, piece), max_size=3).map(tuple),
    ),
)
replies = st.lists(block, max_size=5).map(lambda blocks: Reply(tuple(blocks)))

OURS = {"p", "br", "blockquote", "strong", "code", "pre", "ul", "ol", "li", "a"}
OURS |= {"table", "thead", "tbody", "tr", "th", "td"}


def hrefs(html):
    """Where the links of ``html`` lead."""
    return [unescape(href) for href in re.findall(r'<a href="([^"]*)">', html)]


@given(replies)
def test_any_reply_is_well_formed_and_harmless(reply):
    """Only the tags and attributes that are ours, each closed; UTF-8; no ping; the same again."""
    rendered = render(reply)
    check(rendered.html)
    assert set(re.findall(r"<(\w+)", rendered.html)) <= OURS
    assert set(re.findall(r"<\w+ (\w+)", rendered.html)) <= {"href"}
    assert all(re.match(r"https?://[^\s@/]+(/|$)", at) for at in hrefs(rendered.html))
    both = rendered.body + rendered.html
    both.encode()
    assert "@room" not in both
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", both)
    assert render(reply) == rendered


@pytest.mark.parametrize("hostile", ["@room", "<", "\u202e", "\n", "`", "http://", "&", "é日"])
@everywhere
def test_a_huge_answer_is_rendered_at_once(place, hostile):
    """A megabyte of anything takes linear time."""
    start = time.process_time()
    render(place(hostile * (1_000_000 // len(hostile))))
    assert time.process_time() - start < 3


# ---------------------------------------------------------------------------- length and files
def encrypted_size(content: dict[str, object]) -> int:
    """Bytes of the event that carries ``content``: JSON with every escape, base64, the envelope."""
    payload = json.dumps({"type": "m.room.message", "room_id": "!" + "r" * 254, "content": content})
    return (len(payload) + 200) * 4 // 3 + 2_000


@pytest.mark.parametrize("letter", ["x", "é", "日", "😀", '"', "<", "\n"])
@pytest.mark.parametrize("block", [Pre, Quote, line])
def test_what_is_not_too_long_fits_in_an_encrypted_event(letter, block):
    """The longest text that is let through, also as an edit, and the next one is a file."""
    fits = [n for n in range(0, LIMIT, 250) if not too_long(render(Reply((block(letter * n),))))]
    rendered = render(Reply((block(letter * max(fits)),)))
    user, event = "@" + "u" * 254, "$" + "e" * 254
    worst = max(
        encrypted_size(notice(rendered, reply_to=event, thread=event, mention=user)),
        encrypted_size(edit(event, rendered, mention=user)),
    )
    assert worst < 65_536


def test_a_listing_of_fifty_jobs_is_one_message():
    """The limit leaves room for what people ask for all day."""
    jobs = [
        line(Link(f"team/service-{n}", f"https://ci.example.org/job/team/job/service-{n}/"), " ok")
        for n in range(50)
    ]
    assert not too_long(render(Reply((numbered(jobs),))))


def test_a_long_answer_becomes_a_text_file():
    """The same text, in UTF-8."""
    file = as_file(Reply((line("Log of ", Mono("ü")), Pre("one\ntwo"))))
    assert file.name == "answer.txt"
    assert file.data.decode() == "Log of `ü`\none\ntwo\n"


# ------------------------------------------------------------------------------ event contents
DONE = Rendered("Done.", "<p>Done.</p>")
MESSAGE = {
    "msgtype": "m.notice",
    "body": "Done.",
    "format": "org.matrix.custom.html",
    "formatted_body": "<p>Done.</p>",
}


def test_a_notice_mentions_nobody_by_itself():
    """An empty m.mentions turns the old rules off that look for names in the text."""
    assert notice(DONE) == {**MESSAGE, "m.mentions": {}}


def test_a_notice_can_answer_and_mention():
    """A rich reply to one event, notifying one person."""
    assert notice(DONE, reply_to="$a", mention="@alice:x") == {
        **MESSAGE,
        "m.mentions": {"user_ids": ["@alice:x"]},
        "m.relates_to": {"m.in_reply_to": {"event_id": "$a"}},
    }


def test_an_answer_in_a_thread_stays_in_it():
    """A real reply within the thread, not the fallback for clients without threads."""
    assert notice(DONE, reply_to="$a", thread="$root")["m.relates_to"] == {
        "rel_type": "m.thread",
        "event_id": "$root",
        "is_falling_back": False,
        "m.in_reply_to": {"event_id": "$a"},
    }


def test_a_notice_in_a_thread_that_answers_nothing_falls_back_to_its_root():
    """For clients without threads, as the specification asks."""
    assert notice(DONE, thread="$root")["m.relates_to"] == {
        "rel_type": "m.thread",
        "event_id": "$root",
        "is_falling_back": True,
        "m.in_reply_to": {"event_id": "$root"},
    }


def test_an_edit_replaces_the_text_and_notifies_nobody_again():
    """The mention stays in the new text, and the event itself mentions nobody."""
    assert edit("$a", DONE, mention="@alice:x") == {
        "msgtype": "m.notice",
        "body": "* Done.",
        "m.mentions": {},
        "m.new_content": {**MESSAGE, "m.mentions": {"user_ids": ["@alice:x"]}},
        "m.relates_to": {"rel_type": "m.replace", "event_id": "$a"},
    }


def test_an_edit_shows_the_beginning_to_clients_without_edits():
    """Not the whole text twice, which would halve what fits in an event."""
    long = Rendered("x" * 2_000, "<p></p>")
    assert edit("$a", long)["body"] == "* " + "x" * 500 + "…"
