"""How many connections and threads one address may hold, so that nobody takes the page away from the others."""

import threading
from collections import Counter, defaultdict, deque
from collections.abc import Callable
from typing import Generic, TypeVar

C = TypeVar("C")


class PerAddressLimit(Generic[C]):
    """Lets requests through to the threads, of each source only so many at a time; more of them wait for their own."""

    def __init__(self, admit: Callable[[C], None], busy: int, open: int, in_all: int) -> None:
        """`admit` gives a connection to the threads; `busy` and `open` are limits per source."""
        self._admit = admit
        self._most = (busy, open, in_all)
        self._busy: Counter[str] = Counter()
        self._open: Counter[str] = Counter()
        self._waiting: defaultdict[str, deque[C]] = defaultdict(deque)
        self._lock = threading.Lock()

    def arrive(self, source: str) -> bool:
        """A connection is there; False when it is one too many and is not counted."""
        with self._lock:
            if self._open[source] >= self._most[1] or self._open.total() >= self._most[2]:
                return False
            self._open[source] += 1
            return True

    def depart(self, source: str) -> None:
        """A connection that had arrived is closed."""
        with self._lock:
            self._count_down(self._open, source)

    def enter(self, connection: C, source: str) -> None:
        """A connection has something to say."""
        with self._lock:
            if self._busy[source] >= self._most[0]:
                self._waiting[source].append(connection)
                return
            self._busy[source] += 1
        self._admit(connection)

    def leave(self, source: str) -> None:
        """A connection's request is answered: the next of its source may."""
        with self._lock:
            if not self._waiting[source]:
                del self._waiting[source]
                self._count_down(self._busy, source)
                return
            connection = self._waiting[source].popleft()
        self._admit(connection)

    @staticmethod
    def _count_down(counter: Counter[str], source: str) -> None:
        counter[source] -= 1
        if counter[source] <= 0:
            del counter[source]
