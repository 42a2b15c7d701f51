"""A client that nobody here wrote: matrix-js-sdk with its Rust crypto, as in Element.

One process of Node per device. It excludes devices that their owners have not signed, in both
directions, unless it is told otherwise.
"""

from tests.e2e.element.element import Element
from tests.e2e.element.identity import Isolation, Trust
from tests.e2e.element.message import Shown
from tests.e2e.element.node import ElementDied, ElementRefused
from tests.e2e.element.verification import Phase, Verification

__all__ = [
    "Element",
    "ElementDied",
    "ElementRefused",
    "Isolation",
    "Phase",
    "Shown",
    "Trust",
    "Verification",
]
