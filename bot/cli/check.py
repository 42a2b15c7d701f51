"""``actas check``."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable, Iterator
from pathlib import Path
from typing import Any

import typer

from bot.addresses import in_clear
from bot.cli.findings import Finding, Verdict, fail, ok, show, warn
from bot.cli.login_check import stored_login
from bot.cli.opening import open_database, read_sealer
from bot.cli.options import DEFAULT_CONFIG, ConfigFile
from bot.cli.reaching import reach
from bot.config import Config, ServiceEntry, WebConfig, load
from bot.errors import ActasError, ConfigError
from bot.instances import make
from bot.matrix.client import Homeserver
from bot.plugin import Service
from bot.services import discover
from bot.storage.state import prepare
from bot.vault.vault import Vault
from bot.ways import Ways, must_be_connectable


def check(config: ConfigFile = DEFAULT_CONFIG) -> None:
    """Look at everything the bot needs, one line each; end as the bot would if something failed."""
    kinds = discover()
    settings = load(config, kinds)
    failed = asyncio.run(show(_findings(config, settings, kinds.broken.values())))
    for finding in failed:
        if finding.error is not None:
            raise finding.error
    if failed:
        typer.echo("actas: something above failed; the bot would not work as it is", err=True)
        raise typer.Exit(1)


async def _findings(
    path: Path, config: Config, unusable: Iterable[ConfigError]
) -> AsyncIterator[Finding]:
    yield ok("config", f"{path}; services: {', '.join(config.services) or 'none'}")
    for each in unusable:  # none of those that are configured
        yield warn(each.key, f"{each.problem}. It is not configured")
    for finding in _access(config):
        yield finding
    for finding in _state(config):
        yield finding
    secret = await _secret(config)
    yield secret
    homeserver = await _homeserver(config)
    yield homeserver
    if Verdict.FAIL not in (secret.verdict, homeserver.verdict):
        async for finding in stored_login(config):
            yield finding
    for finding in _web(config.web):
        yield finding
    for entry in config.services.values():
        async for finding in _service(entry, config.web):
            yield finding


def _access(config: Config) -> Iterator[Finding]:
    access = config.access
    for key, meaning in access.loosened.items():
        yield warn(key, f"IS FALSE: {meaning}")
    for pattern in access.users:
        if set(pattern.partition(":")[2]) & set("*?["):
            yield warn("access.users", f"{pattern} LETS IN PEOPLE OF OTHER HOMESERVERS")


def _state(config: Config) -> Iterator[Finding]:
    directory = config.state_dir
    if not directory.exists():
        yield ok("state_dir", f"{directory} will be made by the first start")
        return
    try:
        prepare(directory)
    except ActasError as error:
        yield fail("state_dir", str(error).removeprefix("state_dir: "), error)
        return
    open_files = [path for path in directory.iterdir() if path.stat().st_mode & 0o077]
    for path in open_files:
        yield fail("state_dir", f"{path} may be read by others. chmod 600 {path}")
    if not open_files:
        yield ok("state_dir", f"{directory} is its owner's only")


async def _secret(config: Config) -> Finding:
    location = config.location
    try:
        sealer = read_sealer()
        if location.database is None and not (config.state_dir / "actas.db").exists():
            return ok("ACTAS_SECRET", "is well-formed; the first start makes the database")
        async with open_database(location) as database:
            if await Vault(database, sealer).proven():
                return ok("ACTAS_SECRET", "opens the database")
            return ok("ACTAS_SECRET", "is well-formed; the database has not been used yet")
    except ActasError as error:
        return fail("ACTAS_SECRET", str(error).removeprefix("ACTAS_SECRET: "), error)


async def _homeserver(config: Config) -> Finding:
    url = config.homeserver.url
    homeserver = Homeserver(url, timeout=10)
    try:
        answer = await homeserver.request("GET", "/versions")
        versions = [each for each in answer.get("versions", []) if isinstance(each, str)]
    except ActasError as error:
        return fail("homeserver", f"{url}: {error}")
    finally:
        await homeserver.close()
    if not versions:
        return fail("homeserver", f"{url} answers, but not as a Matrix homeserver")
    if in_clear(url):
        return warn(
            "homeserver", f"{url} IS NOT ENCRYPTED: its access token can be read on the way"
        )
    return ok("homeserver", f"{url} speaks Matrix up to {max(versions, key=_version)}")


def _web(web: WebConfig) -> Iterator[Finding]:
    """The page that people come back to from a service's, where there is one."""
    if web.public_url is None:
        return
    if in_clear(web.public_url):
        yield warn("web.public_url", f"{web.public_url} IS NOT ENCRYPTED: others can read it")
    else:
        back = f"{web.public_url}/callback/<service>"
        yield ok("web.public_url", f"people come back to {back}, which has to lead to {web.listen}")


async def _service(entry: ServiceEntry, web: WebConfig) -> AsyncIterator[Finding]:
    ca_file = getattr(entry.settings, "ca_file", None)
    try:
        service = make(entry)
    except ConfigError as error:
        yield fail(error.key, f"{error.problem}. {error.fix}", error)
        return
    for finding in (*_ways(service, web), *_undocumented(service)):
        yield finding
    for origin in service.origins:
        problem = await reach(origin, ca_file)
        if problem:
            yield fail(f"services.{entry.name}", f"{origin}: {problem}")
        elif in_clear(origin):
            text = f"{origin} IS NOT ENCRYPTED: tokens can be read on the way"
            yield warn(f"services.{entry.name}", text)
        else:
            yield ok(f"services.{entry.name}", f"{origin} is reached")


def _ways(service: Service[Any], web: WebConfig) -> Iterator[Finding]:
    """Whether people can connect it, in every way that it has."""
    try:
        must_be_connectable(service, web)
    except ConfigError as error:
        yield fail(error.key, f"{error.problem}. {error.fix}", error)
        return
    there = Ways(web=web.public_url is not None).of(service)
    if len(there) < len(service.flows):
        names = " or ".join(flow.name for flow in there)
        text = f"people connect by {names} only: a web page needs web.public_url"
        yield warn(f"services.{service.name}", text)


def _undocumented(service: Service[Any]) -> Iterator[Finding]:
    for command in service.commands:
        if not command.summary:
            text = f"the command {command.name!r} has no docstring, which is its help"
            yield warn(f"services.{service.name}", text)


def _version(text: str) -> tuple[int, ...]:
    """``v1.11`` is newer than ``v1.9`` and ``r0.6.1``."""
    numbers = text.lstrip("vr").split(".")
    return tuple(int(each) if each.isdigit() else 0 for each in numbers)
