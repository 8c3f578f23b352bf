"""What an INVITE session needs for any request inside its dialog: asking, being asked, parting (RFC 3261, 12.2)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from pbx.sip.authorization import ROUNDS, pinned, proof
from pbx.sip.dialog import Dialog
from pbx.sip.digest import Credentials
from pbx.sip.events import Ended, Event, Rejected
from pbx.sip.flow import Flow
from pbx.sip.grammar import quote
from pbx.sip.message import Request, Response
from pbx.sip.next_hop import towards
from pbx.sip.transactions.effects import Failure
from pbx.sip.transactions.layer import Answer, Server, Transactions
from pbx.sip.transactions.timers import Timer

HeaderFields = Sequence[tuple[str, str]]

SDP = "application/sdp"

_LAST = (Ended, Rejected)


class Usage:
    """One usage of a dialog (RFC 5057): its peer, its requests, its timers by name, and its end."""

    def __init__(
        self,
        transactions: Transactions,
        request: Request,
        flow: Flow,
        dialog: Dialog,
        forget: Callable[[Usage], None],
    ) -> None:
        self.id = transactions.ids.token()
        self.request = request
        """What began it."""
        self.flow = flow
        """Where requests of ours go: the dialog's latest trusted flow."""
        self.dialog = dialog
        self._began = flow
        self.trusted = frozenset({flow.remote[0]})
        """Hosts that may send requests in this dialog, and get ours; to others it does not exist."""
        self.names: Mapping[str, Sequence[str]] = {}
        """Host names of the peer's and the addresses they were found to have."""
        self.is_phone = False
        """Its Contact may be what it has behind a NAT, so that requests go where its own come from."""
        self.credentials: Credentials | None = None
        self.finished = False
        """Nothing of the dialog is expected any more, not even copies and late answers."""
        self._transactions = transactions
        self._forget = forget
        self._over = False
        self._timers: dict[str, Timer] = {}
        self._acks: dict[tuple[str, int], Request] = {}
        """Our ACKs, for copies of the 2xx."""

    @property
    def over(self) -> bool:
        """Whether the session's last event was sent."""
        return self._over

    # --- requests of theirs ----------------------------------------------------------------------------------------

    def admit(self, request: Request, flow: Flow) -> int:
        """Whether a request belongs here: 0, or the status to refuse it with."""
        dialog = self._dialog_of(request)
        if dialog is None or flow.remote[0] not in self.trusted:
            return 481
        if request.method != "ACK" and not dialog.in_order(request):
            return 500
        self.flow = flow
        return 0

    def _dialog_of(self, request: Request) -> Dialog | None:
        """The dialog a request belongs to; tags and Call-ID must all fit (12.2.2)."""
        dialog = self.dialog
        fits = request.from_.tag == dialog.remote_tag and request.call_id == dialog.call_id
        return dialog if fits else None

    def _way(self, dialog: Dialog) -> Flow:
        """Where a request within the dialog goes: as route set and Contact say, if that is a place of the peer's."""
        if self.is_phone and not dialog.routes:
            return self.flow
        way = towards(dialog.next_hop, self.flow, self.trusted, self.names)
        where_it_began = (way.transport, way.remote) == (self._began.transport, self._began.remote)
        return self.flow if where_it_began else way  # from there it may have moved, as its latest request shows

    def _refuse(self, server: Server, request: Request, status: int, headers: HeaderFields = ()) -> None:
        self._transactions.reply(server, request.reply(status, headers=headers))

    # --- requests of ours ------------------------------------------------------------------------------------------

    def _ask(
        self,
        method: str,
        done: Callable[[Answer, Request], None],
        headers: HeaderFields = (),
        body: bytes = b"",
        *,
        dialog: Dialog | None = None,
        proofs: HeaderFields = (),
        rounds: int = ROUNDS,
        instead: Flow | None = None,
    ) -> None:
        """Send a request within the dialog; challenges are answered on the way to `done`.

        Where nobody answers at the place that a sloppy peer named, it goes where the peer's own messages come from.
        """
        dialog = dialog or self.dialog
        fields = (*headers, *proofs, ("User-Agent", self._transactions.agent))
        way = instead or self._way(dialog)
        request = dialog.compose(method, self._transactions.via(way), fields, body)

        def tell(answer: Answer, flow: Flow) -> None:
            if isinstance(answer, Failure) and not instead and way.remote != self.flow.remote:
                self._ask(method, done, headers, body, dialog=dialog, proofs=proofs, rounds=rounds, instead=self.flow)
                return
            field = self._proof(answer, request) if rounds else None
            if field is None:
                done(answer, request)
            else:
                again = rounds - 1
                self._ask(method, done, headers, body, dialog=dialog, proofs=(field,), rounds=again, instead=instead)

        self._transactions.send(request, way, tell)

    def _proof(self, answer: Answer, request: Request) -> tuple[str, str] | None:
        if not isinstance(answer, Response) or answer.status not in (401, 407):
            return None
        credentials = self.credentials
        if credentials is None or (credentials.realm is None and request.method != "INVITE"):
            return None  # only an INVITE's challenge may tell whose realm it is
        field = proof(answer, request, credentials, self._transactions.ids)
        if field is not None:
            self.credentials = pinned(credentials, field)
        return field

    def _acknowledge(self, dialog: Dialog, response: Response, invite: Request, sdp: bytes = b"") -> None:
        """Send the ACK to a 2xx, or for a copy of it the same ACK once more (13.2.2.4)."""
        key = (response.to.tag, invite.cseq.number)
        ack = self._acks.get(key)
        if ack is None:
            fields = [(name, value) for name, value in invite.headers if name.endswith("Authorization")]
            if sdp:
                fields.append(("Content-Type", SDP))
            via = self._transactions.via(self._way(dialog))
            ack = dialog.compose("ACK", via, fields, sdp, number=invite.cseq.number)
            if len(self._acks) > 2 * self._transactions.limits.forks:
                self._acks.clear()
            self._acks[key] = ack
        elif self._way(dialog).remote != self.flow.remote:
            self._transactions.send_plain(ack, self.flow)  # it was not heard there: a sloppy peer's Contact, or loss
        self._transactions.send_plain(ack, self._way(dialog))

    def _bye(self, headers: HeaderFields = (), dialog: Dialog | None = None) -> None:
        self._ask("BYE", self._parted, headers, dialog=dialog)

    # --- the end ---------------------------------------------------------------------------------------------------

    def _parted(self, answer: Answer, request: Request) -> None:
        """Whatever became of our BYE: no more is to come."""
        if self._over:
            self._finish()

    def _tell(self, event: Event) -> None:
        """Tell the layer above, unless it has the end already."""
        if self._over:
            return
        if isinstance(event, _LAST):
            self._over = True
            self._forget(self)
        self._transactions.events.append(event)

    def _finish(self) -> None:
        """No message of the dialog is expected any more."""
        self.finished = True
        self._forget(self)

    # --- timers ----------------------------------------------------------------------------------------------------

    def _later(self, name: str, seconds: float, act: Callable[[], None]) -> None:
        self._stop(name)

        def fire() -> None:
            self._timers.pop(name, None)
            act()

        self._timers[name] = self._transactions.later(seconds, fire)

    def _stop(self, name: str) -> None:
        timer = self._timers.pop(name, None)
        if timer is not None:
            timer.cancel()

    def _cancel_timers(self) -> None:
        for timer in self._timers.values():
            timer.cancel()
        self._timers.clear()


def reason_field(words: str) -> HeaderFields:
    """A Reason with words only (RFC 3326); none for no words."""
    return (("Reason", f"SIP;text={quote(words)}"),) if words else ()
