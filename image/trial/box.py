"""A copy of the image in qemu: plugged in, asked from outside, its plug pulled.

qemu's user network gives it 10.0.2.15 and leads it to us (image/trial/router.py); what it listens to is at
127.0.0.1 here.
"""

from __future__ import annotations

import base64
import http.client
import json
import os
import shlex
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from image.trial.cut import finished
from image.trial.firmware import FIRST, chosen, file, partitions, place
from image.trial.monitor import Monitor
from tests.peers.programs import Missed, until

BUILD = Path(__file__).parents[2] / "build/image"
SSH, WEB, SIP = 2222, 8080, 5060
VOICE = range(10000, 11000, 2)
BOOT = 600.0
"""Seconds; an emulated Pi on a busy machine."""
CARD = 6 << 30
"""Bytes of the card the image is written to."""
STARTED = ("vmlinuz", "initrd.img", "cmdline.txt")
"""What the firmware reads of the boot partition."""
TRIED = "Rebooting with argument '0 tryboot'"
"""What systemd says at the very end, when it hands the kernel what the firmware is to be told."""

PATIENT = base64.b64encode(b"[Service]\nTimeoutStartSec=600\nWatchdogSec=300\n").decode()
OURS = ("durchwahl", "durchwahl-lamps", "durchwahl-web")
EMULATED = " ".join(
    (
        " console=ttyAMA0 systemd.show_status=0 systemd.watchdog_sec=300",
        *(f"systemd.set_credential_binary=systemd.unit-dropin.{unit}.service:{PATIENT}" for unit in OURS),
    )
)
"""For the kernel: an emulated console; and where a busy processor emulates another, all may be late without harm."""

CONNECT = ("-o", "BatchMode=yes", "-o", "ConnectTimeout=20", "-o", "LogLevel=ERROR", "-p", str(SSH))


