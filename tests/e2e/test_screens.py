"""Answers at the edge of what there is, in a real browser: on a phone nothing sticks out of them.

What people usually see is looked at with the chats (``test_transcripts.py``).
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Final

import pytest

from bot.matrix.render import render
from bot.reply import (
    Inline,
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
from tests.e2e.screen.camera import CHROMIUM, DESK, PHONE, Camera
from tests.e2e.screen.timeline import Shown, page

pytestmark = pytest.mark.skipif(not CHROMIUM.exists(), reason=f"there is no {CHROMIUM}")

LONG: Final = "team/backend/a-service-with-a-very-long-name-that-goes-on-and-on-and-on/deploy-prod"
URL: Final = f"https://jenkins.example.org/job/{'x' * 300}/"
WORD: Final = "x" * 400
LOG: Final = "\n".join(f"{n} {'=' * (n * 3 % 200)}> a line of a log" for n in range(60))


def in_every_place(piece: Inline) -> Reply:
    """A piece wherever pieces may stand."""
    return Reply(
        (
            line("Before ", piece, " and after."),
            bullets([line(piece), line("short")]),
            numbered([line(piece), line("short")]),
            numbered([line(piece), line("short")], start=998),
            Table(("name", "what"), ((piece, piece), ("a", "b"))),
        )
    )


REPLIES: Final = {
    "a long word": in_every_place(WORD),
    "a long name in code": in_every_place(Mono(LONG)),
    "a long word in code": in_every_place(Mono(WORD)),
    "a long emphasis": in_every_place(Strong(WORD)),
    "a long address": in_every_place(Link(URL, URL)),
    "a link with a long name": in_every_place(Link(LONG, URL)),
    "a text from right to left": in_every_place("بناء ناجح " * 30),
    "wide letters": in_every_place("構築に成功しました" * 30),
    "many emoji": in_every_place("🚀" * 200),
    "a log": Reply((line("The log:"), Pre(LOG))),
    "one long line of a log": Reply((Pre("y" * 5000),)),
    "a quoted text": Reply((Quote(f"{WORD} {'words ' * 60}\n\n  indented"), Quote(URL))),
    "a table with many columns": Reply((Table(tuple(map(str, range(40))), (("a b",) * 40,)),)),
    "a page of a list": Reply(
        (numbered([line("FAILED ", Mono(f"{LONG}-{n}")) for n in range(50)]),)
    ),
    "a bar": say("▓" * 10 + "░" * 10, " 41 s of about 1 min 40 s, in the stage ", Strong("Deploy")),
    "markup that is text": in_every_place("<b>bold</b> <img src=x onerror=alert(1)> &lt;"),
    "nothing": Reply(()),
}


@pytest.fixture(scope="module")
async def camera() -> AsyncIterator[Camera]:
    """One browser for all."""
    async with Camera.open() as camera:
        yield camera


@pytest.mark.parametrize("width", [PHONE, DESK])
@pytest.mark.parametrize("name", REPLIES)
async def test_nothing_sticks_out(camera: Camera, name: str, width: int) -> None:
    """Only tables and code are wider, and scroll; the browser has nothing to complain of."""
    rendered = render(REPLIES[name])
    answer = Shown("actas", rendered.html, rendered.body, edited=True)
    asked = Shown("alice", plain=f"!jenkins build {LONG}", thread=(answer,))
    look = await camera.look(page("Team", [asked, answer]), width)
    assert (look.wide, look.errors) == ([], [])


async def test_what_does_stick_out_is_seen(camera: Camera) -> None:
    """The check itself: a word that nothing breaks, in a page that does not break words."""
    html = page("Team", [Shown("actas", f"<p>{WORD}</p>")])
    look = await camera.look(html.replace("overflow-wrap: anywhere", ""), PHONE)
    assert "the page" in look.wide


async def test_a_list_that_begins_later_shows_its_own_numbers(camera: Camera) -> None:
    """They are text: no client counts them anew."""
    html = render(Reply((numbered([line("a"), line("b")], start=51),))).html
    assert "51. a" in await camera.text(page("Team", [Shown("actas", html)]))


async def test_scripts_in_an_answer_stay_text(camera: Camera) -> None:
    """What a service says is shown, and never run."""
    html = render(say("<script>document.title = 'run'</script>")).html
    assert "<script>" in await camera.text(page("Team", [Shown("actas", html)]))
