"""twitter-text, which counts as X does: the one place that asks it.

Imported when it is first needed, as it takes its time. Each of these is quadratic in something;
:mod:`bot.services.twitter.length` keeps from them what would take long.
"""

from __future__ import annotations

import warnings
from typing import Final

with warnings.catch_warnings():
    # It imports pkg_resources, which warns of its end; setuptools is held below that.
    warnings.simplefilter("ignore", UserWarning)
    import twitter_text  # of its functions not all are named by the package
    from twitter_text.config import config
    from twitter_text.get_character_weight import get_character_weight
    from twitter_text.has_invalid_characters import has_invalid_characters

_COUNTED: Final = config["defaults"]

Span = tuple[int, int]


def weight(text: str) -> int:
    """How much ``text`` counts for."""
    return int(twitter_text.parse_tweet(text).weightedLength)


def weight_of_characters(text: str) -> int:
    """The same where ``text`` holds neither an address nor an emoji."""
    weights = (get_character_weight(character, _COUNTED) for character in text)
    return int(sum(weights) / _COUNTED["scale"])


def addresses(text: str) -> tuple[Span, ...]:
    """Where the addresses in ``text`` are that X makes links of."""
    return tuple(_span(found) for found in twitter_text.extract_urls_with_indices(text))


def emoji(text: str) -> tuple[Span, ...]:
    """Where the emoji in ``text`` are; several joined ones are one."""
    return tuple(_span(found) for found in twitter_text.extract_emojis_with_indices(text))


def is_clean(text: str) -> bool:
    """Whether ``text`` has no character that X does not take."""
    return not has_invalid_characters(text)


def _span(found: dict[str, list[int]]) -> Span:
    start, end = found["indices"]
    return start, end
