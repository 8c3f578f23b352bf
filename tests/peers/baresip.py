"""baresip as a desk phone: configured by a folder, steered over TCP (JSON in netstrings), its ears a WAV."""

from __future__ import annotations

import json
import re
import socket
import threading
from pathlib import Path
from typing import Any

from tests.peers.programs import Program, Stopped, free_ports, until
from tests.peers.tones import Samples, heard, read_wav, write_wav
from tests.peers.tones import tone as make_tone

MODULES = Path("/usr/lib/baresip/modules")


class Baresip(Stopped):
    """A softphone with an account; `tone` is what it says, `heard()` what it heard.

    baresip 1.0.0 (Debian 12), as found out: its RTP leaves from 127.0.0.1 whatever it is told, so it must live there,
    or its media seem to come from a stranger; the interface must be given as an address, or the SDP names another
    one; it asks at the terminal when an account has no password; ausine only does 48 kHz stereo, so its voice is a
    file; it decodes only if there is an audio player (aubridge is one without a device); TLS takes the next
    port up.
    """

    def __init__(
        self,
        folder: Path,
        registrar: tuple[str, int],
        *,
        user: str,
        password: str = "none",
        tone: int = 440,
        codecs: str = "pcma,pcmu",
        transport: str = "udp",
        register: bool = True,
        answer: str = "manual",
    ) -> None:
        self.host = "127.0.0.1"
        ports = free_ports(26)
        self.address = (self.host, ports)
        self._control_port, self._rtp_ports = ports + 2, (ports + 4, ports + 25)
        self.tone = tone
        self.folder = folder / f"baresip-{user}"
        self.folder.mkdir(parents=True)
        self.events: list[dict[str, Any]] = []
        interval = 300 if register else 0
        parts = [f"<sip:{user}@{registrar[0]}:{registrar[1]};transport={transport}>", f"auth_user={user}"]
        parts += [f"auth_pass={password}", f"regint={interval}", f"answermode={answer}", f"audio_codecs={codecs}"]
        (self.folder / "accounts").write_text(";".join(parts) + "\n")
        (self.folder / "contacts").write_text("")
        rate = 16000 if codecs.startswith("G722") else 8000
        voice = write_wav(self.folder / "voice.wav", make_tone(tone, 60, rate), rate)
        (self.folder / "config").write_text(self._config(voice))
        self.program = Program("baresip", ["baresip", "-4", "-v", "-f", str(self.folder)], self.folder)
        try:
            self._control = until(self._connect, "baresip takes commands")
        except AssertionError:
            self.program.kill()
            raise
        threading.Thread(target=self._listen, daemon=True).start()

    def _config(self, voice: Path) -> str:
        modules = "\n".join(f"module {name}.so" for name in ("g711", "g722", "aufile", "aubridge", "sndfile"))
        # Not mwi: baresip 1.0.0 now and then sends thousands of SUBSCRIBEs before it looks at an answer.
        applications = "\n".join(f"module_app {name}.so" for name in ("menu", "ctrl_tcp"))
        return f"""
poll_method epoll
sip_listen {self.host}:{self.address[1]}
net_interface {self.host}
call_local_timeout 120
call_max_calls 4
audio_source aufile,{voice}
audio_player aubridge,ear
audio_alert aubridge,bell
rtp_ports {self._rtp_ports[0]}-{self._rtp_ports[1]}
rtcp_mux no
snd_path {self.folder}
ctrl_tcp_listen {self.host}:{self._control_port}
module_path {MODULES}
{modules}
module_tmp account.so
{applications}
"""

    def _connect(self) -> socket.socket | None:
        try:
            return socket.create_connection((self.host, self._control_port), 1)
        except OSError:
            if not self.program.running():
                raise AssertionError(self.program.output()) from None
            return None

    def _listen(self) -> None:
        self._control.settimeout(None)
        stream = self._control.makefile("rb")
        while True:
            try:
                size = b""
                while (char := stream.read(1)) != b":":
                    if not char:
                        return  # baresip is gone
                    size += char
                self.events.append(json.loads(stream.read(int(size))))
                stream.read(1)
            except (OSError, ValueError):
                return

    def registered(self) -> None:
        """Wait until the registrar has said yes; seen in the log, as events before the control connection are lost."""
        until(lambda: re.search(r"200 OK .*\[\d+ bindings?\]", self.program.output()), "baresip is registered")

    def command(self, name: str, parameters: str = "") -> None:
        """Give an order in the words of baresip's menu: dial, accept, hangup, sndcode, hold, resume ..."""
        order = json.dumps({"command": name, "params": parameters, "token": name}).encode()
        self._control.sendall(b"%d:%s," % (len(order), order))

    def dial(self, target: str) -> None:
        """Call an extension or a SIP URI."""
        self.command("dial", target)

    def answer(self) -> None:
        """Take the call that rings."""
        self.command("accept")

    def hang_up(self) -> None:
        """End the call, or refuse the one that rings."""
        self.command("hangup")

    def press(self, digits: str) -> None:
        """Keys during a call, as telephone-events."""
        for digit in digits:
            self.command("sndcode", digit)

    def saw(self, kind: str) -> bool:
        """Whether an event of that type came: REGISTER_OK, CALL_INCOMING, CALL_ESTABLISHED, CALL_CLOSED ..."""
        return any(event.get("type") == kind for event in self.events)

    def wait(self, kind: str, seconds: float = 15.0) -> dict[str, Any]:
        """The first event of that type, now or soon."""

        def look() -> dict[str, Any] | None:
            return next((event for event in self.events if event.get("type") == kind), None)

        try:
            return until(look, f"baresip tells {kind}", seconds)
        except AssertionError as error:
            raise AssertionError(f"{error}\n{self.events}\n{self.program.output()[-3000:]}") from None

    def heard(self) -> tuple[Samples, int]:
        """What arrived during the last call, decoded, and the sample rate; to be asked after the call."""
        recordings = sorted(self.folder.glob("dump-*-dec.wav"), key=lambda path: path.stat().st_mtime)
        assert recordings, f"baresip recorded nothing\n{self.program.output()[-3000:]}"
        return read_wav(recordings[-1])

    def stop(self) -> None:
        """End it."""
        self.program.stop()
        self._control.close()


def talk(caller: Baresip, callee: Baresip, extension: str) -> None:
    """One calls the other at this extension, who answers; until both have heard each other."""
    caller.dial(extension)
    callee.wait("CALL_INCOMING")
    callee.answer()
    caller.wait("CALL_ESTABLISHED")
    until(lambda: heard(*caller.heard(), callee.tone) and heard(*callee.heard(), caller.tone), "both hear each other")
