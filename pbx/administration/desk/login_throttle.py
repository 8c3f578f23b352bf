"""Slows down guessing of passwords and codes: after each failure the next try waits longer."""

import threading
import time
from collections import Counter, OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from ipaddress import IPv6Address, ip_address

from pbx.control.protocol import Refused
from pbx.sentence import Sentence

FORGOTTEN = 3600.0
"""Seconds after the last failure until it is forgotten."""
_MOST = 1000
"""Entries of each table; the oldest makes room."""
_AT_ONCE = 2
"""Passwords compared at the same time: each takes 32 megabytes and a core."""
_WAITING = 2
"""How many more may wait for that: the threads that answer pages must not all be taken."""


@dataclass(frozen=True, slots=True)
class Limit:
    """How many failures are free, and how long the waits after them get, in seconds."""

    free: int
    first: float
    longest: float


SOURCE = Limit(5, 4.0, 900.0)
ACCOUNT = Limit(10, 2.0, 60.0)
"""Never longer than a minute: strangers who guess must not shut the owner out for good."""


@dataclass(slots=True)
class _Count:
    failures: int
    until: float
    last: float
    accounts: Counter[str] = field(default_factory=Counter)
    """Failures by account: a success takes back those of its own account only."""


class LoginThrottle:
    """Recent failures by source address and by account. Any thread may use it."""

    def __init__(self, clock: Callable[[], float] = time.monotonic, patience: float = 5.0) -> None:
        """`patience`: seconds to wait while others' passwords are compared."""
        self._clock = clock
        self._patience = patience
        self._lock = threading.Lock()
        self._inside = threading.Semaphore(_AT_ONCE + _WAITING)
        self._at_once = threading.Semaphore(_AT_ONCE)
        self._sources: OrderedDict[str, _Count] = OrderedDict()
        self._accounts: OrderedDict[str, _Count] = OrderedDict()
        self._homes: OrderedDict[tuple[str, str], None] = OrderedDict()
        """Accounts with addresses they were logged in from: guessers elsewhere do not slow these down."""

    @contextmanager
    def attempt(self, source: str, account: str = "") -> Iterator[None]:
        """One try from an address, for an account: a Refused in the block is a failure, its end a success.

        Raises Refused without trying while either has to wait.
        """
        sources = _sources(source)
        self._check(sources, account)  # a try that must wait takes nobody's turn
        with self._turn():
            self._check(sources, account)  # of many tries sent at once, others may have failed meanwhile
            try:
                yield
            except Refused:
                self._failed(sources, account)
                raise
            self._succeeded(sources, account)

    @contextmanager
    def _turn(self) -> Iterator[None]:
        """Raises Refused when too many are there already."""
        if not self._inside.acquire(blocking=False):
            raise Refused(Sentence("Too many people are logging in at the same time. Please try again."), 1)
        try:
            if not self._at_once.acquire(timeout=self._patience):
                raise Refused(Sentence("Too many people are logging in at the same time. Please try again."), 1)
            try:
                yield
            finally:
                self._at_once.release()
        finally:
            self._inside.release()

    def _check(self, sources: tuple[str, ...], account: str) -> None:
        with self._lock:
            if (account, sources[0]) in self._homes:
                # Neighbours share the network, which in an office is everybody.
                waits = [self._wait(self._sources, sources[0])]
            else:
                waits = [self._wait(self._accounts, account), *(self._wait(self._sources, each) for each in sources)]
        if (wait := max(waits)) > 0:
            seconds = max(1, round(wait))
            raise Refused(
                Sentence("Too many failed attempts. Please try again in {seconds} seconds.", seconds=seconds), 4
            )

    def _wait(self, table: OrderedDict[str, _Count], key: str) -> float:
        count, now = table.get(key), self._clock()
        if count is not None and now - count.last > FORGOTTEN:
            del table[key]
            count = None
        return count.until - now if count is not None else 0.0

    def _failed(self, sources: tuple[str, ...], account: str) -> None:
        with self._lock:
            now = self._clock()
            slower = [(self._sources, source, SOURCE) for source in sources]
            for table, key, limit in (*slower, (self._accounts, account, ACCOUNT)):
                if not key:
                    continue
                count = table.pop(key, None) or _Count(0, now, now)
                over = count.failures + 1 - limit.free
                wait = min(limit.first * 2.0 ** min(over, 30), limit.longest) if over >= 0 else 0.0
                count.accounts[account] += 1
                table[key] = _Count(count.failures + 1, now + wait, now, count.accounts)
                while len(table) > _MOST:
                    table.popitem(last=False)

    def _succeeded(self, sources: tuple[str, ...], account: str) -> None:
        with self._lock:
            # The account's failures stay: somebody else may be guessing right now. And a successful login with one
            # account does not prove that there was no guessing at others.
            for source in sources:
                if (count := self._sources.get(source)) is not None:
                    count.failures -= count.accounts.pop(account, 0)
            if sources[0]:
                self._homes.pop((account, sources[0]), None)
                self._homes[account, sources[0]] = None
            while len(self._homes) > _MOST:
                self._homes.popitem(last=False)


def _sources(source: str) -> tuple[str, ...]:
    """An address, and with IPv6 its network too: everyone who has one address there has 2^64."""
    try:
        address = ip_address(source.partition("%")[0])
    except ValueError:
        return (source[:64],)
    if isinstance(address, IPv6Address) and address.ipv4_mapped is None:
        return str(address), f"{IPv6Address(int(address) >> 64 << 64)}/64"
    return (str(getattr(address, "ipv4_mapped", None) or address),)
