"""Who is on the phone now, and who has been idle longest."""

from collections import Counter
from collections.abc import Callable, Iterable
from typing import Literal

LineState = Literal["free", "ringing", "talking"]


class Lines:
    """The state of every extension, as lamps, ring groups and the status page want it."""

    def __init__(self, clock: Callable[[], float], changed: Callable[[str], None] = lambda extension: None) -> None:
        """`changed(extension)` is called whenever something happens there."""
        self._clock = clock
        self._changed = changed
        self._ringing: Counter[str] = Counter()
        self._talking: Counter[str] = Counter()
        self._idle_since: dict[str, float] = {}

    def rings(self, extension: str) -> None:
        """One more call rings there."""
        self._ringing[extension] += 1
        self._changed(extension)

    def rang(self, extension: str) -> None:
        """It rings no longer."""
        _less(self._ringing, extension)
        self._changed(extension)

    def talks(self, extension: str) -> None:
        """One more conversation began."""
        self._talking[extension] += 1
        self._changed(extension)

    def talked(self, extension: str) -> None:
        """A conversation ended."""
        _less(self._talking, extension)
        self._idle_since[extension] = self._clock()
        self._changed(extension)

    def state(self, extension: str) -> LineState:
        """What a lamp would show."""
        if self._talking[extension]:
            return "talking"
        return "ringing" if self._ringing[extension] else "free"

    def longest_idle(self, extensions: Iterable[str]) -> list[str]:
        """Who has gone longest without a conversation comes first; those in one come last."""
        never = float("-inf")
        return sorted(extensions, key=lambda ext: (self._talking[ext] > 0, self._idle_since.get(ext, never)))


def _less(counter: Counter[str], extension: str) -> None:
    counter[extension] -= 1
    if counter[extension] <= 0:
        del counter[extension]
