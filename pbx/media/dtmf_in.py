"""Digits from telephone-events and from the sound, never both for one press."""

from pbx.media.codecs.codec import Codec, Decoder
from pbx.media.dtmf import ToneReceiver
from pbx.media.telephone_event import EventReceiver

_AT_ONCE = 800
"""Bytes of voice (100 ms) that are looked at together: cheaper than packet by packet, and soon enough."""
_SAME_PRESS = 1.0
"""Seconds after a digit was heard as tone in which the event of the same press may still come."""


class DtmfIn:
    """One caller's digits. Once a telephone-event came, sound counts no more: many networks send both."""

    def __init__(self) -> None:
        self._events = EventReceiver()
        self._tones: ToneReceiver | None = None
        self._decode: Decoder | None = None
        self._voice = bytearray()
        self._had_event = False
        self._by_tone: list[tuple[str, float]] = []

    def listen(self, codec: Codec | None) -> None:
        """Look for digits in sound of this codec from now on, or no more (None)."""
        if codec is None or self._had_event:
            self._tones = self._decode = None
            return
        self._tones = self._tones or ToneReceiver()
        self._decode = codec.decoder(8000)
        self._voice.clear()

    @property
    def listens(self) -> bool:
        """Whether to hand voice to `sound` at the moment."""
        return self._tones is not None

    def event(self, ssrc: int, sequence: int, timestamp: int, payload: bytes, now: float) -> str | None:
        """Take a telephone-event packet; a digit when it is new."""
        digit = self._events.packet(ssrc, sequence, timestamp, payload, now)
        if digit is None:
            return None
        self._had_event = True
        self.listen(None)
        heard = [tone for tone, at in self._by_tone if now - at < _SAME_PRESS]
        if digit not in heard:
            return digit
        del self._by_tone[: len(self._by_tone) - len(heard) + heard.index(digit) + 1]
        return None

    def sound(self, payload: bytes, now: float) -> str:
        """Take one packet of voice; the digits in it and what came before it."""
        self._voice += payload
        if len(self._voice) < _AT_ONCE or not self._tones or not self._decode:
            return ""
        digits = self._tones.take(self._decode(bytes(self._voice)))
        self._voice.clear()
        if digits:
            self._by_tone = [*self._by_tone[-8:], *((digit, now) for digit in digits)]
        return digits
