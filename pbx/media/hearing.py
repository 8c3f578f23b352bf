"""Digits from telephone-events and from the sound, never both for one press."""

from pbx.media.dtmf import ToneReceiver
from pbx.media.g711 import Samples
from pbx.media.telephone_event import EventReceiver

_SAME_PRESS = 1.0
"""Seconds after a digit was heard as tone in which the event of the same press may still come."""


class DigitHearing:
    """One caller's digits. Once a telephone-event came, sound counts no more: many networks send both."""

    def __init__(self) -> None:
        self._events = EventReceiver()
        self._tones: ToneReceiver | None = None
        self._had_event = False
        self._by_tone: tuple[str, float] | None = None

    def listen(self, wanted: bool) -> None:
        """Whether to look for digits in the sound."""
        self._tones = (self._tones or ToneReceiver()) if wanted and not self._had_event else None

    @property
    def listens(self) -> bool:
        """Whether `sound` is of any use at the moment."""
        return self._tones is not None

    def event(self, ssrc: int, sequence: int, timestamp: int, payload: bytes, now: float) -> str | None:
        """Take a telephone-event packet; a digit when it is new."""
        digit = self._events.packet(ssrc, sequence, timestamp, payload)
        if digit is None:
            return None
        self._had_event, self._tones = True, None
        heard, self._by_tone = self._by_tone, None
        if heard and heard[0] == digit and now - heard[1] < _SAME_PRESS:
            return None
        return digit

    def sound(self, samples: Samples, now: float) -> str:
        """Take 8 kHz sound; the digits in it."""
        digits = self._tones.take(samples) if self._tones else ""
        if digits:
            self._by_tone = (digits[-1], now)
        return digits
