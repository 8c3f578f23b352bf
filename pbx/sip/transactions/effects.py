"""What a machine wants done: machines decide, `Transactions` acts."""

from __future__ import annotations

from dataclasses import dataclass

from pbx.sip.flow import Flow
from pbx.sip.message import Request, Response


@dataclass(frozen=True, slots=True)
class Send:
    """Put a message on the wire."""

    message: Request | Response
    flow: Flow


@dataclass(frozen=True, slots=True)
class Start:
    """Start a timer, or start it anew; its letter is RFC 3261's (table 4) or RFC 6026's."""

    timer: str
    seconds: float


@dataclass(frozen=True, slots=True)
class Stop:
    """Stop a timer, if it runs."""

    timer: str


@dataclass(frozen=True, slots=True)
class Failure:
    """A request of ours will never be answered (RFC 3261, 8.1.3.1)."""

    status: int
    """What the failure counts as: 408 for silence, 503 for a broken transport."""
    reason: str


@dataclass(frozen=True, slots=True)
class Tell:
    """Tell the transaction's user: a response, a failure, or an ACK that reached a server transaction."""

    event: Response | Failure | Request


@dataclass(frozen=True, slots=True)
class Finish:
    """The transaction is over: stop its timers and forget it."""


Effect = Send | Start | Stop | Tell | Finish
Effects = tuple[Effect, ...]

FINISH = Finish()
