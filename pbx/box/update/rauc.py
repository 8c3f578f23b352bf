"""Asking RAUC: it checks bundles, writes slots, and asks our backend (update_backend) which one the firmware starts."""

import json
import os
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pbx.box.slots import Slot
from pbx.box.update.programs import Done, Run

PERCENT = re.compile(r"\s*(\d{1,3})% ")
SECTOR = 512
TRIES = 3


class NoAnswer(Exception):
    """RAUC did not do what it was asked for; the text is what it said, for the log."""


class BundleRejected(NoAnswer):
    """The bundle is not one of ours, or not whole."""


@dataclass(frozen=True, slots=True)
class Bundle:
    """What is in a bundle, by its signed manifest."""

    compatible: str
    version: str
    sizes: dict[str, int]
    """Bytes by class of slot: "rootfs", "boot"."""


@dataclass(frozen=True, slots=True)
class Slots:
    """Which slot is which."""

    booted: Slot
    committed: Slot | None
    """None when autoboot.txt cannot be read."""
    versions: dict[Slot, str]
    """Of the bundle that RAUC wrote there whole; "" if none."""
    room: dict[str, int]
    """Bytes that there is place for, by class of slot."""


def _nothing(line: str) -> None:
    """Lines that need not be heard at once."""


class Rauc:
    """The program, asked."""

    def __init__(self, run: Run, root: Path = Path("/")) -> None:
        """`root` is where the kernel tells how large devices are."""
        self._run = run
        self._root = root

    def info(self, bundle: Path) -> Bundle:
        """Check a bundle's signature and read what it is. Raises Rejected."""
        done = self._run(("rauc", "info", "--output-format=json", str(bundle)), _nothing)
        if done.code != 0:
            raise BundleRejected(done.said)
        try:
            answer = json.loads(done.said)
            sizes = {name: int(image["size"]) for each in answer["images"] for name, image in each.items()}
            return Bundle(str(answer["compatible"]), str(answer["version"]), sizes)
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise BundleRejected(f"its manifest cannot be understood: {error}") from error

    def slots(self) -> Slots:
        """Which slot runs, which is committed, what is in them. Raises NoAnswer."""
        done = self._ask("status", "--detailed", "--output-format=json")
        try:
            answer = json.loads(done.said)
            every = {name: slot for each in answer["slots"] for name, slot in each.items()}
            bootable = {slot["bootname"]: slot for slot in every.values() if slot.get("bootname")}
            if answer["booted"] not in ("a", "b"):
                raise NoAnswer(f"the slot that runs is called {answer['booted']}")
            primary = every.get(answer.get("boot_primary"), {}).get("bootname")
            return Slots(
                booted=answer["booted"],
                committed=primary if primary in ("a", "b") else None,
                versions={name: _version(slot) for name, slot in bootable.items() if name in ("a", "b")},
                room={slot["class"]: self._bytes(slot["device"]) for slot in every.values()},
            )
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise NoAnswer(f"its status cannot be understood: {error}") from error

    def install(self, bundle: Path, progress: Callable[[int], None]) -> None:
        """Write a bundle to the slot that does not run. Raises NoAnswer."""

        def heard(line: str) -> None:
            if found := PERCENT.match(line):
                progress(int(found[1]))

        done = self._run(("rauc", "install", str(bundle)), heard)
        if done.code != 0:
            raise NoAnswer(done.said)

    def commit(self, slot: str) -> None:
        """Let the firmware start a slot from now on: "booted" or "other". Raises NoAnswer."""
        self._ask("status", "mark-active", slot)

    def good(self) -> None:
        """The slot that runs is good. Raises NoAnswer."""
        self._ask("status", "mark-good", "booted")

    def _ask(self, *words: str) -> Done:
        """Ask RAUC's service. Its bus gives up after 25 s, which a busy box may need: then once more."""
        for _ in range(TRIES):
            done = self._run(("rauc", *words), _nothing)
            if done.code == 0:
                return done
        raise NoAnswer(done.said)

    def _bytes(self, device: str) -> int:
        """A device's size; 0 if it is not there."""
        name = Path(os.path.realpath(self._root / device.lstrip("/"))).name
        try:
            return int((self._root / "sys/class/block" / name / "size").read_text()) * SECTOR
        except (OSError, ValueError):
            return 0


def _version(slot: dict[str, Any]) -> str:
    """What was written to a slot; RAUC remembers it when it is done."""
    status = slot.get("slot_status") or {}
    if status.get("status") != "ok":
        return ""
    return str((status.get("bundle") or {}).get("version", ""))
