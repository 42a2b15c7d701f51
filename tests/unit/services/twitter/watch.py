"""Counts what the parser is asked, in place of a clock: how often, about how many characters.

``work`` is what it is quadratic in: for each word with dots, their number times its length, or
where all is ASCII, twice the number times itself.
"""

from __future__ import annotations

from bot.services.twitter import parser


class Watch:
    """Stands between the bot and the parser, for one test."""

    def __init__(self, monkeypatch) -> None:
        self.calls = self.characters = self.work = 0
        for name in ("weight", "addresses", "emoji", "weight_of_characters"):
            monkeypatch.setattr(parser, name, self._watched(getattr(parser, name)))

    def _watched(self, ask):
        def asked(text):
            self.calls += 1
            self.characters += len(text)
            if ask.__name__ in {"weight", "addresses"}:
                self.work += sum(map(_work, text.split("/")))
            return ask(text)

        return asked


def _work(part):
    labels = len([label for label in part.split(".") if label])
    return 0 if labels < 2 else labels * (2 * labels if part.isascii() else len(part))
