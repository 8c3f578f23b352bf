"""Making and opening backups in a process of its own: `python -m pbx.programs.backup make|night|open|key`.

What it needs (cryptography, some 80 MB for the password) goes with it, and however long it works, the voice does not
wait. It takes one JSON line on stdin and tells on stdout, line by line, how far it is, and at last what came of it.
"""

import contextlib
import errno
import json
import os
import shutil
import sqlite3
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import IO, Any

from cryptography import x509

from pbx.programs.certificate import is_a_boxs, names_of
from pbx.sentence import Sentence, said
from pbx.store.backup import age, backup_file
from pbx.store.backup.backup_file import (
    GREETINGS,
    MAILBOXES,
    NO_ROOM,
    PART,
    RECORDS,
    SECRETS,
    SETTINGS,
    Packer,
    Unreadable,
    unpack,
)
from pbx.store.disk.atomic import sync_directory, sync_file
from pbx.store.records.database import RecordsError
from pbx.store.records.records import Records
from pbx.store.settings.settings import SettingsError, read_office

FREE_SHARE = 0.10
"""Of the disk, that stays free."""
_STRIDE = 8 * 1024 * 1024
"""Bytes after which the disk is waited for, so that others need not wait long for it."""
_EVERY = 0.3
"""Seconds between two lines of progress."""

_WHY = {
    errno.ENOSPC: NO_ROOM,
    errno.EDQUOT: NO_ROOM,
    errno.EFBIG: Sentence("The disk cannot hold a file of this size. Please format the stick with exFAT."),
    errno.EIO: Sentence("The disk does not answer. Was the stick removed?"),
    errno.ENODEV: Sentence("The disk does not answer. Was the stick removed?"),
    errno.EROFS: Sentence("The disk is write-protected."),
}

Tell = Callable[[dict[str, Any]], None]
"""Says something to the process that started us."""
Frozen = Callable[[], AbstractContextManager[tuple[IO[bytes], sqlite3.Connection]]]


class _Progress:
    """Tells how far the work is, and minds the disk."""

    def __init__(self, tell: Tell, total: int, handle: int | None = None) -> None:
        self._tell, self._total, self._handle = tell, total, handle
        self._done = self._unsynced = 0
        self._told = 0.0

    def __call__(self, length: int) -> None:
        self._done += length
        self._unsynced += length
        if self._unsynced >= _STRIDE and self._handle is not None:
            self._unsynced = 0
            os.fdatasync(self._handle)
            if not has_room(os.fstatvfs(self._handle)):
                raise Unreadable(NO_ROOM)
        if time.monotonic() - self._told >= _EVERY:
            self._told = time.monotonic()
            self._tell({"done": min(self._done, self._total), "total": self._total})


def make(
    making: Path, target: Path, data: Path, key: age.Key, about: dict[str, Any], frozen: Frozen, tell: Tell
) -> None:
    """Write a backup of the data folder to `target`; `making` is a folder for what is only needed meanwhile.

    It is at `target` whole or not at all. `frozen` gives the settings and records of one moment. Raises Unreadable,
    OSError, sqlite3.Error.
    """
    part = target.with_name(f".{target.name}{PART}")
    try:
        _write(part, making, data, key, about, frozen, tell)
        size = part.stat().st_size
        os.replace(part, target)
        _settle(target)
    except BaseException:
        with contextlib.suppress(OSError):
            part.unlink()
        raise
    tell({"result": {"name": target.name, "size": size}})


