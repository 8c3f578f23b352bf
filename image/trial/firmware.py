"""The part of the Raspberry Pi's firmware, played: which boot partition is started, and with what.

qemu's `virt` machine has no such firmware. Here it is as Raspberry Pi documents it (config.txt: autoboot.txt, boot
flow), written apart from what the box itself makes of the same file (pbx/box/slots.py). Not played: config.txt, device
trees.
"""

from __future__ import annotations

import json
import subprocess
import time
from pathlib import Path

from image.trial.box import BOOT, EMULATED, SIP, SSH, VOICE, WEB, Box
from tests.peers.programs import until

FIRST = 1
"""The partition that autoboot.txt is read from."""
TRIED = "Rebooting with argument '0 tryboot'"
"""What systemd says at the very end, when it hands the kernel what the firmware is to be told."""


def partitions(card: Path) -> dict[int, int]:
    """Where each partition begins, in bytes."""
    told = json.loads(subprocess.run(["sfdisk", "-J", card], check=True, capture_output=True).stdout)
    return {
        int(part["node"].removeprefix(str(card))): part["start"] * 512 for part in told["partitiontable"]["partitions"]
    }


def file(card: Path, partition: int, name: str) -> bytes | None:
    """A file of a FAT partition; None if it is not there."""
    words = ["mcopy", "-n", "-i", f"{card}@@{partitions(card)[partition]}", f"::{name}", "-"]
    done = subprocess.run(words, capture_output=True)
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


class Pi(Box):
    """A box whose slots are chosen by the firmware, and which ends when it starts again."""

    partition = 0
    """The boot partition that was started last."""

    def start(self, tryboot: bool = False, logged: bool = False) -> None:
        """Power on, or start again; does not wait for anything. `logged`: with a log of all that is written."""
        self.partition = chosen(self.card, tryboot)
        for name in ("vmlinuz", "initrd.img"):
            content = file(self.card, self.partition, name)
            assert content, f"partition {self.partition} has no {name}"
            (self.folder / name).write_bytes(content)
        words = (file(self.card, self.partition, "cmdline.txt") or b"").decode().strip()
        # An emulated console for the Pi's.
        words = words.replace("console=ttyAMA10,115200", "")
        words += EMULATED
        self.boots += 1
        self.console = self.folder / f"console-{self.boots}.log"
        forwards = [f"hostfwd=tcp:127.0.0.1:{SSH}-:22", f"hostfwd=tcp:127.0.0.1:{WEB}-:80"]
        forwards += [f"hostfwd=udp:127.0.0.1:{port}-:{port}" for port in (SIP, *VOICE)]
        command = ["qemu-system-aarch64", "-M", "virt", "-cpu", "cortex-a53", "-smp", "2", "-m", "1024", "-no-reboot"]
        command += ["-rtc", "base=1970-01-01"]  # a Pi has no clock
        command += ["-kernel", str(self.folder / "vmlinuz"), "-initrd", str(self.folder / "initrd.img")]
        plain = ["-drive", f"file={self.card},format=raw,if=none,id=card", "-device", "virtio-blk-pci,drive=card"]
        command += ["-append", words, *(self._drive() if logged else plain), "-device", "i6300esb"]
        command += ["-netdev", ",".join(["user,id=lan", *forwards]), "-device", "virtio-net-pci,netdev=lan,romfile="]
        command += ["-display", "none", "-monitor", "none", "-serial", f"file:{self.console}"]
        with (self.folder / "qemu.log").open("ab") as log:
            self._process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log)

    def answers(self) -> float:
        """Wait until the page answers; returns the seconds."""
        began = time.monotonic()
        until(lambda: self._up(""), "the page answers", BOOT)
        return time.monotonic() - began

    def ends(self, seconds: float = BOOT) -> bool:
        """Wait until it starts again; whether the firmware is to try the other slot."""
        self.wait_for_the_end(seconds)
        return TRIED in self.console.read_text(errors="replace")
