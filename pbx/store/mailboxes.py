"""The messages' sound: recorded into a spool file, then in one step a message; what a crash left is found again."""

import logging
import secrets
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, unquote

from pbx.store.disk.atomic import move_file, private_directory, remove_file, sync_directory
from pbx.store.kinds import EXTENSION
from pbx.store.records.records import Records, RecordsError
from pbx.store.rows import Message
from pbx.store.sound_files import NoSound, mend

log = logging.getLogger(__name__)

SHORTEST = 1.0
"""Seconds; less is somebody who hung up at the tone."""


class NoRoom(Exception):
    """A message cannot be kept; the text says what is full."""


@dataclass(frozen=True, slots=True)
class MailboxLimits:
    """How much is kept."""

    messages: int = 100
    """In one mailbox."""
    mailbox_seconds: float = 2 * 3600.0
    box_seconds: float = 100 * 3600.0
    free_share: float = 0.10
    """Of the disk, that stays free."""


@dataclass(frozen=True, slots=True)
class Reconciled:
    """What was put in order after a crash."""

    recovered: tuple[Message, ...] = ()
    """Recordings that were not finished, or had no row."""
    dropped: tuple[Message, ...] = ()
    """Rows whose file is gone."""


@dataclass(frozen=True, slots=True)
class _Origin:
    """What a recording's file name tells, so that a crash loses neither caller nor call."""

    extension: str
    from_: str
    call: str
    started: float

    def file_name(self) -> str:
        parts = (self.extension, _quoted(self.from_), _quoted(self.call), str(round(self.started * 1000)))
        return "!".join((*parts, secrets.token_hex(6))) + ".wav"

    @classmethod
    def of(cls, path: Path) -> "_Origin | None":
        parts = path.stem.split("!")
        if path.suffix != ".wav" or len(parts) != 5 or not EXTENSION.fullmatch(parts[0]):
            return None
        if not (parts[3].isascii() and parts[3].removeprefix("-").isdigit() and len(parts[3]) < 16):
            return None
        return cls(parts[0], unquote(parts[1]), unquote(parts[2]), int(parts[3]) / 1000)


