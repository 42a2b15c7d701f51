"""OAuth 1.0a: authorise the bot on the service's own page, and bring back what proves it.

That is seven digits to type (a PIN), or the way back leads over a page of the bot's own. A service
declares its endpoints and its own registration; the rest is the same everywhere::

    tokens = TokenExchange(Endpoints(…), Consumer(key, secret), timeout=15)
    flows = (WebFlow(exchange=tokens, title="X", word="t"),)
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from bot.connect.callback import is_refusal, refusal
from bot.connect.oauth1_tokens import OUT_OF_BAND, Token, TokenExchange, WrongVerifier
from bot.errors import UserError
from bot.plugin import Conversation, Grant
from bot.prose import again
from bot.reply import Link, Mono, Reply, line, say
from bot.secret import Secret

TRIES: Final = 3
_PIN: Final = re.compile(r"[0-9]{4,12}")
_VERIFIER: Final = re.compile(r"[\w.~-]{1,128}", re.ASCII)


@dataclass(slots=True, kw_only=True)
class _Authorisation:
    """What both flows are made of.

    The texts call the service ``title``, and ``word`` where it is typed (``t setupauth``). What is
    brought back is good for a single use by the bot alone, so it has no ``shape`` that gives it
    away elsewhere, and needs no revoking. For the rest see :class:`~bot.plugin.Flow`.
    """

    exchange: TokenExchange
    title: str
    word: str
    start: Sequence[str] = ("setupauth",)
    answer: Sequence[str] = ("auth",)
    self_starting: bool = False
    shape: str = ""
    revoke_hint: str = ""

    def _words(self, phrases: Sequence[str]) -> str:
        return f"{self.word} {phrases[0]}"


@dataclass(slots=True, kw_only=True)
class PinFlow(_Authorisation):
    """The flow: show the page, ask for the PIN, turn it into an access token."""

    name: str = "pin"

    async def run(self, talk: Conversation) -> Grant:
        """Ask for the PIN, three times at most.

        The grant's fields are ``token`` and ``token_secret``; it does not end by itself.

        Raises:
            Abandoned: the person cancelled, or went away.
            UserError: the service did not accept any of the PINs.
            RateLimited, Unavailable: the service does not do its part.
        """
        request = await self.exchange.request_token(OUT_OF_BAND)
        await talk.tell(self._invitation(self.exchange.authorize_url(request)))
        prompt = say("Say ", Mono(f"{self._words(self.answer)} PIN"), ", or just the PIN.")
        for left in reversed(range(TRIES)):
            outcome = await self._redeem(request, await talk.ask(prompt, secret=True))
            if isinstance(outcome, Token):
                return _grant(outcome)
            prompt = self._prompt_again(outcome, left)
        raise UserError(
            f"{self.title} did not accept the PIN, and this attempt has ended.",
            f"Say `{self._words(self.start)}` for a new PIN.",
        )

    async def _redeem(self, request: Token, answer: Secret) -> Token | str:
        """The access token for what was answered, or what is wrong with it."""
        pin = _pin(answer)
        if pin is None:  # it may be a password
            return "That is not a PIN, which has digits only; it was not sent to anybody."
        try:
            return await self.exchange.access_token(request, pin)
        except WrongVerifier:
            return f"{self.title} did not accept this PIN."

    def _invitation(self, url: str) -> Reply:
        return Reply(
            (
                line("Open ", Link(url, url)),
                line(
                    f"Log in to {self.title} as the account to use and authorise the app; "
                    "the page then shows a PIN."
                ),
            )
        )

    def _prompt_again(self, problem: str, left: int) -> Reply:
        start = Mono(self._words(self.start))
        return say(f"{problem} You can try {again(left)}, or say ", start, " for a new PIN.")


@dataclass(slots=True, kw_only=True)
class WebFlow(_Authorisation):
    """The flow: show the page, which sends its user back to one of the bot's own."""

    name: str = "web"
    web: bool = True

    async def run(self, talk: Conversation) -> Grant:
        """Have the page visited, and redeem what its user comes back with.

        The grant's fields are ``token`` and ``token_secret``; it does not end by itself.

        Raises:
            Abandoned: the person cancelled, or went away.
            UserError: they refused on the page, or came back with what proves nothing.
            RateLimited, Unavailable: the service does not do its part.
        """
        request, verifier = await self._visit(talk)
        if verifier is None:
            raise self._ended("What came back belongs to another attempt, and was not used.")
        try:
            token = await self.exchange.access_token(request, verifier)
        except WrongVerifier:
            token = None
        if token is None:
            raise self._ended(f"{self.title} did not accept what came back from its page.")
        return _grant(token)

    async def _visit(self, talk: Conversation) -> tuple[Token, Secret | None]:
        """The request token, and what proves that it was authorised; None where nothing does."""
        asked: list[Token] = []

        async def page(back: str) -> str:
            asked.append(await self.exchange.request_token(back))
            return self.exchange.authorize_url(asked[-1])

        came = await talk.callback(page)
        if is_refusal(came):
            raise refusal(self.title)
        request, verifier = asked[-1], came.get("oauth_verifier", "")
        good = Secret(came.get("oauth_token", "")) == request.key and _VERIFIER.fullmatch(verifier)
        return request, Secret(verifier) if good else None

    def _ended(self, problem: str) -> UserError:
        return UserError(problem, f"Say `{self._words(self.start)}` for a new link.")


def _grant(token: Token) -> Grant:
    return Grant({"token": token.key, "token_secret": token.secret})


def _pin(answer: Secret) -> Secret | None:
    digits = "".join(answer.reveal().split())
    return Secret(digits) if _PIN.fullmatch(digits) else None
