"""Text from elsewhere made harmless: what may stand in a message, and what may be a link."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import quote, urlsplit

from bot.reply import Link

_REPLACEMENT: Final = "\N{REPLACEMENT CHARACTER}"
_WORD_JOINER: Final = "\N{WORD JOINER}"  # has no width and allows no line break

_LINE_BREAKS: Final = re.compile("\r\n|[\r\x85\u2028\u2029]")
_LINE_SPACE: Final = re.compile("[\t-\r\x1c-\x1f\x85\u2028\u2029]+")

# C0 and C1 controls but tab and newline; embeddings, overrides and isolates of text direction;
# lone surrogates, which no UTF-8 can carry; interlinear annotation.
_HARMFUL: Final = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u206f\ud800-\udfff\ufff9-\ufffb]"
)
_ROOM_PING: Final = re.compile("@(?=room)", re.IGNORECASE)

_URL_LENGTH: Final = 2_000
_NOT_IN_URLS: Final = re.compile(r"[\s\\\x00-\x20\x7f\ud800-\udfff]")
_URL_CHARACTERS: Final = "%/:?#[]@!$&'()*+,;=-._~"
_HOST: Final = re.compile(r"[a-z0-9._-]+|[0-9a-f:.]*:[0-9a-f:.]*")  # a name, or IPv4 or IPv6
_LOOKS_LIKE_URL: Final = re.compile(r"\s*(?:[a-z][a-z0-9+.-]{0,30}://|www\.)", re.IGNORECASE)


def inline_text(text: str) -> str:
    """``text`` on one line: breaks and tabs become a space, harmful characters U+FFFD."""
    return _HARMFUL.sub(_REPLACEMENT, _LINE_SPACE.sub(" ", text))


def block_text(text: str) -> str:
    """``text`` with its lines and tabs; harmful characters become U+FFFD. No newline at the end."""
    return _HARMFUL.sub(_REPLACEMENT, _LINE_BREAKS.sub("\n", text)).rstrip("\n")


def unpinged(text: str) -> str:
    """``text`` in which "@room" no longer notifies a room; it looks the same."""
    return _ROOM_PING.sub(f"@{_WORD_JOINER}", text)


def link_target(url: str) -> str | None:
    """The address to link to; None where ``url`` must not become a link.

    Only http and https, to a host name in ASCII or an IP address, and without user name or password
    (which make another host look like the target). The rest is percent-encoded where it needs to.
    """
    if len(url) > _URL_LENGTH or _NOT_IN_URLS.search(url):
        return None
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname or "", parts.port  # ValueError where the port is no number
    except ValueError:
        return None
    if parts.scheme not in {"http", "https"} or "@" in parts.netloc or not _HOST.fullmatch(host):
        return None
    return _ROOM_PING.sub("%40", quote(url, safe=_URL_CHARACTERS))


def link_text(link: Link) -> str:
    """What a link shows. A text that looks like another address than its target gives way to it."""
    text, target = inline_text(link.text), link_target(link.url)
    if target is None:
        return text
    if not text.strip() or (_LOOKS_LIKE_URL.match(text) and text != link.url):
        return target
    return text
