"""Repeats a response until somebody acknowledges it: a 2xx (RFC 3261, 13.3.1.4), a reliable 18x (RFC 3262, 3)."""

from __future__ import annotations

from collections.abc import Callable

from pbx.sip.timers import T1, T2
from pbx.sip.transactions import Transactions


class Repetition:
    """Calls `again` at growing intervals, and after 64 * T1 seconds once `give_up`; neither after `stop`."""

    __slots__ = ("_again", "_capped", "_give_up", "_interval", "_timer", "_transactions", "_waited")

    def __init__(
        self,
        transactions: Transactions,
        again: Callable[[], None],
        give_up: Callable[[], None],
        *,
        capped: bool = True,
    ) -> None:
        self._transactions = transactions
        self._again = again
        self._give_up = give_up
        self._capped = capped
        """Whether the interval stops growing at T2."""
        self._interval = T1
        self._waited = 0.0
        self._timer = transactions.later(T1, self._fire)

    def stop(self) -> None:
        """It was acknowledged, or nobody cares any more."""
        self._timer.cancel()

    def _fire(self) -> None:
        self._waited += self._interval
        left = 64 * T1 - self._waited
        if left <= 0:
            self._give_up()
            return
        self._again()
        self._interval = min(2 * self._interval, T2) if self._capped else 2 * self._interval
        self._interval = min(self._interval, left)
        self._timer = self._transactions.later(self._interval, self._fire)
