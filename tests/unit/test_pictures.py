"""The pictures of the README: each is shown there, said in words as well, and small."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[2]
SHOWN: Final = re.findall(
    r"!\[(.*)\]\(docs/pictures/([\w-]+)\.png\)", (ROOT / "README.md").read_text()
)
STORY: Final = (ROOT / "tests/transcripts/story.txt").read_text()


def test_the_readme_shows_each_picture_that_is_there_and_that_the_story_has():
    there = {path.stem for path in (ROOT / "docs/pictures").glob("*.png")}
    of_the_story = set(re.findall(r"Picture of .*: ([\w-]+)", STORY))
    assert {name for _, name in SHOWN} == there == of_the_story | {"code"}  # a page, no chat


def test_each_picture_is_said_in_words():
    assert all(len(words) > 40 for words, _ in SHOWN)


def test_each_picture_is_small():
    sizes = {path.name: path.stat().st_size for path in (ROOT / "docs/pictures").iterdir()}
    assert all(size < 60 * 1024 for size in sizes.values()), sizes
