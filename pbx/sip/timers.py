"""The clock's pending appointments, and the values of RFC 3261, table 4."""

import heapq
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count

T1 = 0.5
"""Estimate of the round-trip time, seconds."""
T2 = 4.0
"""Longest interval between two copies of a non-INVITE request or INVITE response, seconds."""
T4 = 5.0
"""Longest time a message stays in the network, seconds."""


@dataclass(slots=True, order=True)
class Timer:
    """One appointment; `cancel` it and it never happens."""

    when: float
    number: int
    act: Callable[[], None] | None = field(compare=False)
    timers: "Timers" = field(compare=False, repr=False)

    def cancel(self) -> None:
        """Forget it; harmless when it has already happened."""
        if self.act is not None:
            self.act = None
            self.timers.forget()


class Timers:
    """A heap of appointments on a clock that somebody else reads.

    Nothing here knows the time: `run` is told it, so that tests may make it up.
    """

    def __init__(self) -> None:
        self._heap: list[Timer] = []
        self._numbers = count()
        self._cancelled = 0

    def at(self, when: float, act: Callable[[], None]) -> Timer:
        """Call `act` once the clock shows `when` (seconds)."""
        timer = Timer(when, next(self._numbers), act, self)
        heapq.heappush(self._heap, timer)
        return timer

    def next(self) -> float | None:
        """When the earliest appointment is due, or None."""
        while self._heap and self._heap[0].act is None:
            heapq.heappop(self._heap)
            self._cancelled -= 1
        return self._heap[0].when if self._heap else None

    def run(self, now: float) -> None:
        """Let everything happen that is due at `now`, in order."""
        while (due := self.next()) is not None and due <= now:
            timer = heapq.heappop(self._heap)
            act, timer.act = timer.act, None
            if act is not None:
                act()

    def forget(self) -> None:
        """A timer was cancelled: sweep when most of the heap is dead, or a busy hour would leak memory."""
        self._cancelled += 1
        if self._cancelled > 512 and self._cancelled * 2 > len(self._heap):
            self._heap = [timer for timer in self._heap if timer.act is not None]
            heapq.heapify(self._heap)
            self._cancelled = 0