def _write(
    part: Path, making: Path, data: Path, key: age.Key, about: dict[str, Any], frozen: Frozen, tell: Tell
) -> None:
    """All of it, in the clear nothing but the records, which stay in `making`."""
    # Rights are given at once: a stick's file system knows none, and refuses to have them changed.
    handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    with os.fdopen(handle, "wb") as file:
        if not has_room(os.fstatvfs(handle)):
            raise Unreadable(NO_ROOM)
        sealed = age.Writer(file, key)
        with frozen() as (settings, records):
            _copy(records, making / RECORDS)
        names = [*_members(data), *_messages(making / RECORDS)]
        total = (making / RECORDS).stat().st_size + sum(_length(data / name) for name in names)
        packer = Packer(sealed, about, _Progress(tell, total, file.fileno()))
        with settings, (making / RECORDS).open("rb") as copied:
            packer.add(SETTINGS, settings)
            packer.add(RECORDS, copied)
        for name in names:
            with contextlib.suppress(FileNotFoundError), (data / name).open("rb") as member:
                packer.add(name, member)
        packer.close()
        sealed.close()
        file.flush()
        os.fsync(handle)


def _settle(target: Path) -> None:
    """Wait until a file's new name is on the disk. Raises OSError.

    On FAT the name is where a file's length and beginning stand, and a new one has neither until the file itself is
    synced: without that a stick that is pulled now has an empty file.
    """
    sync_file(target)
    try:
        sync_directory(target.parent)
    except OSError as error:  # not every file system of the network knows such a thing
        if error.errno not in (errno.EINVAL, errno.ENOTSUP):
            raise


@contextlib.contextmanager
def freeze(data: Path, tell: Tell, wait: Callable[[], object]) -> Iterator[tuple[IO[bytes], sqlite3.Connection]]:
    """The settings and the records as they are at one moment, whatever is written from then on.

    Says "ready", waits until nobody is in the middle of a change, and says "begun" as soon as changes no longer count.
    """
    tell({"ready": True})
    wait()
    settings = (data / SETTINGS).open("rb")  # is only ever replaced: what is open stays
    with contextlib.closing(sqlite3.connect(data / RECORDS, isolation_level=None)) as records:
        records.execute("BEGIN")
        records.execute("SELECT COUNT(*) FROM sqlite_master").fetchone()
        tell({"begun": True})
        yield settings, records


