"""What RAUC asks and tells about the slots: its custom bootloader backend, and its handler after an installation.

    get-primary              prints the slot that the firmware starts
    set-primary SLOT         lets the firmware start this slot from now on
    get-state SLOT           prints good or bad
    set-state SLOT good|bad  RAUC marks a slot bad before it writes to it; we mark it good when it was healthy
    get-current              prints the slot that runs
    installed                a new system was written: its boot partition gets its own slot's command line

Exit code 0, or 1 and a reason for the log. (RAUC's documentation, "Custom Bootloader Backend".) The states lie on the
data partition, in a file for each slot; which slot starts is in autoboot.txt alone, so that they cannot disagree.
"""

import contextlib
import logging
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

from pbx.box.slots import BOOT, Slot, booted, commit, other, read
from pbx.box.update.programs import Run, run
from pbx.box.update.state import FOLDER
from pbx.store.disk.atomic import write_file

log = logging.getLogger(__name__)

PARTITION = "/dev/disk/by-partuuid/44776c31-{:02x}"
"""A partition of our card, by its number (image/layout.py)."""
SELECT = 1
"""The partition that the firmware reads first."""
PATIENCE = 10.0
"""Seconds for which a partition may be somebody else's: ssh-keys reads the first one at each start."""

Mounted = Callable[[int, bool], AbstractContextManager[Path]]
"""The files of a partition of the card, by its number; to be written to, if True."""


class Impossible(Exception):
    """What RAUC asked for cannot be done; the text is the reason."""


@dataclass(frozen=True, slots=True)
class Backend:
    """The card's slots, as RAUC sees them."""

    mounted: Mounted
    states: Path
    command_line: str
    """The kernel's."""

    def do(self, words: Sequence[str]) -> str:
        """Do what RAUC asks for; returns what is to be printed. Raises Impossible, OSError."""
        match words:
            case ["get-primary"]:
                return self._primary()
            case ["set-primary", "a" | "b" as slot]:
                with self.mounted(SELECT, True) as folder:
                    commit(folder, slot)
                return ""
            case ["get-state", "a" | "b" as slot]:
                return self._state(slot)
            case ["set-state", "a" | "b" as slot, "good" | "bad" as state]:
                write_file(self._file(slot), state.encode() + b"\n", mode=0o644)
                return ""
            case ["get-current"]:
                return self._current()
            case ["installed"]:
                self._installed(other(self._current()))
                return ""
        raise Impossible(f"unknown: {' '.join(words)}")

    def _primary(self) -> Slot:
        with self.mounted(SELECT, False) as folder:
            slot = read(folder)
        if slot is None:
            raise Impossible("autoboot.txt leads nowhere")
        return slot

    def _current(self) -> Slot:
        slot = booted(self.command_line)
        if slot is None:
            raise Impossible("the kernel was not told which slot it is")
        return slot

    def _file(self, slot: Slot) -> Path:
        return self.states / f"slot-{slot}"

    def _state(self, slot: Slot) -> str:
        """A slot that nothing is known of is good if it runs: a new card's."""
        with contextlib.suppress(OSError):
            state = self._file(slot).read_text().strip()
            if state in ("good", "bad"):
                return state
        return "good" if booted(self.command_line) == slot else "bad"

    def _installed(self, slot: Slot) -> None:
        """Both slots' command lines lie beside each other; the firmware reads cmdline.txt."""
        with self.mounted(BOOT[slot], True) as folder:
            write_file(folder / "cmdline.txt", (folder / f"cmdline-{slot}.txt").read_bytes())


@contextlib.contextmanager
def mounted(
    number: int,
    writable: bool,
    run: Run = run,
    clock: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
) -> Iterator[Path]:
    """Mount a partition in a place of its own, in RAUC's own view of the files. Raises Impossible."""
    place = tempfile.mkdtemp(prefix="durchwahl-", dir="/run")
    mode = "rw" if writable else "ro"
    words = ("mount", "-t", "vfat", "-o", f"{mode},nodev,nosuid,noexec,fmask=0177,dmask=0077", PARTITION.format(number))
    try:
        end = clock() + PATIENCE
        while (done := run((*words, place), log.info)).code != 0:
            if clock() > end:
                raise Impossible(f"partition {number} cannot be mounted: {done.said}")
            sleep(0.5)
        try:
            yield Path(place)
        finally:
            # With it all that was written is on the card.
            run(("umount", place), log.info)
    finally:
        with contextlib.suppress(OSError):
            Path(place).rmdir()


def main(arguments: Sequence[str]) -> int:
    """What RAUC starts; the exit code."""
    try:
        command_line = Path("/proc/cmdline").read_text()
        answer = Backend(mounted, FOLDER, command_line).do(arguments)
    except (Impossible, OSError) as error:
        print(f"bootloader: {error}", file=sys.stderr)
        return 1
    if answer:
        print(answer)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
