"""People who connect by OAuth 2, and what they have afterwards."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from bot.connect.device import DeviceFlow
from bot.connect.oauth2 import OAuth2, WebFlow
from bot.model import Credential
from bot.plugin import Grant
from bot.reply import Mono, Reply
from bot.secret import Secret
from tests.contracts.fakes import FakeConversation, links
from tests.oauth.browser import Browser
from tests.oauth.provider import REDIRECT_URI

HOUR = timedelta(hours=1)


def web_flow(oauth: OAuth2) -> WebFlow:
    return WebFlow(oauth, "Example", "example")


async def connect(oauth: OAuth2, browser: Browser) -> Grant:
    """What the web flow ends with where all goes well."""
    talk = FakeConversation(visit=lambda page: browser.authorise(page, REDIRECT_URI))
    return await web_flow(oauth).run(talk)


async def bring_back(oauth: OAuth2, **query: str) -> Grant:
    """What the web flow ends with where the page sends its user back at once, with a code."""

    async def visit(_: str) -> dict[str, str]:
        return query or {"code": "hostile-code"}

    return await web_flow(oauth).run(FakeConversation(visit=visit))


def credential(grant: Grant) -> Credential:
    """A grant as it comes back from the vault."""
    return Credential(
        user="@alice:example.org",
        service="example",
        account="alice",
        fields=grant.fields,
        identity="identity",
        created=datetime.now(UTC),
        expires=grant.expires,
        fresh_until=grant.fresh_until,
    )


def given(**fields: str) -> Credential:
    """A credential with these fields, in plain."""
    return credential(Grant({name: Secret(value) for name, value in fields.items()}))


def is_in(moment: datetime | None, distance: timedelta) -> bool:
    """Whether it is that far from now, give or take half a minute."""
    assert moment is not None
    return abs(moment - datetime.now(UTC) - distance) < timedelta(seconds=30)


@dataclass
class Waiting:
    """Sleeps no time at all; at the ``n``-th sleep (from 0), ``then[n]`` is done."""

    then: dict[int, object] = field(default_factory=dict)
    slept: list[float] = field(default_factory=list)

    async def __call__(self, seconds: float) -> None:
        act = self.then.get(len(self.slept))
        self.slept.append(seconds)
        if callable(act):
            await act()


def device_flow(oauth: OAuth2, waiting: Waiting) -> DeviceFlow:
    return DeviceFlow(oauth, "Example", "example", wait=waiting)


def code_in(talk: FakeConversation) -> tuple[str, str]:
    """The page and the code that the person was told."""
    invitation = talk.told[-1]
    return links(invitation)[0].url, _codes(invitation)[0]


def _codes(reply: Reply) -> list[str]:
    parts = [part for block in reply.blocks for part in getattr(block, "parts", ())]
    return [part.text for part in parts if isinstance(part, Mono)]
