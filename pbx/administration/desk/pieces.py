"""Large files that come in pieces: no more than one is in memory."""

import base64
import binascii
import os
import re
import secrets
import shutil
from collections.abc import Callable
from pathlib import Path

from pbx.control.protocol import PIECE, Refused
from pbx.sentence import Sentence
from pbx.store.disk.atomic import remove_file

_STRIDE = 8 * 1024 * 1024
"""Bytes after which the disk is waited for: else all of it would be at once, by whoever saves something then."""
UPLOAD = ".upload-"
"""What the names of those begin with that are on their way."""
_FREE = 0.10
"""Share of the disk that stays free: below it no messages are recorded."""
_TOKEN = re.compile(r"[0-9a-f]{16}")


def add(folder: Path, data: str, size: int, upload: str, at: int, begins: Callable[[bytes], None]) -> tuple[str, Path]:
    """Put a piece (base64) behind those that are there; the upload's token, for the next, and its file so far.

    The first comes without `upload`: `begins` refuses what cannot be meant by it, and there must be room for all of the
    `size`, if that is known. Only one is on its way at a time in a folder. Raises Refused, OSError.
    """
    piece = _decoded(data)
    if not upload:
        begins(piece)
        clear(folder)
        if not _has_room(folder, max(size, len(piece))):
            raise _no_room()
        upload = _begun(folder)
    part = folder / f"{UPLOAD}{upload}"
    if not _TOKEN.fullmatch(upload) or not part.is_file():
        raise _interrupted()
    with part.open("ab") as file:
        if file.tell() != at:
            raise _interrupted()
        if not _has_room(folder, len(piece)):
            remove_file(part)
            raise _no_room()
        file.write(piece)
        if (at + len(piece)) // _STRIDE != at // _STRIDE:
            file.flush()
            os.fdatasync(file.fileno())
    return upload, part


def clear(folder: Path) -> None:
    """Throw away what was on its way when the exchange ended."""
    for left in folder.glob(f"{UPLOAD}*"):
        left.unlink()


def _has_room(folder: Path, length: int) -> bool:
    """Whether so many bytes more leave the disk as free as it must stay."""
    usage = shutil.disk_usage(folder)
    return usage.free - length >= _FREE * usage.total


def _decoded(data: str) -> bytes:
    try:
        piece = base64.b64decode(data, validate=True)
    except (binascii.Error, ValueError) as error:
        raise Refused(Sentence("The upload was interrupted. Please start again."), field="data") from error
    if len(piece) > PIECE:
        raise Refused(Sentence("One part of the upload is too large."), field="data")
    return piece


def _begun(folder: Path) -> str:
    upload = secrets.token_hex(8)
    os.close(os.open(folder / f"{UPLOAD}{upload}", os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_CLOEXEC, 0o600))
    return upload


def _no_room() -> Refused:
    return Refused(Sentence("There is not enough space on the disk."), 1)


def _interrupted() -> Refused:
    return Refused(Sentence("The upload was interrupted. Please start again."), 1)
