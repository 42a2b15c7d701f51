"""The token endpoint of OAuth 2 (RFC 6749, section 3.2), asked by one client.

oauthlib parses, :mod:`bot.connect.transport` carries; what comes back is read in
:mod:`bot.connect.oauth2_answers`.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Literal, TypeVar
from urllib.parse import quote_plus, urlencode

from bot.connect.oauth2_answers import Tokens, read_tokens, understood
from bot.connect.transport import post
from bot.errors import ActasError, ServiceError
from bot.secret import Secret

T = TypeVar("T")
Parameters = Mapping[str, "Secret | str"]

OPERATORS: Final = "it does not accept this bot's own registration; tell the operator of this bot"


@dataclass(frozen=True, slots=True)
class Client:
    """The bot's own registration, and how it shows it: by Basic authentication, or in the body.

    One without a secret is a public client: its id stands in the body. ``words`` and ``ca_file``:
    see :class:`~bot.connect.oauth2_app.OAuth2`.
    """

    id: str
    secret: Secret | None
    authentication: Literal["basic", "body"]
    timeout: float
    words: Mapping[str, str] = field(default_factory=dict)
    ca_file: Path | None = None

    async def tokens(self, address: str, grant_type: str, parameters: Parameters) -> Tokens:
        """Ask for tokens.

        Raises:
            Refused: what is presented is not (or not yet) good for any.
            RateLimited, Unavailable: the endpoint does not do its part.
        """
        return await self.ask(address, {"grant_type": grant_type, **parameters}, read_tokens)

    async def ask(self, address: str, parameters: Parameters, read: Callable[[str], T | None]) -> T:
        """POST ``parameters``, and return what ``read`` makes of the answer.

        For ``read`` see :func:`~bot.connect.oauth2_answers.understood`.

        Raises:
            Refused, RateLimited, Unavailable: see :meth:`tokens`.
        """
        outcome = await self._attempt(address, parameters, read)
        if isinstance(outcome, ActasError):
            raise outcome  # here, where neither its context nor a local variable is a secret
        return outcome

    async def succeeds(self, address: str, parameters: Parameters) -> bool:
        """POST ``parameters``; whether the answer is 200, whatever it says.

        Raises:
            RateLimited, Unavailable: see :meth:`tokens`.
        """
        outcome = await self._post(address, parameters)
        if isinstance(outcome, ServiceError):
            raise outcome
        return outcome[0] == 200

    async def _attempt(
        self, address: str, parameters: Parameters, read: Callable[[str], T | None]
    ) -> T | ActasError:
        outcome = await self._post(address, parameters)
        if isinstance(outcome, ServiceError):
            return outcome
        status, body = outcome
        return understood(status, body, read, self.words)

    async def _post(self, address: str, parameters: Parameters) -> tuple[int, bytes] | ServiceError:
        headers, body = {"Accept": "application/json"}, dict(parameters)
        if self.secret is None:
            body["client_id"] = self.id
        elif self.authentication == "body":
            body |= {"client_id": self.id, "client_secret": self.secret}
        else:
            headers["Authorization"] = self._basic(self.secret)
        form = {k: v.reveal() if isinstance(v, Secret) else v for k, v in body.items()}
        return await post(
            address,
            headers=headers,
            within=self.timeout,
            form=urlencode(form),
            ca_file=self.ca_file,
        )

    def _basic(self, secret: Secret) -> str:
        pair = f"{quote_plus(self.id)}:{quote_plus(secret.reveal())}"  # RFC 6749, section 2.3.1
        return f"Basic {b64encode(pair.encode()).decode()}"
