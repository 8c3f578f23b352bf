"""What is in a backup, written and read member by member: a tar of plain files, with a manifest at its end.

Nothing is compressed, so that nothing can swell when it is unpacked; and only files a backup can have are unpacked,
by names that are checked. Whoever has the password opens one with `age --decrypt FILE | tar --extract`.
"""

import hashlib
import io
import json
import os
import re
import shutil
import tarfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, Protocol

from pbx.sentence import Sentence, Wrong
from pbx.store.kinds import EXTENSION, FILE_NAME

BACKUPS = "backups"
"""Where backups are kept, in the data folder."""
ENDING = ".durchwahl-backup"
MAKING, UPLOAD, PART = ".making-", ".upload-", ".part"
"""What the names of those begin with that are not finished, or how they end."""

MANIFEST = "manifest.json"
FORMAT = 1
"""Of the manifest; a newer one is refused."""

SETTINGS, RECORDS, GREETINGS, MAILBOXES = "settings.json", "records.sqlite", "greetings", "mailboxes"
AUTHORITY = ("authority.crt", "authority.key")
"""By whom the box's certificates are signed: its key leaves the box in a backup only."""
SECRETS = ("secret", "tls.crt", "tls.key", *AUTHORITY)
TOP = (SETTINGS, RECORDS, GREETINGS, MAILBOXES, *SECRETS)
"""What of a data folder is in a backup."""

_MESSAGE = re.compile(r"[0-9A-Za-z!%_.~+-]{1,250}\.wav")
_BLOCK = 512
_PIECE = 256 * 1024
_LONGEST_NAME = 400
_LONGEST_MANIFEST = 16 * 1024 * 1024
_MOST_FILES = 50_000
_MOST_BEHIND = 1024 * 1024

DAMAGED = Sentence("The backup is damaged or incomplete.")
NO_ROOM = Sentence("There is not enough space on the disk.")


class Unreadable(Wrong):
    """The file is no backup of ours, or was changed."""


class Sink(Protocol):
    """Takes the bytes of a backup."""

    def write(self, content: bytes, /) -> int: ...


class Source(Protocol):
    """Has the bytes of a backup."""

    def read(self, length: int, /) -> bytes: ...


@dataclass(slots=True)
class Manifest:
    """What a backup says of itself."""

    about: dict[str, Any]
    """When, where and by which version it was made, and what it counts."""
    files: dict[str, tuple[int, str]] = field(default_factory=dict)
    """Of each file its length and SHA-256."""


class Packer:
    """Writes a backup: `add` file by file, `close` at the end."""

    def __init__(self, sink: Sink, about: dict[str, Any], grown: Callable[[int], None] = lambda length: None) -> None:
        """`grown` hears after each piece how many bytes were written; what it raises ends the writing."""
        self._sink, self._grown = sink, grown
        self._manifest = Manifest(about)

    def add(self, name: str, file: IO[bytes]) -> None:
        """A file as it is now: should it grow meanwhile, what comes later is left out. Raises OSError."""
        length = os.fstat(file.fileno()).st_size
        self._head(name, length)
        digest, left = hashlib.sha256(), length
        while left:
            piece = file.read(min(left, _PIECE))
            if not piece:
                raise OSError(f"{name} became shorter while it was read")
            digest.update(piece)
            self._write(piece)
            left -= len(piece)
        self._pad(length)
        self._manifest.files[name] = (length, digest.hexdigest())

    def close(self) -> None:
        """Write the manifest and the end. Raises OSError."""
        manifest = {"format": FORMAT, **self._manifest.about, "files": self._manifest.files}
        text = json.dumps(manifest, indent=1).encode()
        self._head(MANIFEST, len(text))
        self._write(text)
        self._pad(len(text))
        self._write(bytes(2 * _BLOCK))

    def _head(self, name: str, length: int) -> None:
        member = tarfile.TarInfo(name)
        member.size, member.mode = length, 0o600
        self._write(member.tobuf(tarfile.GNU_FORMAT))

    def _pad(self, length: int) -> None:
        self._write(bytes(-length % _BLOCK))

    def _write(self, content: bytes) -> None:
        self._sink.write(content)
        self._grown(len(content))


