"""What the SIP stack tells the layer above it; plain values, in the past tense."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pbx.sip.flow import Flow
    from pbx.sip.message import Request, Response
    from pbx.sip.session import Session


@dataclass(frozen=True, slots=True)
class Requested:
    """A request outside any dialog arrived (REGISTER, OPTIONS, SUBSCRIBE, MESSAGE ...): `stack.reply` is due."""

    request: Request
    flow: Flow
    transaction: str
    """Names the server transaction towards `Stack.reply`."""


@dataclass(frozen=True, slots=True)
class Replied:
    """A final response to `Stack.request`."""

    token: str
    response: Response
    flow: Flow


@dataclass(frozen=True, slots=True)
class Unanswered:
    """A request of ours got no final response: timer F or B fired, or the transport failed."""

    token: str
    reason: str


@dataclass(frozen=True, slots=True)
class Invited:
    """A new INVITE arrived; 100 went out already if it was due. `session.offer` may hold an offer."""

    session: Session
    request: Request
    flow: Flow


@dataclass(frozen=True, slots=True)
class TurnedAway:
    """A new INVITE was refused by the stack itself, or could not be read: nobody else hears of it."""

    request: Request
    flow: Flow
    status: int


@dataclass(frozen=True, slots=True)
class Progressed:
    """A provisional response above 100 to our INVITE; `sdp` is early media's answer (or empty)."""

    session: Session
    status: int
    sdp: bytes


@dataclass(frozen=True, slots=True)
class Answered:
    """The first 2xx to our INVITE. `sdp` answers our offer (empty when the answer came early, in a 183)."""

    session: Session
    response: Response
    sdp: bytes


@dataclass(frozen=True, slots=True)
class Rejected:
    """Our INVITE ended without an answer: a final response, 408 on silence, 503 on a broken transport."""

    session: Session
    status: int
    reason: str
    response: Response | None


@dataclass(frozen=True, slots=True)
class Confirmed:
    """The ACK to our 2xx arrived; `sdp` is the answer when our 2xx carried the offer."""

    session: Session
    sdp: bytes


@dataclass(frozen=True, slots=True)
class Offered:
    """The peer changes the session (re-INVITE or UPDATE): `session.accept_offer` or `decline_offer` is due.

    `sdp` is empty when the peer wants us to make the offer (`accept_offer` then takes it).
    """

    session: Session
    sdp: bytes


@dataclass(frozen=True, slots=True)
class OfferAnswered:
    """The peer accepted our re-INVITE or UPDATE."""

    session: Session
    sdp: bytes


@dataclass(frozen=True, slots=True)
class OfferDeclined:
    """The peer refused our re-INVITE or UPDATE; the session goes on as it was."""

    session: Session
    status: int


@dataclass(frozen=True, slots=True)
class Informed:
    """An INFO arrived in the dialog and was answered 200."""

    session: Session
    content_type: str
    body: bytes


@dataclass(frozen=True, slots=True)
class Ended:
    """The session is over, whoever ended it; the last event of a session that was invited or answered."""

    session: Session
    cause: str
    """cancelled, hung-up (their BYE), closed (our BYE or refusal), no-ack (nor a PRACK), expired (session timer), lost
    (481, 408 or a broken transport)."""
    elsewhere: bool = False
    """A CANCEL that says the call was completed elsewhere (RFC 3326)."""


Event = (
    Requested
    | Replied
    | Unanswered
    | Invited
    | TurnedAway
    | Progressed
    | Answered
    | Rejected
    | Confirmed
    | Offered
    | OfferAnswered
    | OfferDeclined
    | Informed
    | Ended
)
