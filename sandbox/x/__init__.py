"""A stand-in for X: OAuth 1.0a with real signatures, the parts of API v2 that Actas uses."""

from sandbox.x.faults import Answer, Drip, Drop, Fault, Flood, Hang
from sandbox.x.server import XStandIn
from sandbox.x.state import Account, Post

__all__ = ["Account", "Answer", "Drip", "Drop", "Fault", "Flood", "Hang", "Post", "XStandIn"]
