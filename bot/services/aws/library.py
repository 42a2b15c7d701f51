"""aiobotocore with its holes closed. Imported when AWS is first used: it takes a while.

As shipped it looks for keys, addresses, proxies and certificates in the environment, in ``~/.aws``
and at the address of a machine's metadata, and repeats what failed. Here all that is given to it.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any, Final

from aiobotocore.config import AioConfig
from aiobotocore.session import AioSession
from botocore.configprovider import (
    BOTOCORE_DEFAUT_SESSION_VARIABLES,
    ConfigValueStore,
    ConstantProvider,
)
from botocore.handlers import BUILTIN_HANDLERS

from bot.quiet import keep_quiet
from bot.services.aws.answers import Answers
from bot.services.aws.faults import CLOSED, Refused
from bot.services.aws.models import Models
from bot.services.aws.settings import AwsSettings, partition
from bot.services.aws.transport import Transport

# at DEBUG these write whole requests, with session tokens and signatures
_TALKATIVE: Final = ("aiobotocore", "botocore")
_MODELS: Final = ("service-2", "endpoint-rule-set-1")
_COMMON: Final = ("endpoints", "partitions", "sdk-default-configuration", "_retry")
_PARTITIONS: Final = ("aws", "aws-cn", "aws-us-gov")


class ClosedSession(AioSession):  # type: ignore[misc]  # aiobotocore has no types
    """What clients are made of. It holds nobody's keys, and knows nothing but what is built in.

    ``open`` are the regions that people may use. To make one blocks for a while.
    """

    def __init__(self, settings: AwsSettings, answers: Answers) -> None:
        keep_quiet(*_TALKATIVE)
        super().__init__()
        defaults = {
            name: ConstantProvider(default)
            for name, (_, _, default, _) in BOTOCORE_DEFAUT_SESSION_VARIABLES.items()
        }
        nothing = dict.fromkeys(("s3", "proxies_config"), ConstantProvider(None))
        self.register_component("config_store", ConfigValueStore(mapping={**defaults, **nothing}))
        self.register_component("data_loader", _models())
        self.register_component("response_parser_factory", answers)
        self.open: Final = frozenset(settings.regions or self._regions(settings.region))
        self._events.register_last("before-endpoint-resolution.s3", self._stay)
        for event, handler, *_ in BUILTIN_HANDLERS:
            if event.startswith("before-parse."):  # they look at answers in the event loop
                self.unregister(event, handler)

    @property
    def full_config(self) -> dict[str, dict[str, Any]]:
        """What stands in ``~/.aws``: nothing."""
        return {"profiles": {}}

    async def get_credentials(self) -> None:
        """None: those of whoever runs the bot are nobody's here."""

    def warm(self, service: str) -> None:
        """Read what is known of a service from the disk; it is kept. Blocks for a while."""
        models = self.get_component("data_loader")
        for name in _COMMON:
            models.load_data_with_path(name)
        for kind in _MODELS:
            models.load_service_model(service, kind)

    def _regions(self, usual: str) -> frozenset[str]:
        """All regions that are known and to which keys of ``usual`` belong."""
        data, _ = self.get_component("data_loader").load_data_with_path("endpoints")
        parts = [part for part in data["partitions"] if part["partition"] in _PARTITIONS]
        known = {region for part in parts for region in part["regions"]}
        return frozenset(r for r in known if partition(r) == partition(usual)) | {usual}

    def _stay(self, builtins: Mapping[str, Any], **_: object) -> None:
        """Let no bucket lead, with a session's token, into a region that is not open.

        Raises:
            Refused: it would.
        """
        if builtins.get("AWS::Region") not in self.open:
            raise Refused(CLOSED, 301)


_models: Final = cache(Models)  # the same for every configured AWS


def configured(settings: AwsSettings) -> AioConfig:
    """How clients behave: one attempt, one deadline, no proxies."""
    style = "path" if settings.endpoint_url else "auto"
    return AioConfig(
        http_session_cls=Transport,
        user_agent="actas",
        connect_timeout=settings.timeout,
        read_timeout=settings.timeout,
        retries={"total_max_attempts": 1, "mode": "standard"},
        proxies={},
        ignore_configured_endpoint_urls=True,
        s3={"addressing_style": style, "us_east_1_regional_endpoint": "regional"},
    )
