"""The card's two slots: which one the Raspberry Pi's firmware starts, which one it may be asked to try once.

The firmware reads autoboot.txt on the card's first partition: 512 bytes at most, keys below filters. `boot_partition`
below [all] is what starts; below [tryboot] what starts once, after `reboot "0 tryboot"`, if tryboot_a_b=1. A slot is
committed when it stands below [all]. Without a file that can be read the firmware takes the first partition it can
start from: slot a. (Raspberry Pi's documentation, config.txt, autoboot.txt.)
"""

import re
from pathlib import Path
from typing import Literal

from pbx.store.disk.atomic import sweep, write_file

Slot = Literal["a", "b"]

BOOT: dict[Slot, int] = {"a": 2, "b": 3}
"""The numbers of the boot partitions, as image/layout.py lays them out."""
AUTOBOOT = "autoboot.txt"
LONGEST = 512
"""Bytes of autoboot.txt; the firmware reads no more."""
LINE = re.compile(r"(\w+)\s*=\s*(\d{1,9})", re.ASCII)


def other(slot: Slot) -> Slot:
    """The slot that is not this one."""
    return "b" if slot == "a" else "a"


def autoboot(slot: Slot) -> str:
    """autoboot.txt that starts this slot, and the other one when asked to try it."""
    return f"[all]\ntryboot_a_b=1\nboot_partition={BOOT[slot]}\n[tryboot]\nboot_partition={BOOT[other(slot)]}\n"


def committed(content: bytes) -> Slot | None:
    """The slot that autoboot.txt starts; None if that cannot be said, or if it could not try the other one."""
    if len(content) > LONGEST:
        return None
    started, tried = _values(content, tryboot=False), _values(content, tryboot=True)
    for slot, number in BOOT.items():
        if (started.get("boot_partition"), tried.get("boot_partition")) == (number, BOOT[other(slot)]):
            return slot if tried.get("tryboot_a_b") == 1 else None
    return None


def _values(content: bytes, tryboot: bool) -> dict[str, int]:
    """What holds for a start of this kind; of a key that stands there twice, the last one."""
    values: dict[str, int] = {}
    holds = True
    for line in content.decode("ascii", "replace").splitlines():
        text = line.split("#")[0].strip()
        if text.startswith("["):
            holds = text == "[all]" or (tryboot and text == "[tryboot]")
        elif holds and (found := LINE.fullmatch(text)):
            values[found[1]] = int(found[2])
    return values


def booted(command_line: str) -> Slot | None:
    """The slot that runs, by the kernel's command line; None on what is not our card."""
    for word in command_line.split():
        if word == "rauc.slot=a":
            return "a"
        if word == "rauc.slot=b":
            return "b"
    return None


def read(folder: Path) -> Slot | None:
    """Which slot is committed, by autoboot.txt in this folder."""
    try:
        with (folder / AUTOBOOT).open("rb") as file:
            return committed(file.read(LONGEST + 1))
    except OSError:
        return None


def commit(folder: Path, slot: Slot) -> None:
    """Let the firmware start this slot from now on. Raises OSError.

    The file's one cluster is on the card before the name leads to it; the rename then changes one entry of the
    directory, within one sector. Whenever the plug is pulled, the name leads to the old cluster or to the new one: FAT
    does not overwrite what it frees, and the firmware reads no further than the first cluster. (docs/updates.md)
    """
    if read(folder) != slot:
        sweep(folder)
        write_file(folder / AUTOBOOT, autoboot(slot).encode())
