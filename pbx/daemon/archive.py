"""Storage as the exchange sees it: a thread waits for the disk, so that the voice never does."""

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TypeVar

from pbx.exchange.calls.call import Call, NewTask
from pbx.exchange.calls.equipment import NoRoom
from pbx.exchange.calls.leg import Party
from pbx.exchange.calls.traced import WireCapture, readable
from pbx.media import wav
from pbx.media.clip import Clip
from pbx.sip.trace import Trace
from pbx.store import mailboxes
from pbx.store.folder import Folder
from pbx.store.records.database import RecordsError
from pbx.store.rows import Binding, CallRecord, LegQualityPoints, Message
from pbx.store.secrets.pins import pin_matches

T = TypeVar("T")
log = logging.getLogger(__name__)

MOMENT = 0.05
"""Calls that end within so many seconds are written together: waiting for the disk costs more than all the rest."""
SETTLING = 5.0
"""Seconds until the SIP messages of a call that ended are written: some come after the story's end."""


@dataclass(frozen=True, slots=True)
class _Ended:
    """A call that waits to be written."""

    record: CallRecord
    task: NewTask | None
    names: Mapping[str, str]
    """Names of people and groups, by extension."""
    quality_points: tuple[LegQualityPoints, ...]
    kept: "asyncio.Future[None]"
    """Done when it is safe on disk."""


@dataclass(frozen=True, slots=True)
class _Traced:
    """A call whose last SIP messages may still be on their way."""

    call: str
    ended: float
    dialogs: Mapping[str, Party]