class Box:
    """One Raspberry Pi with its card."""

    def __init__(self, folder: Path, image: Path = BUILD / "durchwahl.img") -> None:
        """Write the card. With a key on its first partition, as somebody would put it there who wants to log in."""
        self.folder = folder
        self.card = folder / "card.img"
        self.console = folder / "console.log"
        self.before = folder / "card-before.img"
        """The card as it was when it was plugged in."""
        self.log = folder / "writes.log"
        self.boots = 0
        self.partition = 0
        """The boot partition that was started last."""
        self._process: subprocess.Popen[bytes] | None = None
        # A copy, so that another image may be built meanwhile.
        subprocess.run(["cp", "--sparse=always", image, self.card], check=True)
        os.truncate(self.card, CARD)
        self.key = folder / "key"
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", self.key], check=True)
        self.put(self.key.with_suffix(".pub"), "authorized_keys")
        self.known = folder / "known_hosts"

    def put(self, source: Path, name: str) -> None:
        """Put a file on the card's first partition, as any PC can."""
        subprocess.run(["mcopy", "-o", "-i", place(self.card, FIRST), source, f"::{name}"], check=True)

    def plug_in(self, tryboot: bool = False) -> float:
        """Power on, or start again; returns the seconds until the page answers."""
        self.start(tryboot)
        return self.answers()

    def start(self, tryboot: bool = False) -> None:
        """Power on, or start again as the last start ended; does not wait for anything."""
        self.boots += 1
        # An own console for each start: what a start says is not to be taken for the last one's.
        self.console = self.folder / f"console-{self.boots}.log"
        self.partition = chosen(self.card, tryboot)
        for name in STARTED:
            content = file(self.card, self.partition, name)
            assert content, f"partition {self.partition} has no {name}"
            (self.folder / name).write_bytes(content)
        kernel, system, line = (self.folder / name for name in STARTED)
        words = line.read_text().strip().replace("console=ttyAMA10,115200", "") + EMULATED
        forwards = [f"hostfwd=tcp:127.0.0.1:{SSH}-:22", f"hostfwd=tcp:127.0.0.1:{WEB}-:80"]
        forwards += [f"hostfwd=udp:127.0.0.1:{port}-:{port}" for port in (SIP, *VOICE)]
        command = ["qemu-system-aarch64", "-M", "virt", "-cpu", "cortex-a53", "-smp", "2", "-m", "1024", "-no-reboot"]
        command += ["-rtc", "base=1970-01-01"]  # a Pi has no clock
        command += ["-kernel", str(kernel), "-initrd", str(system), "-append", words]
        command += self._drive()
        command += ["-netdev", ",".join(["user,id=lan", *forwards]), "-device", "virtio-net-pci,netdev=lan,romfile="]
        # A second cable, on which each frame is a datagram to us: the user network carries no multicast.
        command += ["-netdev", "socket,id=cable,udp=127.0.0.1:7001,localaddr=127.0.0.1:7002"]
        command += ["-device", "virtio-net-pci,netdev=cable,romfile=", "-device", "i6300esb"]
        command += ["-device", "qemu-xhci", "-qmp", f"unix:{self.folder}/qmp,server=on,wait=off"]
        command += ["-display", "none", "-monitor", "none", "-serial", f"file:{self.console}"]
        with (self.folder / "qemu.log").open("ab") as log:
            self._process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log)

    def _drive(self) -> list[str]:
        """The card, with a log of all that is written to it."""
        subprocess.run(["cp", "--sparse=always", self.card, self.before], check=True)
        self.log.write_bytes(b"")
        return [
            *("-blockdev", f"driver=file,node-name=file,filename={self.card}"),
            *("-blockdev", f"driver=file,node-name=log,filename={self.log}"),
            *("-blockdev", "driver=blklogwrites,node-name=card,file=file,log=log,log-sector-size=512"),
            *("-device", "virtio-blk-pci,drive=card,write-cache=on"),
        ]

    def answers(self) -> float:
        """Wait until the page answers; returns the seconds."""
        return self._comes(self._page_answers, "the page answers")

    def shows(self, text: str) -> float:
        """Wait until this is on the screen; returns the seconds."""
        return self._comes(lambda: text in self.screen(), text)

    def _comes(self, come: Callable[[], bool], what: str) -> float:
        began = time.monotonic()

        def running() -> bool:
            assert self._process is not None
            assert self._process.poll() is None, f"it ended: {(self.folder / 'qemu.log').read_text()}"
            time.sleep(1)
            return come()

        try:
            until(running, what, BOOT)
        except (Missed, AssertionError) as missed:
            raise AssertionError(f"{missed}\n{self.screen()}") from None
        return time.monotonic() - began

    def _page_answers(self) -> bool:
        try:
            return self.page("/")[0] < 400
        except (OSError, http.client.HTTPException):
            return False

    def page(self, path: str) -> tuple[int, str, str]:
        """Status, Location and text of a page."""
        connection = http.client.HTTPConnection("127.0.0.1", WEB, timeout=30)
        try:
            connection.request("GET", path, headers={"Host": "durchwahl.local"})
            answer = connection.getresponse()
            return answer.status, answer.getheader("Location", ""), answer.read().decode()
        finally:
            connection.close()

    def hands(self) -> Monitor:
        """Whoever stands before it, with sticks to plug in."""
        return Monitor(self.folder / "qmp")

    def pull_the_plug(self) -> None:
        """Power off, at once."""
        if self._process is not None:
            self._process.send_signal(signal.SIGKILL)
            self._process.wait()
            self._process = None

    def lose_what_was_not_finished(self) -> tuple[int, int]:
        """Make the card as bad as a pulled plug may leave it; how many writes it had finished and how many are lost."""
        self.before.replace(self.card)
        return finished(self.card, self.log)

    def ends(self, seconds: float = 120.0) -> bool:
        """Wait until it has switched itself off or starts again; whether the firmware is then to try the other slot."""
        assert self._process is not None
        self._process.wait(seconds)
        self._process = None
        return TRIED in self.console.read_text(errors="replace")

    def data_partition(self, copy: Path) -> None:
        """Copy the data partition out of the card that is off."""
        data = self._data()
        command = ["dd", f"if={self.card}", f"of={copy}", "bs=1M", "conv=sparse", "status=none"]
        subprocess.run([*command, f"skip={data.start}", f"count={len(data)}"], check=True)

    def spoil_the_data(self) -> None:
        """Write something else where the data partition of the card that is off lies."""
        data = self._data()
        command = ["dd", "if=/dev/urandom", f"of={self.card}", "bs=1M", "conv=notrunc", "status=none"]
        subprocess.run([*command, f"seek={data.start}", f"count={len(data)}"], check=True)

    def _data(self) -> range:
        """Which megabytes of the card are the data partition, its last."""
        *_, last = partitions(self.card).values()
        return range(last.start >> 20, last.stop >> 20)

    def command(self, *words: str) -> list[str]:
        """What starts a program on the box."""
        known = ("-o", f"UserKnownHostsFile={self.known}", "-o", "StrictHostKeyChecking=accept-new")
        return ["ssh", "-i", str(self.key), *CONNECT, *known, "root@127.0.0.1", shlex.join(words)]

    def run(self, *words: str, check: bool = True) -> str:
        """What a program on the box prints."""
        done = subprocess.run(
            self.command(*words), capture_output=True, text=True, timeout=180, stdin=subprocess.DEVNULL
        )
        assert not check or done.returncode == 0, f"{words}: {done.stdout}\n{done.stderr}"
        return done.stdout.strip()

    def do(self, *words: str) -> Any:
        """What `durchwahl ... --json` answers on the box."""
        return json.loads(self.run("durchwahl", *words, "--json"))

    def screen(self) -> str:
        """The last that the kernel and systemd said."""
        text = self.console.read_text(errors="replace") if self.console.exists() else "nothing on the console"
        return "\n".join(text.splitlines()[-60:])
