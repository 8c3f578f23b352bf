"""Telephone-events: digits as RTP packets of their own (RFC 4733)."""

from collections import deque
from dataclasses import dataclass
from struct import Struct
from typing import NamedTuple

DIGITS = "0123456789*#ABCD"
"""Event codes 0 to 15 (RFC 4733, section 3.2)."""
_PAYLOAD = Struct("!BBH")
_LONGEST = 0xFFFF
_NEARLY_FULL = 0xF000
"""Duration from which on a press goes on under a new timestamp (half a second of packets may be lost)."""
_QUICKEST = 640
"""Ticks from one press to the next at least: 40 ms of tone, 40 ms of pause (ITU-T Q.24)."""
_SENSELESS = 1 << 25
"""Ticks (over an hour) by which no press is later than the last; what goes back is later by even more."""
_USUAL_STEP = 160
"""Ticks from packet to packet that nearly all senders use."""
_SLOW_STEP = 400
"""Ticks from packet to packet of the slowest senders (50 ms)."""
_ENDS = 3 * _SLOW_STEP
"""Ticks that the three packets of an end take at most."""
_RECENT = 5.0
"""Seconds for which sequence numbers tell of a press's order; later they may have come round."""
_HALF = 0x8000


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


class _Seen(NamedTuple):
    """One packet of a press."""

    sequence: int
    timestamp: int
    duration: int
    end: bool


@dataclass(slots=True)
class _Press:
    """What has been seen of one press: the ends of its run of sequence numbers."""

    ssrc: int
    code: int
    first: _Seen
    last: _Seen
    longest: int
    """Duration reported so far under the last timestamp."""
    ended: bool
    at: float
    """When its latest packet arrived."""

    @property
    def timestamps(self) -> tuple[int, int]:
        return self.first.timestamp, self.last.timestamp

    def add(self, seen: _Seen, now: float) -> None:
        self.at = now
        self.ended |= seen.end
        if seen.timestamp == self.last.timestamp:
            self.longest = max(self.longest, seen.duration)
        if _after(self.first, seen) > _HALF:
            self.first = seen
        if 0 < _after(self.last, seen) < _HALF:
            if seen.timestamp != self.last.timestamp:
                self.longest = seen.duration
            self.last = seen


