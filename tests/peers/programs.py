"""Other people's programs, started for a test and stopped with it; and addresses nobody else uses."""

from __future__ import annotations

import contextlib
import os
import random
import shutil
import signal
import socket
import struct
import subprocess
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar

Found = TypeVar("Found")

_VENV_PROGRAMS = Path(__file__).parents[2] / ".venv/bin"


class Missed(AssertionError):
    """Something did not happen in time."""


def until(look: Callable[[], Found | None], what: str, seconds: float = 15.0) -> Found:
    """Look until there is something (true) to see, and return it; else raise `Missed` telling what was awaited."""
    deadline = time.monotonic() + seconds
    while True:
        if found := look():
            return found
        if time.monotonic() > deadline:
            raise Missed(f"not within {seconds:g} s: {what}")
        time.sleep(0.02)


def own_host() -> str:
    """A loopback address of one's own. Linux answers to the whole of 127.0.0.0/8."""
    return f"127.{random.randint(16, 250)}.{random.randint(0, 254)}.{random.randint(2, 254)}"


def free_ports(count: int = 1, host: str = "127.0.0.1") -> int:
    """The first of `count` ports in a row, the first even, that nobody uses now (UDP and TCP)."""
    for _ in range(200):
        first = random.randrange(20000, 32000, 2)
        if all(_is_free(host, port) for port in range(first, first + count)):
            return first
    raise Missed(f"{count} free ports in a row on {host}")


def own_address() -> tuple[str, int]:
    """A loopback address and a port of one's own, the next one free for TLS.

    Never 5060: an exchange that runs on this machine has it at all addresses.
    """
    host = own_host()
    return host, free_ports(2, host)


def listens(address: tuple[str, int]) -> bool:
    """Whether a UDP socket is bound there; seen from the kernel's table, as a probe would be in the way."""
    host = struct.unpack("=I", socket.inet_aton(address[0]))[0]
    wanted = f"{host:08X}:{address[1]:04X}"
    return any(line.split()[1] == wanted for line in Path("/proc/net/udp").read_text().splitlines()[1:])


def _is_free(host: str, port: int) -> bool:
    for kind in (socket.SOCK_DGRAM, socket.SOCK_STREAM):
        with socket.socket(socket.AF_INET, kind) as probe:
            try:
                probe.bind((host, port))
            except OSError:
                return False
    return True


def program(name: str) -> str:
    """Where a program is: the environment's own copy before Debian's (`scripts/setup` says why)."""
    path = os.pathsep.join((str(_VENV_PROGRAMS), os.environ.get("PATH", ""), "/usr/sbin", "/sbin"))
    found = shutil.which(name, path=path)
    if found is None:
        raise FileNotFoundError(f"{name} is not installed; `make test` installs it")
    return found


class Stopped:
    """Runs for the length of a `with` block; then it is stopped and leaves nothing behind."""

    def stop(self) -> None:
        """End it."""
        raise NotImplementedError

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


class Program(Stopped):
    """A running program, its output in a file."""

    def __init__(self, name: str, command: Sequence[str], folder: Path, environment: dict[str, str] | None = None):
        self.name = name
        self.folder = folder
        self.log = folder / f"{name}.log"
        folder.mkdir(parents=True, exist_ok=True)
        surroundings = {key: value for key, value in os.environ.items() if key != "PYTHONASYNCIODEBUG"}
        with self.log.open("ab") as output:
            self.process = subprocess.Popen(
                [program(command[0]), *command[1:]],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd=folder,
                env=surroundings | (environment or {}),
                start_new_session=True,
            )

    def output(self) -> str:
        """All it has printed so far."""
        return self.log.read_text(errors="replace")

    def running(self) -> bool:
        """Whether it still runs."""
        return self.process.poll() is None

    def wait(self, seconds: float = 30.0) -> int:
        """Its exit code, once it has ended by itself."""
        try:
            return self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            raise Missed(f"{self.name} did not end within {seconds:g} s\n{self.output()[-4000:]}") from None

    def stop(self, sign: signal.Signals = signal.SIGTERM, seconds: float = 5.0) -> None:
        """End it: kindly first, and after `seconds` with force; its children too."""
        for kind in (sign, signal.SIGKILL):
            if self.running():
                self._signal(kind)
            try:
                self.process.wait(seconds)
                break
            except subprocess.TimeoutExpired:
                continue
        self._signal(signal.SIGKILL)

    def kill(self) -> None:
        """What a power cut does to it."""
        self._signal(signal.SIGKILL)
        self.process.wait(10)

    def _signal(self, kind: signal.Signals) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, kind)
