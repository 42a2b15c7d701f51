"""A stand-in for X: OAuth 1.0a and 2.0, and the parts of API v2 that Actas uses."""

from sandbox.mishaps import Answer
from sandbox.x.server import XStandIn
from sandbox.x.state import Account, Post

__all__ = ["Account", "Answer", "Post", "XStandIn"]
