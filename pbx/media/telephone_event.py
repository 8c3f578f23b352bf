"""Telephone-events: digits as RTP packets of their own (RFC 4733)."""

from collections import deque
from dataclasses import dataclass
from struct import Struct

DIGITS = "0123456789*#ABCD"
"""Event codes 0 to 15 (RFC 4733, section 3.2)."""
_PAYLOAD = Struct("!BBH")
_LONGEST = 0xFFFF


@dataclass(frozen=True, slots=True)
class TelephoneEvent:
    """One payload (RFC 4733, section 2.3)."""

    code: int
    """0 to 255; the first 16 are digits."""
    duration: int
    """Since the event's timestamp, in ticks."""
    end: bool = False
    volume: int = 10
    """0 to 63, in dBm0 without the minus sign."""

    @classmethod
    def parse(cls, payload: bytes) -> "TelephoneEvent | None":
        """Read a payload; None when it is too short to be one."""
        if len(payload) < _PAYLOAD.size:
            return None
        code, flags, duration = _PAYLOAD.unpack_from(payload)
        return cls(code, duration, flags >= 0x80, flags & 0x3F)

    def __bytes__(self) -> bytes:
        return _PAYLOAD.pack(self.code, self.volume | (0x80 if self.end else 0), self.duration)


@dataclass(slots=True)
class _Heard:
    ssrc: int
    timestamp: int
    code: int
    duration: int
    ended: bool
    sequence: int


class EventReceiver:
    """Reports each digit once, whichever of its packets come, in whatever order.

    An event is known by its SSRC and timestamp: marker bits and end packets may all be lost. Two more cases count
    as the same press: a long one that is continued under a new timestamp (RFC 4733, section 2.5.1.3), and senders
    that let the timestamp run on during the press.
    """

    def __init__(self, memory: int = 32) -> None:
        self._heard: deque[_Heard] = deque(maxlen=memory)

    def packet(self, ssrc: int, sequence: int, timestamp: int, payload: bytes) -> str | None:
        """Take one packet; the digit if this is the first that tells of it, else None."""
        event = TelephoneEvent.parse(payload)
        if event is None or event.code >= len(DIGITS):
            return None
        heard = _Heard(ssrc, timestamp, event.code, event.duration, event.end, sequence)
        for known in self._heard:
            if known.ssrc == ssrc and known.timestamp == timestamp:
                known.duration = max(known.duration, event.duration)
                known.ended |= event.end
                if (sequence - known.sequence) & 0xFFFF < 0x8000:
                    known.sequence = sequence
                return None
        goes_on = any(_continues(known, heard) for known in self._heard)
        self._heard.append(heard)
        return None if goes_on else DIGITS[event.code]


def _continues(before: _Heard, after: _Heard) -> bool:
    """Whether the two timestamps are one press, whichever of them arrived first."""
    if before.code != after.code or before.ssrc != after.ssrc:
        return False
    apart = (after.timestamp - before.timestamp) & 0xFFFFFFFF
    if apart == _LONGEST:
        return not before.ended
    if apart == (1 << 32) - _LONGEST:
        return not after.ended
    running_on = (after.sequence - before.sequence) & 0xFFFF == 1 and not before.ended
    return running_on and 0 < apart == after.duration - before.duration


class EventSender:
    """The packets of one digit, one for each 20 ms beat (RFC 4733, section 2.5.1).

    `next` gives the payloads with growing duration; the last three are the end packet and its two repetitions.
    All go out under the timestamp of the first, which carries the marker.
    """

    def __init__(self, digit: str, *, ticks: int = 800, step: int = 160) -> None:
        """`digit` lasts `ticks` and grows by `step` a packet; raises ValueError for what is no digit."""
        self._code = DIGITS.index(digit.upper())
        self._ticks = max(step, min(ticks, _LONGEST))
        self._step = step
        self._duration = 0
        self._ends = 3

    def next(self) -> bytes | None:
        """The next packet's payload; None once the digit is over."""
        if self._duration < self._ticks - self._step:
            self._duration += self._step
            return bytes(TelephoneEvent(self._code, self._duration))
        if not self._ends:
            return None
        self._ends -= 1
        return bytes(TelephoneEvent(self._code, self._ticks, end=True))
