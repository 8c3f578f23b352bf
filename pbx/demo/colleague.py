"""A colleague of the demo office: who they are, and the process of their phone."""

import asyncio
import contextlib
import json
import socket
import sys
from pathlib import Path

from pbx.demo.deskphone import PhoneAccount, line_of


class PhoneFailed(Exception):
    """A phone of the demo does not work; the text says what it complained about."""


class Colleague:
    """A person and the softphone on their desk."""

    def __init__(self, name: str, extension: str, frequency: float, answers_after: float | None) -> None:
        self.name = name
        self.extension = extension
        self.frequency = frequency
        """What the phone hums when it talks, Hz."""
        self.heard = 0.0
        """The frequency the phone heard during its last call, Hz."""
        self._answers_after = answers_after
        self._process: asyncio.subprocess.Process | None = None
        self._reader: asyncio.Task[None] | None = None
        self._registered = asyncio.Event()
        self._ringing = asyncio.Event()
        self._idle = asyncio.Event()
        self._idle.set()

    async def start(self, exchange: tuple[str, int], own_host: str, user: str, password: str, log: Path) -> None:
        """Plug the phone in and wait until it is registered. Raises PhoneFailed."""
        port, rtp = _free_port(own_host), 30000
        account = PhoneAccount(*exchange, user, password, own_host, port, rtp, self._answers_after, 4.0, self.frequency)
        with log.open("ab") as errors:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "pbx.demo.deskphone",
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=errors,
                start_new_session=True,  # Ctrl-C is for us; the phone learns it from the end of its input
            )
        assert self._process.stdin is not None
        self._process.stdin.write(line_of(account).encode())
        self._reader = asyncio.create_task(self._read())
        try:
            async with asyncio.timeout(30):
                await self._registered.wait()
        except TimeoutError:
            raise PhoneFailed(f"{self.name}'s phone could not register: {log.read_text()[-2000:]}") from None

    async def stop(self) -> None:
        """Unplug it."""
        process = self._process
        if process is None or process.stdin is None:
            return
        process.stdin.close()
        try:
            async with asyncio.timeout(3):
                await process.wait()
        except TimeoutError:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()
        if self._reader is not None:
            await self._reader

    async def rings(self, seconds: float = 10.0) -> None:
        """Until the phone rings. Raises TimeoutError."""
        async with asyncio.timeout(seconds):
            await self._ringing.wait()

    async def is_idle(self, seconds: float = 10.0) -> None:
        """Until the phone's call is over and it has reported what it heard. Raises TimeoutError."""
        async with asyncio.timeout(seconds):
            await self._idle.wait()

    async def _read(self) -> None:
        assert self._process is not None
        assert self._process.stdout is not None
        while line := await self._process.stdout.readline():
            event = json.loads(line)
            match event["event"]:
                case "registered":
                    self._registered.set()
                case "ringing":
                    self._idle.clear()
                    self._ringing.set()
                case "ended":
                    self.heard = float(event["heard"])
                    self._ringing.clear()
                    self._idle.set()


def _free_port(host: str) -> int:
    """A UDP port that nobody uses now, not even at all addresses together."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind((host, 0))
        return int(probe.getsockname()[1])