class Mailboxes:
    """The directories `spool` and `mailboxes` of the data folder.

    A message is there once its file has its final name and its row is written, in this order; it is gone in
    the order file, row. So whatever moment the plug is pulled at, `reconcile` knows what was meant.
    """

    def __init__(
        self,
        data: Path,
        records: Records,
        limits: MailboxLimits = MailboxLimits(),
        free_share: Callable[[Path], float] | None = None,
        closed: str = "",
    ) -> None:
        """`free_share` tells how much of the disk is free, 0 to 1; `closed` why no message is kept. Raises OSError."""
        self._closed = closed
        self._records = records
        self._limits = limits
        self._free_share = free_share or _free_share
        self._spool = private_directory(data / "spool")
        self._root = private_directory(data / "mailboxes")

    def spool(self, extension: str, from_: str = "", call: str = "", started: float = 0.0) -> Path:
        """A new path to record a message for `extension` into, to be given to `keep`.

        What is stored here of the call is what a recovered message will know. Raises NoRoom.
        """
        if not EXTENSION.fullmatch(extension):
            raise ValueError(f"{extension!r} is no extension")
        if full := self.full(extension):
            raise NoRoom(full)
        return self._spool / _Origin(extension, from_, call, started).file_name()

    def full(self, extension: str) -> str:
        """Why no message can be kept for the extension now, as a sentence; empty when there is room."""
        if self._closed:
            return f"No messages are recorded: {self._closed}."
        if self._free_share(self._root) < self._limits.free_share:
            return f"Less than {self._limits.free_share:.0%} of the disk is free: no messages are recorded."
        messages = self._records.messages()
        own = [message for message in messages if message.extension == extension]
        recording = sum(1 for _ in self._spool.glob(f"{extension}!*.wav"))
        if len(own) + recording >= self._limits.messages:
            return f"The mailbox of {extension} is full: it has {len(own)} messages."
        if sum(message.seconds for message in own) >= self._limits.mailbox_seconds:
            minutes = self._limits.mailbox_seconds / 60
            return f"The mailbox of {extension} is full: its messages last {minutes:.0f} minutes."
        if sum(message.seconds for message in messages) >= self._limits.box_seconds:
            return f"All mailboxes together are full: they last {self._limits.box_seconds / 3600:.0f} hours."
        return ""

    def keep(
        self, spool: Path, *, from_: str | None = None, call: str | None = None, started: float | None = None
    ) -> Message | None:
        """The recording is finished: it becomes a message, safe on the disk when this returns.

        None, and nothing kept, when there is less than a second of sound in it. What is passed here goes before
        what `spool` was given. Raises OSError or RecordsError; then the recording stays in the spool for `reconcile`.
        """
        origin = _Origin.of(spool)
        if origin is None:
            raise ValueError(f"{spool.name!r} is no spool file")
        origin = _Origin(
            origin.extension,
            origin.from_ if from_ is None else from_,
            origin.call if call is None else call,
            origin.started if started is None else started,
        )
        return self._adopt(spool, origin, origin.file_name())

    def path(self, message: Message) -> Path:
        """Where a message's sound is."""
        return self._root / message.file

    def remove(self, message: Message) -> None:
        """Delete a message for good. Raises OSError, RecordsError."""
        remove_file(self.path(message))
        self._records.remove_message(message.id)

    def remove_all(self, extension: str) -> int:
        """Delete all messages of a mailbox; how many there were. Raises OSError, RecordsError."""
        messages = self._records.messages(extension)
        for message in messages:
            self.remove(message)
        return len(messages)

    def reconcile(self) -> Reconciled:
        """Put in order what a crash left; to be called when nobody records. Raises OSError, RecordsError.

        What cannot be written (a full disk) stays where it is for the next time, as telephones must ring today.
        Recordings with at least a second of sound become messages with a task, the rest is removed; rows
        without a file are dropped, files without a row get one.
        """
        rows = {message.file: message for message in self._records.messages()}
        dropped = tuple(message for message in rows.values() if not self.path(message).is_file())
        for message in dropped:
            self._records.remove_message(message.id)
        strays = [path for path in sorted(self._root.glob("*/*")) if str(path.relative_to(self._root)) not in rows]
        found = (self._recover(path) for path in [*strays, *sorted(self._spool.iterdir())])
        return Reconciled(tuple(message for message in found if message is not None), dropped)

    def _recover(self, path: Path) -> Message | None:
        try:
            return self._recovered(path)
        except (OSError, RecordsError) as error:
            log.error("%s could not be recovered: %s", path.name, error)
            return None

    def _recovered(self, path: Path) -> Message | None:
        origin = _Origin.of(path)
        if origin is None or path.is_symlink() or not path.is_file():
            if path.parent == self._spool and not path.is_dir():
                path.unlink()
            return None
        name = path.name if path.parent != self._spool else origin.file_name()
        message = self._adopt(path, origin, name)
        if message is not None:
            call = message.call or f"recovered-{message.id}"
            self._records.add_task(message.extension, "voicemail", message.from_, call, message.started)
        return message

    def _adopt(self, path: Path, origin: _Origin, name: str) -> Message | None:
        try:
            seconds = mend(path)
        except (NoSound, FileNotFoundError):
            seconds = 0.0
        if seconds < SHORTEST:
            path.unlink(missing_ok=True)
            return None
        target = self._directory(origin.extension) / name
        move_file(path, target)
        file = str(target.relative_to(self._root))
        return self._records.add_message(
            origin.extension, origin.from_, origin.call, origin.started, round(seconds, 3), file
        )

    def _directory(self, extension: str) -> Path:
        directory = self._root / extension
        if not directory.is_dir():
            private_directory(directory)
            sync_directory(self._root)
        return directory


def _free_share(path: Path) -> float:
    usage = shutil.disk_usage(path)
    return usage.free / usage.total if usage.total else 1.0


def _quoted(text: str) -> str:
    return quote(text.encode("utf-8", "replace"), safe="")[:90]
