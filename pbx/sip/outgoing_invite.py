"""The calling side of an INVITE: forks, early dialogs, CANCEL, challenges (RFC 3261, 9.1 and 13.2; RFC 3262, 4)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from pbx.sip.authorization import ROUNDS, pinned, proof
from pbx.sip.dialog import Dialog
from pbx.sip.digest import Credentials
from pbx.sip.events import Answered, Progressed, Rejected
from pbx.sip.flow import Flow
from pbx.sip.grammar import ParseError, number
from pbx.sip.message import Request, Response
from pbx.sip.session import Session
from pbx.sip.transactions.effects import Failure
from pbx.sip.transactions.invite_client import copied
from pbx.sip.transactions.layer import Answer, Client, Server, Transactions
from pbx.sip.transactions.timers import T1
from pbx.sip.usage import SDP, HeaderFields, Usage, reason_field

ELSEWHERE: HeaderFields = (
    ("Reason", 'SIP;cause=200;text="Call completed elsewhere"'),
    ("Reason", "Q.850;cause=26"),
)
"""What a CANCEL says when another phone took the call (RFC 3326)."""


class OutgoingInvite(Session):
    """A session that begins with an INVITE of ours."""

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
        credentials: Credentials | None,
    ) -> None:
        super().__init__(transactions, request, flow, dialog, contact=contact, abilities=abilities, forget=forget)
        self.credentials = credentials
        self.local_sdp = request.sdp
        dialog.offering = "ours" if request.sdp else "idle"
        self._half = dialog
        """The dialog before anybody answered."""
        self._early: dict[str, Dialog] = {}
        """Early dialogs by the peer's tag, one per fork."""
        self._last_progress: tuple[str, int, bytes] | None = None
        self._taken: str | None = None
        """The peer's tag in the 2xx that made the session."""
        self._client: Client | None = None
        self._rounds = ROUNDS
        self._provisional = False
        """Something came back: a CANCEL may be sent (9.1)."""
        self._cancel: HeaderFields | None = None
        """The fields of a CANCEL that was asked for."""
        self._late: Callable[[bytes], None] | None = None
        """Sends the answer to an offer that came in a response: in the ACK, or in a PRACK."""

    def start(self) -> None:
        """Send the INVITE."""
        self._later("patience", self._transactions.limits.patience, self._impatient)
        self._client = self._transactions.send(self.request, self.flow, self._heard)

    def fail(self, status: int, reason: str) -> None:
        """Reject it ourselves, before anything was sent."""
        self._rejected(status, reason)

    @property
    def reacted(self) -> bool:
        """Whether the peer has said anything at all to our INVITE, if only 100."""
        return self._provisional or self.state not in ("calling", "cancelling")

    # --- verbs -----------------------------------------------------------------------------------------------------

    def cancel(self, elsewhere: bool = False) -> None:
        """Give up calling; `elsewhere` tells the peer that the call was answered by another (RFC 3326)."""
        self._give_up(ELSEWHERE if elsewhere else ())

    def hang_up(self, reason: str = "") -> None:
        """End it: CANCEL before the answer, BYE after it. `reason` goes along as words (RFC 3326)."""
        if self.state in ("calling", "early"):
            self._give_up(reason_field(reason))
        elif self.state == "accepted":
            self.decline_offer()
        else:
            super().hang_up(reason)

    def accept_offer(self, sdp: bytes) -> None:
        """Answer the peer's latest offer; or, if it asked for one, make it."""
        late, self._late = self._late, None
        if late is None or self._over:
            super().accept_offer(sdp)
        else:
            self.dialog.offering = "idle"
            self.local_sdp = sdp
            late(sdp)

    def decline_offer(self, status: int = 488) -> None:
        """Refuse the peer's latest offer; one that came in the answer to our INVITE ends the call."""
        late, self._late = self._late, None
        if late is None or self._over:
            super().decline_offer(status)
        elif self.state == "accepted":
            late(b"")
            super().hang_up()
        else:
            self.hang_up()

    # --- what comes back -------------------------------------------------------------------------------------------

    def _heard(self, answer: Answer, flow: Flow) -> None:
        if isinstance(answer, Failure):
            self._rejected(answer.status, answer.reason)
            return
        if flow.reliable and not self.flow.connection:
            self.flow = flow
        if answer.status < 200:
            self._progressed(answer)
        elif answer.status < 300:
            self._accepted(answer)
        elif not self._again(answer):
            self._rejected(answer.status, answer.reason, answer)

    def _progressed(self, response: Response) -> None:
        self._provisional = True
        if self._cancel is not None:
            self._send_cancel()
        if response.status == 100 or self.state not in ("calling", "early"):
            return
        self._later("patience", self._transactions.limits.patience, self._impatient)
        if not response.to.tag:
            self._tell_progress(response)
            return
        dialog = self._early_dialog(response)
        if dialog is None or not self._in_turn(dialog, response):
            return
        self.state = "early"
        self.dialog = dialog
        self._learn(response)
        self._tell_progress(response)

    def _early_dialog(self, response: Response) -> Dialog | None:
        dialog = self._early.get(response.to.tag)
        if dialog is None and len(self._early) < self._transactions.limits.forks:
            dialog = self._early[response.to.tag] = self._half.answered(response)
        return dialog

    def _in_turn(self, dialog: Dialog, response: Response) -> bool:
        """Acknowledge a reliable provisional response; False for copies and those out of order (RFC 3262, 4)."""
        rseq = _rseq(response)
        if not rseq:
            return True
        if dialog.rseq and rseq != dialog.rseq + 1:
            return False
        dialog.rseq = rseq
        dialog.retarget(response)
        rack = (("RAck", f"{rseq} {response.cseq.number} INVITE"),)
        if not response.sdp:
            self._prack(dialog, rack)
        elif dialog.offering == "ours":
            dialog.offering = "idle"
            self.remote_sdp = response.sdp
            self._prack(dialog, rack)
        elif not self.request.sdp and self._late is None:
            dialog.offering = "theirs"
            self.offer = self.remote_sdp = response.sdp
            self._late = partial(self._prack, dialog, rack)
        else:
            self._prack(dialog, rack)
        return True

    def _prack(self, dialog: Dialog, rack: HeaderFields, sdp: bytes = b"") -> None:
        fields = (*rack, ("Content-Type", SDP)) if sdp else rack
        self._ask("PRACK", self._pracked_theirs, fields, sdp, dialog=dialog)

    def _pracked_theirs(self, answer: Answer, request: Request) -> None:
        """A PRACK that fails says nothing that the INVITE's own answer would not say."""

    def _tell_progress(self, response: Response) -> None:
        progress = (response.to.tag, response.status, response.sdp)
        if progress != self._last_progress:
            self._last_progress = progress
            self._tell(Progressed(self, response.status, response.sdp))

    def _accepted(self, response: Response) -> None:
        assert self._client is not None
        tag = response.to.tag
        if self.state in ("calling", "early"):
            self._take(response)
        elif self.state == "cancelling":  # the 200 crossed our CANCEL
            self._part_from(response)
            self._rejected(487, "Request Terminated")
        elif tag == self._taken:
            if self._late is None:
                self._acknowledge(self.dialog, response, self._client.request)
        else:
            self._part_from(response)

    def _take(self, response: Response) -> None:
        """The first 2xx makes the session (13.2.2.4)."""
        self._taken = response.to.tag
        early = self._early.get(response.to.tag, self._half)
        self.dialog = dialog = early.answered(response)
        dialog.remote_cseq, dialog.rseq = early.remote_cseq, early.rseq
        self._cancel_timers()
        self._learn(response)
        self._timer.agreed(response)
        sdp = b"" if dialog.offering == "idle" and self.request.sdp else response.sdp
        self.remote_sdp = sdp or self.remote_sdp
        assert self._client is not None
        if sdp and not self.request.sdp and dialog.offering == "idle" and not self.local_sdp:
            self.state = "accepted"
            self.offer = sdp
            dialog.offering = "theirs"
            self._late = partial(self._confirm, response, self._client.request)
        else:
            dialog.offering = "idle"
            self._confirm(response, self._client.request)
        self._tell(Answered(self, response, sdp))
        self._push()

    def _confirm(self, response: Response, invite: Request, sdp: bytes = b"") -> None:
        self.state = "confirmed"
        self._acknowledge(self.dialog, response, invite, sdp)
        self._watch()

    def _part_from(self, response: Response) -> None:
        """Acknowledge a 2xx nobody wants any more, and hang up on that fork (13.2.2.4)."""
        assert self._client is not None
        key = (response.to.tag, self._client.request.cseq.number)
        known = key in self._acks
        if not known and len(self._acks) >= self._transactions.limits.forks:
            return
        early = self._early.get(response.to.tag, self._half)
        dialog = early.answered(response)
        self._acknowledge(dialog, response, self._client.request)
        if not known:
            self._bye(dialog=dialog)

    def _again(self, response: Response) -> bool:
        """Send the INVITE again if a challenge or a longer interval is all that is asked for."""
        assert self._client is not None
        if self.state not in ("calling", "early") or not self._rounds:
            return False
        request = self._client.request
        headers = request.headers
        if response.status == 422 and self._timer.too_small(response):
            for name, value in self._timer.asking(first=True):
                headers = headers.with_(name, value)
        elif (field := proof(response, request, self.credentials, self._transactions.ids)) is not None:
            assert self.credentials is not None
            self.credentials = pinned(self.credentials, field)
            headers = headers.with_(*field)
        else:
            return False
        self._rounds -= 1
        self._half.cseq += 1
        headers = headers.with_("CSeq", f"{self._half.cseq} INVITE")
        flow = self._client.machine.flow
        headers = headers.with_("Via", self._transactions.via(flow))
        self._early.clear()
        self.state, self.dialog, self._provisional = "calling", self._half, False
        self._client = self._transactions.send(request.with_headers(headers), flow, self._heard)
        return True

    def _rejected(self, status: int, reason: str, response: Response | None = None) -> None:
        if self._over:
            return
        self.state = "ended"
        self._cancel_timers()
        self._tell(Rejected(self, status, reason, response))
        self._finish()

    # --- giving up -------------------------------------------------------------------------------------------------

    def _give_up(self, headers: HeaderFields) -> None:
        if self.state not in ("calling", "early"):
            return
        self.state = "cancelling"
        self._cancel_timers()
        self._cancel = headers
        self._later("cancelled", 64 * T1, self._unheard)
        if self._provisional:
            self._send_cancel()

    def _send_cancel(self) -> None:
        assert self._client is not None
        headers, self._cancel = self._cancel, None
        cancel = copied(self._client.request, "CANCEL", headers or ())
        self._transactions.send(cancel, self._client.machine.flow, _nothing)  # after the INVITE, wherever they went

    def _unheard(self) -> None:
        """Nobody answered the cancelled INVITE (9.1)."""
        assert self._client is not None
        self._transactions.abandon(self._client)
        self._rejected(487, "Request Terminated")

    def _hung_up(self, server: Server, request: Request) -> None:
        """A BYE; one before the answer is none of theirs to send (15), but shows what they want."""
        if self.state in ("calling", "early", "cancelling"):
            self._refuse(server, request, 200)
            self._give_up(())
        else:
            super()._hung_up(server, request)

    def _finish(self) -> None:
        if self._client is not None:
            self._transactions.release_client(self._client)
        super()._finish()

    def _impatient(self) -> None:
        self._give_up(reason_field("no answer"))

    def _dialog_of(self, request: Request) -> Dialog | None:
        if self.state in ("calling", "early", "cancelling") and request.call_id == self._half.call_id:
            return self._early.get(request.from_.tag)
        return super()._dialog_of(request)


def compose_invite(
    dialog: Dialog, via: str, headers: Sequence[tuple[str, str]], sdp: bytes, max_forwards: int
) -> Request:
    """The INVITE of a dialog that is to be."""
    fields = (*headers, ("Content-Type", SDP)) if sdp else headers
    request = dialog.compose("INVITE", via, fields, sdp)
    if max_forwards == 70:
        return request
    return request.with_headers(request.headers.with_("Max-Forwards", str(max_forwards)))


def _rseq(response: Response) -> int:
    """The number of a reliable provisional response; 0 for another."""
    if "100rel" not in response.headers.words("Require"):
        return 0
    try:
        return number((response.headers.get("RSeq") or "").strip(" \t"))
    except ParseError:
        return 0


def _nothing(answer: Answer, flow: Flow) -> None:
    """A CANCEL's own answer means nothing; the INVITE's does (9.1)."""
