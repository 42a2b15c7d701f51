"""What the bot's pages say to people. They have no script, and load nothing.

Every value is escaped where it is put in; the texts around them are ours.
"""

from __future__ import annotations

from html import escape
from pathlib import Path
from typing import Final

from bot.clock import now
from bot.connect.callback import Shown

STYLE: Final = Path(__file__).with_name("style.css").read_text("utf-8")


def visited(shown: Shown) -> str:
    """The page of somebody who has come back from a service's page."""
    if shown.refused:
        return _refused(shown)
    return _waiting(shown) if shown.code else _over(shown)


def lost() -> str:
    """The page of a visit that nobody waits for."""
    return _page(
        "This link has ended",
        "<h1>This link has ended</h1>"
        "<p>Nothing was connected by opening it. A link is good once, for ten minutes, and in the "
        "browser that it was opened in; that browser has to accept cookies.</p>"
        "<h2>What to do</h2>"
        "<p>If the bot has told you that you are connected, all is well: close this page. "
        "Otherwise ask the bot for a new link: in your direct message with it, say "
        "<code translate=no>connect</code> and the name of the service.</p>",
    )


def refusal() -> str:
    """The page for everything that cannot be had here."""
    return _page(
        "There is no such page",
        "<h1>There is no such page</h1>"
        "<p>This is where people come back to from a service that they connect to a bot on "
        "Matrix. To connect one, talk to the bot.</p>",
    )


def _waiting(shown: Shown) -> str:
    title, user, bot = _title(shown), _user(shown.user), _user(shown.bot)
    return _page(
        f"Your code to connect {shown.title}",
        f"<h1>One more step to connect {title}</h1>"
        f"<p>{user} asked {bot}, a bot on Matrix, to connect {title}. Nothing is connected yet.</p>"
        "<h2>If that is you</h2>"
        "<p>Say this code to the bot, in the direct message that the link came from:</p>"
        f"<p class=code><strong translate=no>{escape(shown.code)}</strong></p>"
        f"<p>It is good for {_minutes(shown.until - now())}. Tell it to nobody else.</p>"
        "<section class=warning>"
        "<h2>If that is not you</h2>"
        f"<p>Somebody else's link was passed on to you. With this code they could act as you on "
        f"{title}.</p>"
        "<ul><li>Tell nobody the code, whatever reason they give.</li>"
        "<li>Close this page. Without the code nothing is connected.</li>"
        f"<li>If you have authorised the app, remove it again in your settings on {title}.</li>"
        "</ul></section>",
    )


def _refused(shown: Shown) -> str:
    title, user, bot = _title(shown), _user(shown.user), _user(shown.bot)
    return _page(
        f"{shown.title} is not connected",
        f"<h1>{title} is not connected</h1>"
        f"<p>{user} asked {bot}, a bot on Matrix, to connect {title}. That was refused or "
        f"cancelled on the page of {title}, so nothing is connected, and you can close this "
        "page.</p>"
        f"<p>If you are {user} and want to try again, say "
        f"<code translate=no>connect {escape(shown.service)}</code> to the bot.</p>",
    )


def _over(shown: Shown) -> str:
    title, user, bot = _title(shown), _user(shown.user), _user(shown.bot)
    return _page(
        f"Connecting {shown.title} has come to its end",
        "<h1>You can close this page</h1>"
        f"<p>{user} asked {bot}, a bot on Matrix, to connect {title}; that has come to its end. "
        "How it ended, the bot has said in their direct message.</p>",
    )


def _page(title: str, main: str) -> str:
    return (
        '<!DOCTYPE html><html lang=en><head><meta charset="utf-8">'
        '<meta name=viewport content="width=device-width, initial-scale=1">'
        '<meta name=color-scheme content="light dark">'
        f"<title>{escape(title)}</title>"
        '<link rel=icon href="data:,">'
        f"<style>{STYLE}</style></head><body><main>{main}</main></body></html>"
    )


def _title(shown: Shown) -> str:
    """The service's; its writing direction is kept from what stands around it."""
    return f"<bdi>{escape(shown.title)}</bdi>"


def _user(user: str) -> str:
    """A user id, where no letter can pass for another, or turn the others around.

    New ones are of ASCII only; old ones may hold anything
    (https://spec.matrix.org/v1.18/appendices/#historical-user-ids).
    """
    plain = user.encode("unicode_escape").decode("ascii")
    return f"<strong class=user translate=no><bdi>{escape(plain)}</bdi></strong>"


def _minutes(milliseconds: int) -> str:
    minutes = milliseconds // 60_000
    match minutes:
        case 0:
            return "less than a minute"
        case 1:
            return "one more minute"
    return f"{minutes} more minutes"