def unpack(source: Source, folder: Path, room: int, grown: Callable[[int], None] = lambda length: None) -> Manifest:
    """Write the files of a backup into an empty folder and compare them with its manifest, which is returned.

    `room` is how many bytes there is room for. Raises Unreadable, OSError.
    """
    found: dict[str, tuple[int, str]] = {}
    while True:
        name, length = _next(source)
        if name == MANIFEST:
            manifest = _checked(_exactly(source, length, _LONGEST_MANIFEST), found)
            _end(source)
            return manifest
        if not is_member(name) or name in found:
            raise Unreadable(
                Sentence("The backup contains something that does not belong there: {name}.", name=name[:80])
            )
        room -= length
        if room < 0 or len(found) >= _MOST_FILES:
            raise Unreadable(NO_ROOM)
        found[name] = (length, _written(source, length, folder / name, grown))


def clear_unfinished(data: Path) -> None:
    """Throw away what was being made or brought when the exchange ended."""
    for left in (data / BACKUPS).glob(".*"):
        if left.name.startswith(MAKING):
            shutil.rmtree(left, ignore_errors=True)
        elif left.name.startswith(UPLOAD) or left.name.endswith(PART):
            left.unlink(missing_ok=True)


def is_member(name: str) -> bool:
    """Whether a file of this name may be in a backup."""
    if name in (SETTINGS, RECORDS, *SECRETS):
        return True
    top, _, rest = name.partition("/")
    return (top == GREETINGS and FILE_NAME.fullmatch(rest) is not None) or (top == MAILBOXES and is_message(rest))


def is_message(name: str) -> bool:
    """Whether a message's sound may have this name below the mailboxes."""
    box, _, file = name.partition("/")
    return EXTENSION.fullmatch(box) is not None and _MESSAGE.fullmatch(file) is not None


def _written(source: Source, length: int, path: Path, grown: Callable[[int], None]) -> str:
    for parent in (path.parent.parent, path.parent):
        parent.mkdir(mode=0o700, exist_ok=True)
    digest, left = hashlib.sha256(), length
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    with os.fdopen(handle, "wb") as file:
        while left:
            piece = source.read(min(left, _PIECE))
            if not piece:
                raise Unreadable(DAMAGED)
            digest.update(piece)
            file.write(piece)
            grown(len(piece))
            left -= len(piece)
    source.read(-length % _BLOCK)
    return digest.hexdigest()


def _next(source: Source) -> tuple[str, int]:
    """Name and length of the next member. Raises Unreadable for anything but a plain file."""
    kind, name, length = _header(source)
    if kind == b"L":  # the name of the next member, too long for its header (GNU)
        long = _exactly(source, length, _LONGEST_NAME).rstrip(b"\0")
        kind, _, length = _header(source)
        name = long
    if kind != b"0":
        raise Unreadable(Sentence("The backup contains something other than ordinary files."))
    try:
        return name.decode("ascii"), length
    except UnicodeDecodeError as error:
        raise Unreadable(Sentence("The backup contains a file with an invalid name.")) from error


def _header(source: Source) -> tuple[bytes, bytes, int]:
    block = source.read(_BLOCK)
    if len(block) != _BLOCK:
        raise Unreadable(DAMAGED)
    if block[257:263] != b"ustar ":
        raise Unreadable(Sentence("This is not a Durchwahl backup."))
    length = block[124:136].strip(b" \0")
    if not re.fullmatch(rb"[0-7]{1,11}", length):
        raise Unreadable(DAMAGED)
    return block[156:157], block[:100].rstrip(b"\0"), int(length, 8)


def _exactly(source: Source, length: int, most: int) -> bytes:
    if length > most:
        raise Unreadable(DAMAGED)
    content = source.read(length)
    if len(content) != length:
        raise Unreadable(DAMAGED)
    source.read(-length % _BLOCK)
    return content


def _end(source: Source) -> None:
    """Read on to the end, so that a file that was cut off behind the manifest is found out, too."""
    if len(source.read(_MOST_BEHIND)) == _MOST_BEHIND:
        raise Unreadable(DAMAGED)


def _checked(text: bytes, found: dict[str, tuple[int, str]]) -> Manifest:
    """The manifest, if it names exactly the files there are."""
    try:
        manifest = json.load(io.BytesIO(text))
        listed = dict(manifest.pop("files"))
        files = {str(name): (int(length), str(digest)) for name, (length, digest) in listed.items()}
        newer = int(manifest["format"]) > FORMAT
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise Unreadable(DAMAGED) from error
    if newer:
        raise Unreadable(Sentence("The backup was made by a newer version. Please update Durchwahl first."))
    if files != found or not {SETTINGS, RECORDS} <= found.keys():
        raise Unreadable(Sentence("The contents of the backup do not match its list of files."))
    return Manifest(manifest, files)
