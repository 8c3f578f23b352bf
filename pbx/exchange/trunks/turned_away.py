"""INVITEs that were refused before they could be calls, so that nobody wonders why "nothing arrives".

What a trunk brings, or comes from a trunk's host, is kept for the trunk's page: a few, the newest first, repetitions
counted. Strangers are only counted, so that nobody from outside fills anything.
"""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace

log = logging.getLogger(__name__)

MOST = 20
"""Refusals that are kept of each trunk."""
OTHER_PORT = "other-port"
"""The reason for which a port tells something."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """One refused INVITE, or several alike."""

    at: float
    """Unix time of the last one, seconds."""
    number: str
    """That was called; printable, as it came."""
    reason: str
    """A code, or a status of SIP: `story.reason` has the words."""
    source: str
    """TRANSPORT HOST:PORT the last one came from."""
    times: int = 1

    def is_like(self, other: Refusal) -> bool:
        """Whether it is the same again: a port differs with every connection, and only sometimes tells something."""
        mine, theirs = self.source, other.source
        if self.reason != OTHER_PORT:
            mine, theirs = mine.rpartition(":")[0], theirs.rpartition(":")[0]
        return (self.number, self.reason, mine) == (other.number, other.reason, theirs)


class Refusals:
    """The latest ones of each trunk."""

    def __init__(self, wall: Callable[[], float]) -> None:
        """`wall` is Unix time, seconds."""
        self._wall = wall
        self._of: dict[str, deque[Refusal]] = {}

    def note(self, trunk: str, number: str, reason: str, source: str) -> None:
        """One more; the same again only counts, and is said once in the log."""
        number = "".join(char for char in number if char.isprintable())[:32]
        kept, new = self._of.setdefault(trunk, deque(maxlen=MOST)), Refusal(self._wall(), number, reason, source)
        before = next((each for each in kept if each.is_like(new)), None)
        if before is None:
            log.info("trunk %s: a call for %s from %s was refused: %s", trunk, number or "?", source, reason)
        else:
            kept.remove(before)
            new = replace(new, times=before.times + 1)
        kept.appendleft(new)

    def of(self, trunk: str) -> Sequence[Refusal]:
        """The newest first."""
        return tuple(self._of.get(trunk, ()))

    def keep_only(self, trunks: Collection[str]) -> None:
        """Forget those of trunks that are gone."""
        self._of = {name: kept for name, kept in self._of.items() if name in trunks}


class Allowance:
    """So many in so many seconds, and no more."""

    def __init__(self, most: int, seconds: float, clock: Callable[[], float]) -> None:
        self._seconds = seconds
        self._clock = clock
        self._taken: deque[float] = deque(maxlen=most)

    def take(self) -> bool:
        """Whether there is one left; then it is taken."""
        now = self._clock()
        if len(self._taken) == self._taken.maxlen and now - self._taken[0] < self._seconds:
            return False
        self._taken.append(now)
        return True
