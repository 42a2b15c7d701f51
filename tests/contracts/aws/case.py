"""AWS, for the suite over all services."""

from __future__ import annotations

from sandbox.aws import AwsStandIn
from tests.contracts.aws.conftest import ACCOUNT
from tests.contracts.case import Case

_ID = "AKIA" + "EXAMPLE7" * 2
_SECRET = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"  # as in AWS's own examples


def _right(aws):
    carol = aws.add("carol")
    return {"access_key_id": carol.key_id, "secret_access_key": carol.secret, "mfa_serial": ""}


CASE = Case(
    start=AwsStandIn,
    settings=lambda _, url: {"region": "eu-central-1", "endpoint_url": url},
    right=_right,
    wrong={"access_key_id": _ID, "secret_access_key": _SECRET, "mfa_serial": ""},
    account=f"carol ({ACCOUNT})",
    pasted=(_ID, f"{_ID}:{_SECRET}"),
)
