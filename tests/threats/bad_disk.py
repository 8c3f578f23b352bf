"""A disk that becomes full, or can only be read, below a running exchange: `python -m tests.threats.bad_disk`.

Run it in a mount namespace of its own (`unshare --user --map-root-user --mount`), with "full", "read-only" or "start"
(when it is full) and an empty folder. What was seen is printed as one line of JSON.
"""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
from collections.abc import Awaitable
from pathlib import Path
from typing import Any

from pbx.control.protocol import Refused
from tests.threats.box import Box, besiege
from tests.threats.ends import Phone, conversation, phone
from tests.threats.test_moving import old_box

SIZE = 16
"""Megabytes the disk has."""


class Disk:
    """A file system in memory."""

    def __init__(self, folder: Path) -> None:
        self.folder, self._ballast = folder, folder / "ballast"
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={SIZE}m", "tmpfs", folder], check=True)

    def spoil(self, how: str) -> None:
        """Fill it to the last byte, or let it only be read."""
        if how == "read-only":
            # The kernel refuses it for a disk on which files are open: another view of it is laid over it. What is open
            # already (the records) can be written on; everything that is opened by name from now on is refused.
            subprocess.run(["mount", "--bind", self.folder, self.folder], check=True)
            subprocess.run(["mount", "-o", "remount,bind,ro", self.folder], check=True)
            return
        with self._ballast.open("wb", 0) as file, contextlib.suppress(OSError):
            for length in (1 << 20, 4096, 1):
                with contextlib.suppress(OSError):
                    while True:
                        file.write(os.urandom(length))

    def mend(self, how: str) -> None:
        """As before."""
        if how == "read-only":
            subprocess.run(["umount", self.folder], check=True)
        self._ballast.unlink(missing_ok=True)


async def called(box: Box, caller: Phone, callee: Phone, seen: list[Any]) -> None:
    """Both register, one calls the other, and the call ends as calls do."""
    registered = [(await each.register()).status for each in (caller, callee)]
    talk, other = await conversation(box, caller, callee)
    for _ in range(5):
        talk.voice.say(talk.remote)
        await box.pass_time(0.02, 0.01)
    seen.append({"registered": registered, "heard": len(other.voice.heard()) > 0, "ended": await talk.hang_up()})


async def said(work: Awaitable[Any]) -> str:
    """Why it is refused; empty when it is done."""
    try:
        await work
    except Refused as refused:
        return str(refused)
    return ""


def main(how: str, folder: Path) -> None:
    """Spoil the disk while the exchange runs, and see what still works."""
    disk, seen = Disk(folder), dict[str, Any](before=[], spoilt=[], mended=[])

    async def script(box: Box) -> None:
        anna, bert = await phone(box, "21"), await phone(box, "22")
        await called(box, anna, bert, seen["before"])
        await box.pass_time(6)
        disk.spoil(how)
        await called(box, anna, bert, seen["spoilt"])
        await box.pass_time(6)
        seen["refused"] = await said(box.do("user add", name="Dora", extension="24"))
        seen["doctor"] = {each["name"]: each["sentence"] for each in await box.do("doctor") if each["state"] == "fail"}
        await called(box, anna, bert, seen["spoilt"])
        disk.mend(how)
        await called(box, anna, bert, seen["mended"])
        await box.pass_time(6)
        seen["added"] = await said(box.do("user add", name="Dora", extension="24"))
        seen["history"] = len(await box.history())
        seen["log"], box.faults.lines = box.faults.lines, []

    besiege(folder / "data", script)
    print(json.dumps(seen))


def start(folder: Path) -> None:
    """Begin again, as after a power cut, when the disk is full."""
    disk, seen = Disk(folder), list[Any]()
    accounts = old_box(folder / "data")
    disk.spoil("full")

    async def script(box: Box) -> None:
        await called(box, Phone(box, accounts[0]), Phone(box, accounts[1]), seen)
        box.faults.lines = []  # what cannot be kept on the disk may well be told

    besiege(folder / "data", script)
    print(json.dumps(seen))


if __name__ == "__main__":
    if sys.argv[1] == "start":
        start(Path(sys.argv[2]))
    else:
        main(sys.argv[1], Path(sys.argv[2]))
