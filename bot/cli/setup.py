"""``actas setup``."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import Annotated, Final

import typer

from bot.cli import answers
from bot.cli.asking import Asker
from bot.cli.farewell import farewell
from bot.cli.hardening import forbid_core_dumps
from bot.cli.installing import Plan, SecretFile, install
from bot.cli.leavings import make_directory
from bot.cli.options import DEFAULT_CONFIG, ConfigFile
from bot.cli.own_identity import agree_to_reset, change
from bot.cli.service_form import fill
from bot.cli.sheet import Sheet
from bot.errors import ConfigError
from bot.services import Kinds, discover

_EXISTS: Final = (
    "Name another file with --config; only --reset-identity and --recovery-key, with no answers "
    "beside them, work on what is there"
)


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
    public_url: Annotated[
        str | None, typer.Option(help="How browsers reach it, for services connected on a page.")
    ] = None,
    reset_identity: Annotated[
        bool,
        typer.Option(
            "--reset-identity",
            help="Replace the account's cross-signing identity: who has verified the bot is "
            "warned. Also for a bot that is set up, and stopped.",
        ),
    ] = False,
    recovery_key: Annotated[
        bool,
        typer.Option(
            "--recovery-key",
            help="Make and print a recovery key, to log into the bot's account with Element. "
            "Also for a bot that is set up, and stopped.",
        ),
    ] = False,
) -> None:
    """Ask for what the flags do not give; secrets come from the environment or are typed unseen."""
    forbid_core_dumps()
    asker = Asker()
    place = secret_file or config.parent / "actas.secret"
    answered = (homeserver, user, allow, admin, state_dir, database, service, set_, public_url)
    if config.exists():
        if not (reset_identity or recovery_key) or any(each is not None for each in answered):
            raise ConfigError(str(config), "exists already", _EXISTS)
        secret = SecretFile.find(place, there=True)
        change(asker, config, secret.ring, reset=reset_identity, recovery=recovery_key)
        return
    with ExitStack() as undo:
        for each in (config, place):
            make_directory(each.absolute().parent, undo)
        secret = SecretFile.find(place)
        url = answers.homeserver(asker, homeserver)
        bot = answers.user(asker, user)
        kinds = discover()
        _tell_unusable(asker, kinds)
        form = fill(asker, kinds, service, set_ or [])
        made = form.made(kinds, config.absolute().parent)
        page = answers.public_url(asker, public_url, made)
        sheet = Sheet(
            url=url,
            user=bot,
            state_dir=answers.state_dir(asker, state_dir, config.absolute().parent),
            database=answers.database(database),
            users=answers.users(asker, allow, bot),
            admins=answers.admins(asker, admin),
            services=form.services,
            public_url=page,
        )
        if reset_identity:
            agree_to_reset(asker, bot)
        session = install(asker, Plan(config, sheet, form.files, secret), reset=reset_identity)
        undo.pop_all()
    typer.echo(f"Logged in as {session.user_id}, with the device {session.device_id}.")
    farewell(config, secret.path if secret.used else None)
    if recovery_key:
        change(asker, config, secret.ring, recovery=True)


def _tell_unusable(asker: Asker, kinds: Kinds) -> None:
    for broken in kinds.broken.values() if asker.interactive else ():
        asker.remark(f"{broken.key} is installed, and not offered: {broken.problem}.")
