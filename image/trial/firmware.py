"""The part of the Raspberry Pi's firmware, played: which boot partition is started, and with what.

qemu's `virt` machine has no such firmware. Here it is as Raspberry Pi documents it (config.txt: autoboot.txt, boot
flow), written apart from what the box itself makes of the same file (pbx/box/slots.py). Not played: config.txt, device
trees.
"""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

FIRST = 1
"""The partition that autoboot.txt is read from."""


def partitions(card: Path) -> dict[int, range]:
    """Which bytes of the card each partition has."""
    told = json.loads(subprocess.run(["sfdisk", "-J", card], check=True, capture_output=True).stdout)
    return {
        int(part["node"].removeprefix(str(card))): range(part["start"] * 512, (part["start"] + part["size"]) * 512)
        for part in told["partitiontable"]["partitions"]
    }


def place(card: Path, partition: int) -> str:
    """A FAT partition, as mtools call it."""
    return f"{card}@@{partitions(card)[partition].start}"


def file(card: Path, partition: int, name: str) -> bytes | None:
    """A file of a FAT partition; None if it is not there."""
    done = subprocess.run(["mcopy", "-n", "-i", place(card, partition), f"::{name}", "-"], capture_output=True)
    return done.stdout if done.returncode == 0 else None


def startable(card: Path, partition: int) -> bool:
    """Whether the firmware of a Pi 4 would start from there."""
    return bool(file(card, partition, "start4.elf"))


def chosen(card: Path, tryboot: bool) -> int:
    """The partition that is started."""
    text = (file(card, FIRST, "autoboot.txt") or b"")[:512].decode("ascii", "replace")
    number, section = 0, "all"
    for line in text.splitlines():
        if line.startswith("["):
            section = line.strip("[] \r")
        elif line.startswith("boot_partition=") and (section == "all" or (section == "tryboot" and tryboot)):
            number = int(line.partition("=")[2])
    if number and startable(card, number):
        return number
    return next(each for each in (1, 2, 3) if startable(card, each))
