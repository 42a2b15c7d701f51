"""How a request to a token endpoint travels: by itself, over a connection of its own."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from bot.errors import RateLimited, ServiceError, Unavailable
from bot.quiet import keep_quiet
from bot.wire import Carrier

LONGEST_ANSWER: Final = 16 * 1024  # bytes; a token answer has some hundreds
NONSENSE: Final = "its answer cannot be understood"


async def post(
    address: str,
    *,
    headers: Mapping[str, str],
    within: float,
    form: str = "",
    ca_file: Path | None = None,
) -> tuple[int, bytes] | ServiceError:
    """POST ``form`` (URL-encoded); return the status (200, or one of 4xx) and the answer's body.

    All of it may take ``within`` seconds; ``ca_file`` holds the certificates to trust, if not the
    system's. What goes wrong is returned: the caller raises it, where neither its context nor a
    local variable holds a secret.
    """
    kind = {"Content-Type": "application/x-www-form-urlencoded"} if form else {}
    try:
        async with Carrier(timeout=within, most=LONGEST_ANSWER, ca_file=ca_file) as carrier:
            answer = await carrier.send(
                "POST", address, headers={**headers, **kind}, body=form.encode(), safe=True
            )
    except Unavailable as error:
        return error.with_traceback(None)  # which leads to the headers and the form here
    if answer.status == 429:
        return RateLimited()
    if answer.status == 200 or 400 <= answer.status < 500:
        return answer.status, answer.body
    return Unavailable(f"status {answer.status}")


def quiet_oauthlib() -> None:
    """Keep oauthlib from logging, which writes verifiers and tokens at DEBUG."""
    keep_quiet("oauthlib")
