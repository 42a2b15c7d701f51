"""A whole service, as an operator declares it."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import unquote, urlsplit

from pydantic import AfterValidator, Field

from bot.addresses import Address, in_clear, origin_of
from bot.plugin import FileValue, Settings
from bot.services.http.declared import CommandSettings, WhoamiSettings, phrase
from bot.services.http.declared_token import TokenSettings
from bot.services.http.mistakes import Mistake
from bot.services.http.network import literal
from bot.services.http.site import Site


def _reachable(value: str) -> str:
    url = urlsplit(value)
    host = url.hostname or ""
    if in_clear(value):
        raise ValueError("must begin with https://, as people's secrets are sent there")
    if literal(host) is None and not any(char.isalpha() for char in host):
        raise ValueError("has a host that is neither a name nor an address")
    parts = url.path.split("/")[1:]
    if any(unquote(part) in ("", ".", "..") for part in parts) or "\\" in value:
        raise ValueError("has an empty part, . or .. in its path")
    return value


def _distinct(value: dict[str, CommandSettings]) -> dict[str, CommandSettings]:
    if not value:
        raise ValueError("has no command")
    taken: set[str] = set()
    for name, spec in value.items():
        for words in (phrase(name), *spec.aliases):
            if words in taken:
                raise Mistake(f"has {words!r} twice", "Leave one of them out")
            taken.add(words)
        for example in spec.examples:
            if not f"{example} ".startswith((f"{name} ", *(f"{a} " for a in spec.aliases))):
                problem = f"has an example of {name!r} that does not begin with it"
                raise Mistake(problem, f"Write {name}, and what is typed behind it")
    return value


class HttpSettings(Settings):
    """``url`` is kept without a slash at the end; ``timeout`` bounds a request, in seconds.

    ``private_network``: the name in ``url`` may lead to addresses of a private network.
    """

    title: Annotated[str, Field(min_length=1, max_length=60)] = Field(
        description="Give the service's name for people, such as GitLab"
    )
    url: Annotated[Address, AfterValidator(_reachable)] = Field(
        examples=["https://gitlab.com/api/v4"],
        description="Give where its API is, with https: https://gitlab.com/api/v4",
    )
    token: TokenSettings = Field(description="Say where people make their token: token: {page: …}")
    whoami: WhoamiSettings = Field(
        description='Say how the account is named: {get: user, answer: "{{ username }}"}'
    )
    expires: WhoamiSettings | None = Field(
        default=None,
        description='Say how the end of a token is found: {get: token, answer: "{{ expires_at }}"}',
    )
    commands: Annotated[dict[str, CommandSettings], AfterValidator(_distinct)] = Field(
        description="Give them by their names: commands: {show: {help: Show a thing., get: thing}}"
    )
    private_network: bool = Field(
        default=False, description="Write true where the name leads into your own network"
    )
    ca_file: FileValue | None = Field(
        default=None, description="Leave it out, or give a file of certificates (PEM)"
    )
    timeout: float = Field(
        default=15, gt=0, le=120, description="Give the seconds that it may take, up to 120"
    )

    @property
    def site(self) -> Site:
        """Where it is, and how it is reached."""
        return Site(
            title=self.title,
            url=self.url,
            origin=origin_of(self.url),
            sending=self.token.sending,
            timeout=self.timeout,
            private_network=self.private_network,
            ca_file=self.ca_file,
            pages=frozenset(urlsplit(each).netloc.lower() for each in (self.url, self.token.page)),
        )