class EventReceiver:
    """Reports each press once, whichever of its packets come, in whatever order.

    What is a new press? The rows are tried from the top, on the presses of the last seconds. "Before" and "after" go by
    sequence numbers, whatever order packets arrive in. Markers are not looked at: senders set them on every packet or
    on none, and the packet that carries one may be lost.

    | a packet ...                                                                             | tells of    |
    |------------------------------------------------------------------------------------------|-------------|
    | of the same digit, between two packets of one press, or once more one of them            | that press  |
    | with a press's digit and timestamp (RFC 4733, 2.5.1.2)                                   | that press, |
    | - but after another digit, or with its duration starting over before it was full         | a new one   |
    | - under another SSRC: if its duration goes on, or it is the end that was missing,        | that press, |
    |   else                                                                                   | a new one   |
    | of another digit than the press next to it, or the first from its SSRC                   | a new one   |
    | after the end of the press next to it, and no end itself                                 | a new one   |
    | that begins where the press's duration is full (2.5.1.3), no end having come             | that press  |
    | with a shorter duration than before it; but one end next in line may be wrong            | a new one   |
    | with a longer duration than all packets in between can take: it began before (where the  | that press  |
    |   sender's step is unknown: if timestamps go back or make no sense)                      |             |
    | that begins before the press is over, or sooner than a finger can press again            | that press  |
    | that begins when the press did, its duration taken off (timestamps that run on), with no | that press  |
    |   more packets in between than that takes                                                |             |
    | next in line, with a grown duration or the end; one more end if its timestamp makes no   | that press  |
    |   sense                                                                                  |             |
    | else                                                                                     | a new one   |

    Where it cannot be known: a sender whose timestamps run on and whose durations do not grow presses twice when four
    packets in a row are lost, and so does one that changes SSRC and timestamp within a press. One whose timestamps
    stand still presses once when all of the second press of a key is lost but what lasts as long as the first, or if
    it sends nothing but ends.
    """

    def __init__(self, memory: int = 32) -> None:
        self._heard: deque[_Press] = deque(maxlen=memory)
        self._step = 0
        """Ticks by which this sender's durations grow from packet to packet; 0 while that is unknown."""

    def packet(self, ssrc: int, sequence: int, timestamp: int, payload: bytes, now: float = 0.0) -> str | None:
        """Take one packet, which arrived at `now` (seconds); the digit if this is the first that tells of it."""
        event = TelephoneEvent.parse(payload)
        if event is None or event.code >= len(DIGITS):
            return None
        seen = _Seen(sequence, timestamp, event.duration, event.end)
        press = self._press_of(ssrc, event.code, seen, now)
        if press is None:
            self._heard.append(_Press(ssrc, event.code, seen, seen, seen.duration, seen.end, now))
            return DIGITS[event.code]
        if press.ssrc != ssrc:
            press.ssrc, press.first, press.last = ssrc, seen, seen
        elif _after(press.last, seen) in (1, 0xFFFF) and not (seen.end or press.last.end):
            self._step = max(self._step, abs(seen.duration - press.last.duration))
        press.add(seen, now)
        return None

    def _press_of(self, ssrc: int, code: int, seen: _Seen, now: float) -> _Press | None:
        """The press this packet belongs to, by the table; None for a new one."""
        recent = [press for press in self._heard if press.ssrc == ssrc and now - press.at < _RECENT]
        for press in recent:
            if press.code == code and _after(press.first, seen) <= _after(press.first, press.last):
                return press
        before = min(recent, key=lambda press: _after(press.last, seen), default=None)
        if before and _after(before.last, seen) > _HALF:
            before = None
        stamped = [press for press in self._heard if press.code == code and seen.timestamp in press.timestamps]
        for press in reversed(stamped):
            if press.ssrc != ssrc:
                if seen.duration > press.longest or (seen.end and not press.ended):
                    return press
            elif _after(press.first, seen) > _HALF and press is not stamped[0]:
                continue  # it may be an older one's that has the same timestamp
            elif not _begins_again(press, seen, before, now):
                return press
        if before and before.code == code and _goes_on(before.last, before.longest, before.ended, seen, self._step):
            return before
        after = min(recent, key=lambda press: _after(seen, press.first), default=None)
        if after and after.code == code and _after(seen, after.first) < _HALF:
            return after if _goes_on(seen, seen.duration, seen.end, after.first, self._step) else None
        return None


def _after(one: _Seen, other: _Seen) -> int:
    """By how many packets `other` comes after `one`; more than half of all numbers when it comes before."""
    return (other.sequence - one.sequence) & 0xFFFF


def _begins_again(press: _Press, seen: _Seen, before: _Press | None, now: float) -> bool:
    """Whether a packet with the timestamp of `press` is another press all the same; `before` is next to it."""
    if now - press.at >= _RECENT:
        return press.ended and not seen.end
    if not 0 < _after(press.last, seen) < _HALF:
        return False
    full = press.longest > _NEARLY_FULL and not press.ended  # then the duration comes round
    return before is not press or (not seen.end and not full and seen.duration < press.longest)


def _goes_on(earlier: _Seen, longest: int, ended: bool, later: _Seen, step: int) -> bool:
    """Whether `later`, the same digit under another timestamp, is the press of `earlier`, by the table's lower half.

    `longest` and `ended` are what was known of that press, `step` is the sender's, or 0.
    """
    packets = _after(earlier, later)
    apart = (later.timestamp - earlier.timestamp) & 0xFFFFFFFF
    grown = later.duration - earlier.duration
    senseless = apart > _SENSELESS
    if ended and not later.end:
        return False
    if not ended and (apart == _LONGEST or _NEARLY_FULL < longest <= apart <= _LONGEST):
        return True
    if later.duration < longest:
        return later.end and not ended and packets == 1
    near = (apart - grown + _ENDS) & 0xFFFFFFFF <= _ENDS + min(packets * _SLOW_STEP, _ENDS)
    same_beginning = apart in (grown, 2 * grown) or (
        later.end and (grown == 0 or not ended) and (near or apart == later.duration)
    )
    return (
        0 < (packets + 1) * (step or senseless * _USUAL_STEP) <= later.duration
        or apart <= longest
        or (apart < _QUICKEST and (packets <= 2 or not ended))
        or (same_beginning and (packets - 2) * _USUAL_STEP < grown + _USUAL_STEP)
        or (packets == 1 and (later.end or grown > 0) and (senseless or not ended))
    )


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
