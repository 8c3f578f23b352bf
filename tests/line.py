"""Made-up time for tests, and a made-up line that loses packets; nothing here ever sleeps.

Machines take a `Clock` and are told the time. Scripts (coroutines) run in `play`, on an event loop whose clock jumps
to the next timer as soon as nothing is left to do: an hour of ringing passes in a millisecond, and always the same way.
"""

from __future__ import annotations

import asyncio
import random
import selectors
from collections.abc import Callable, Coroutine, Mapping
from typing import Any, TypeVar

from pbx.sip.transactions.timers import Timers

Result = TypeVar("Result")


class Clock:
    """A clock (monotonic seconds) that goes when it is told to."""

    def __init__(self, start: float = 1000.0) -> None:
        self.now = start

    def __call__(self) -> float:
        return self.now

    def advance(self, seconds: float, *timers: Timers) -> None:
        """Let time pass. What `timers` hold happens on the way, each at its own time, new appointments included."""
        end = self.now + seconds
        while (due := min((when for each in timers if (when := each.next()) is not None), default=end)) < end:
            self.now = max(self.now, due)
            for each in timers:
                each.run(self.now)
        self.now = end
        for each in timers:
            each.run(end)


class Stuck(Exception):
    """Everything waits, and nothing is left that could happen."""


class JumpingSelector(selectors.BaseSelector):
    """Waits for sockets like the real one, except that waiting takes no time: the clock jumps instead.

    A packet to a loopback socket is there as soon as it was sent, so real sockets may be used; work in other threads
    may not, as nobody would wait for it.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._real = selectors.DefaultSelector()

    def register(self, fileobj: Any, events: int, data: Any = None) -> selectors.SelectorKey:
        return self._real.register(fileobj, events, data)

    def unregister(self, fileobj: Any) -> selectors.SelectorKey:
        return self._real.unregister(fileobj)

    def modify(self, fileobj: Any, events: int, data: Any = None) -> selectors.SelectorKey:
        return self._real.modify(fileobj, events, data)

    def get_map(self) -> Mapping[Any, selectors.SelectorKey]:
        return self._real.get_map()

    def close(self) -> None:
        self._real.close()

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        """What is ready now; else jump by `timeout` (None: no timer is set, so nothing can ever happen)."""
        ready = self._real.select(0)
        if not ready and timeout is None:
            raise Stuck("everything waits for something that cannot happen")
        if not ready and timeout is not None and timeout > 0:
            self._clock.now += timeout
        return ready


class MadeUpLoop(asyncio.SelectorEventLoop):
    """An event loop on a made-up clock; `loop.time()` and `asyncio.sleep` follow it."""

    def __init__(self, clock: Clock) -> None:
        super().__init__(JumpingSelector(clock))
        self._clock = clock

    def time(self) -> float:
        return self._clock.now


def play(script: Coroutine[Any, Any, Result], clock: Clock | None = None) -> Result:
    """Run a coroutine to its end on made-up time and return what it returns.

    Raises `Stuck` when everything waits for ever, and whatever the script raises. Left-over tasks are cancelled.
    """
    made_up = clock or Clock()
    with asyncio.Runner(loop_factory=lambda: MadeUpLoop(made_up)) as runner:
        return runner.run(script)


class Line:
    """A network that delays, loses, repeats and reorders packets, the same way for the same seed."""

    def __init__(
        self,
        clock: Clock,
        timers: Timers,
        seed: int = 0,
        *,
        loss: float = 0.0,
        repeat: float = 0.0,
        delay: tuple[float, float] = (0.0, 0.0),
    ) -> None:
        self._clock = clock
        self._timers = timers
        self._random = random.Random(seed)
        self.loss = loss
        """Share of packets lost, 0 to 1."""
        self.repeat = repeat
        """Share of packets that arrive twice."""
        self.delay = delay
        """Shortest and longest time on the way, seconds; when they differ, packets overtake each other."""

    def carry(self, data: bytes, deliver: Callable[[bytes], None]) -> None:
        """Send a packet on its way; `deliver` gets it when the clock is advanced that far."""
        if self._random.random() < self.loss:
            return
        for _ in range(2 if self._random.random() < self.repeat else 1):
            self._timers.at(self._clock() + self._random.uniform(*self.delay), lambda: deliver(data))
