"""The brake on guessing passwords and codes: each failure more makes the next try wait longer."""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address

from pbx.control.protocol import Refused
from pbx.sentence import Sentence

FORGOTTEN = 3600.0
"""Seconds after the last failure until all is as before."""
_MOST = 1000
"""Entries of each table; the oldest makes room."""
_AT_ONCE = 2
"""Passwords compared at the same time: each takes 32 megabytes and a core."""
_WAITING = 2
"""Who may wait for that besides: the threads that answer pages must not all be taken."""


@dataclass(frozen=True, slots=True)
class Limit:
    """How many failures are free, and how long the waits get that follow, seconds."""

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


class Tries:
    """What was tried in vain lately, by source address and by account. Any thread may use it."""

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
        """Accounts with sources they were logged in from: guessers elsewhere do not slow these down."""

    @contextmanager
    def one(self, source: str, account: str = "") -> Iterator[None]:
        """One try from an address, for an account: a Refused in the block is a failure, its end a success.

        Raises Refused without trying while either has to wait.
        """
        network = _network(source)
        self._check(network, account)  # who must wait takes nobody's turn
        with self._turn():
            self._check(network, account)  # who sends many tries at once has failed meanwhile
            try:
                yield
            except Refused:
                self._failed(network, account)
                raise
            self._succeeded(network, account)

    @contextmanager
    def _turn(self) -> Iterator[None]:
        """Raises Refused when too many are there already."""
        if not self._inside.acquire(blocking=False):
            raise Refused(Sentence("Too many people log in at once. Please try again."), 1)
        try:
            if not self._at_once.acquire(timeout=self._patience):
                raise Refused(Sentence("Too many people log in at once. Please try again."), 1)
            try:
                yield
            finally:
                self._at_once.release()
        finally:
            self._inside.release()

    def _check(self, network: str, account: str) -> None:
        with self._lock:
            now = self._clock()
            waits = [self._wait(self._sources, network, now)]
            if (account, network) not in self._homes:
                waits.append(self._wait(self._accounts, account, now))
        if (wait := max(waits)) > 0:
            seconds = max(1, round(wait))
            raise Refused(
                Sentence("There were too many wrong tries. Please try again in {seconds} seconds.", seconds=seconds), 4
            )

    def _wait(self, table: OrderedDict[str, _Count], key: str, now: float) -> float:
        count = table.get(key)
        if count is not None and now - count.last > FORGOTTEN:
            del table[key]
            count = None
        return count.until - now if count is not None else 0.0

    def _failed(self, network: str, account: str) -> None:
        with self._lock:
            now = self._clock()
            for table, key, limit in ((self._sources, network, SOURCE), (self._accounts, account, ACCOUNT)):
                if not key:
                    continue
                count = table.pop(key, None) or _Count(0, now, now)
                over = count.failures + 1 - limit.free
                wait = min(limit.first * 2.0 ** min(over, 30), limit.longest) if over >= 0 else 0.0
                table[key] = _Count(count.failures + 1, now + wait, now)
                while len(table) > _MOST:
                    table.popitem(last=False)

    def _succeeded(self, network: str, account: str) -> None:
        with self._lock:
            # The account's failures stay: somebody else may be guessing right now.
            self._sources.pop(network, None)
            if network:
                self._homes.pop((account, network), None)
                self._homes[account, network] = None
            while len(self._homes) > _MOST:
                self._homes.popitem(last=False)


def _network(source: str) -> str:
    """An address, or of IPv6 the network: who has one has 2^64."""
    try:
        address = ip_address(source.partition("%")[0])
    except ValueError:
        return source[:64]
    if isinstance(address, IPv6Address) and address.ipv4_mapped is None:
        return str(IPv6Address(int(address) >> 64 << 64))
    return str(getattr(address, "ipv4_mapped", None) or address)
