"""How long a WAV file plays, and making its header true again after its writer was killed."""

import struct
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO


class NoSound(ValueError):
    """The file is no WAV file with sound in it."""


@dataclass(frozen=True, slots=True)
class _Layout:
    """Where in the file things are, bytes."""

    data: int
    """First byte of the sound."""
    said: int
    """Length of the sound as the header has it."""
    length: int
    """Of the whole file."""
    per_second: int
    block: int


def mend(path: Path) -> float:
    """Make the header's lengths those of what is really there, and return the seconds of sound.

    Raises NoSound, or OSError.
    """
    with path.open("r+b") as file:
        layout = _layout(file)
        there = layout.length - layout.data
        sound = layout.said
        if not 0 < layout.said <= there or not _is_chunk(file, layout):
            sound = there - there % layout.block
        if sound != layout.said:
            file.seek(layout.data - 4)
            file.write(struct.pack("<I", sound))
            file.truncate(layout.data + sound)
            file.seek(4)
            file.write(struct.pack("<I", layout.data + sound - 8))
        return sound / layout.per_second


def _layout(file: BinaryIO) -> _Layout:
    length = file.seek(0, 2)
    file.seek(0)
    if length < 12 or (head := file.read(12))[:4] != b"RIFF" or head[8:] != b"WAVE":
        raise NoSound("no WAV file")
    rate = block = 0
    while len(chunk := file.read(8)) == 8:
        name, size = chunk[:4], int.from_bytes(chunk[4:], "little")
        if name == b"data":
            if not rate or not block:
                break
            return _Layout(file.tell(), size, length, rate, block)
        body = file.read(min(size, 64)) if name == b"fmt " else b""
        if len(body) >= 16:
            rate, block = struct.unpack_from("<IH", body, 8)
        file.seek(size - len(body) + size % 2, 1)
    raise NoSound("no sound in the file")


def _is_chunk(file: BinaryIO, layout: _Layout) -> bool:
    """Whether the sound is followed by nothing, or by chunks that end where the file does."""
    end = layout.data + layout.said
    while end < layout.length:
        file.seek(end)
        head = file.read(8)
        if len(head) < 8 or not all(0x20 <= byte < 0x7F for byte in head[:4]):
            return False
        size = int.from_bytes(head[4:], "little")
        end += 8 + size + size % 2
    return end == layout.length
