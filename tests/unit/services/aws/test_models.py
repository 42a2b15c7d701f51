"""What is known of AWS's services, cut down."""

from __future__ import annotations

import pytest

from bot.services.aws.models import OPERATIONS, Models, cut

MODEL = {
    "metadata": {"apiVersion": "1"},
    "operations": {"Get": {"input": {"shape": "A"}}, "Delete": {"input": {"shape": "D"}}},
    "shapes": {
        "A": {"members": {"b": {"shape": "B"}, "again": {"shape": "A"}}},
        "B": {"type": "list", "member": {"shape": "C"}},
        "C": {"type": "string"},
        "D": {"type": "string"},
    },
}


def test_operation_is_kept_with_all_that_it_is_made_of():
    kept = cut(MODEL, ("Get",))
    assert set(kept["operations"]) == {"Get"}
    assert set(kept["shapes"]) == {"A", "B", "C"}
    assert kept["metadata"] == MODEL["metadata"]
    assert set(MODEL["operations"]) == {"Get", "Delete"}


@pytest.mark.parametrize("service", ["sts", "logs", "s3"])
def test_library_knows_every_operation_that_is_used(service):
    model = Models().load_service_model(service, "service-2")
    assert set(model["operations"]) == set(OPERATIONS[service])


def test_what_is_not_used_cannot_be_asked():
    changing = {"StartInstances", "StopInstances", "RebootInstances", "GetSessionToken"}
    reading = ("Describe", "List", "Head", "Filter", "GetCallerIdentity")
    named = {name for names in OPERATIONS.values() for name in names}
    assert {name for name in named if not name.startswith(reading)} == changing