class Archive:
    """History, tasks, messages and bindings; one thread of its own writes them one after the other."""

    def __init__(
        self,
        folder: Folder,
        trace: Trace,
        sentence: Callable[[Call], str],
        mailbox_changed: Callable[[str], None],
        call_ended: Callable[[CallRecord], None],
    ) -> None:
        self._folder = folder
        self._trace = trace
        self._records = folder.records
        self._boxes = folder.mailboxes
        self._sentence = sentence
        self._mailbox_changed = mailbox_changed
        self._call_ended = call_ended
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="archive")
        self._ended: list[_Ended] = []
        self._writing: asyncio.Task[None] | None = None
        self._settling: list[_Traced] = []
        self._settled: asyncio.Task[None] | None = None

    async def do(self, act: Callable[[], T]) -> T:
        """Do something in the thread that may wait for the disk, and wait for it."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, act)

    async def spool(self, extension: str, call: Call) -> Path:
        """A new path to record a message into; raises NoRoom."""
        try:
            path = await self.do(lambda: self._boxes.spool(extension, call.caller.number, call.id, call.wall()))
        except mailboxes.NoRoom as full:
            raise NoRoom(str(full)) from full
        await self.note(call)
        return path

    async def note(self, call: Call) -> None:
        """From now on a kill does not lose the call; one that cannot be noted goes on all the same."""
        record = call.record(self._sentence)
        try:
            await self.do(lambda: self._records.unfinished.note(record, call.office.names))
        except RecordsError as error:
            log.error("call %s could not be noted: %s", call.id, error)

    async def keep_message(self, spool: Path, extension: str) -> bool:
        """The recorded file becomes a message; False when there is less than a second of sound in it."""
        message = await self.do(lambda: self._kept(spool))
        if message is not None:
            self._mailbox_changed(message.extension)
        return message is not None

    def _kept(self, spool: Path) -> Message | None:
        message = self._boxes.keep(spool)
        owner = self._folder.office.heir_of(message.extension) if message is not None else ""
        if message is None or owner in ("", message.extension):
            return message
        return self._records.give_message(message.id, owner)  # somebody left meanwhile

    async def messages(self, extensions: Sequence[str]) -> list[Message]:
        """Messages of these mailboxes, oldest first."""
        found = await self.do(lambda: [each for ext in extensions for each in self._records.messages(ext)])
        return sorted(found, key=lambda message: message.started)

    async def mark_heard(self, message: Message) -> None:
        """Mark it as heard."""
        await self.do(lambda: self._records.mark_heard(message.id))
        self._mailbox_changed(message.extension)

    async def remove_message(self, message: Message) -> None:
        """Delete it permanently."""
        await self.do(lambda: self._boxes.remove(message))
        self._mailbox_changed(message.extension)

    async def open_message(self, message: Message) -> Clip | None:
        """Its sound; None when it cannot be read."""
        return await self.open_recording(self._boxes.path(message))

    async def open_recording(self, path: Path) -> Clip | None:
        """What has just been recorded there; None when it cannot be read."""
        try:
            return await self.do(lambda: wav.read(path))
        except (wav.WavError, OSError) as error:
            log.warning("%s cannot be read: %s", path.name, error)
            return None

    async def pin_is(self, extension: str, pin: str) -> bool:
        """Whether this is the mailbox's PIN."""
        person = self._folder.office.people.get(extension)
        stored = person.pin if person is not None else ""
        return await asyncio.get_running_loop().run_in_executor(None, pin_matches, stored, pin)

    async def counts(self, extension: str) -> tuple[int, int]:
        """New and old messages of a mailbox."""
        return await self.do(lambda: self._records.message_counts(extension))

    async def keep_call(self, call: Call) -> None:
        """The row in the history, the task if nobody spoke, and those tasks that this call settles (mission.md, 4)."""
        self._settle_trace(_Traced(call.id, call.wall(), call.dialogs))  # first: the tap must let go, whatever fails
        record = call.record(self._sentence)
        kept: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._ended.append(_Ended(record, call.task, call.office.names, call.quality_points(), kept))
        if self._writing is None:
            self._writing = asyncio.create_task(self._write_ended())
        await kept
        self._call_ended(record)

    async def _write_ended(self) -> None:
        """Write calls while there are any; those that end within a moment wait for the disk together."""
        while self._ended:
            await asyncio.sleep(MOMENT)
            ended, self._ended = self._ended, []
            await self._keep(ended)
        self._writing = None

    async def _keep(self, ended: Sequence["_Ended"]) -> None:
        """Write these calls in one transaction; if one cannot be written, the others still get their rows."""
        try:
            await self.do(partial(self._write, ended))
        except Exception as error:
            if len(ended) == 1:
                _settled(ended[0].kept, error)
            else:
                for each in ended:
                    await self._keep([each])
        else:
            for each in ended:
                _settled(each.kept)

    def _write(self, ended: Sequence["_Ended"]) -> None:
        with self._records.together():
            for each in ended:
                record, task = each.record, each.task
                self._records.add_call(record, each.names)
                self._records.traces.add_quality_points(record.id, each.quality_points)
                if task is not None:
                    owner = self._folder.office.heir_of(task.extension)
                    self._records.add_task(owner, task.kind, record.from_, record.id, record.started)
                if record.answered is not None:
                    self._settle(record)

    # --- what went over the wire -----------------------------------------------------------------------------------

    def unsettled(self, call: str) -> WireCapture | None:
        """What went over the wire in a call that has just ended; None once it is on disk, or if the call is unknown."""
        found = next((each for each in self._settling if each.call == call), None)
        return WireCapture(found.dialogs, *self._trace.of(found.dialogs)) if found is not None else None

    def _settle_trace(self, traced: _Traced) -> None:
        self._settling.append(traced)
        if self._settled is None:
            self._settled = asyncio.create_task(self._write_traces())

    async def _write_traces(self) -> None:
        """Write traces as long as there are any, each five to ten seconds after its call, many together."""
        try:
            while self._settling:
                ripe = list(self._settling)
                await asyncio.sleep(SETTLING)
                await self.do(partial(self._write_now, self._taken(ripe)))
        finally:
            self._settled = None

    def _taken(self, ripe: Sequence[_Traced]) -> list[tuple[_Traced, WireCapture]]:
        self._settling = [each for each in self._settling if each not in ripe]
        return [(each, WireCapture(each.dialogs, *self._trace.take(each.dialogs))) for each in ripe]

    def _write_now(self, taken: Sequence[tuple[_Traced, WireCapture]]) -> None:
        """In the thread: black out, compress, write."""
        try:
            with self._records.together():
                for each, wire in taken:
                    if wire.entries:
                        self._records.traces.add(each.call, each.ended, readable(wire))
        except RecordsError as error:
            log.error("traces could not be stored: %s", error)

    def _settle(self, record: CallRecord) -> None:
        """Two people spoke: nobody has to call back any more, neither way between colleagues."""
        match record.direction:
            case "in" if record.from_:
                self._records.close_tasks(record.from_)
            case "out":
                self._records.close_tasks(record.to)
            case "internal":
                self._records.close_tasks(record.from_, record.extension)
                self._records.close_tasks(record.extension, record.from_)

    def save_bindings(self, bindings: Mapping[str, Sequence[Binding]]) -> None:
        """Save where these phones are now, soon and without making anybody wait."""
        self._thread.submit(self._records.save_bindings, bindings).add_done_callback(_complain)

    async def close(self) -> None:
        """Write what has not been written yet."""
        if self._writing is not None:
            await self._writing
        if self._settled is not None:
            self._settled.cancel()
        await self.do(partial(self._write_now, self._taken(self._settling)))
        await asyncio.get_running_loop().run_in_executor(None, self._thread.shutdown)


def _settled(kept: "asyncio.Future[None]", error: Exception | None = None) -> None:
    """Tell the call that waits for its row, if it still does."""
    if kept.done():
        return
    if error is not None:
        kept.set_exception(error)
    else:
        kept.set_result(None)


def _complain(done: Future[None]) -> None:
    error = done.exception()
    if error is not None:
        log.error("bindings could not be stored: %s", error)
