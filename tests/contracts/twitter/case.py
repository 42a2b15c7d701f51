"""X, for the suite over all services."""

from __future__ import annotations

from sandbox.x import XStandIn
from tests.contracts.case import Case


def _right(x):
    token = x.grant("alice")
    return {"token": token.key, "token_secret": token.secret}


CASE = Case(
    start=lambda: XStandIn("alice"),
    settings=lambda x, url: {
        "consumer_key": x.consumer_key,
        "consumer_secret": x.consumer_secret,
        "api_url": url,
    },
    right=_right,
    wrong={"token": "1001-00000000000000000000000000", "token_secret": "not-the-token-secret"},
    account="@alice",
)
