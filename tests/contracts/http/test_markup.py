"""Data of a service is text in an answer, whatever it holds; markup is the template's alone."""

from __future__ import annotations

import time

import pytest

from bot.errors import Unavailable
from bot.matrix.render import render
from bot.reply import Items, Line, Link, Mono, Quote, Strong
from tests.contracts.fakes import links, plain
from tests.contracts.http.conftest import Said

HOSTILE = [
    "{{7*7}}", "{% for x in y %}", "{#", "{{ args }}", "[click](https://evil.example)", "**bold**",
    "`code`", "<a href='https://evil.example'>x</a>", "<script>alert(1)</script>", "- item",
    "> quote", "](https://evil.example)", "**", "`", "&lt;b&gt;",
    "\ufdd0a\ufdd1https://evil.example\ufdd2",
    "\ufdd8 item", "\ufdd3x\ufdd4", "@room", "# head", "1. one",
    "a\n\n- b\n> c", "a\u2028- b", "{go}",
]  # fmt: skip
TEMPLATE = """\
{{ text }} and [{{ text }}](https://example.org/x) and **{{ text }}** and `{{ text }}`
- {{ text }}
> {{ text }}
{% for each in texts %}
- {{ each.text }}
{% endfor %}
"""


@pytest.mark.parametrize("text", HOSTILE)
async def test_no_field_of_an_answer_becomes_markup(tell, text):
    data = {"text": text, "texts": [{"text": text}], "go": "x"}
    reply = await tell(data, answer=TEMPLATE)("go")
    line, first, quote, second = reply.blocks
    seen = " ".join("".join(c for c in text if not 0xFDD0 <= ord(c) <= 0xFDEF).split())
    assert [type(part) for part in line.parts] == [str, Link, str, Strong, str, Mono]
    assert line.parts[0].split() == [*seen.split(), "and"]
    assert [part.text for part in line.parts[1::2]] == [seen] * 3
    assert line.parts[1].url == "https://example.org/x"
    assert isinstance(quote, Quote)
    assert " ".join(quote.text.split()) == seen
    for bullets in (first, second):
        ((only,),) = (item.parts for item in bullets.items)
        assert " ".join(only.split()) == seen


@pytest.mark.parametrize("text", HOSTILE)
async def test_no_field_of_a_list_and_nothing_typed_becomes_markup(tell, text):
    said = tell(
        [{"text": text}], arguments={"word": "rest"}, each="**{{ it.text }}** {{ args.word }}",
        value="{{ text }}", answer="Of {{ args.word }}:",
    )  # fmt: skip
    one_line = " ".join(text.split())
    reply = await said(f"go {one_line}")
    lead, items = reply.blocks
    assert [type(part) for part in lead.parts] == [str]
    assert isinstance(items, Items)
    assert [type(part) for part in items.items[0].parts] == [Strong, str]
    assert "<script" not in render(reply).html
    assert "<a " not in render(reply).html
    assert len(reply.listing) == 1


@pytest.mark.parametrize("text", ["{{7*7}}", "{% if 1 %}x{% endif %}", "{{ ''.__class__ }}"])
async def test_what_looks_like_a_template_stays_text_wherever_it_stands(tell, text):
    """In a field, a field's name, what was typed, and whose account it is."""
    said = tell(
        {"a": text, text: "x", "b": [text]}, arguments={"word": "rest"},
        answer="{{ a }}|{{ b }}|{{ it }}|{{ args.word }}|{{ account }}",
    )  # fmt: skip
    said = Said(said.service, "token", account=text)
    shown = plain(await said(f"go {text}"))
    assert shown.count(text) == 7
    assert "49" not in shown


@pytest.mark.parametrize(
    "url",
    ["javascript:alert(1)", "data:text/html,x", "//evil.example", "", "https://", "/relative", None,
     "ftp://example.org", "JAVASCRIPT:x", " javascript:x", ["https://a", "x"]],
)  # fmt: skip
async def test_a_link_leads_to_a_web_page_or_is_mere_text(tell, url):
    reply = await tell({"url": url, "title": "page"}, answer="[{{ title }}]({{ url }})")("go")
    if url == ["https://a", "x"]:
        assert render(reply).html.count("<a ") <= 1
    else:
        assert links(reply) == []
        assert reply.blocks == (Line(("page",)),)


@pytest.mark.parametrize(
    ("address", "ours"),
    [
        ("https://example.org/x", True),  # where tokens are made
        ("https://EXAMPLE.org/x", True),
        ("https://status.example.net/{{ x }}", True),  # the template says so itself
        ("{{ site }}/x", True),
        ("https://example.org.evil.example/", False),
        ("https://example.org@evil.example/", False),
        ("https://example.org:8443/", False),
        (r"https://example.org\@evil.example/", False),
        ("https://{{ evil }}/example.org", False),
        ("https://status.{{ evil }}/", False),
        ("https://[evil/", False),
    ],
)
async def test_a_link_to_somewhere_else_says_where_it_leads(tell, address, ours):
    """Such an address comes from the answer, so that its text could say anything."""
    data = {"url": address, "x": "x", "evil": "evil.example"}
    answer = f"[page]({address})" if "{{" in address else "[page]({{ url }})"
    reply = await tell(data, answer=answer)("go")
    (link,) = links(reply)
    assert link.text == ("page" if ours else link.url)
    if not ours:
        assert reply.blocks == (Line(("page (", link, ")")),)


async def test_a_link_without_a_text_shows_its_address(tell):
    reply = await tell({"url": "https://example.org/x"}, answer="[{{ title }}]({{ url }})")("go")
    assert links(reply) == [Link("https://example.org/x", "https://example.org/x")]


