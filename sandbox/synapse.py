"""A real homeserver: Synapse from its PyPI package, with SQLite, on loopback only."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import secrets
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import aiohttp
import yaml

from sandbox.process import Child, free_port

SERVER_NAME: Final = "actas.test"
_PLENTY: Final = {"per_second": 1_000_000, "burst_count": 1_000_000}
_LOG_FORMAT: Final = "%(asctime)s %(levelname)s %(name)s: %(message)s"


@dataclass(frozen=True, slots=True)
class Login:
    """An account with one device, as the homeserver gave it out."""

    user: str
    device: str
    token: str
    password: str


class Synapse:
    """A homeserver in ``home``, an empty directory. It can be stopped and started again."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.port = free_port()
        self._registration_secret = secrets.token_hex(16)
        config = home / "homeserver.yaml"
        self._child = Child(
            (sys.executable, "-m", "synapse.app.homeserver", "-c", str(config)),
            output=home / "output.log",
        )
        self._http: aiohttp.ClientSession | None = None
        _write_yaml(config, self._config())
        _write_yaml(home / "log.yaml", _log_config(home / "homeserver.log"))
        seed = base64.b64encode(secrets.token_bytes(32)).decode().rstrip("=")
        (home / "signing.key").write_text(f"ed25519 a_sandbox {seed}\n")

    @property
    def url(self) -> str:
        """The address for clients, without a slash at the end."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def pid(self) -> int:
        """The id of the server's process."""
        return self._child.pid

    def user_id(self, name: str) -> str:
        """Return the user id of a local name."""
        return f"@{name}:{SERVER_NAME}"

    async def start(self, *, patience: float = 60) -> None:
        """Start and wait until it answers clients.

        Raises:
            RuntimeError: it ended, or did not answer within ``patience`` seconds.
        """
        await self._child.start()
        if self._http is None:
            self._http = aiohttp.ClientSession()
        try:
            async with asyncio.timeout(patience):
                while not await self._answers():
                    if not self._child.running:
                        raise RuntimeError(f"Synapse ended at once:\n{self.log()[-2000:]}")
                    await asyncio.sleep(0.02)
        except TimeoutError:
            raise RuntimeError(f"Synapse did not answer:\n{self.log()[-2000:]}") from None

    async def stop(self) -> None:
        """Stop the process; the accounts and rooms stay for the next start."""
        if self._child.running:
            await self._child.stop()

    async def close(self) -> None:
        """Stop for good."""
        await self.stop()
        if self._http is not None:
            await self._http.close()
            self._http = None

    def log(self) -> str:
        """Return what the server has printed and logged (warnings and worse)."""
        logged = self.home / "homeserver.log"
        return self._child.printed() + (logged.read_text() if logged.exists() else "")

    async def register(self, name: str, password: str, *, admin: bool = False) -> Login:
        """Create an account and log it in on a first device.

        Raises:
            RuntimeError: the homeserver refused; the name is taken, for instance.
        """
        path = "/_synapse/admin/v1/register"
        nonce = (await self._call("GET", path))["nonce"]
        role = "admin" if admin else "notadmin"
        proof = hmac.new(
            self._registration_secret.encode(),
            "\0".join((nonce, name, password, role)).encode(),
            hashlib.sha1,
        )
        answer = await self._call(
            "POST",
            path,
            {
                "nonce": nonce,
                "username": name,
                "password": password,
                "admin": admin,
                "mac": proof.hexdigest(),
            },
        )
        return Login(answer["user_id"], answer["device_id"], answer["access_token"], password)

    async def login(self, user: str, password: str, *, device_name: str = "") -> Login:
        """Log an account in on one more device."""
        body = {
            "type": "m.login.password",
            "identifier": {"type": "m.id.user", "user": user},
            "password": password,
            "initial_device_display_name": device_name,
        }
        answer = await self._call("POST", "/_matrix/client/v3/login", body)
        return Login(answer["user_id"], answer["device_id"], answer["access_token"], password)

    async def _answers(self) -> bool:
        try:
            await self._call("GET", "/_matrix/client/versions")
        except (aiohttp.ClientError, RuntimeError):
            return False
        return True

    async def _call(self, method: str, path: str, body: Any = None) -> Any:
        if self._http is None:
            raise RuntimeError("the homeserver is not started")
        async with self._http.request(method, self.url + path, json=body) as response:
            if response.status != 200:
                raise RuntimeError(f"{method} {path}: {response.status} {await response.text()}")
            return await response.json()

    def _config(self) -> dict[str, Any]:
        return {
            "server_name": SERVER_NAME,
            "report_stats": False,
            "pid_file": str(self.home / "homeserver.pid"),
            "log_config": str(self.home / "log.yaml"),
            "signing_key_path": str(self.home / "signing.key"),
            "media_store_path": str(self.home / "media"),
            "database": {"name": "sqlite3", "args": {"database": str(self.home / "homeserver.db")}},
            "listeners": [
                {
                    "port": self.port,
                    "bind_addresses": ["127.0.0.1"],
                    "type": "http",
                    "resources": [{"names": ["client"], "compress": False}],
                }
            ],
            "registration_shared_secret": self._registration_secret,
            "macaroon_secret_key": secrets.token_hex(16),
            "form_secret": secrets.token_hex(16),
            "bcrypt_rounds": 4,  # made-up passwords; hashing them well would only take time
            "trusted_key_servers": [],
            "federation_domain_whitelist": [],
            "presence": {"enabled": False},
            "user_directory": {"enabled": False},
            "enable_search": False,
            "filter_timeline_limit": -1,
            **_rate_limits(),
        }


@asynccontextmanager
async def synapse(home: Path) -> AsyncIterator[Synapse]:
    """A homeserver in ``home`` that answers, stopped at the end."""
    server = Synapse(home)
    try:
        await server.start()
        yield server
    finally:
        await server.close()


def _rate_limits() -> dict[str, Any]:
    flat = (
        "message",
        "registration",
        "admin_redaction",
        "joins_per_room",
        "key_requests",
        "room_creation",
        "media_create",
    )
    limits: dict[str, Any] = {f"rc_{name}": _PLENTY for name in flat}
    limits["rc_login"] = dict.fromkeys(("address", "account", "failed_attempts"), _PLENTY)
    limits["rc_joins"] = dict.fromkeys(("local", "remote"), _PLENTY)
    limits["rc_invites"] = dict.fromkeys(("per_room", "per_user", "per_issuer"), _PLENTY)
    return limits


def _log_config(path: Path) -> dict[str, Any]:
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"plain": {"format": _LOG_FORMAT}},
        "handlers": {
            "file": {"class": "logging.FileHandler", "filename": str(path), "formatter": "plain"}
        },
        "root": {"level": "WARNING", "handlers": ["file"]},
    }


def _write_yaml(path: Path, content: dict[str, Any]) -> None:
    path.write_text(yaml.safe_dump(content))
