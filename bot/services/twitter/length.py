"""How long a post is, as X counts: 280 weighted characters, an address is always 23.

https://docs.x.com/fundamentals/counting-characters
"""

from __future__ import annotations

import re
import warnings
from typing import Final

from bot.errors import UserError

LONGEST: Final = 280
RAW_LIMIT: Final = 1_000  # code points; addresses and joined emoji count for less than they have
PARTS_LIMIT: Final = 16  # of a dotted word such as www.example.org

_WORD_BREAK: Final = re.compile(r"[\s/]+")


def weighted_length(text: str) -> int:
    """The length of ``text`` as X counts it, between 1 and :data:`LONGEST`.

    The parser looks for addresses in time quadratic to the length of dotted words and holds the
    interpreter meanwhile; what could take long is refused before it sees it.

    Raises:
        UserError: X would not take the text as a post.
    """
    _refuse_unreadable(text)
    if len(text) > RAW_LIMIT:
        raise UserError(
            f"This text has {len(text)} characters; a post has {LONGEST}.", "Shorten it."
        )
    if any(_parts(word) > PARTS_LIMIT for word in _WORD_BREAK.split(text)):
        raise UserError(
            f"A word of this text has more than {PARTS_LIMIT} parts with dots between them.",
            "Put a space into it.",
        )
    with warnings.catch_warnings():
        # It imports pkg_resources, which warns of its end; setuptools is held below that.
        warnings.simplefilter("ignore", UserWarning)
        from twitter_text import parse_tweet

    counted = parse_tweet(text)
    length = int(counted.weightedLength)
    if length > LONGEST:
        raise UserError(
            f"This post has {length} characters as X counts them; {LONGEST} fit.",
            f"Shorten it by {length - LONGEST}.",
        )
    if not counted.valid:
        raise UserError("This text has characters that X does not take.", "Type it anew.")
    return length


def _refuse_unreadable(text: str) -> None:
    if not text.strip():
        raise UserError("There is no text to post.", "Say it like this: tweet <text>")
    try:
        text.encode()
    except UnicodeEncodeError:  # half of a surrogate pair; its text would quote the post
        readable = False
    else:
        readable = True
    if not readable:
        raise UserError("This text has characters that X does not take.", "Type it anew.")


def _parts(word: str) -> int:
    return sum(1 for part in word.split(".") if part)
