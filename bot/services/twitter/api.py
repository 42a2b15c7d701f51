"""X as one of its users sees it: what the commands are given."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

from bot.services.twitter import answers
from bot.services.twitter.answers import Post, Profile
from bot.services.twitter.draft import Part, draft
from bot.services.twitter.refusals import Matter
from bot.services.twitter.signing import Signature
from bot.threads import Lane

if TYPE_CHECKING:
    from bot.services.twitter.client import Client

RESULTS: Final = 10  # posts of an answer; every one costs the app's owner, and a search has ten

_CLIENT: Final = "bot.services.twitter.client"
_PARSER: Final = "bot.services.twitter.parser"
_FIELDS: Final = ["created_at", "public_metrics"]
_OF_MANY: Final = {
    "max_results": RESULTS,
    "tweet_fields": _FIELDS,
    "expansions": ["author_id"],
}
_OF_ONE_AUTHOR: Final = {"max_results": RESULTS, "tweet_fields": _FIELDS}
_OF_A_USER: Final = ["description", "protected", "public_metrics"]


@dataclass(frozen=True, slots=True)
class Prices:
    """What posts cost the owner of the app, in US dollars; None where that is not said."""

    post: float | None = None
    link: float | None = None


@dataclass(frozen=True, slots=True)
class App:
    """What all users of one configured X have in common. ``timeout``: seconds per request."""

    api_url: str
    web_url: str
    timeout: float
    prices: Prices
    lane: Lane


class TwitterApi:
    """One user's X, for one call. Every method raises :class:`~bot.errors.ServiceError`."""

    def __init__(self, app: App, signature: Signature, account: str) -> None:
        self._app, self._signature, self._account = app, signature, account

    @property
    def prices(self) -> Prices:
        """What posts cost the owner of the app."""
        return self._app.prices

    async def draft(self, text: str) -> tuple[Part, ...]:
        """The posts that ``text`` becomes; see :func:`bot.services.twitter.draft.draft`."""
        await self._app.lane.load(_PARSER)  # takes its time
        return draft(text)

    # ------------------------------------------------------------------------------- to look
    async def me(self) -> str:
        """The user's handle, without an at sign."""
        return answers.handle(await self._ask(lambda client: client.get_me()))

    async def own_id(self) -> str:
        """The user's id, which X charges for telling."""
        return answers.own_id(await self._ask(lambda client: client.get_me()))

    async def search(self, query: str) -> tuple[Post, ...]:
        """The newest posts of the last seven days that match ``query``, at most ten."""
        found = await self._ask(
            lambda client: client.search_recent_tweets(query, **_OF_MANY), deed="searching"
        )
        return answers.posts(found)

    async def timeline(self) -> tuple[Post, ...]:
        """The newest posts of the user's home timeline, at most ten."""
        found = await self._ask(
            lambda client: client.get_home_timeline(**_OF_MANY), deed="reading your timeline"
        )
        return answers.posts(found)

    async def mentions(self) -> tuple[Post, ...]:
        """The newest posts that mention the user, at most ten."""
        found = await self._ask(
            lambda client: client.get_users_mentions(client.user_id, **_OF_MANY),
            deed="reading your mentions",
        )
        return answers.posts(found)

    async def profile(self, name: str) -> Profile:
        """The account with this handle."""
        found = await self._ask(
            lambda client: client.get_user(username=quote(name, safe=""), user_fields=_OF_A_USER),
            thing=f"account @{name}",
            deed="looking up accounts",
        )
        return answers.profile(found)

    async def posts_of(self, profile: Profile) -> tuple[Post, ...]:
        """The newest posts of this account, at most ten."""
        found = await self._ask(
            lambda client: client.get_users_tweets(profile.id, **_OF_ONE_AUTHOR),
            thing=f"account @{profile.handle}",
            deed="reading others' posts",
        )
        return answers.posts(found, author=profile.handle)

    async def look_up(self, post: str) -> tuple[Post, bool]:
        """The post with this id, without its author's handle; and whether it is the user's own."""
        found, own = await self._ask(
            lambda client: (
                client.get_tweet(quote(post, safe=""), tweet_fields=["author_id", "created_at"]),
                client.user_id,
            ),
            thing=f"post {post}",
            deed="reading posts",
        )
        seen = answers.post(found)
        return seen, seen.author_id == own

    # ---------------------------------------------------------------------------- to change
    async def post(self, text: str, reply_to: str | None = None) -> str:
        """Post ``text``, as a reply to the post with the id ``reply_to``; return the new one's."""
        made = await self._ask(
            lambda client: client.create_tweet(text=text, in_reply_to_tweet_id=reply_to),
            thing=f"post {reply_to}" if reply_to else "such thing",
            deed="posting",
        )
        return answers.posted(made)

    async def delete(self, post: str) -> None:
        """Delete one of the user's own posts."""
        gone = await self._ask(
            lambda client: client.delete_tweet(quote(post, safe="")),
            thing=f"post {post}",
            deed="deleting posts",
        )
        answers.done(gone, "deleted")

    async def like(self, post: str) -> None:
        """Like a post; once more changes nothing."""
        liked = await self._ask(
            lambda client: client.like(post), thing=f"post {post}", deed="liking posts"
        )
        answers.done(liked, "liked")

    async def retweet(self, post: str) -> None:
        """Repost a post."""
        reposted = await self._ask(
            lambda client: client.retweet(post), thing=f"post {post}", deed="reposting"
        )
        answers.done(reposted, "retweeted")

    async def invalidate(self) -> None:
        """Make X forget the access token that is used here."""
        await self._ask(lambda client: client.request("POST", "/1.1/oauth/invalidate_token"))

    def address(self, author: str, post: str = "") -> str:
        """Where people see an account (a handle, with or without at sign), or a post of it."""
        name = author.removeprefix("@") or "i"  # X takes "i" for an author that is not known
        return f"{self._app.web_url}/{name}" + (f"/status/{post}" if post else "")

    async def _ask(
        self, question: Callable[[Client], Any], *, thing: str = "such thing", deed: str = "this"
    ) -> Any:
        app = self._app
        await app.lane.load(_CLIENT)
        from bot.services.twitter.client import Client  # tweepy takes its time to import
        from bot.services.twitter.session import TwitterSession

        matter, auth = Matter(self._account, thing, deed), self._signature.auth()
        with TwitterSession(app.api_url, auth, matter, app.timeout) as session:
            client = Client(self._signature.user_id, session)
            return await session.ask(app.lane, lambda: question(client))
