"""Repeats a response until somebody acknowledges it: a 2xx (RFC 3261, 13.3.1.4), a reliable 18x (RFC 3262, 3)."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from pbx.sip.message import Response
from pbx.sip.transactions.layer import Server, Transactions
from pbx.sip.transactions.timers import T1, T2


class Retransmission:
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


class Unacknowledged:
    """Our 2xx to a session's INVITEs, each repeated until its ACK comes (RFC 3261, 13.3.1.4)."""

    def __init__(self, transactions: Transactions, no_ack: Callable[[], None]) -> None:
        """`no_ack` is called when one was repeated in vain."""
        self._transactions = transactions
        self._no_ack = no_ack
        self._repeated: dict[int, Retransmission] = {}
        """By CSeq number."""

    def __len__(self) -> int:
        """How many wait."""
        return len(self._repeated)

    def add(self, server: Server, response: Response) -> None:
        """One that was just sent."""
        number = response.cseq.number
        self.acknowledged(number)  # whoever counts wrongly will not acknowledge the older one of the same number
        again = partial(self._transactions.reply, server, response)
        self._repeated[number] = Retransmission(self._transactions, again, partial(self._give_up, number))

    def acknowledged(self, number: int) -> bool:
        """The ACK with that CSeq number came; whether one waited for it."""
        repetition = self._repeated.pop(number, None)
        if repetition is not None:
            repetition.stop()
        return repetition is not None

    def stop(self) -> None:
        """Nobody cares any more."""
        for repetition in self._repeated.values():
            repetition.stop()
        self._repeated.clear()

    def _give_up(self, number: int) -> None:
        del self._repeated[number]
        self._no_ack()
