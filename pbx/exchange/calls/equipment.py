"""What every call may use: SIP, sound, phones, trunks, storage. The daemon puts it together."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from pbx.exchange.calls.call import Call
from pbx.exchange.calls.leg import Leg
from pbx.exchange.dialling.pin_lockout import PinLockout
from pbx.exchange.phones.lines import Lines
from pbx.exchange.phones.registrar import Registrar
from pbx.exchange.trunks.trunks import Trunks
from pbx.media.clip import Clip
from pbx.media.pump import Pump
from pbx.sip.session import Session
from pbx.sip.stack import Ids, Stack
from pbx.sip.trace import Trace
from pbx.store.models import Language, Office
from pbx.store.rows import Message, Step


class NoRoom(Exception):
    """A message cannot be kept: disk, mailbox or box is full; the text says which."""


class Sounds(Protocol):
    """Everything the box can say."""

    def prompt(self, key: str, language: Language) -> Clip:
        """A prompt of the catalogue."""

    def number(self, value: int, language: Language) -> list[Clip]:
        """A number, spoken."""

    def recorded(self, file: str) -> Clip | None:
        """A greeting or announcement of the office; None when the file is gone."""


class Archive(Protocol):
    """What outlives the call. Every method returns once it is safe on disk, and never blocks the voice."""

    async def spool(self, extension: str, call: Call) -> Path:
        """A new path to record a message into; raises NoRoom."""

    async def note(self, call: Call) -> None:
        """From now on a kill does not lose the call, whose voice is recorded."""

    async def keep_call(self, call: Call) -> None:
        """The row in the history, and the task if there is one."""

    async def keep_message(self, spool: Path, extension: str) -> bool:
        """The recorded file becomes a message; False when there is less than a second of sound in it."""

    async def messages(self, extensions: Sequence[str]) -> list[Message]:
        """Messages of these mailboxes, oldest first."""

    async def mark_heard(self, message: Message) -> None:
        """It has been listened to."""

    async def remove_message(self, message: Message) -> None:
        """Gone for good."""

    async def open_message(self, message: Message) -> Clip | None:
        """Its sound; None when it cannot be read."""

    async def open_recording(self, path: Path) -> Clip | None:
        """What was just recorded there; None when it cannot be read."""

    async def pin_is(self, extension: str, pin: str) -> bool:
        """Whether this is the mailbox's PIN; takes its time on purpose (scrypt)."""


@dataclass(slots=True)
class Equipment:
    """One exchange's equipment."""

    stack: Stack
    trace: Trace
    pump: Pump
    registrar: Registrar
    trunks: Trunks
    lines: Lines
    pins: PinLockout
    sounds: Sounds
    archive: Archive
    ids: Ids
    clock: Callable[[], float]
    """Monotonic seconds."""
    wall: Callable[[], float]
    """Unix time, seconds."""
    office: Callable[[], Office]
    """The settings now."""
    on_step: Callable[[Call, Step], None]
    """Hears every step of every call as it happens."""
    wake: Callable[[], None]
    """Asks the daemon to send what the stack has for the wire."""
    legs: dict[str, Leg] = field(default_factory=dict)
    """By session id: the leg whose events they are."""
    calls: dict[str, Call] = field(default_factory=dict)
    """Those that last, by id."""
    stopping: bool = False
    """The box is being stopped: whatever ends now was ended by that, and no script begins anything new."""
    scripts: set[object] = field(default_factory=set)
    """The tasks that run them: asyncio itself keeps only weak references."""

    def steady_wall(self) -> Callable[[], float]:
        """The clock on the wall as it goes on from now: whoever sets it meanwhile makes no call last for years."""
        ahead = self.wall() - self.clock()
        return lambda: self.clock() + ahead

    def connect(self, leg: Leg, session: Session) -> None:
        """From now on the session's events are the leg's."""
        leg.attach(session)
        self.legs[session.id] = leg
        self.trace.follow(session.dialog.call_id)
        self.wake()
