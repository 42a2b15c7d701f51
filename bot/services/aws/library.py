"""aiobotocore with its holes closed. Imported when AWS is first used: it takes a while.

As shipped it looks for keys, addresses, proxies and certificates in the environment, in ``~/.aws``
and at the address of a machine's metadata, and repeats what failed. Here all that is given to it.
"""

from __future__ import annotations

from functools import cache
from typing import Any, Final

from aiobotocore.config import AioConfig
from aiobotocore.session import AioSession
from botocore.configprovider import (
    BOTOCORE_DEFAUT_SESSION_VARIABLES,
    ConfigValueStore,
    ConstantProvider,
)

from bot.quiet import keep_quiet
from bot.services.aws.models import Models
from bot.services.aws.settings import AwsSettings
from bot.services.aws.transport import Transport

# at DEBUG these write whole requests, with session tokens and signatures
_TALKATIVE: Final = ("aiobotocore", "botocore")
_MODELS: Final = ("service-2", "endpoint-rule-set-1")
_COMMON: Final = ("endpoints", "partitions", "sdk-default-configuration", "_retry")
_PARTITIONS: Final = ("aws", "aws-cn", "aws-us-gov")


class ClosedSession(AioSession):  # type: ignore[misc]  # aiobotocore has no types
    """What clients are made of. It holds nobody's keys, and knows nothing but what is built in."""

    def __init__(self) -> None:
        keep_quiet(*_TALKATIVE)
        super().__init__()
        defaults = {
            name: ConstantProvider(default)
            for name, (_, _, default, _) in BOTOCORE_DEFAUT_SESSION_VARIABLES.items()
        }
        nothing = dict.fromkeys(("s3", "proxies_config"), ConstantProvider(None))
        self.register_component("config_store", ConfigValueStore(mapping={**defaults, **nothing}))
        self.register_component("data_loader", _models())

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

    def regions(self) -> frozenset[str]:
        """All regions that are known. Blocks for a while, at first."""
        data, _ = self.get_component("data_loader").load_data_with_path("endpoints")
        known = [part for part in data["partitions"] if part["partition"] in _PARTITIONS]
        return frozenset(region for part in known for region in part["regions"])


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
