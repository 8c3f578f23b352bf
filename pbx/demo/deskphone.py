"""A desk phone of the demo office: a pyVoIP softphone in a process of its own.

    python -m pbx.demo.deskphone

It reads one line of JSON from its input (`Account`) and writes a line of JSON for everything that happens to it:
registered, ringing, answered, ended (with the frequency that was heard), failed. It ends when its input does.

What pyVoIP 1.6.8 lacks is added here: it does not know CANCEL, and it encodes A-law with the mu-law encoder, so the
simulated provider speaks mu-law.
"""

import json
import sys
import time
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from pyVoIP.VoIP import CallState, VoIPCall, VoIPPhone
from pyVoIP.VoIP.status import PhoneStatus

RATE = 8000
FRAME = 160
PATIENCE = 15.0
"""Seconds until a registration must have come about."""
SILENCE = b"\x80" * FRAME
"""pyVoIP's sound is 8 bit, unsigned."""


@dataclass(frozen=True, slots=True)
class PhoneAccount:
    """What the phone must know."""

    host: str
    port: int
    """The exchange."""
    user: str
    password: str
    own_host: str
    own_port: int
    rtp_port: int
    """The first of its 40 ports for RTP."""
    answers_after: float | None
    """Seconds of ringing; None: never."""
    talks: float
    """Seconds until it hangs up."""
    frequency: float
    """What it hums, Hz."""


class Softphone(VoIPPhone):
    """A VoIPPhone that notices when the caller gives up."""

    def callback(self, request: Any) -> None:
        """A message for a call; CANCEL gets its 487 (RFC 3261, section 9.2)."""
        if getattr(request, "method", "") != "CANCEL":
            super().callback(request)
            return
        call = self.calls.pop(request.headers["Call-ID"], None)
        if call is not None and call.state == CallState.RINGING:
            call.state = CallState.ENDED
            refusal = self.sip.gen_busy(call.request).replace("486 Busy Here", "487 Request Terminated")
            self.sip.out.sendto(refusal.encode("utf8"), (self.server, self.port))


class Deskphone:
    """One phone: rings, answers, hums, hangs up."""

    def __init__(self, account: PhoneAccount) -> None:
        self._account = account
        self._phone = Softphone(
            account.host,
            account.port,
            account.user,
            account.password,
            myIP=account.own_host,
            callCallback=self._ring,
            sipPort=account.own_port,
            rtpPortLow=account.rtp_port,
            rtpPortHigh=account.rtp_port + 39,
        )

    def run(self) -> None:
        """Register, and work until the input ends."""
        self._phone.start()
        # It takes whatever arrives next for the answer to its REGISTER, and tries again when that was a NOTIFY.
        until = time.monotonic() + PATIENCE
        while self._phone.get_status() != PhoneStatus.REGISTERED and time.monotonic() < until:
            time.sleep(0.05)
        tell("registered" if self._phone.get_status() == PhoneStatus.REGISTERED else "failed")
        sys.stdin.read()
        self._phone.stop()

    def _ring(self, call: VoIPCall) -> None:
        tell("ringing")
        began = time.monotonic()
        patience = self._account.answers_after
        while call.state == CallState.RINGING:
            if patience is not None and time.monotonic() - began >= patience:
                call.answer()
                tell("answered")
                self._talk(call)
                return
            time.sleep(0.05)
        tell("ended", heard=0.0)

    def _talk(self, call: VoIPCall) -> None:
        call.write_audio(hum(self._account.frequency, self._account.talks + 1))
        until = time.monotonic() + self._account.talks
        sound = bytearray()
        while call.state == CallState.ANSWERED and time.monotonic() < until:
            time.sleep(FRAME / RATE)
            while (frame := call.read_audio(FRAME, blocking=False)) != SILENCE:
                sound += frame
        if call.state == CallState.ANSWERED:
            call.hangup()
        tell("ended", heard=loudest(bytes(sound)))


def hum(frequency: float, seconds: float) -> bytes:
    """A tone as pyVoIP wants it."""
    wave = np.sin(2 * np.pi * frequency * np.arange(round(seconds * RATE)) / RATE)
    return (wave * 60 + 128).astype(np.uint8).tobytes()


def loudest(sound: bytes) -> float:
    """The strongest frequency of pyVoIP's sound, Hz; 0.0 for less than half a second or silence."""
    samples = np.frombuffer(sound, np.uint8).astype(float) - 128
    if len(samples) < RATE / 2 or float(np.abs(samples).max()) < 4:
        return 0.0
    spectrum = np.abs(np.fft.rfft(samples * np.hanning(len(samples))))
    spectrum[: round(100 * len(samples) / RATE)] = 0
    return round(float(np.argmax(spectrum)) * RATE / len(samples), 1)


def tell(event: str, **details: float) -> None:
    """Print one line for the process that started the phone."""
    print(json.dumps({"event": event, **details}), file=sys.__stdout__, flush=True)


def line_of(account: PhoneAccount) -> str:
    """What `main` reads."""
    return json.dumps(asdict(account)) + "\n"


def main() -> None:
    """Run one phone."""
    sys.stdout = sys.stderr  # pyVoIP prints what it does not understand
    account = PhoneAccount(**json.loads(sys.stdin.readline()))
    phone = Deskphone(account)
    phone.run()


if __name__ == "__main__":
    main()
