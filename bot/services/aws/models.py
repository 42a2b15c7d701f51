"""What botocore knows of AWS's services, cut down to what is asked here.

EC2 alone has 800 operations, which take tens of megabytes, and for every client ten milliseconds.
What is not in :data:`OPERATIONS` cannot be asked.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from botocore.loaders import Loader

OPERATIONS: Final = {
    "sts": ("GetCallerIdentity", "GetSessionToken"),
    "ec2": (
        *("DescribeInstances", "DescribeRegions"),
        *("StartInstances", "StopInstances", "RebootInstances"),
    ),
    "s3": ("ListBuckets", "ListObjectsV2", "HeadBucket"),  # the last finds a bucket's region
    "logs": ("DescribeLogGroups", "FilterLogEvents"),
}
_SERVICE: Final = "service-2"


class Models(Loader):  # type: ignore[misc]  # botocore has no types
    """Reads what comes with botocore, and nothing of ``~/.aws/models``."""

    def __init__(self) -> None:
        super().__init__([Loader.BUILTIN_DATA_PATH], include_default_search_paths=False)
        self._cut: dict[str, Any] = {}

    def load_service_model(
        self, service_name: str, type_name: str, api_version: str | None = None
    ) -> Any:
        """A service's operations, or something else of it; kept once it is read."""
        if type_name != _SERVICE:
            return super().load_service_model(service_name, type_name, api_version)
        if service_name not in self._cut:
            reader = Loader([Loader.BUILTIN_DATA_PATH], include_default_search_paths=False)
            whole = reader.load_service_model(service_name, type_name)
            self._cut[service_name] = cut(whole, OPERATIONS[service_name])
        return self._cut[service_name]


def cut(model: Mapping[str, Any], operations: tuple[str, ...]) -> dict[str, Any]:
    """The model with these operations, and the shapes that they are made of."""
    kept = {name: model["operations"][name] for name in operations}
    shapes: dict[str, Any] = {}
    todo = list(_named(kept))
    while todo:
        name = todo.pop()
        if name not in shapes:
            shapes[name] = model["shapes"][name]
            todo += _named(shapes[name])
    return {**model, "operations": kept, "shapes": shapes}


def _named(value: Any) -> Iterator[str]:
    """Every shape that is named in it."""
    if isinstance(value, Mapping):
        if isinstance(value.get("shape"), str):
            yield value["shape"]
        for inner in value.values():
            yield from _named(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _named(inner)
