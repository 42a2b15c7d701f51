"""``actas setup``."""

from __future__ import annotations

import asyncio
import os
import shlex
import shutil
import sys
from pathlib import Path
from typing import Annotated

import typer

from bot.cli.asking import Asker
from bot.cli.first_login import log_in
from bot.cli.hardening import forbid_core_dumps
from bot.cli.options import DEFAULT_CONFIG, ConfigFile
from bot.cli.service_form import Form, fill
from bot.cli.sheet import Sheet
from bot.config import environment, load
from bot.errors import ConfigError
from bot.matrix.account import Login
from bot.secret import Secret
from bot.services import discover
from bot.vault.keys import VARIABLE, KeyRing, new_secret


def setup(
    *,
    config: ConfigFile = DEFAULT_CONFIG,
    secret_file: Annotated[
        Path | None,
        typer.Option(help="Where ACTAS_SECRET goes. [default: actas.secret beside FILE]"),
    ] = None,
    homeserver: Annotated[str | None, typer.Option(help="The homeserver's address.")] = None,
    user: Annotated[str | None, typer.Option(help="The bot's Matrix id.")] = None,
    allow: Annotated[
        list[str] | None, typer.Option(help="Who may talk to it; may be repeated.")
    ] = None,
    admin: Annotated[
        list[str] | None, typer.Option(help="Who may administer it; may be repeated.")
    ] = None,
    state_dir: Annotated[str | None, typer.Option(help="Its database's directory.")] = None,
    database: Annotated[
        str | None, typer.Option(help="postgresql://…, or env:NAME or file:PATH with it.")
    ] = None,
    service: Annotated[
        list[str] | None, typer.Option(help="A service, NAME or NAME=TYPE; may be repeated.")
    ] = None,
    set_: Annotated[
        list[str] | None,
        typer.Option("--set", help="A service's setting, NAME.KEY=VALUE; may be repeated."),
    ] = None,
) -> None:
    """Ask for what the flags do not give; secrets come from the environment or are typed unseen."""
    forbid_core_dumps()
    if config.exists():
        raise ConfigError(str(config), "exists already", "Name another file with --config")
    asker = Asker()
    url = asker.text("--homeserver", "Homeserver", homeserver, "http://localhost:8008")
    bot = asker.text("--user", 'The bot\'s Matrix id ("@actas:example.org")', user)
    form = fill(asker, discover(), service, set_ or [])
    server = bot.partition(":")[2]
    sheet = Sheet(
        url=url,
        user=bot,
        state_dir=asker.text("--state-dir", "Directory for the database", state_dir, "./state"),
        database=database,
        users=asker.words("Who may talk to it", allow, f"@*:{server}"),
        admins=asker.words("Who may administer it, if anybody", admin),
        services=form.services,
    )
    login = _login(asker, bot)
    secret_file = secret_file or config.parent / "actas.secret"
    secret, location = _secret(secret_file)
    _write_all(config, sheet, form, login, secret)
    _farewell(config, location)


def _login(asker: Asker, user: str) -> Login:
    token = environment("ACTAS_ACCESS_TOKEN")
    device = environment("ACTAS_DEVICE_ID")
    password = environment("ACTAS_PASSWORD")
    if token is None and password is None:
        password = asker.secret("ACTAS_PASSWORD", f"Password of {user}")
    return Login(user, "actas", password, token, device.reveal() if device else None)


def _secret(file: Path) -> tuple[Secret, Path | None]:
    """The secret that is set or in the file, or a new one in it; and the file, if it is there."""
    if (given := environment(VARIABLE)) is not None:
        return given, None
    if not file.exists():
        _write(file, new_secret())
    return Secret(file.read_text().strip()), file


def _write_all(config: Path, sheet: Sheet, form: Form, login: Login, secret: Secret) -> None:
    """Write the configuration under its name only once the bot has logged in with it."""
    ring = KeyRing.from_text(secret.reveal())
    draft = config.with_name(config.name + ".new")
    for name, value in form.files.items():
        _write(config.parent / name, value.reveal())
    _write(draft, sheet.text())
    try:
        session = asyncio.run(log_in(load(draft, discover()), ring, login))
        draft.rename(config)
    finally:
        draft.unlink(missing_ok=True)
    typer.echo(f"Logged in as {session.user_id}, with the device {session.device_id}.")


def _write(path: Path, text: str) -> None:
    try:
        path.unlink(missing_ok=True)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(text.rstrip() + "\n")
    except OSError as error:
        problem = f"cannot be written ({error.strerror})"
        raise ConfigError(str(path), problem, "Name a file in a directory you may write") from None


def _farewell(config: Path, secret: Path | None) -> None:
    program = ["actas"] if shutil.which("actas") else [sys.executable, "-m", "bot"]
    if secret:
        typer.echo(f"{secret} opens the database: keep a copy of it elsewhere.")
    for intent, command in (("Check it", "check"), ("Start it", "run")):
        words = shlex.join([*program, command, "--config", str(config.absolute())])
        prefix = f"{VARIABLE}={shlex.quote(f'file:{secret.absolute()}')} " if secret else ""
        typer.echo(f"{intent}:  {prefix}{words}")
