"""The real exchange: `durchwahl run` as a process of its own, set up through its command line alone."""

from __future__ import annotations

import contextlib
import io
import json
import socket
import sqlite3
import subprocess
from pathlib import Path
from typing import Any

from pbx.cli import command
from pbx.control.client import NotRunning, ask
from pbx.control.protocol import SOCKET
from pbx.store.disk import stand_in
from tests.peers.baresip import Baresip
from tests.peers.kamailio import answers_options
from tests.peers.programs import Program, Stopped, free_ports, own_address, program, until
from tests.peers.tones import tone, write_wav

Answer = dict[str, Any]

GREETING = 600.0
"""The greeting of these tests is a tone, so that it can be recognized: Hz."""


def accepts(address: tuple[str, int]) -> bool:
    """Whether somebody takes connections there."""
    with contextlib.suppress(OSError), socket.create_connection(address, 1):
        return True
    return False


class Exchange(Stopped):
    """One exchange with its data folder; phones on 127.0.0.1, the trunk's peer at `provider`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.data = folder / "data"
        self.data.mkdir(parents=True)
        self.address = own_address()
        self.host = self.address[0]
        self.provider = own_address()
        self.program: Program | None = None
        self._rtp = free_ports(200, self.host)
        self.options: tuple[str, ...] = ()
        """More words for `durchwahl run`."""
        self.before: tuple[str, ...] = ()
        """Words of a command that starts it in some way."""

    def do(self, *words: str) -> Any:
        """A command of `durchwahl`; what it prints as JSON.

        Run in this process: it is the same code, and starting Python for each of hundreds takes minutes.
        """
        output, complaints = io.TextIOWrapper(io.BytesIO()), io.TextIOWrapper(io.BytesIO())
        with contextlib.redirect_stdout(output), contextlib.redirect_stderr(complaints):
            code = command.main([*words, "--json", "--data", str(self.data)])
        texts = [stream.detach().getvalue().decode() for stream in (output, complaints)]
        assert code == 0, f"durchwahl {' '.join(words)}: {texts[1]}\n{self.log()}"
        return json.loads(texts[0])

    def command(self, *words: str) -> subprocess.CompletedProcess[str]:
        """A command of `durchwahl` as people give it, in a process of its own, whatever comes of it."""
        command = [program("durchwahl"), *words, "--json", "--data", str(self.data)]
        return subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)

    def start(self) -> None:
        """Start it and wait until it answers; also after `kill`."""
        first, last = self._rtp, self._rtp + 199
        command = [
            *self.before,
            program("durchwahl"),
            "run",
            "--data",
            str(self.data),
            "--sip",
            "{}:{}".format(*self.address),
            "--rtp",
            f"{first}-{last}",
            *self.options,
        ]
        self.program = Program("durchwahl", command, self.folder)
        try:
            until(self._answers, "the exchange answers OPTIONS", 20)
        except AssertionError as error:
            raise AssertionError(f"{error}\n{self.log()}") from None

    def _answers(self) -> bool:
        assert self.program is not None
        assert self.program.running(), f"the exchange ended\n{self.log()}"
        return answers_options(self.address) and self._takes_commands()

    def _takes_commands(self) -> bool:
        with contextlib.suppress(NotRunning):
            ask(stand_in.in_use(self.data) / SOCKET, "office show", {})
            return True
        return False

    def kill(self) -> None:
        """Pull the plug."""
        assert self.program is not None
        self.program.kill()

    def stop(self) -> None:
        """The orderly end."""
        if self.program is not None:
            self.program.stop()

    def log(self) -> str:
        """The end of what the exchange printed."""
        return self.program.output()[-6000:] if self.program is not None else ""

    def greeting(self, seconds: float) -> str:
        """A WAV file with the tests' greeting."""
        return str(write_wav(self.folder / f"greeting-{seconds:g}.wav", tone(GREETING, seconds)))

    def trunk(self, name: str = "amt") -> None:
        """The peering trunk to `provider`."""
        self.do("trunk", "add", name, "--peer", "{}:{}".format(*self.provider))

    def phone(self, extension: str, **wishes: Any) -> Baresip:
        """A baresip that is registered for the extension."""
        account = self.do("phone", "add", extension)
        host, port = self.address
        registrar = (host, port + 1 if wishes.get("transport") == "tls" else port)
        if registrar != self.address:
            until(lambda: accepts(registrar), "TLS is there: at the first start a certificate has to be made", 30)
        phone = Baresip(self.folder, registrar, user=account["username"], password=account["password"], **wishes)
        try:
            phone.registered()
        except AssertionError:
            phone.program.kill()
            raise
        return phone

    def bindings_on_disk(self) -> int:
        """How many registrations are written down; it takes them a moment."""
        try:
            with contextlib.closing(sqlite3.connect(f"file:{self.data}/bindings.sqlite?mode=ro", uri=True)) as database:
                return int(database.execute("SELECT count(*) FROM bindings").fetchone()[0])
        except sqlite3.OperationalError:
            return 0

    def calls(self, count: int = 1) -> list[Answer]:
        """The last `count` calls, newest last, as soon as there are so many."""

        def look() -> list[Answer] | None:
            found: list[Answer] = self.do("calls", "--last", str(count))
            return sorted(found, key=lambda call: float(call["started"])) if len(found) >= count else None

        return until(look, f"{count} calls in the history")

    def call(self) -> Answer:
        """The only call there was."""
        calls = self.calls()
        assert len(calls) == 1, calls
        return calls[0]

    def tasks(self, extension: str) -> list[Answer]:
        """What the person has to do."""
        found: list[Answer] = self.do("tasks", extension)
        return found


def steps(call: Answer) -> list[str]:
    """The words of a call's story, in order."""
    return [step["what"] for step in call["steps"]]
