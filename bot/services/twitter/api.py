"""X as one of its users sees it: what the commands are given."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from bot.connect.oauth1_tokens import Consumer, Token
from bot.services.twitter import answers
from bot.services.twitter.answers import Post
from bot.threads import Lane

if TYPE_CHECKING:
    from bot.services.twitter.client import Client

_CLIENT: Final = "bot.services.twitter.client"
RESULTS: Final = 10  # posts of a search; every one costs the app's owner, and ten is X's least


@dataclass(frozen=True, slots=True)
class App:
    """What all users of one configured X have in common. ``timeout``: seconds per request."""

    consumer: Consumer
    api_url: str
    web_url: str
    timeout: float
    lane: Lane


class TwitterApi:
    """One user's X, for one call. Every method raises :class:`~bot.errors.ServiceError`."""

    def __init__(self, app: App, token: Token, account: str) -> None:
        self._app, self._token, self._account = app, token, account

    async def me(self) -> str:
        """The user's handle, without an at sign."""
        return answers.handle(await self._ask(lambda client: client.get_me(user_auth=True)))

    async def search(self, query: str) -> tuple[Post, ...]:
        """The newest posts of the last seven days that match ``query``, at most ten."""
        found = await self._ask(
            lambda client: client.search_recent_tweets(
                query, max_results=RESULTS, expansions=["author_id"], user_auth=True
            )
        )
        return answers.posts(found)

    async def post(self, text: str) -> str:
        """Post ``text`` and return the post's id."""
        made = await self._ask(lambda client: client.create_tweet(text=text, user_auth=True))
        return answers.posted(made)

    async def invalidate(self) -> None:
        """Make X forget the access token that is used here."""
        await self._ask(
            lambda client: client.request("POST", "/1.1/oauth/invalidate_token", user_auth=True)
        )

    def address(self, author: str, post: str = "") -> str:
        """Where people see an account (a handle, with or without at sign), or a post of it."""
        name = author.removeprefix("@") or "i"  # X takes "i" for an author that is not known
        return f"{self._app.web_url}/{name}" + (f"/status/{post}" if post else "")

    async def _ask(self, question: Callable[[Client], Any]) -> Any:
        app = self._app
        await app.lane.load(_CLIENT)
        from bot.services.twitter.client import Client  # tweepy takes its time to import
        from bot.services.twitter.session import TwitterSession

        with TwitterSession(app.api_url, self._account, app.timeout) as session:
            client = Client(app.consumer, self._token, session)
            return await session.ask(app.lane, lambda: question(client))