async def test_values_are_shown_as_people_write_them(tell):
    data = {"yes": True, "none": None, "n": 3, "x": 2.50, "l": ["a", 1, None], "o": {"k": "v"}}
    answer = "{{ yes }}|{{ none }}|{{ n }}|{{ x }}|{{ l }}|{{ o }}|{{ nowhere.at.all }}"
    reply = await tell(data, answer=answer)("go")
    assert plain(reply) == 'yes||3|2.5|a, 1, |{"k": "v"}|'


async def test_a_dot_looks_into_json_and_nowhere_else(tell):
    data = {"items": [1, 2], "keys": "k", "a": {"copy": "c"}, "text": "t"}
    answer = (
        "{{ items }}|{{ keys }}|{{ a.copy }}|{{ text.upper }}|{{ it.__class__ }}|{{ a.values }}"
    )
    assert plain(await tell(data, answer=answer)("go")) == "1, 2|k|c|||"


async def test_times_are_shown_in_utc_and_what_is_none_stays(tell):
    data = {"a": "2026-03-01T12:30:00+02:00", "b": 1772361000, "c": 1772361000000, "d": "soon"}
    shown = plain(await tell(data, answer="{{a|date}}|{{b|date}}|{{c|date}}|{{d|date}}")("go"))
    assert shown == "2026-03-01 10:30 UTC|2026-03-01 10:30 UTC|2026-03-01 10:30 UTC|soon"


# ---------------------------------------------------------------------------------------- bounds
BOMBS = [
    ("{% for a in l %}{% for b in l %}{{ b }}{% endfor %}{% endfor %}", {"l": ["x" * 4000] * 400}),
    ("{% for a in l %}{% for b in l %}{% endfor %}{% endfor %}", {"l": [0] * 200_000}),
    ("{{ l|join(t) }}", {"l": ["a"] * 100_000, "t": "x" * 100_000}),
    ("{{ t|replace('x', t) }}", {"t": "x" * 1_000_000}),
    ("{{ o }}", {"o": {str(n): {"x": "y" * 100} for n in range(10_000)}}),
    ("{{ l|sort|unique|map('upper')|list }}", {"l": ["b", "a"] * 100_000}),
]


@pytest.mark.parametrize(("answer", "data"), BOMBS)
async def test_data_makes_no_answer_long_or_slow(tell, answer, data):
    before = time.process_time()
    reply = await tell(data, answer=answer)("go")
    assert time.process_time() - before < 2
    assert len(plain(reply)) <= 20_001 if reply.blocks else True


SILENT = [
    "{{ l|sort(reverse=true)|map('upper')|first|truncate(0, true, '') }}",
    "{% if t|replace('x', t)|replace('x', t) == '' %}!{% endif %}",
]


@pytest.mark.parametrize("inner", SILENT)
async def test_a_loop_that_says_nothing_ends(tell, inner):
    """40,000 rounds of these would take minutes."""
    answer = f"{{% for a in l %}}{{% for b in l %}}{inner}{{% endfor %}}{{% endfor %}}"
    data = {"l": [f"{n:0200}" for n in range(200)], "t": "x" * 4000}
    before = time.process_time()
    with pytest.raises(Unavailable, match="not what this command expects"):
        await tell(data, answer=answer)("go")
    assert time.process_time() - before < 2


async def test_a_loop_knows_where_it_is(tell):
    answer = "{% for a in l %}{{ loop.index }}/{{ loop.length }} {{ a }}{{ ', ' if not loop.last }}"
    assert plain(await tell({"l": ["x", "y"]}, answer=answer + "{% endfor %}")("go")) == (
        "1/2 x, 2/2 y"
    )


async def test_what_is_nested_too_deeply_is_cut(tell):
    data = {"a": "x"}
    for _ in range(400):
        data = {"a": data, "b": [data] if _ < 8 else []}
    assert len(plain(await tell(data, answer="x {{ it }}")("go"))) < 20_001


@pytest.mark.parametrize(
    "answer", ["{{ t * n }}", "{{ '%99999d' % n }}", "{{ n * n }}", "{{ n / zero }}", "{{ t + n }}"]
)
async def test_what_a_template_cannot_do_with_an_answer_is_told(tell, answer):
    data = {"t": "x", "n": 10**18, "zero": 0}
    with pytest.raises(Unavailable, match="not what this command expects") as error:
        await tell(data, answer=answer)("go")
    assert error.value.__context__ is None


async def test_a_long_list_is_cut_and_says_so(tell):
    reply = await tell([{"id": n} for n in range(120)], each="{{ id }}", value="{{ id }}")("go")
    assert len(reply.listing) == 50
    assert plain(reply).splitlines()[-1] == "70 more are not shown."


@pytest.mark.parametrize("data", [{"l": {"a": 1}}, {"l": "x"}, {"l": 3}])
async def test_an_answer_without_the_list_is_told(tell, data):
    with pytest.raises(Unavailable, match="no list"):
        await tell(data, at="l", each="{{ it }}")("go")


@pytest.mark.parametrize("data", [{"a": {"l": []}}, {"a": {}}, {"a": None}, {}, []])
async def test_no_list_where_one_may_be_is_an_empty_one(tell, data):
    assert plain(await tell(data, at="a.l", each="{{ it }}", empty="None.")("go")) == "None."


async def test_what_has_no_answer_declared_is_done(tell):
    assert plain(await tell(b"", get=..., post="go")("go")) == "Done."