def _copy(records: sqlite3.Connection, target: Path) -> None:
    """SQLite's own online backup: calls go on being written."""
    os.close(os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    with contextlib.closing(sqlite3.connect(target, isolation_level=None)) as copied:
        records.backup(copied, pages=1000, sleep=0.001)
        copied.execute("PRAGMA journal_mode = DELETE")
        copied.execute("DELETE FROM sessions")


def _members(data: Path) -> Iterator[str]:
    """The plain files there are, but for settings, records and messages."""
    yield from (name for name in SECRETS if (data / name).is_file())
    for path in sorted((data / GREETINGS).glob("*")):
        name = f"{GREETINGS}/{path.name}"
        if backup_file.is_member(name) and path.is_file() and not path.is_symlink():
            yield name


def _messages(records: Path) -> list[str]:
    """The messages that the copied records know: others came later."""
    with contextlib.closing(sqlite3.connect(records)) as copied:
        names = [f"{MAILBOXES}/{row[0]}" for row in copied.execute("SELECT file FROM messages ORDER BY id")]
    return [name for name in names if backup_file.is_member(name)]


def _length(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0


def open_backup(file: Path, folder: Path, password: str, tell: Tell) -> None:
    """Unpack a backup into a new folder, look at all of it and tell what is in it.

    Raises Unreadable, age.NotOpened, SettingsError, RecordsError, OSError, sqlite3.Error.
    """
    folder.mkdir(mode=0o700)
    with file.open("rb") as source:
        opened = age.Reader(source, password)
        usage = shutil.disk_usage(folder)
        room = int(usage.free - FREE_SHARE * usage.total)
        manifest = unpack(opened, folder, room, _Progress(tell, file.stat().st_size))
    found = _looked_at(folder)
    # One wait for all files: whoever begins the restore relies on their being on the disk.
    os.sync()
    size = sum(length for length, _ in manifest.files.values())
    tell({"result": {"about": manifest.about, "size": size, **found}})


def _looked_at(folder: Path) -> dict[str, Any]:
    """Whether the exchange could work with these files, and what it would find."""
    office = read_office(folder / SETTINGS)
    calls, messages = _records(folder / RECORDS)
    for left in folder.glob("bindings.sqlite*"):
        left.unlink()
    return {
        "people": len(office.people),
        "groups": len(office.groups),
        "phones": len(office.phones),
        "trunks": len(office.trunks),
        "numbers": sorted(office.numbers),
        "contacts": len(office.contacts),
        "admins": sorted(each.name for each in office.accounts.values() if each.role == "admin"),
        "domain": office.domain,
        "calls": calls,
        "messages": messages,
        "certificate": _names(folder / "tls.crt"),
    }


def _records(path: Path) -> tuple[int, int]:
    """How many calls and messages there are. Raises Unreadable, RecordsError, sqlite3.Error."""
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as raw:
        raw.execute("PRAGMA trusted_schema = OFF")
        hidden = "SELECT type, name FROM sqlite_master WHERE type IN ('trigger', 'view')"
        for kind, name in raw.execute(hidden).fetchall():  # ours are made anew when it is opened
            raw.execute('DROP {} "{}"'.format(kind, name.replace('"', '""')))
    records = Records(path)
    try:
        messages = records.messages()
        if not records.is_sound() or not all(backup_file.is_message(message.file) for message in messages):
            raise Unreadable(Sentence("The database in the backup is damaged."))
    finally:
        records.close()
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as raw:
        raw.execute("DELETE FROM sessions")
        return raw.execute("SELECT COUNT(*) FROM calls").fetchone()[0], len(messages)


def _names(certificate: Path) -> list[str]:
    """Names and addresses a certificate speaks for that the office brought; the box's own is made anew where it is."""
    try:
        loaded = x509.load_pem_x509_certificate(certificate.read_bytes())
    except (OSError, ValueError):
        return []
    return [] if is_a_boxs(loaded) else names_of(loaded)


def has_room(disk: os.statvfs_result) -> bool:
    """Whether as much of the disk is free as must stay free."""
    return disk.f_bavail >= FREE_SHARE * disk.f_blocks


def work(kind: str, heard: IO[str], output: IO[str]) -> int:
    """Do what the first line asks for; the exit code. What came of it is the last line of the output."""

    def tell(what: dict[str, Any]) -> None:
        print(json.dumps(what), file=output, flush=True)

    def fail(sentence: str, field: str = "") -> int:
        tell({"error": str(sentence), "said": said(sentence), "field": field})
        return 1

    asked = json.loads(heard.readline())
    paths = {name: Path(asked[name]) for name in ("data", "making", "target", "file", "folder") if name in asked}
    try:
        if kind == "key":
            tell({"result": {"key": age.Key.of(asked["password"]).text}})
        elif kind in ("make", "night"):
            data = paths["data"]
            make(
                **paths,
                key=age.Key.read(asked["key"]) if "key" in asked else age.Key.of(asked["password"]),
                about=asked["about"],
                tell=tell,
                frozen=lambda: freeze(data, tell, heard.readline),
            )
        else:
            open_backup(**paths, password=asked["password"], tell=tell)
    except (Unreadable, age.NotOpened, SettingsError) as error:
        return fail(error.sentence, "password" if isinstance(error, age.WrongPassword) else "")
    except (RecordsError, sqlite3.Error) as error:
        return fail(Sentence("The database cannot be used: {why}", why=str(error)))
    except OSError as error:
        known = _WHY.get(error.errno or 0)
        return fail(known or Sentence("The box could not write the file: {why}.", why=error.strerror or str(error)))
    return 0


def main() -> int:
    """The exit code."""
    os.nice(10)
    return work(sys.argv[1], sys.stdin, sys.stdout)


if __name__ == "__main__":
    sys.exit(main())
