"""A declared command at work: what it sends, and what it says of the answer."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Final

from bot.errors import Forbidden, Unauthorized, Unavailable, UserError
from bot.plugin import Call, Effect, Ready
from bot.prose import counted, short
from bot.reply import Block, Items, Line, Link, Mono, Reply, bullets, line, say
from bot.services.http import data, marks
from bot.services.http.arguments import stamp, values_of
from bot.services.http.client import HttpApi, Request
from bot.services.http.declared import CommandSettings, PreviewSettings
from bot.services.http.declared_request import RequestSettings
from bot.services.http.holes import PREVIEW
from bot.services.http.preview import Seen, values_for
from bot.services.http.template import Template

Prove = Callable[[HttpApi], Awaitable[object]]
"""Asks whose a token is; raises Unauthorized where it is nobody's any more."""

_MOST: Final = 50  # items of a list
_ITEM: Final = 1000  # characters of what a number stands for


@dataclass(frozen=True, slots=True)
class Running:
    """One command of one call, with its arguments as they were bound, and what was shown."""

    spec: CommandSettings
    call: Call[HttpApi]
    prove: Prove
    values: Mapping[str, Any]
    typed: Mapping[str, Any]
    seen: Seen | None = None

    @classmethod
    def of(
        cls, spec: CommandSettings, call: Call[HttpApi], prove: Prove, bound: Mapping[str, Any]
    ) -> Running:
        """Take the bound arguments, and the defaults of those that were left out.

        Beside them stands what was seen, where there is a preview.
        """
        now = datetime.now(UTC)
        values: dict[str, Any] = {"account": call.account, "now": stamp(now)}
        for name, declared in spec.arguments.items():
            value = bound[name] if name in bound else declared.usual()
            values |= dict.fromkeys(declared.holes(name)) | values_of(name, value, now)
        typed = {name: values[name] for name in spec.arguments}
        seen: Seen | None = bound.get(PREVIEW)
        return cls(spec, call, prove, values | dict(seen.values if seen else {}), typed, seen)

    async def reply(self) -> Reply:
        """Send it, and say what came of it.

        Raises:
            UserError: an argument cannot be sent, or it is not what was shown any more.
            ServiceError: the service refused or failed.
        """
        if (declared := self.spec.preview) is not None:
            return await (await self._having_looked(declared)).done()
        return await self.done()

    async def done(self) -> Reply:
        """Send it as it stands, and say what came of it."""
        body = await self._sent(self._request(self.spec, safe=self._safe))
        if self.spec.answer is None and self.spec.each is None:
            return say("Done.")
        answer = data.read(body, retryable=self._safe)
        blocks = list(self._shown(self.spec.answer, answer)) if self.spec.answer else []
        if self.spec.each is None:
            return Reply(tuple(blocks), about=_about(blocks))
        return await self._listed(self.spec.each, answer, blocks)

    async def preview(self, bound: Mapping[str, Any]) -> Ready:
        """What it would do, for the person to say yes to.

        Raises:
            UserError: an argument cannot be sent.
            ServiceError: there is nothing to look at.
        """
        if (declared := self.spec.preview) is None:
            return self.ready(bound, self._also(None))
        seen = await self._look(declared)
        return self._with(seen).ready({**bound, PREVIEW: seen}, seen.also)

    def ready(self, bound: Mapping[str, Any], also: tuple[str, ...]) -> Ready:
        """What is run with ``bound``, what is shown of it, and what it is, too.

        Raises:
            UserError: an argument, or what was seen, cannot be sent.
        """
        look, shown = self.spec.preview, tuple[Block, ...]()
        if look is not None and self.seen is not None:
            shown = marks.blocks(self.seen.text, self._hosts(look.answer))
        request = self._request(self.spec, safe=False)
        address = short(f"{request.method} {self.call.api.site.url}/{request.path}", 400)
        sends = line("It sends ", Mono(address), ".")
        return Ready(bound, Reply((*shown, sends)), self.spec.does is Effect.DANGER, also)

    def _with(self, seen: Seen) -> Running:
        return replace(self, values={**self.values, **seen.values}, seen=seen)

    async def _having_looked(self, declared: PreviewSettings) -> Running:
        """With what was shown, which has to be so still; with what is there, if nothing was."""
        now = await self._look(declared)
        if self.seen is None:
            return self._with(now)
        if (now.text, now.also) != (self.seen.text, self.seen.also):
            raise UserError("It has changed since I looked; nothing was done.", "Look again.")
        return self

    async def _look(self, declared: PreviewSettings) -> Seen:
        body = await self._sent(self._request(declared, safe=True))
        answer = data.read(body, retryable=True)
        text = self._text(declared.answer, answer, retryable=True)
        return Seen(text, self._also(answer), values_for(self.spec.seen, answer))

    def _also(self, answer: Any) -> tuple[str, ...]:
        told = (marks.plain(self._text(each, answer, retryable=True)) for each in self.spec.also)
        return tuple(filter(None, told))

    async def _sent(self, request: Request) -> bytes:
        """The answer; some services say 401 where a person may not, though their token is good."""
        try:
            return await self.call.api.send(request)
        except Unauthorized:
            pass
        await self.prove(self.call.api)
        raise Forbidden(request.permission)

    @property
    def _safe(self) -> bool:
        return self.spec.does is Effect.READ

    def _request(self, declared: RequestSettings, *, safe: bool) -> Request:
        return Request(
            method=declared.method,
            path=declared.address(self.values),
            safe=safe,
            body=declared.payload(self.values),
            what=self._what(declared),
            permission=self.spec.permission,
        )

    def _what(self, declared: RequestSettings) -> str:
        names = dict.fromkeys(hole.partition(".")[0] for hole in declared.path.holes)
        about = [f"{n} '{short(str(self.typed[n]), 100)}'" for n in names if n in self.typed]
        return ", ".join(about) or "such address"

    def _text(self, template: Template, answer: Any, *, retryable: bool | None = None) -> str:
        site = self.call.api.site.origin
        known = {"args": self.typed, "account": self.call.account, "site": site}
        again = self._safe if retryable is None else retryable
        return template.rendered(data.bounded(answer), known, retryable=again)

    def _shown(self, template: Template, answer: Any) -> tuple[Block, ...]:
        return marks.blocks(self._text(template, answer), self._hosts(template))

    def _hosts(self, template: Template) -> frozenset[str]:
        """Where links lead to without more ado."""
        return self.call.api.site.pages | template.hosts

    async def _texts(self, template: Template, items: list[Any]) -> list[str]:
        texts = []
        for item in items:
            texts.append(self._text(template, item))
            await asyncio.sleep(0)  # others have their turn
        return texts

    async def _listed(self, each: Template, answer: Any, blocks: list[Block]) -> Reply:
        found = data.at(answer, self.spec.at)
        if found is None or found == []:
            return Reply((*blocks, line(self.spec.empty)))
        if not isinstance(found, list):
            raise Unavailable("its answer has no list where one should be", retryable=self._safe)
        items = found[:_MOST]
        told = [text.replace("\n", " ") for text in await self._texts(each, items)]
        lines = [Line(marks.inlines(text, self._hosts(each))) for text in told]
        listing: tuple[str, ...] = ()
        if (value := self.spec.value) is not None:
            meant = map(marks.plain, await self._texts(value, items))
            listing = tuple(text[:_ITEM] for text in meant)
        blocks.append(Items(tuple(lines), 1) if listing else bullets(lines))
        if len(found) > _MOST:
            blocks.append(line(counted(len(found) - _MOST, "more is", "more are"), " not shown."))
        return Reply(tuple(blocks), listing=listing)


def _about(blocks: list[Block]) -> Link | None:
    """The first link of an answer: what it is about."""
    parts = (part for block in blocks if isinstance(block, Line) for part in block.parts)
    return next((part for part in parts if isinstance(part, Link)), None)
