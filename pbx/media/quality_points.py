"""How one endpoint's voice went over time: what had been counted every few seconds."""

from array import array
from dataclasses import dataclass
from math import isnan, nan

INTERVAL = 5.0
"""Seconds between two points, as long as the call is short."""
MOST = 240
"""Points that are kept: when there are more, every second one goes, and those to come are half as many."""
SLACK = 0.5
"""Seconds a point may be early: its endpoint is looked after once a second."""
_FIELDS = 6


@dataclass(frozen=True, slots=True)
class QualityPoint:
    """What had been counted at one moment; counts are from the beginning of the call."""

    at: float
    """Monotonic seconds."""
    received: int
    """Packets from the peer."""
    lost: int
    """Of the peer's packets."""
    jitter: float
    """Seconds."""
    round_trip: float | None
    """Seconds; None while the peer's reports tell none."""
    peer_lost: int | None
    """Of our packets, as the peer reports; None while it did not."""


class QualityPoints:
    """The points of one endpoint, six kilobytes at most."""

    __slots__ = ("_began", "_interval", "_numbers", "due")

    def __init__(self, now: float) -> None:
        self._began = now
        self._interval = INTERVAL
        self._numbers = array("f")
        self.due = now + INTERVAL - SLACK
        """When the next is to be taken."""

    def take(
        self, now: float, received: int, lost: int, jitter: float, round_trip: float | None, peer_lost: int | None
    ) -> None:
        """Keep this one."""
        self.due = now + self._interval - SLACK
        trip, away = nan if round_trip is None else round_trip, nan if peer_lost is None else peer_lost
        self._numbers.extend((now - self._began, received, lost, jitter, trip, away))
        if len(self._numbers) > MOST * _FIELDS:
            self._interval *= 2
            kept = range(_FIELDS, len(self._numbers), 2 * _FIELDS)
            self._numbers = array("f", [number for at in kept for number in self._numbers[at : at + _FIELDS]])

    def all(self) -> list[QualityPoint]:
        """Them all, in order."""
        numbers = self._numbers
        return [
            QualityPoint(
                self._began + numbers[at],
                int(numbers[at + 1]),
                int(numbers[at + 2]),
                numbers[at + 3],
                None if isnan(numbers[at + 4]) else numbers[at + 4],
                None if isnan(numbers[at + 5]) else int(numbers[at + 5]),
            )
            for at in range(0, len(numbers), _FIELDS)
        ]
