"""In which order REGISTERs were sent: an old one that was delayed changes nothing (RFC 3261, section 10.3, step 7)."""

from collections.abc import Callable

from pbx.exchange.phones.registering import NotGranted
from pbx.sip.message import Request

LATE = 32.0
"""Seconds that a request may be on its way (64 * T1); so long a Call-ID that a device gave up is not taken again."""
REMEMBERED = 8
"""Call-IDs that were given up, of one account; the oldest is forgotten first."""


class Sequence:
    """What Call-IDs and CSeq numbers tell of the age of a REGISTER, by account.

    The number counts for all bindings of a Call-ID, not for that of its Contact alone: a phone that moved to another
    port has another Contact, and what it had sent from the old one may still be on its way.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._given_up: dict[str, dict[str, float]] = {}

    def give_up(self, username: str, call_id: str) -> None:
        """The device began again with another Call-ID."""
        given_up = self._given_up.setdefault(username, {})
        given_up.pop(call_id, None)
        given_up[call_id] = self._clock() + LATE
        while len(given_up) > REMEMBERED:
            del given_up[next(iter(given_up))]

    def forget(self, username: str) -> None:
        """The account is no more, or has another password now."""
        self._given_up.pop(username, None)

    def is_copy(self, username: str, request: Request, latest: int | None, *, rung: bool) -> bool:
        """Whether it was seen before; raises NotGranted when a later one was.

        `latest` is the highest CSeq number that bindings of its Call-ID have (None: there are none), `rung` whether
        one of them is rung.
        """
        if not rung and self._given_up.get(username, {}).get(request.call_id, 0.0) > self._clock():
            raise NotGranted(500, "A Later REGISTER Came Before")
        if latest is not None and request.cseq.number < latest:
            raise NotGranted(500, "CSeq out of order")
        return request.cseq.number == latest
