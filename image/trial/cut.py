"""What is on a card whose plug was pulled: only what it had been told to make safe. The rest is lost here, always.

qemu logs each write and each flush of the box (driver blklogwrites, in the format of Linux's dm-log-writes). `finished`
makes of the card as it was, and that log, the card as it is at worst: all writes up to the last flush, none after it.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

MAGIC, VERSION = 0x6A736677736872, 1
FLUSH, FUA, DISCARD = 1, 2, 4
HEAD = struct.Struct("<QQQI")
ENTRY = struct.Struct("<QQQQ")


@dataclass(frozen=True, slots=True)
class Write:
    """One entry: so many bytes that went to a place, and where the log has them."""

    place: int
    length: int
    flags: int
    data: int


class NoLog(Exception):
    """The file is no log of writes."""


def writes(log: BinaryIO) -> Iterator[Write]:
    """All entries that are whole, in their order. Raises NoLog."""
    head = log.read(HEAD.size)
    if len(head) < HEAD.size:
        raise NoLog("it is empty")
    magic, version, count, sector = HEAD.unpack(head)
    if (magic, version) != (MAGIC, VERSION) or not sector:
        raise NoLog("it is something else")
    place = sector
    for _ in range(count):
        log.seek(place)
        entry = log.read(ENTRY.size)
        if len(entry) < ENTRY.size:
            return
        start, sectors, flags, _ = ENTRY.unpack(entry)
        yield Write(start * sector, sectors * sector, flags, place + sector)
        place += sector + (0 if flags & DISCARD else sectors * sector)


def finished(card: Path, log: Path) -> tuple[int, int]:
    """Do to the card what it had finished for certain.

    Returns how many writes that were, and how many are lost. Raises NoLog.
    """
    with log.open("rb") as source, card.open("r+b") as target:
        every = list(writes(source))
        last = max((number for number, write in enumerate(every, 1) if write.flags & (FLUSH | FUA)), default=0)
        for write in every[:last]:
            if write.length and not write.flags & DISCARD:
                source.seek(write.data)
                target.seek(write.place)
                target.write(source.read(write.length))
    return last, len(every) - last
