"""What is registered with GitHub to ask people for access: OAuth apps and GitHub Apps."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit


@dataclass(slots=True)
class App:
    """An OAuth app; with ``permissions`` a GitHub App, whose users' tokens have no scopes.

    ``expiring``: tokens of a GitHub App last eight hours, and come with a refresh token.
    ``repositories``: the full names of where a GitHub App is installed (None: everywhere).
    """

    name: str
    client_id: str
    client_secret: str = field(repr=False)
    callback: str = ""
    device_flow: bool = True
    permissions: Mapping[str, str] | None = None
    expiring: bool = True
    repositories: frozenset[str] | None = None

    @property
    def github_app(self) -> bool:
        """Whether it is a GitHub App."""
        return self.permissions is not None

    def comes_back_to(self, address: str) -> bool:
        """Whether people may be sent to ``address``: the callback, or something below it.

        Host and port are the callback's own; a loopback address may have any port. A GitHub App
        has to name its callback exactly.
        """
        own, wanted = urlsplit(self.callback), urlsplit(address)
        if self.github_app:
            return address == self.callback
        loopback = own.hostname in ("127.0.0.1", "::1") and own.hostname == wanted.hostname
        same_host = (own.scheme, own.hostname) == (wanted.scheme, wanted.hostname)
        if not same_host or not (loopback or own.port == wanted.port):
            return False
        below = own.path.rstrip("/") + "/"
        inside = ".." not in wanted.path.split("/")
        return wanted.path == own.path or (inside and wanted.path.startswith(below))
