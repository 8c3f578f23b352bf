"""The media of an exchange without packets: endpoints that play, hear and record on made-up time.

Stands where `pbx.media.pump.Pump` stands. What a far end says is said with `Ear.hears` and `Ear.speaks`; what it was
told can be read off `said` and `dialled`. Calls through the real pump are in `test_sound.py`.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Literal

import numpy as np

from pbx.media.clip import Clip
from pbx.media.codecs.codec import PCMA, Codec
from pbx.media.events import DigitHeard, DigitsSent, MediaEvent, Played, Recorded, Silent
from pbx.media.format import Format
from pbx.media.ports import NoPort
from pbx.media.quality_points import QualityPoints
from pbx.media.reports import Quality

SOON = 0.01
"""Seconds until an event is told, as with the real pump: never from within a verb."""

Why = Literal["limit", "silence", "digit", "stopped", "closed"]
"""What ends a recording here."""


class Words(Clip):
    """A second of sound that knows what it says."""

    __slots__ = ("text",)

    def __init__(self, text: str, seconds: float = 1.0) -> None:
        super().__init__(np.zeros(int(8000 * seconds), np.int16), 8000)
        self.text = text


class MadeUpEndpoint:
    """An endpoint, seen from the exchange through its verbs and from the far end through what it hears."""

    def __init__(self, pump: MadeUpPump, local: tuple[str, int]) -> None:
        self.on_event: Callable[[MadeUpEndpoint, MediaEvent], None] | None = None
        self.local = local
        self.format: Format | None = None
        self.closed = False
        self.bridge: MadeUpEndpoint | None = None
        self.onward: object = None
        self.said: list[str] = []
        """Everything that was played, in order."""
        self.dialled = ""
        """Digits that were sent to the far end."""
        self.listens = False
        self.quality_points = QualityPoints(pump.loop.time())
        self._studio = pump
        self._token = 0
        self._playing: asyncio.TimerHandle | None = None
        self._waiting: tuple[int, float] | None = None
        """Token and seconds of what cannot be played before a format is agreed on."""
        self._recording: tuple[int, Path, float, str] | None = None
        self._end: asyncio.TimerHandle | None = None
        self._speaks_until = 0.0
        self._news: deque[MediaEvent] = deque()

    # -- what the far end does

    def hears(self, digits: str, how: str = "event") -> None:
        """Keys are pressed."""
        for digit in digits:
            self._tell(DigitHeard(digit, "event" if how == "event" else "tone"))
            if self._recording and digit in self._recording[3]:
                self._finish("digit")

    def speaks(self, seconds: float) -> None:
        """Somebody says something; a recording goes on as long."""
        self._speaks_until = self._studio.loop.time() + seconds

    def is_silent(self, seconds: float) -> None:
        """No packet has come for so long."""
        self._tell(Silent(seconds))

    # -- the verbs of pbx.media.endpoint.Endpoint

    @property
    def codec(self) -> Codec:
        return self.format.codec if self.format else PCMA

    def agree(self, format: Format) -> None:
        self.format = format
        if self._waiting is not None:
            (token, seconds), self._waiting = self._waiting, None
            self._play(token, seconds)

    def play(self, clips: Sequence[Clip], *, repeat: bool = False) -> int:
        self._token += 1
        self.stop_playing()
        if self.closed:
            return self._token
        self.said += [clip.text if isinstance(clip, Words) else "beep" for clip in clips]
        if not repeat:
            seconds = sum(clip.seconds for clip in clips)
            if self.format is None:
                self._waiting = self._token, seconds
            else:
                self._play(self._token, seconds)
        return self._token

    def _play(self, token: int, seconds: float) -> None:
        self._playing = self._studio.loop.call_later(seconds, lambda: self._tell(Played(token)))

    def tone(self, name: str, country: str = "de") -> int:
        return self.play([Words(name)], repeat=True)

    def stop_playing(self) -> None:
        self._waiting = None
        if self._playing is not None:
            self._playing.cancel()

    def dial(self, digits: str, *, tone: float = 0.1, gap: float = 0.1) -> int:
        self._token += 1
        if not self.closed:
            self.dialled += digits
            self._tell(DigitsSent(self._token))
        return self._token

    def record(self, path: Path, *, limit: float = 180.0, silence: float = 10.0, until: str = "#") -> int:
        self._token += 1
        if not self.closed:
            now = self._studio.loop.time()
            self._recording = self._token, path, now, until
            quiet = max(0.0, self._speaks_until - now) + silence
            why: Why = "limit" if quiet > limit else "silence"
            self._end = self._studio.loop.call_later(min(quiet, limit), lambda: self._finish(why))
        return self._token

    def stop_recording(self) -> None:
        self._finish("stopped")

    def _finish(self, why: Why) -> None:
        if self._recording is None or self._end is None:
            return
        (token, path, began, _), self._recording = self._recording, None
        self._end.cancel()
        seconds = max(0.0, min(self._studio.loop.time(), self._speaks_until) - began)
        self._studio.recordings[path] = seconds
        self._tell(Recorded(token, seconds, why))

    def listen_for_tones(self, wanted: bool) -> None:
        self.listens = wanted

    def refresh_receiving(self) -> None:
        """Nothing arrives here."""

    def quality(self) -> Quality:
        return Quality(50, 1, 0.001, 40, None, None, None, 0, 0)

    def close(self) -> None:
        if self.closed:
            return
        self._finish("closed")
        self.stop_playing()
        self.closed = True
        self._studio.endpoints.remove(self)
        if self.bridge is not None:
            self.bridge.bridge = self.bridge.onward = None
            self.bridge = self.onward = None

    def _tell(self, event: MediaEvent) -> None:
        on_event = self.on_event
        if on_event is not None:
            self._news.append(event)
            self._studio.loop.call_later(SOON, self._tell_next, on_event)

    def _tell_next(self, on_event: Callable[[MadeUpEndpoint, MediaEvent], None]) -> None:
        on_event(self, self._news.popleft())  # alarms for the same moment ring in any order


class MadeUpPump:
    """Opens endpoints; `most` of them at the same time."""

    def __init__(self, loop: asyncio.AbstractEventLoop, most: int = 1000) -> None:
        self.loop = loop
        self.most = most
        self.endpoints: list[MadeUpEndpoint] = []
        """Those that are open."""
        self.recordings: dict[Path, float] = {}
        """Seconds of what was recorded."""
        self._ports = iter(range(20000, 60000, 2))

    def open(self, local_host: str) -> MadeUpEndpoint:
        if len(self.endpoints) >= self.most:
            raise NoPort("no port is free")
        endpoint = MadeUpEndpoint(self, (local_host, next(self._ports)))
        self.endpoints.append(endpoint)
        return endpoint

    def at(self, port: int) -> MadeUpEndpoint:
        """The open endpoint at this port."""
        return next(endpoint for endpoint in self.endpoints if endpoint.local[1] == port)
