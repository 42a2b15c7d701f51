"""Plays a transcript: people say their lines, and the bot has to say its own, and nothing else."""

from __future__ import annotations

from tests.e2e.evidence import rows
from tests.e2e.seat import Seat
from tests.e2e.transcript.directions import happen, set_up
from tests.e2e.transcript.ears import Heard
from tests.e2e.transcript.likeness import difference, fill, like
from tests.e2e.transcript.parser import BOT
from tests.e2e.transcript.record import Record
from tests.e2e.transcript.script import (
    Edit,
    Happens,
    Line,
    Message,
    Place,
    Reaction,
    Removal,
    Said,
    Script,
)
from tests.e2e.transcript.stage import Stage


class Different(AssertionError):
    """It did not go as the file says; the text shows what is different."""


class Replay:
    """One performance of ``script``, whose file is called ``name``; ``record`` is what went on."""

    def __init__(self, stage: Stage, script: Script, name: str) -> None:
        self._stage, self._script, self._name = stage, script, name
        self._events: dict[int, str] = {}  # by line of the file
        self._heard: dict[int, Heard] = {}
        self._gone: set[str] = set()
        self._spoke: dict[tuple[str, Place], None] = {}
        self.record = Record()

    async def run(self) -> None:
        """Play all of it.

        Raises:
            Different: something else was said, or nothing, or more than the file has.
        """
        await set_up(self._stage, [line.sentence for line in self._script.before])
        await self._everybody_catches_up()
        ears = self._stage.ears
        for heard in ears.unheard():
            heard.shown = len(heard.texts)
        for person in self._stage.people.values():
            self._stage.beside |= {message.event_id for message in person.timeline}
        self._gone |= ears.removed
        for line in self._script.lines:
            await self._perform(line)
        await self._settle()
        await self._bot_rests()
        self._nothing_else()

    async def _perform(self, line: Happens | Said) -> None:
        match line:
            case Happens(sentence=sentence):
                try:
                    await happen(self._stage, sentence)
                except AssertionError as error:
                    raise self._differs(line, f"  {error}") from None
                self.record.add(line)
            case Message(who="actas"):
                await self._hear(line)
            case Edit(who="actas"):
                await self._hear_edit(line)
            case Removal(who="actas"):
                await self._see_removed(line)
            case _:
                await self._act(line)

    # people ---------------------------------------------------------------------------------
    async def _act(self, line: Said) -> None:
        stage, place = self._stage, line.place
        who, room = await stage.person(line.who), await stage.room(place)
        text = stage.as_said(fill(line.text, stage.known))
        match line:
            case Message():
                thread = self._events[line.thread] if line.thread else None
                mention = stage.bot.user if line.to == BOT else None
                said = await who.say(room, text, thread=thread, mention=mention)
                self._events[line.number] = said
                self._spoke[line.who, place] = None
            case Edit(of=of):
                await who.edit(room, self._events[of], text)
            case Reaction(of=of):
                relation = {"rel_type": "m.annotation", "event_id": self._events[of], "key": text}
                content = {"m.relates_to": relation}
                await who.send(room, content, kind="m.reaction", clear=True)
        self.record.add(line, line.text)

    # the bot --------------------------------------------------------------------------------
    async def _hear(self, line: Message) -> None:
        stage = self._stage
        room = await stage.room(line.place)
        thread = self._events[line.thread] if line.thread else None

        def following() -> Heard | None:
            for heard in stage.ears.heard.get(room, ()):
                if not heard.shown and heard.message.thread == thread:
                    return heard
            return None

        heard = await stage.ears.until(following)
        if heard is None:
            raise self._differs(line, f"  - {line.text}\n  (nothing was said there)")
        self._compare(line, await self._content(line, heard))
        if line.to:
            mentions = heard.message.content.get("m.mentions", {}).get("user_ids", [])
            if mentions != [(await stage.person(line.to)).user]:
                raise self._differs(line, f"  it mentions {mentions or 'nobody'}, not {line.to}")
        heard.shown = 1
        self._events[line.number] = heard.message.event_id
        self._heard[line.number] = heard

    async def _content(self, line: Message, heard: Heard) -> str:
        """The text; of a file its caption, and below it what is in it."""
        message, text = heard.message, heard.texts[0]
        if message.kind != "m.file":
            if line.file:
                raise self._differs(line, f"  - a file {line.file}\n  + {text}")
            return text
        name = str(message.content.get("filename", text))
        if line.file != name:
            raise self._differs(line, f"  - {line.file or line.text}\n  + a file {name}")
        data = await self._stage.ears.listener(message.room).download(message)
        return "\n".join(("" if text == name else text, data.decode()))

    async def _hear_edit(self, line: Edit) -> None:
        heard, stage = self._heard[line.of], self._stage

        def now_like() -> int | None:
            for number, text in enumerate(heard.texts[heard.shown :], start=heard.shown):
                if like(line.text, stage.as_shown(text), stage.known) is not None:
                    return number
            return None

        number = await stage.ears.until(now_like)
        self._compare(line, heard.texts[-1 if number is None else number])
        assert number is not None, "said before the last edit that the file has"
        heard.shown = number + 1

    async def _see_removed(self, line: Removal) -> None:
        removed, event_id = self._stage.ears.removed, self._events[line.of]
        if not await self._stage.ears.until(lambda: event_id in removed or None):
            raise self._differs(line, f"  it is still there: {line.text}")
        self._gone.add(event_id)
        self.record.add(line, line.text)

    def _compare(self, line: Said, said: str) -> None:
        stage = self._stage
        shown = stage.as_shown(said)
        found = like(line.text, shown, stage.known)
        if found is None:
            raise self._differs(line, difference(line.text, shown, stage.known))
        stage.known.update(found)
        self.record.add(line, shown)

    # the end --------------------------------------------------------------------------------
    async def _settle(self) -> None:
        """Wait until the bot has taken care of all that people have said."""
        stage = self._stage
        for name, place in self._spoke if "per_minute" not in stage.bot.config["commands"] else ():
            seat = Seat(await stage.person(name), stage.bot, await stage.room(place))
            answer = await seat.asks("!help accounts", "accounts")
            stage.beside |= {answer.event_id, answer.reply_to or ""}
        await self._everybody_catches_up()
        for heard in stage.ears.unheard():
            if heard.message.event_id in stage.beside:
                heard.shown = len(heard.texts)

    async def _bot_rests(self) -> None:
        """Let it end what it is at, so that nothing comes later; it must not follow anything."""
        stage = self._stage
        await stage.bot.stop()
        await self._everybody_catches_up()
        if rows(stage.bot, "SELECT event_id FROM following"):
            how = f"  {BOT} goes on to follow something: show how it ends, or say --no-follow"
            raise self._differs(self._script.lines[-1], how)

    async def _everybody_catches_up(self) -> None:
        for person in self._stage.people.values():
            await person.catches_up()

    def _nothing_else(self) -> None:
        last, gone = self._script.lines[-1], self._stage.ears.removed - self._gone
        if gone:
            raise self._differs(last, f"  + {BOT} removes what the file does not have removed")
        if self._stage.ears.unheard():
            raise self._differs(last, "  more was said than the file has")

    def _differs(self, line: Line, how: str) -> Different:
        """The failure: what is different, all that went before, and what came beside it."""
        stage, more = self._stage, Record()
        places = {room: place for place, room in stage.rooms.items()}
        for heard in stage.ears.unheard():
            place = places.get(heard.message.room, Place("another"))
            who = f"{BOT} edits" if heard.shown else BOT
            text = stage.as_shown(heard.texts[-1])
            more.say(place, who, text, thread=heard.message.thread is not None)
        parts = [f"{self._name}:{line.number}", how, "", "The chat so far:", *self.record.lines]
        if more.lines:
            parts += ["", "What else was said:", *more.lines]
        return Different("\n".join(parts))
