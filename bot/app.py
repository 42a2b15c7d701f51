"""The composition root: everything is made here, wired, run, and ended in order."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Mapping
from typing import Any, Final

import structlog
from sdnotify import SystemdNotifier

from bot.accounts import Accounts
from bot.admin import Admin
from bot.admission import Admission
from bot.answers import Answers
from bot.builtin import Builtins
from bot.commands.registry import Registry
from bot.config import Config
from bot.confirmations import Confirmations
from bot.connect.callback import Callbacks
from bot.connections import Connections
from bot.control import serve_control
from bot.direct import Direct
from bot.dispatch import Dispatch
from bot.doorman import Doorman
from bot.followed import FollowedStore
from bot.following import Followers
from bot.housekeeping import Housekeeping
from bot.instances import make
from bot.intake import Intake
from bot.journal import Journal
from bot.lanes import Lanes
from bot.leftovers import Leftovers
from bot.matrix.account import Account, assemble
from bot.matrix.client import Homeserver, MatrixError, Unreachable
from bot.matrix.identity import own_master
from bot.matrix.inbound import Inbound
from bot.matrix.introduction import introduce
from bot.matrix.judge import Trust
from bot.matrix.login import Login, LoginEnded, restore
from bot.matrix.store import CryptoStore
from bot.matrix.sync import SyncLoop
from bot.matrix.verification import Verifications
from bot.metrics import Metrics
from bot.pace import Throttle
from bot.plugin import Service
from bot.questions import Questions
from bot.reminders import Reminders
from bot.runner import Runner
from bot.storage.database import Database
from bot.strays import Strays
from bot.vault.sealer import Sealer
from bot.vault.vault import Vault
from bot.ways import must_be_connectable
from bot.web import serve

_GRACE: Final = 8.0  # seconds for what runs when the bot is told to stop
_RETRY: Final = 5.0  # seconds between two tries to reach the homeserver at the start

log = structlog.get_logger()


async def run(config: Config, sealer: Sealer, login: Login) -> None:
    """Run the bot until SIGTERM or SIGINT; ``login`` is for the first start.

    Raises:
        ConfigError: something the operator has to mend.
        WrongKey: ``ACTAS_SECRET`` is not this database's.
    """
    services = _services(config)
    for key, meaning in config.access.loosened.items():
        log.warning("LOOSENED", key=f"access.{key}", so=meaning)
    database = await Database.open(
        config.database_target, user=config.homeserver.user, exclusive=True
    )
    homeserver = Homeserver(config.homeserver.url)
    try:
        vault = Vault(database, sealer)
        await vault.prove()
        account = await _account(
            config, login, homeserver=homeserver, database=database, sealer=sealer, vault=vault
        )
        parts = _Bot(
            config,
            homeserver=homeserver,
            database=database,
            sealer=sealer,
            vault=vault,
            account=account,
            master=await own_master(vault),
            services=services,
        )
        async with (
            serve(config.web, parts.metrics, parts.sync, parts.callbacks),
            serve_control(config.state_dir, parts.verifications, account.pins),
        ):
            await _work(parts)
    finally:
        await homeserver.close()
        await database.close()


async def _account(
    config: Config,
    login: Login,
    *,
    homeserver: Homeserver,
    database: Database,
    sealer: Sealer,
    vault: Vault,
) -> Account:
    """Log in and load the crypto state; waits for a homeserver that is away, and says so."""
    access = config.access
    trust = Trust(access.encrypted_rooms_only, access.cross_signed_devices_only)
    while True:
        try:
            session = await restore(homeserver, vault, login)
            store = CryptoStore(database, sealer, session.device_id)
            machine = await introduce(homeserver, session, store, vault, login)
            return await assemble(
                homeserver, session, machine, trust, database=database, sealer=sealer
            )
        except (Unreachable, MatrixError) as error:
            if isinstance(error, MatrixError) and error.dead_token:
                raise LoginEnded(error) from None
            if isinstance(error, MatrixError) and error.status < 429:
                raise
            log.warning("homeserver.away", error=str(error), retry_in=_RETRY)
            await asyncio.sleep(_RETRY)


class _Bot:
    """The wired parts."""

    def __init__(
        self,
        config: Config,
        *,
        homeserver: Homeserver,
        database: Database,
        sealer: Sealer,
        vault: Vault,
        account: Account,
        master: str,
        services: Mapping[str, Service[Any]],
    ) -> None:
        bot, prefix = account.session.user_id, config.commands.prefix
        builtins = Builtins(prefix, config.access.admins)
        self.accounts = accounts = Accounts(vault, account.pins, services)
        admin = Admin(accounts, account.pins, vault)
        self.registry = Registry(list(services.values()), (*builtins.commands, *admin.commands))
        self.lanes = Lanes()
        public_url = config.web.public_url
        self.callbacks = None if public_url is None else Callbacks(public_url, bot)
        self.journal = Journal(database, sealer, account.inbox)
        answers = Answers(account.sender, account.rooms, prefix)
        self.metrics = Metrics()
        intake = Intake(account.rooms, account.sender, answers, self.metrics)
        self.connections = Connections(
            accounts=accounts,
            answers=answers,
            intake=intake,
            rooms=account.rooms,
            lanes=self.lanes,
            callbacks=self.callbacks,
        )
        self.followers = Followers(
            accounts=accounts,
            answers=answers,
            journal=self.journal,
            registry=self.registry,
            store=FollowedStore(database, sealer),
        )
        builtins.use(
            registry=self.registry,
            accounts=accounts,
            connections=self.connections,
            followers=self.followers,
            journal=self.journal,
        )
        questions = Questions(answers, self.connections)
        confirmations = Confirmations(answers, self.connections)
        runner = Runner(
            accounts=accounts,
            answers=answers,
            confirmations=confirmations,
            connections=self.connections,
            followers=self.followers,
            intake=intake,
            journal=self.journal,
            questions=questions,
            registry=self.registry,
            metrics=self.metrics,
            confirm=config.commands.confirmed_by("self"),
            approve=config.commands.confirmed_by("another"),
        )
        doorman = Doorman(
            homeserver=homeserver,
            rooms=account.rooms,
            answers=answers,
            registry=self.registry,
            access=config.access,
            prefix=prefix,
            bot=bot,
        )
        self.verifications = Verifications(
            sender=account.sender,
            machine=account.machine,
            keys=account.keys,
            master=master,
            verified=accounts.verified,
            tell=answers.fixed,
        )
        strays = Strays(
            prefix=prefix,
            names=[bot, config.homeserver.device_name],
            access=config.access,
            registry=self.registry,
            answers=answers,
            connections=self.connections,
            doorman=doorman,
            intake=intake,
            journal=self.journal,
            rooms=account.rooms,
        )
        admission = Admission(
            access=config.access,
            accounts=accounts,
            answers=answers,
            connections=self.connections,
            registry=self.registry,
            rooms=account.rooms,
            strays=strays,
            throttle=Throttle(config.commands.per_minute),
            throttles={
                entry.name: Throttle(entry.per_minute)
                for entry in config.services.values()
                if entry.per_minute is not None
            },
        )
        direct = Direct(
            answers=answers,
            connections=self.connections,
            intake=intake,
            questions=questions,
            registry=self.registry,
        )
        self.dispatch = Dispatch(
            prefix=prefix,
            access=config.access,
            admission=admission,
            answers=answers,
            confirmations=confirmations,
            connections=self.connections,
            direct=direct,
            doorman=doorman,
            followers=self.followers,
            inbox=account.inbox,
            intake=intake,
            journal=self.journal,
            lanes=self.lanes,
            leftovers=Leftovers(answers, self.followers, self.journal),
            questions=questions,
            registry=self.registry,
            rooms=account.rooms,
            runner=runner,
            strays=strays,
            verifications=self.verifications,
            max_age=config.commands.max_age,
        )
        inbound = Inbound(
            homeserver=homeserver,
            machine=account.machine,
            store=account.store,
            keys=account.keys,
            pins=account.pins,
            rooms=account.rooms,
            inbox=account.inbox,
            trust=account.trust,
            max_age=config.commands.max_age,
            wants=self.dispatch.concerns,
            refused=self.metrics.refused,
        )
        self.housekeeping = Housekeeping(
            inbox=account.inbox,
            store=account.store,
            verifications=self.verifications,
            unreadable=strays.unreadable,
            reminders=Reminders(vault, account.pins, answers, account.rooms, services),
            max_age=config.commands.max_age,
        )
        self.sync = SyncLoop(
            homeserver=homeserver,
            database=database,
            inbound=inbound,
            keys=account.keys,
            bot=bot,
            deliver=self.dispatch.deliver,
            ready=self._ready,
        )

    async def _ready(self) -> None:
        log.info("ready")
        SystemdNotifier().notify("READY=1")


async def _work(parts: _Bot) -> None:
    """Sync and answer until told to stop; then finish or record what runs."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    await parts.dispatch.recover()
    working = [
        asyncio.create_task(work)
        for work in (parts.sync.run(), parts.housekeeping.run(), stop.wait())
    ]
    try:
        done, _ = await asyncio.wait(working, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()
    finally:
        SystemdNotifier().notify("STOPPING=1")
        log.info("stopping")
        for task in working:
            task.cancel()
        await asyncio.gather(*working, return_exceptions=True)
        await parts.connections.close()
        await parts.followers.close()
        await parts.verifications.close()
        await parts.lanes.close(_GRACE)
        await parts.accounts.close()
        await parts.journal.interrupt()


def _services(config: Config) -> Mapping[str, Service[Any]]:
    services = {entry.name: make(entry) for entry in config.services.values()}
    for service in services.values():
        must_be_connectable(service, config.web)
    return services
