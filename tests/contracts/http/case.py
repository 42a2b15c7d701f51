"""A declared service, the GitLab of examples/, for the suite over all services."""

from __future__ import annotations

from tests.contracts.case import Case
from tests.contracts.http.examples import declared, gitlab

CASE = Case(
    start=gitlab,
    settings=lambda _, url: declared("gitlab", f"{url}/api/v4"),
    right=lambda found: {"token": found.alices},
    wrong={"token": "glpat-00000000000000000000"},
    account="alice (1)",
    pasted=("glpat-XXXXXXXXXXXXXXXXXXXX", "glpat-" + "Ab1_-" * 5),
)
