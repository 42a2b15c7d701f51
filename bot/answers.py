"""From a reply to a message in a room: where it goes, what it hangs on, what is too long."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from typing import Any, Final

import structlog

from bot.errors import ActasError
from bot.journal import Outgoing
from bot.matrix.files import encrypted_file
from bot.matrix.outbound import PATIENCE, Sender, transaction_id
from bot.matrix.render import Rendered, as_file, edit, notice, render, too_long
from bot.matrix.rooms import Rooms
from bot.model import Message
from bot.reply import Reply, marked, say, spelled

_TYPING_AFTER: Final = 0.6  # seconds; a quick answer needs no typing notice
_TYPING_EVERY: Final = 20.0  # seconds; a typing notice lasts 30
_FILES: Final = 2  # that are encrypted and sent at once
_EDIT_EVERY: Final = 3.0  # seconds between two edits of one answer

log = structlog.get_logger()


class Answers:
    """Answers messages."""

    def __init__(self, sender: Sender, rooms: Rooms, prefix: str) -> None:
        """``prefix`` begins what is said to the bot in a room."""
        self._sender, self._rooms, self._prefix = sender, rooms, prefix
        self._files = asyncio.Semaphore(_FILES)

    async def compose(
        self,
        message: Message,
        reply: Reply,
        *,
        service: str = "",
        to_direct: bool = False,
        live: Live | None = None,
    ) -> Outgoing:
        """The message that ``reply`` becomes: in its thread, or as an encrypted file if long.

        ``service`` is the word for the one that answers; ``to_direct`` sends it to the direct
        message instead; ``live`` is the answer so far, which it then replaces.
        """
        actor = message.actor
        reply = spelled(reply, "" if actor.private or to_direct else self._prefix, service)
        room = actor.room
        if to_direct and not actor.private:
            room = await self._rooms.direct(actor.user)
        txn = transaction_id(message.event_id, "answer")
        rendered = render(reply)
        if reply.file is not None or too_long(rendered):
            content = await self._with_file(self._content(message, rendered, room), reply)
        elif live is not None and live.event_id is not None:
            content = edit(live.event_id, rendered)
        else:
            content = self._content(message, rendered, room)
        # a changed identity is answered about connecting only, and has no device that is trusted
        return Outgoing(room, content, txn, None if actor.pinned else actor.identity)

    async def send(self, outgoing: Outgoing, *, patience: float = PATIENCE) -> str:
        """Send it; sending it again is harmless, and done for ``patience`` seconds.

        Raises:
            ActasError: it cannot be sent.
        """
        room, content, txn = outgoing.room, outgoing.content, outgoing.txn
        if outgoing.identity is None:
            return await self._sender.send(room, content, txn=txn, patience=patience)
        return await self._sender.send_notice(room, content, txn=txn, identity=outgoing.identity)

    async def answer(
        self,
        message: Message,
        reply: Reply,
        *,
        service: str = "",
        to_direct: bool = False,
        interim: str = "",
    ) -> bool:
        """Compose and send, where nothing has to be written in between; failures are logged.

        ``interim`` names an answer after which another one will follow, even one of that name: a
        server drops what has the transaction id of something before. False if it was not sent.
        """
        if not reply.blocks and reply.file is None:
            return False
        try:
            outgoing = await self.compose(message, reply, service=service, to_direct=to_direct)
            if interim:
                txn = transaction_id(message.event_id, interim, secrets.token_hex(8))
                outgoing = replace(outgoing, txn=txn)
            await self.send(outgoing)
        except ActasError as error:
            log.error("answer.not_sent", room=message.actor.room, error=str(error))
            return False
        return True

    async def tell(
        self,
        room: str,
        reply: Reply,
        *,
        txn: str,
        identity: str | None = None,
        patience: float = PATIENCE,
    ) -> bool:
        """Say something that answers no message; failures are logged. False if it was not sent.

        ``identity``: for the devices that it has signed, known or not, in a direct message.
        ``patience`` as for :meth:`send`.
        """
        try:
            outgoing = Outgoing(room, notice(render(reply)), txn, identity)
            await self.send(outgoing, patience=patience)
        except ActasError as error:
            log.error("message.not_sent", room=room, error=str(error))
            return False
        return True

    async def change(
        self,
        room: str,
        event_id: str,
        reply: Reply,
        *,
        service: str,
        mention: str | None,
        patience: float = PATIENCE,
    ) -> None:
        """Let ``reply`` take the place of an answer that was sent.

        That mentions ``mention``, or nobody in a direct message; ``patience`` as for :meth:`send`.

        Raises:
            ActasError: it cannot be sent.
        """
        rendered = render(self._spelled(reply, service, mention))
        if too_long(rendered):
            rendered = render(say("This has got too long to be shown here."))
        txn = transaction_id(event_id, "edit", secrets.token_hex(8))
        outgoing = Outgoing(room, edit(event_id, rendered, mention=mention), txn)
        await self.send(outgoing, patience=patience)

    async def add(
        self,
        room: str,
        reply: Reply,
        *,
        service: str,
        thread: str,
        mention: str | None,
        txn: Sequence[str],
    ) -> None:
        """Say more in a thread; the parts of ``txn`` make saying it again harmless.

        ``mention`` as in :meth:`change`.

        Raises:
            ActasError: it cannot be sent.
        """
        reply = self._spelled(reply, service, mention)
        content = notice(render(reply), thread=thread, mention=mention)
        if reply.file is not None or too_long(render(reply)):
            content = await self._with_file(content, reply)
        await self.send(Outgoing(room, content, transaction_id(*txn)))

    async def fixed(
        self, room: str, sentence: str | Reply, *, about: str, asker: str | None = None
    ) -> None:
        """Give a fixed sentence (see ``notices``) about an event; failures are logged.

        In a direct message all devices of its user can read it, signed or not. ``asker`` is whose
        message that is: it is then answered, and they are mentioned.
        """
        reply = marked(sentence) if isinstance(sentence, str) else sentence
        content = notice(render(reply), reply_to=about if asker else None, mention=asker)
        try:
            txn = transaction_id(about, "notice", content["body"])
            await self._sender.send_notice(room, content, txn=txn)
        except ActasError as error:
            log.error("notice.not_sent", room=room, error=str(error))

    @asynccontextmanager
    async def typing(self, message: Message) -> AsyncIterator[None]:
        """Show that the bot is at it, if it takes a moment."""
        room, shown = message.actor.room, False

        async def show() -> None:
            nonlocal shown
            await asyncio.sleep(_TYPING_AFTER)
            shown = True
            while True:
                await self._sender.typing(room, on=True)
                await asyncio.sleep(_TYPING_EVERY)

        task = asyncio.create_task(show())
        try:
            yield
        finally:
            task.cancel()
            if shown:
                await self._sender.typing(room, on=False)

    def _spelled(self, reply: Reply, service: str, mention: str | None) -> Reply:
        return spelled(reply, "" if mention is None else self._prefix, service)

    def _content(self, message: Message, rendered: Rendered, room: str) -> dict[str, Any]:
        actor = message.actor
        if room != actor.room:
            return notice(rendered)
        mention = None if actor.private else actor.user
        return notice(rendered, reply_to=message.event_id, thread=message.thread, mention=mention)

    async def _with_file(self, content: dict[str, Any], reply: Reply) -> dict[str, Any]:
        """The content as an encrypted file: the reply's own, or its text where that is too long.

        A caption is the body beside a ``filename``, as of version 1.10 of the specification.
        """
        caption = render(reply)
        captioned = reply.file is not None and reply.blocks and not too_long(caption)
        async with self._files:  # each is there twice meanwhile, and may be large
            about = await encrypted_file(self._sender.upload, reply.file or as_file(reply))
        if not captioned:
            del content["format"], content["formatted_body"]
            return {**content, **about}
        return {**content, **about, "body": caption.body, "formatted_body": caption.html}


class Live:
    """The one message of a long command, edited as it goes (``plugin.Progress``)."""

    def __init__(self, answers: Answers, message: Message, service: str, *, silent: bool) -> None:
        self._answers, self._message, self._silent = answers, message, silent
        self._service = service
        self._latest: Reply | None = None
        self._task: asyncio.Task[None] | None = None
        self._ended = asyncio.Event()
        self._edits = 0
        self.event_id: str | None = None

    async def update(self, reply: Reply) -> None:
        """Show ``reply`` as the state so far; at most one edit every three seconds."""
        if self._silent or self._ended.is_set():
            return
        self._latest = reply
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._show())

    async def end(self) -> None:
        """Nothing is shown any more but the answer itself."""
        self._latest = None
        self._ended.set()
        if self._task is not None:
            await self._task  # what is being sent must be known, for the answer replaces it

    async def _show(self) -> None:
        while self._latest is not None:
            reply, self._latest = self._latest, None
            try:
                await self._send(reply)
            except ActasError as error:
                log.warning("progress.not_sent", error=str(error))
            with suppress(TimeoutError):
                await asyncio.wait_for(self._ended.wait(), _EDIT_EVERY)

    async def _send(self, reply: Reply) -> None:
        message, live = self._message, self if self.event_id else None
        outgoing = await self._answers.compose(message, reply, service=self._service, live=live)
        txn = transaction_id(message.event_id, "progress", str(self._edits))
        self._edits += 1
        event_id = await self._answers.send(replace(outgoing, txn=txn))
        self.event_id = self.event_id or event_id
