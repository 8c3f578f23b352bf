"""What the exchange says and keeps, in memory."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from pbx.exchange.calls.call import Call, NewTask
from pbx.exchange.calls.equipment import NoRoom
from pbx.exchange.calls.leg import Party
from pbx.exchange.story import story
from pbx.media import wav
from pbx.media.clip import Clip
from pbx.store.models import Language
from pbx.store.rows import CallRecord, LegQualityPoints, Message
from tests.exchange.made_up_pump import Words


class Sounds:
    """Every prompt takes a second and is known by its key."""

    def prompt(self, key: str, language: Language) -> Clip:
        return Words(key)

    def number(self, value: int, language: Language) -> list[Clip]:
        return [Words(str(value))]

    def recorded(self, file: str) -> Clip | None:
        return None if file == "gone.wav" else Words(file)


class MemoryArchive:
    """History, tasks and messages; keeps what `pbx.daemon.archive.Archive` would keep."""

    def __init__(self, recordings: dict[Path, float], names: Callable[[], dict[str, str]]) -> None:
        self.calls: list[CallRecord] = []
        self.dialogs: list[dict[str, Party]] = []
        """Of each call, whom SIP was spoken with."""
        self.quality_points: list[tuple[LegQualityPoints, ...]] = []
        """Of each call, how its voices went."""
        self.tasks: list[NewTask] = []
        self.kept: list[Message] = []
        self.noted: list[str] = []
        """Calls that a kill would not lose."""
        self.pins: dict[str, str] = {}
        self.full = ""
        """Why no message can be kept."""
        self.stands_still: Callable[[str], None] = lambda verb: None
        """Called in the middle of each verb, to let things happen just then."""
        self.folder = Path("nowhere")
        """Where recordings go when they are real ones; a test that records must say."""
        self._recordings = recordings
        self._names = names
        self._spooled: dict[Path, str] = {}

    async def note(self, call: Call) -> None:
        self.stands_still("note")
        self.noted.append(call.id)

    async def spool(self, extension: str, call: Call) -> Path:
        self.stands_still("spool")
        if self.full:
            raise NoRoom(self.full)
        path = self.folder / f"spool-{len(self._spooled)}.wav"
        self._spooled[path] = call.caller.number
        return path

    async def keep_call(self, call: Call) -> None:
        self.dialogs.append(call.dialogs)
        self.stands_still("keep_call")
        self.quality_points.append(call.quality_points())
        self.calls.append(call.record(lambda call: story(call.steps, call.office.language, self._names())))
        if call.task is not None:
            self.tasks.append(call.task)

    async def keep_message(self, spool: Path, extension: str) -> bool:
        self.stands_still("keep_message")
        seconds = self._recordings.get(spool, 0.0)
        if spool.exists():
            with contextlib.suppress(wav.WavError):
                seconds = wav.read(spool).seconds
        if seconds < 1:
            return False
        number = len(self.kept) + 1
        self.kept.append(Message(number, extension, self._spooled[spool], "", float(number), seconds, spool.name))
        return True

    async def messages(self, extensions: Sequence[str]) -> list[Message]:
        return [message for message in self.kept if message.extension in extensions]

    async def mark_heard(self, message: Message) -> None:
        self.kept = [replace(each, heard=True) if each.id == message.id else each for each in self.kept]

    async def remove_message(self, message: Message) -> None:
        self.kept = [each for each in self.kept if each.id != message.id]

    async def open_message(self, message: Message) -> Clip | None:
        return Words(f"message {message.id}", message.seconds)

    async def open_recording(self, path: Path) -> Clip | None:
        return Words("recording", self._recordings[path])

    async def pin_is(self, extension: str, pin: str) -> bool:
        self.stands_still("pin_is")
        return self.pins.get(extension) == pin
