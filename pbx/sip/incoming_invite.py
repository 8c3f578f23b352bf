"""The called side of an INVITE: rings, answers, refuses, is cancelled (RFC 3261, 13.3; RFC 3262, 3)."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from pbx.sip.dialog import called
from pbx.sip.events import Confirmed, Ended, OfferAnswered
from pbx.sip.grammar import BLANK, ParseError, find, number, read_params
from pbx.sip.message import Request, Response
from pbx.sip.session import Session
from pbx.sip.transactions.layer import Server, Transactions
from pbx.sip.transactions.retransmission import Retransmission
from pbx.sip.usage import SDP, HeaderFields, Usage, reason_field

AGAIN = 60.0
"""Seconds after which a ringing phone says so again, for the timers of proxies (13.3.1.1)."""


class IncomingInvite(Session):
    """A session that begins with an INVITE of theirs."""

    incoming = True

    def __init__(
        self,
        transactions: Transactions,
        server: Server,
        request: Request,
        *,
        contact: str,
        abilities: HeaderFields,
        forget: Callable[[Usage], None],
    ) -> None:
        dialog = called(request, transactions.ids.tag())
        super().__init__(
            transactions, request, server.flow, dialog, contact=contact, abilities=abilities, forget=forget
        )
        self.state = "invited"
        self.offer = self.remote_sdp = request.sdp
        dialog.offering = "theirs" if request.sdp else "idle"
        server.cancelled = self.cancelled
        server.tag = dialog.local_tag
        self._learn(request)
        self._server = server
        self._reliably = "100rel" in request.headers.words("Require")
        self._rseq = 1 + transactions.ids.cseq()
        self._unpracked: tuple[Response, Retransmission] | None = None
        """The reliable provisional response that waits for its PRACK."""
        self._overtaken: Response | None = None
        """One that the 200 overtook: its PRACK may still come (RFC 3262, 3)."""
        self._waiting: Callable[[], None] | None = None
        """The latest verb whose response may only be sent after that PRACK."""
        self._answering = False
        """It is the answer that waits; ringing does not matter any more."""
        self._answer_sent = False
        """A reliable provisional response carried our answer (or offer): the 200 carries none."""
        self._parting: HeaderFields | None = None
        """We hung up before the ACK came: the BYE's header fields."""
        self._later("patience", transactions.limits.patience, partial(self.refuse, 480))

    # --- verbs -----------------------------------------------------------------------------------------------------

    def ring(self, sdp: bytes = b"", headers: HeaderFields = ()) -> None:
        """Send 180, or 183 with early media's SDP; reliably if the peer requires it."""
        if self.state not in ("invited", "early"):
            return
        if self._unpracked is not None:
            if not self._answering:
                self._waiting = partial(self.ring, sdp, headers)
            return
        if self._answer_sent or (not self._reliably and self.dialog.offering != "theirs"):
            sdp = b""  # only a reliable response may make an offer, and none is answered twice
        self.state = "early"
        fields = (("Contact", self._contact), *self._abilities, *headers)
        if self._reliably:
            self._rseq += 1
            fields = (*fields, ("Require", "100rel"), ("RSeq", str(self._rseq)))
        response = self._response(183 if sdp else 180, "", fields, sdp)
        self._transactions.reply(self._server, response)
        if self._reliably:
            self._await_prack(response, sdp)
        else:
            self._later("again", AGAIN, partial(self._ring_again, response))

    def answer(self, sdp: bytes, headers: HeaderFields = ()) -> None:
        """Send 200; `sdp` answers the offer, or is one if the INVITE had none."""
        if self.state not in ("invited", "early"):
            return
        if self._unpracked is not None:
            if self._answer_sent:  # its SDP must have arrived first (RFC 3262, 3)
                self._waiting, self._answering = partial(self.answer, sdp, headers), True
                return
            self._overtaken = self._unpracked[0]
            self._stop_unpracked()
        self._cancel_timers()
        self.state = "accepted"
        if self._answer_sent:
            sdp = b""
        else:
            self.dialog.offering = "idle" if self.dialog.offering == "theirs" else "ours"
            self.local_sdp = sdp
        extra = (*self._timer.answering(self.request), ("Server", self._transactions.agent), *headers)
        fields = (("Contact", self._contact), *self._abilities, *extra)
        response = self._response(200, "", fields, sdp)
        self._transactions.reply(self._server, response)
        self._await_ack(self._server, response)

    def refuse(self, status: int, reason: str = "", headers: HeaderFields = ()) -> None:
        """Send a final response of 300 or more to the INVITE."""
        if self.state in ("invited", "early"):
            self._refuse_invite(status, reason, headers)
            self._end("closed")
            self._finish()

    def cancel(self, elsewhere: bool = False) -> None:
        """Give the call up, as far as a called side can."""
        self.hang_up()

    def hang_up(self, reason: str = "") -> None:
        """End it: BYE, or 480 while it rings. A BYE waits for the ACK to our 200 (15)."""
        if self.state in ("invited", "early"):
            self.refuse(480, "", reason_field(reason))
        elif self.state == "accepted" and not self._over:
            self._parting = reason_field(reason)
            self._cancel_timers()
            self._tell(Ended(self, "closed"))
        else:
            super().hang_up(reason)

    def refuses_interval(self) -> bool:
        """Whether the INVITE was refused at once for asking to be refreshed too often (RFC 4028, 9)."""
        if not self._timer.refuses(self.request):
            return False
        self._cancel_timers()
        self._refuse_invite(422, headers=(("Min-SE", str(self._timer.min_se)),))
        return True

    # --- requests of theirs ----------------------------------------------------------------------------------------

    def cancelled(self, cancel: Request) -> None:
        """Their CANCEL, answered already; too late if we answered the INVITE (9.2)."""
        if self.state in ("invited", "early"):
            self._refuse_invite(487)
            self._end("cancelled", _says_elsewhere(cancel))
            self._finish()

    def abandoned(self) -> None:
        """The connection that the INVITE came on is gone: nobody waits for an answer any more."""
        if self.state in ("invited", "early"):
            self._refuse_invite(480)
            self._end("lost")
            self._finish()

    def _settled(self, ack: Request, late: bool) -> None:
        if self.state != "accepted" or ack.cseq.number != self.request.cseq.number:
            super()._settled(ack, late)
            return
        if self._over:
            self._bye(self._parting or ())
            self.state = "ended"
            return
        self.state = "confirmed"
        self._watch()
        self._tell(Confirmed(self, ack.sdp if late else b""))

    def _hung_up(self, server: Server, request: Request) -> None:
        if self.state in ("invited", "early"):
            self._refuse_invite(487)
        super()._hung_up(server, request)

    def _pracked(self, server: Server, request: Request) -> None:
        """A PRACK: it fits the response we repeat, or nothing (RFC 3262, 3)."""
        if self._overtaken is not None and _acknowledges(request, self._overtaken):
            self._overtaken = None
            self._refuse(server, request, 200)
            return
        if self._unpracked is None or not _acknowledges(request, self._unpracked[0]):
            self._refuse(server, request, 481)
            return
        self._stop_unpracked()
        if request.sdp and self.dialog.offering == "ours":
            self.dialog.offering = "idle"
            self.remote_sdp = request.sdp
            self._refuse(server, request, 200)
            self._tell(OfferAnswered(self, request.sdp))
        elif request.sdp and self.dialog.offering == "idle" and self._owed is None:
            self._owed = (server, request)
            self._take_offer(request)
        else:
            self._refuse(server, request, 200)
        waiting, self._waiting = self._waiting, None
        if waiting is not None:
            waiting()
        self._push()

    # --- small things ----------------------------------------------------------------------------------------------

    def _response(self, status: int, reason: str, headers: HeaderFields, sdp: bytes = b"") -> Response:
        return self.request.reply(
            status,
            reason,
            tag=self.dialog.local_tag,
            headers=headers,
            body=sdp,
            content_type=SDP if sdp else "",
        )

    def _refuse_invite(self, status: int, reason: str = "", headers: HeaderFields = ()) -> None:
        self._stop_unpracked()
        self._transactions.reply(self._server, self._response(status, reason, headers))

    def _ring_again(self, response: Response) -> None:
        if self.state == "early":
            self._transactions.reply(self._server, response)
            self._later("again", AGAIN, partial(self._ring_again, response))

    def _await_prack(self, response: Response, sdp: bytes) -> None:
        again = partial(self._transactions.reply, self._server, response)
        self._unpracked = response, Retransmission(self._transactions, again, self._no_prack, capped=False)
        if sdp:
            self._answer_sent = True
            self.local_sdp = sdp
            self.dialog.offering = "idle" if self.dialog.offering == "theirs" else "ours"

    def _no_prack(self) -> None:
        """Nobody acknowledged what had to be (RFC 3262, 3)."""
        self._unpracked = None
        if self.state in ("invited", "early"):
            self._refuse_invite(504)
            self._end("no-ack")
            self._finish()

    def _stop_unpracked(self) -> None:
        if self._unpracked is not None:
            self._unpracked[1].stop()
            self._unpracked = None

    def _finish(self) -> None:
        self._transactions.release_server(self._server)
        super()._finish()

    def _free(self) -> bool:
        return self._unpracked is None and super()._free()

    def _end(self, cause: str, elsewhere: bool = False) -> None:
        self._stop_unpracked()
        super()._end(cause, elsewhere)


def _acknowledges(prack: Request, response: Response) -> bool:
    """Whether a PRACK's RAck names that response (RFC 3262, 7.2)."""
    words = (prack.headers.get("RAck") or "").split()
    try:
        rseq, cseq = number(words[0]), number(words[1])
    except (ParseError, IndexError):
        return False
    invite = response.cseq
    return (rseq, cseq, words[2:]) == (int(response.headers.get("RSeq") or 0), invite.number, [invite.method])


def _says_elsewhere(cancel: Request) -> bool:
    """Whether a CANCEL says that somebody else took the call (RFC 3326): SIP 200, or Q.850 26."""
    return any(_cause(value) in (("sip", "200"), ("q.850", "26")) for value in cancel.headers.items("Reason"))


def _cause(reason: str) -> tuple[str, str]:
    """The protocol and the cause of one value of Reason, in lower case; empty where there is none."""
    protocol, semicolon, params = reason.lower().partition(";")
    try:
        return protocol.strip(BLANK), find(read_params(semicolon + params), "cause") or ""
    except ParseError:
        return "", ""
