"""Sending digits, as telephone-events or, if the peer takes none, as tones (RFC 4733)."""

from collections.abc import Iterator

from pbx.media.codecs.codec import Codec
from pbx.media.telephone_event import DIGITS, EventSender
from pbx.media.tones import dtmf

PAUSE = ","
"""In a string of digits: wait for a second."""
_BEATS = 50


class Dialler:
    """What goes out on each beat of 20 ms while digits are sent."""

    __slots__ = ("_steps", "events", "token")

    def __init__(self, token: int, digits: str, codec: Codec, events: bool, tone: float, gap: float) -> None:
        """`tone` and `gap` in seconds; raises ValueError for a character that is neither digit nor pause."""
        digits = digits.upper()
        if wrong := set(digits) - set(DIGITS) - {PAUSE}:
            raise ValueError(f"cannot be dialled: {''.join(sorted(wrong))!r}")
        self.token = token
        self.events = events
        """Whether the payloads are telephone-events; else they are voice."""
        on, off = max(2, round(tone * _BEATS)), max(1, round(gap * _BEATS))
        self._steps = _events(digits, on, off) if events else _tones(digits, codec, on, off)

    def next(self) -> tuple[bytes, bool] | None:
        """The next payload (empty: nothing goes out on this beat) and whether it begins a digit; None at the end."""
        return next(self._steps, None)


def _events(digits: str, on: int, off: int) -> Iterator[tuple[bytes, bool]]:
    for digit in digits:
        if digit == PAUSE:
            yield from [(b"", False)] * _BEATS
            continue
        sender, first = EventSender(digit, ticks=on * 160), True
        while payload := sender.next():
            yield payload, first
            first = False
        yield from [(b"", False)] * off


def _tones(digits: str, codec: Codec, on: int, off: int) -> Iterator[tuple[bytes, bool]]:
    quiet = codec.silence()
    for digit in digits:
        if digit == PAUSE:
            yield from [(quiet, False)] * _BEATS
            continue
        frames = dtmf(digit, on / _BEATS).frames(codec)
        yield from [(frame, place == 0) for place, frame in enumerate(frames)]
        yield from [(quiet, False)] * off
