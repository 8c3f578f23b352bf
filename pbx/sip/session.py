"""An INVITE session once it is set up: offers, refreshes, INFO, BYE (RFC 3261, 12 to 15; RFC 3311; RFC 4028).

How it comes about differs by side: `pbx.sip.outgoing_invite` and `pbx.sip.incoming_invite` build on this.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Literal

from pbx.sip.dialog import Dialog
from pbx.sip.events import Ended, Informed, OfferAnswered, OfferDeclined, Offered
from pbx.sip.flow import Flow
from pbx.sip.message import Request, Response
from pbx.sip.session_timer import SessionTimer
from pbx.sip.transactions.effects import Failure
from pbx.sip.transactions.layer import Answer, Server, Transactions
from pbx.sip.transactions.retransmission import Unacknowledged
from pbx.sip.usage import SDP, HeaderFields, Usage, reason_field

State = Literal["calling", "invited", "early", "cancelling", "accepted", "confirmed", "ended"]

MOST_GLARES = 8
"""How often one offer of ours is put off by a busy peer."""
MOST_UNACKNOWLEDGED = 4
"""Answers to re-INVITEs that may wait for their ACK: each is repeated for half a minute, so floods must not get one."""


@dataclass(slots=True)
class Reoffer:
    """A re-INVITE or UPDATE of ours that is under way: an offer, or a mere refresh."""

    sdp: bytes
    """The offer; empty in an UPDATE that only refreshes."""
    refresh: bool
    """The session timer wanted it, not the layer above."""
    method: str


class Session(Usage):
    """One INVITE session of ours with a peer: its verbs may be called at any time.

    A verb that no longer fits, because the peer hung up meanwhile or because it comes twice, does nothing.
    """

    incoming = False

    def __init__(
        self,
        transactions: Transactions,
        request: Request,
        flow: Flow,
        dialog: Dialog,
        *,
        contact: str,
        abilities: HeaderFields,
        forget: Callable[[Usage], None],
    ) -> None:
        super().__init__(transactions, request, flow, dialog, forget)
        limits = transactions.limits
        self.offer = b""
        """The peer's latest offer, or b""."""
        self.state: State = "calling"
        self.local_sdp = b""
        self.remote_sdp = b""
        self._contact = contact
        self._abilities = abilities
        self._allow: tuple[str, ...] = ()
        """What the peer's latest Allow names, in lower case."""
        self._timer = SessionTimer(limits.session_expires, limits.min_se)
        self._owed: tuple[Server, Request] | None = None
        """Their re-INVITE, UPDATE or PRACK whose answer the layer above still owes."""
        self._unacknowledged = Unacknowledged(transactions, self._no_ack)
        self._reoffer: Reoffer | None = None
        self._wanted: bytes | None = None
        """The latest offer of ours that still waits for its turn."""
        self._glares = 0

    @property
    def reacted(self) -> bool:
        """Whether the peer has said anything at all to our INVITE, if only 100."""
        return True

    # --- verbs -----------------------------------------------------------------------------------------------------

    def ring(self, sdp: bytes = b"", headers: HeaderFields = ()) -> None:
        """Send 180, or 183 with early media's SDP; reliably if the peer requires it."""

    def answer(self, sdp: bytes, headers: HeaderFields = ()) -> None:
        """Send 200; `sdp` answers the offer, or is one if the INVITE had none."""

    def refuse(self, status: int, reason: str = "", headers: HeaderFields = ()) -> None:
        """Send a final response of 300 or more to the INVITE."""

    def cancel(self, elsewhere: bool = False) -> None:
        """Give up calling; `elsewhere` tells the peer that the call was answered by another (RFC 3326)."""

    def hang_up(self, reason: str = "") -> None:
        """End it: BYE, CANCEL or 480, whichever fits now. `reason` goes along as words (RFC 3326)."""
        if self.state == "confirmed":
            self._bye(reason_field(reason))
            self._end("closed")

    def offer_again(self, sdp: bytes) -> None:
        """Offer other media: by re-INVITE, or UPDATE before the answer; waits until the session is free for it.

        Ends in OfferAnswered or OfferDeclined. A newer offer replaces one that still waits.
        """
        if not self._over:
            self._wanted, self._glares = sdp, 0
            self._push()

    def accept_offer(self, sdp: bytes) -> None:
        """Answer the peer's latest offer; or, if it asked for one, make it."""
        if self._over or self._owed is None:
            return
        (server, request), self._owed = self._owed, None
        fields: HeaderFields = ()
        if request.method != "PRACK":
            fields = (("Contact", self._contact), *self._abilities, *self._timer.answering(request))
            self.dialog.retarget(request)
            self._watch()
        self.dialog.offering = "idle" if request.sdp else "ours"
        self.local_sdp = sdp
        response = request.reply(200, headers=fields, body=sdp, content_type=SDP)
        self._transactions.reply(server, response)
        if request.method == "INVITE":
            self._await_ack(server, response)
        self._push()

    def decline_offer(self, status: int = 488) -> None:
        """Refuse the peer's latest offer; the session goes on as it was."""
        if self._over or self._owed is None:
            return
        (server, request), self._owed = self._owed, None
        self.dialog.offering = "idle"
        self._transactions.reply(server, request.reply(status))
        self._push()

    def info(self, content_type: str, body: bytes) -> None:
        """Send an INFO (RFC 6086)."""
        if self.state in ("early", "confirmed") and not self._over and self.dialog.remote_tag:
            self._ask("INFO", self._informed, (("Content-Type", content_type),), body)

    # --- requests of theirs ----------------------------------------------------------------------------------------

    def receive_request(self, server: Server, request: Request) -> None:
        """A request within the dialog that was admitted; ACKs come to `acknowledged`."""
        match request.method:
            case "BYE":
                self._hung_up(server, request)
            case _ if self._over:
                self._refuse(server, request, 481)
            case "INVITE" | "UPDATE":
                self._reoffered(server, request)
            case "INFO":
                self._refuse(server, request, 200)
                self._tell(Informed(self, request.content_type, request.body))
            case "PRACK":
                self._pracked(server, request)
            case _:
                self._refuse(server, request, 200, (*self._abilities, ("Accept", SDP)))

    def acknowledged(self, ack: Request, flow: Flow) -> None:
        """The ACK to one of our 2xx."""
        if not self._unacknowledged.acknowledged(ack.cseq.number):
            return
        late = self.dialog.offering == "ours" and self._reoffer is None
        if late:
            self.dialog.offering = "idle"
            self.remote_sdp = ack.sdp
        self._settled(ack, late)
        self._push()

    def _settled(self, ack: Request, late: bool) -> None:
        """A 2xx to a re-INVITE was acknowledged; `late`: the ACK should have answered our offer."""
        if late:
            self._tell(OfferAnswered(self, ack.sdp))

    def _hung_up(self, server: Server, request: Request) -> None:
        self._transactions.reply(server, request.reply(200))
        self._end("hung-up")
        self._finish()

    def _reoffered(self, server: Server, request: Request) -> None:
        """A re-INVITE or UPDATE (14.2; RFC 3311, 5.2)."""
        if self._timer.refuses(request):
            self._refuse(server, request, 422, (("Min-SE", str(self._timer.min_se)),))
            return
        status = self._conflict(request)
        if status:
            wait = (("Retry-After", str(int(self._transactions.ids.fraction() * 10))),) if status == 500 else ()
            self._refuse(server, request, status, wait)
            return
        self._learn(request)
        if request.method == "UPDATE" and not request.sdp:
            fields = self._timer.answering(request)
            self.dialog.retarget(request)
            self._refuse(server, request, 200, (("Contact", self._contact), *self._abilities, *fields))
            self._watch()
            return
        server.cancelled = self._their_reoffer_cancelled
        self._owed = (server, request)
        self._take_offer(request)

    def _take_offer(self, request: Request) -> None:
        if request.sdp:
            self.dialog.offering = "theirs"
            self.offer = self.remote_sdp = request.sdp
        self._tell(Offered(self, request.sdp))

    def _conflict(self, request: Request) -> int:
        """The status that settles a glare, or 0 (14.2; RFC 3311, 5.2; RFC 5407)."""
        ours = self._reoffer is not None and (self._reoffer.method == "INVITE" or bool(self._reoffer.sdp))
        if request.method == "UPDATE" and not request.sdp:
            return 0
        if self._owed is not None or self.dialog.offering == "theirs":
            return 500
        if request.method == "INVITE" and len(self._unacknowledged) >= MOST_UNACKNOWLEDGED:
            return 500
        if request.method == "INVITE" and self.state not in ("accepted", "confirmed"):
            return 500 if self.incoming else 491
        return 491 if ours or self.dialog.offering == "ours" else 0

    def _their_reoffer_cancelled(self, cancel: Request) -> None:
        """Their re-INVITE was cancelled before we answered it."""
        if self._owed is not None:
            (server, request), self._owed = self._owed, None
            self.dialog.offering = "idle"
            self._refuse(server, request, 487)

    def _pracked(self, server: Server, request: Request) -> None:
        """Only a called side has something to acknowledge."""
        self._refuse(server, request, 481)

    # --- requests of ours ------------------------------------------------------------------------------------------

    def _push(self) -> None:
        """Send the offer that waits, if the session is free for it."""
        if self._wanted is None or not self._free() or "glare" in self._timers:
            return
        sdp, self._wanted = self._wanted, None
        self._start(Reoffer(sdp, False, "INVITE" if self.state == "confirmed" else "UPDATE"))

    def _free(self) -> bool:
        """Whether we may make an offer now (14.1; RFC 3311, 5.1)."""
        if self._over or self._reoffer or self._owed or self._unacknowledged or self.dialog.offering != "idle":
            return False
        return self.state == "confirmed" or (
            self.state == "early" and bool(self.local_sdp and self.remote_sdp) and "update" in self._allow
        )

    def _start(self, reoffer: Reoffer) -> None:
        self._reoffer = reoffer
        fields: HeaderFields = (("Contact", self._contact), *self._abilities, *self._timer.asking())
        if reoffer.method == "INVITE":  # a reliable 18x to a re-INVITE helps nobody
            fields = tuple(("Supported", "timer") if name == "Supported" else (name, at) for name, at in fields)
        if reoffer.sdp:
            self.dialog.offering = "ours"
            fields = (*fields, ("Content-Type", SDP))
        self._ask(reoffer.method, partial(self._reoffer_answered, reoffer), fields, reoffer.sdp)

    def _reoffer_answered(self, reoffer: Reoffer, answer: Answer, request: Request) -> None:
        if isinstance(answer, Response) and answer.status < 200:
            return
        if isinstance(answer, Response) and answer.status < 300:
            self.dialog.retarget(answer)
            if reoffer.method == "INVITE":
                self._acknowledge(self.dialog, answer, request)
            if self._reoffer is reoffer:
                self._reoffer_accepted(reoffer, answer)
            return
        if self._reoffer is not reoffer:
            return
        self._reoffer = None
        self.dialog.offering = "idle"
        if not self._over:
            self._reoffer_refused(reoffer, answer)

    def _reoffer_accepted(self, reoffer: Reoffer, response: Response) -> None:
        self._reoffer = None
        self._glares = 0
        self.dialog.offering = "idle"
        if self._over:
            return
        self._learn(response)
        self._timer.agreed(response)
        self._watch()
        if reoffer.sdp:
            self.local_sdp = reoffer.sdp
            is_new = not reoffer.refresh or response.sdp != self.remote_sdp
            self.remote_sdp = response.sdp
            if is_new:
                self._tell(OfferAnswered(self, response.sdp))
        self._push()

    def _reoffer_refused(self, reoffer: Reoffer, answer: Answer) -> None:
        status = answer.status
        if isinstance(answer, Failure) or status in (408, 481):
            self._lost()
            return
        assert isinstance(answer, Response)
        wait = self._put_off(answer)
        if wait is not None and self._glares < MOST_GLARES:
            self._glares += 1
            self._put_back(reoffer)
            self._later("glare", wait, self._retry)
            return
        if status == 422 and self._glares < MOST_GLARES and self._timer.too_small(answer):
            self._glares += 1
            self._start(Reoffer(reoffer.sdp, reoffer.refresh, reoffer.method))
            return
        if reoffer.refresh and reoffer.method == "UPDATE":
            self._allow = ()  # what it cannot do, whatever it says; so by re-INVITE
            self._refresh()
            return
        self._glares = 0
        if reoffer.refresh:  # until the session expires there is time to try again
            self._later("refresh", max(10.0, self._timer.interval / 10), self._refresh)
        else:
            self._tell(OfferDeclined(self, status))
        self._push()

    def _put_back(self, reoffer: Reoffer) -> None:
        if not reoffer.refresh and self._wanted is None:
            self._wanted = reoffer.sdp

    def _put_off(self, response: Response) -> float | None:
        """Seconds after which a refused change is to be tried again, or None (14.1)."""
        fraction = self._transactions.ids.fraction()
        if response.status == 491:
            return 2 * fraction if self.incoming else 2.1 + 1.9 * fraction
        after = (response.headers.get("Retry-After") or "").split(";")[0].split("(")[0].strip(" \t")
        if response.status == 500 and after.isascii() and after.isdigit() and len(after) < 3:
            return min(float(after), 10.0) + fraction
        return None

    def _retry(self) -> None:
        if self._wanted is not None:
            self._push()
        else:
            self._refresh()

    def _informed(self, answer: Answer, request: Request) -> None:
        if isinstance(answer, Failure) or answer.status in (408, 481):
            self._lost()

    # --- the session timer -----------------------------------------------------------------------------------------

    def _watch(self) -> None:
        """Set the clocks of the session timer after each refresh."""
        self._stop("refresh")
        self._stop("expiry")
        if self._timer.interval and self.state == "confirmed":
            self._later("expiry", self._timer.expires_after, self._expired)
            if self._timer.ours:
                self._later("refresh", self._timer.refresh_after, self._refresh)

    def _refresh(self) -> None:
        if self._over or not self._timer.interval or not self._timer.ours:
            return
        if not self._free() or self.state != "confirmed":
            self._later("refresh", 2.0, self._refresh)
        elif "update" in self._allow:
            self._start(Reoffer(b"", True, "UPDATE"))
        else:
            self._start(Reoffer(self.local_sdp, True, "INVITE"))

    def _expired(self) -> None:
        if not self._over:
            self._bye(reason_field("session timer expired"))
            self._end("expired")

    # --- the end ---------------------------------------------------------------------------------------------------

    def _lost(self) -> None:
        """The peer does not know the dialog any more, or cannot be reached (12.2.1.2)."""
        if self._over:
            return
        if self.state != "confirmed":
            self.hang_up()
            return
        self._bye()
        self._end("lost")

    def _end(self, cause: str, elsewhere: bool = False) -> None:
        """Stop everything and tell so, once."""
        self.state = "ended"
        if self._owed is not None:
            (server, request), self._owed = self._owed, None
            self._refuse(server, request, 487)
        self._unacknowledged.stop()
        self._cancel_timers()
        self._tell(Ended(self, cause, elsewhere))

    # --- small things ----------------------------------------------------------------------------------------------

    def _learn(self, message: Request | Response) -> None:
        """Note what the peer can do (RFC 3261, 20.5)."""
        self._allow = message.headers.words("Allow") or self._allow

    def _await_ack(self, server: Server, response: Response) -> None:
        server.acknowledged = self.acknowledged
        self._unacknowledged.add(server, response)

    def _no_ack(self) -> None:
        """The ACK never came: the session is broken (13.3.1.4)."""
        self._bye(reason_field("no ACK"))
        self._end("no-ack")
