"""The clock's pending appointments, and the values of RFC 3261, table 4."""

import heapq
from collections.abc import Callable
from itertools import count

T1 = 0.5
"""Estimate of the round-trip time, seconds."""
T2 = 4.0
"""Longest interval between two copies of a non-INVITE request or INVITE response, seconds."""
T4 = 5.0
"""Longest time a message stays in the network, seconds."""


class Timer:
    """One appointment; `cancel` it and it never happens."""

    __slots__ = ("_timers", "act", "when")

    def __init__(self, when: float, act: Callable[[], None], timers: "Timers") -> None:
        self.when = when
        """Seconds, on the clock of `Timers.run`."""
        self.act: Callable[[], None] | None = act
        self._timers = timers

    def cancel(self) -> None:
        """Forget it; harmless when it has already happened."""
        if self.act is not None:
            self.act = None
            self._timers.forget()


class Timers:
    """A heap of appointments on a clock that somebody else reads.

    Nothing here knows the time: `run` gets it, so that tests may make it up.
    """

    def __init__(self) -> None:
        self._heap: list[tuple[float, int, Timer]] = []
        self._numbers = count()
        self._cancelled = 0

    def at(self, when: float, act: Callable[[], None]) -> Timer:
        """Call `act` once the clock shows `when` (seconds)."""
        timer = Timer(when, act, self)
        heapq.heappush(self._heap, (when, next(self._numbers), timer))
        return timer

    def next(self) -> float | None:
        """When the earliest appointment is due, or None."""
        heap = self._heap
        while heap and heap[0][2].act is None:
            heapq.heappop(heap)
            self._cancelled -= 1
        return heap[0][0] if heap else None

    def run(self, now: float) -> None:
        """Let everything happen that is due at `now`, in order."""
        while (due := self.next()) is not None and due <= now:
            timer = heapq.heappop(self._heap)[2]
            act, timer.act = timer.act, None
            if act is not None:
                act()

    def forget(self) -> None:
        """A timer was cancelled: sweep when most of the heap is dead, or a busy hour would leak memory."""
        self._cancelled += 1
        if self._cancelled > 512 and self._cancelled * 2 > len(self._heap):
            self._heap = [entry for entry in self._heap if entry[2].act is not None]
            heapq.heapify(self._heap)
            self._cancelled = 0
