"""Recording what a peer says: in order, with gaps as silence, into a file that survives a crash."""

from pathlib import Path
from typing import Literal

import numpy as np

from pbx.media.codecs.codec import CLOCK_RATE, Codec
from pbx.media.wav import WavWriter

_DEPTH = 5
"""Packets that are held back while an earlier one is missing."""
_PATIENCE = 0.12
"""Seconds that they are held back at most."""
_SLACK = 1.0
"""Seconds that a recording may be longer than the clock says it can be: what was on its way."""
_VOICE = 250.0
"""Root mean square above which somebody speaks: about -42 dBFS."""

Ending = Literal["limit", "silence", "failed"]


class Recorder:
    """One recording. Timestamps say where each packet belongs; what is missing becomes silence.

    Timestamps are the peer's word only: the sound never gets longer than the time that really passed, so nobody can
    fill the disk with a jump. A new stream (other SSRC, timestamps begun anew) goes on where the clock says.
    """

    def __init__(self, token: int, path: Path, codec: Codec, limit: float, silence: float, until: str, now: float):
        """`limit` and `silence` in seconds, `until` the digits that end it; raises OSError."""
        self.token = token
        self.until = until
        self.late = 0
        """Packets that came after their place had been filled."""
        self._rate = codec.sample_rate
        self._decode = codec.decoder()
        self._file = WavWriter(path, self._rate)
        self._limit, self._silence = limit, silence
        self._started = self._heard = self._spoken = now
        self._next: int | None = None
        self._waiting: dict[int, tuple[bytes, float]] = {}

    @property
    def seconds(self) -> float:
        """Of sound so far."""
        return self._file.seconds

    def change(self, codec: Codec) -> None:
        """The peer speaks another codec from now on; the file keeps its rate."""
        self._decode = codec.decoder(self._rate)

    def restart(self, now: float) -> None:
        """What comes next begins a new stream."""
        self._release(now, everything=True)
        self._next = None

    def packet(self, timestamp: int, payload: bytes, now: float) -> None:
        """Take one packet of voice; raises OSError."""
        if self._next is None:
            self._pad(now - self._heard - 0.03 if self._file.samples else 0.0, now)
            self._next = timestamp
        self._heard = now
        ahead = (timestamp - self._next + 0x80000000 & 0xFFFFFFFF) - 0x80000000
        if ahead < 0:
            self.late += 1
        elif ahead == 0 and not self._waiting:
            self._write(payload, now)
        else:
            self._waiting.setdefault(timestamp, (payload, now))
            self._release(now)

    def _release(self, now: float, everything: bool = False) -> None:
        """Write what is in order, and skip what has been missing for too long."""
        while self._waiting and self._next is not None:
            place = self._next
            nearest = min(self._waiting, key=lambda timestamp: (timestamp - place) & 0xFFFFFFFF)
            ahead = (nearest - place) & 0xFFFFFFFF
            payload, arrived = self._waiting[nearest]
            if ahead >= 0x80000000:
                self.late += 1
                del self._waiting[nearest]
                continue
            overdue = now - arrived >= _PATIENCE or len(self._waiting) >= _DEPTH
            if ahead and not overdue and not everything:
                return
            del self._waiting[nearest]
            self._pad(ahead / CLOCK_RATE, now)
            self._next = nearest
            self._write(payload, now)

    def _pad(self, seconds: float, now: float) -> None:
        room = now - self._started + _SLACK - self._file.seconds
        count = round(min(seconds, room, self._limit - self._file.seconds) * self._rate)
        if count > 0:
            self._file.write(np.zeros(count, np.int16))

    def _write(self, payload: bytes, now: float) -> None:
        samples = self._decode(payload)
        assert self._next is not None
        self._next = (self._next + len(payload)) & 0xFFFFFFFF
        room = int(self._limit * self._rate) - self._file.samples
        self._file.write(samples[: max(0, room)])
        wave = samples.astype(np.float32)
        if float(wave @ wave) > _VOICE * _VOICE * len(wave):
            self._spoken = now

    def tick(self, now: float) -> Ending | None:
        """Let time pass; why the recording is over, if it is. Raises OSError."""
        if self._waiting:
            self._release(now)
        if self._file.seconds >= self._limit or now - self._started >= self._limit + _SLACK:
            return "limit"
        return "silence" if now - self._spoken >= self._silence else None

    def finish(self, now: float) -> float:
        """Close the file; the seconds of sound in it. Raises OSError, the file then being closed all the same."""
        try:
            self._release(now, everything=True)
        finally:
            self._file.close()
        return self._file.seconds
