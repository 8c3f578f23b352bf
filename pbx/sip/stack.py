"""The SIP stack as the layers above and below see it: bytes in, bytes and events out (RFC 3261, 8 to 18)."""

from __future__ import annotations

import logging
from collections import Counter, deque
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from types import MappingProxyType

from pbx.sip.address import Address
from pbx.sip.admission import EXTENSIONS, METHODS, RETRY, SESSION_METHODS, NoRateLimiter, RateLimiter, Verdict, refusal
from pbx.sip.authorization import ROUNDS, pinned, proof
from pbx.sip.dialog import Dialog
from pbx.sip.digest import Credentials
from pbx.sip.events import Event, Invited, Replied, Requested, TurnedAway, Unanswered
from pbx.sip.flow import Flow
from pbx.sip.ids import Ids
from pbx.sip.incoming_invite import IncomingInvite
from pbx.sip.limits import SipLimits
from pbx.sip.message import Message, ParseError, Request, Response, parse
from pbx.sip.outgoing_invite import OutgoingInvite, compose_invite
from pbx.sip.session import Session
from pbx.sip.transactions.effects import Failure, Send
from pbx.sip.transactions.layer import Answer, Server, TransactionKey, Transactions, server_key
from pbx.sip.transactions.timers import Timers
from pbx.sip.uri import Uri
from pbx.sip.usage import Usage
from pbx.sip.via import Via

__all__ = ["Ids", "Send", "SipLimits", "Stack"]

log = logging.getLogger(__name__)

_REPEATED = ("Via", "From", "To", "Call-ID", "CSeq", "Record-Route", "Timestamp")
"""What responses say again."""


class Stack:
    """Transactions, dialogs and sessions of one user agent.

    It reads no clock and no socket: after each call of `receive`, `flow_failed`, a verb or `timers.run`, its owner
    drains `outgoing` to the wire and `events` to the layer above. Bytes from the wire never make it raise.
    """

    def __init__(
        self,
        *,
        clock: Callable[[], float],
        timers: Timers,
        ids: Ids,
        agent: str,
        limits: SipLimits | None = None,
        methods: Sequence[str] = METHODS,
        extensions: Sequence[str] = EXTENSIONS,
        rate_limiter: RateLimiter | None = None,
    ) -> None:
        limits = limits or SipLimits()
        self.ids = ids
        self.limits = limits
        self._transactions = Transactions(clock=clock, timers=timers, ids=ids, agent=agent, limits=limits)
        self.outgoing: deque[Send] = self._transactions.outgoing
        """What goes on the wire next."""
        self.events: deque[Event] = self._transactions.events
        """What the layer above should hear next."""
        self.counters: Counter[str] = self._transactions.counters
        """What was dropped or refused, by reason."""
        self._sessions: dict[str, Session] = {}
        self.sessions: Mapping[str, Session] = MappingProxyType(self._sessions)
        """The sessions that are not over, by id."""
        self._dialogs: dict[str, Session] = {}
        """Sessions by our tag, also those that are still ending."""
        self._agent = agent
        self._rate_limiter = rate_limiter or NoRateLimiter()
        self._methods = tuple(methods)
        self._extensions = tuple(extensions)
        self._abilities = (("Allow", ", ".join(methods)), ("Supported", ", ".join(extensions)))

    @property
    def transactions(self) -> int:
        """How many transactions are running."""
        return len(self._transactions)

    # --- from the wire ---------------------------------------------------------------------------------------------

    def receive(self, data: bytes, flow: Flow) -> None:
        """One message from the wire. Never raises; what cannot be read is answered 400, or dropped and counted."""
        try:
            message = parse(data)
        except ParseError as error:
            self._unreadable(data, error, flow)
            return
        if len(data) > self.limits.repeated and isinstance(message, Request) and self._is_unwieldy(message, flow):
            return
        try:
            if isinstance(message, Request):
                self._receive_request(message, flow)
            elif len(message.vias) > 1 or not self._transactions.receive_response(message, flow):
                self.counters["stray response"] += 1  # with two Vias it was meant for another (8.1.3.3)
        except Exception:  # a mistake of ours in one call must not affect the others
            self.counters["fault"] += 1
            log.exception("a message from %s was not understood", flow.remote)
            self._answer_after_fault(message, flow)

    def _is_unwieldy(self, request: Request, flow: Flow) -> bool:
        """Whether all responses to a request would be huge, and kept for half a minute each: it is refused at once."""
        if sum(len(value) for name in _REPEATED for value in request.headers.all(name)) <= self.limits.repeated:
            return False
        self.counters["unwieldy"] += 1
        if request.method != "ACK" and self._rate_limiter.judge(request, flow, known=False) is Verdict.TAKEN:
            self.outgoing.append(Send(seen_from(request, flow).reply(513, tag=self.ids.tag()), flow))
            self._turn_away(request, flow, 513)
        return True

    def _answer_after_fault(self, message: Message, flow: Flow) -> None:
        """Answer 500 to a request that nobody will answer after our mistake."""
        if isinstance(message, Request) and message.method != "ACK":
            server = self._transactions.server(server_key(message, flow, message.method))
            if server is not None and server.waiting:
                self._refuse(server, seen_from(message, flow).reply(500))

    def flow_failed(self, flow: Flow, reason: str) -> None:
        """The transport could not send to a flow, or lost it: requests that wait there have failed.

        Nobody can answer a caller whose connection is gone: the ringing ends as `lost`. Calls that stand go on, as
        the peer may come back on another connection.
        """
        self._transactions.fail(flow, reason)
        for session in list(self._sessions.values()):
            if isinstance(session, IncomingInvite) and flow.connection and session.flow == flow:
                session.abandoned()

    def _unreadable(self, data: bytes, error: ParseError, flow: Flow) -> None:
        if not data.strip(b"\r\n\0"):
            self.counters["keep-alive"] += 1
            return
        self.counters["malformed"] += 1
        request = error.recoverable
        if request is not None and self._rate_limiter.judge(request, flow, known=False) is Verdict.TAKEN:
            response = seen_from(request, flow).reply(error.status, tag=self.ids.tag())
            self.outgoing.append(Send(response, flow))
            self._turn_away(request, flow, error.status)

    def _turn_away(self, request: Request, flow: Flow, status: int) -> None:
        """Tell the layer above of a call that it will never hear of."""
        if request.method == "INVITE" and not request.to.tag:
            self.events.append(TurnedAway(request, flow, status))

    def _receive_request(self, request: Request, flow: Flow) -> None:
        method = request.method
        key = server_key(request, flow, "INVITE" if method == "ACK" else method)
        if self._is_slowed(request, flow, key) or self._transactions.absorb(request, key):
            return
        if method == "ACK":
            self._receive_ack(request, flow)
            return
        request = seen_from(request, flow)
        if self._transactions.full:
            self.counters["full"] += 1
            busy = request.reply(503, headers=(("Retry-After", RETRY),), tag=self.ids.tag())
            self.outgoing.append(Send(busy, flow))
            self._turn_away(request, flow, 503)
            return
        if request.to.tag or method == "CANCEL":
            server = self._transactions.serve(request, key, flow)
        else:
            merging = (request.call_id, request.from_.tag, request.cseq.number, method)
            merged = merging in self._transactions.merging
            server = self._transactions.serve(request, key, flow, None if merged else merging)
            if merged:
                self._refuse(server, request.reply(482))
                return
        response = refusal(request, self._methods, self._extensions)
        if response is not None:
            self._refuse(server, response)
            self._turn_away(request, flow, response.status)
        elif method == "CANCEL":
            self._receive_cancel(server, request, flow)
        elif request.to.tag:
            self._receive_inside(server, request, flow)
        elif method == "INVITE":
            self._receive_invite(server, request)
        elif method in SESSION_METHODS and method != "OPTIONS":
            self._refuse(server, request.reply(481))
        else:
            self._ask_above(server, request, flow)

    def _is_slowed(self, request: Request, flow: Flow, key: TransactionKey) -> bool:
        """Whether its sender asks too much; refusing costs no memory."""
        known = request.to.tag in self._dialogs or self._transactions.server(key) is not None
        verdict = self._rate_limiter.judge(request, flow, known=known)
        if verdict is Verdict.TAKEN:
            return False
        self.counters["slowed"] += 1
        if verdict is Verdict.PUT_OFF and request.method != "ACK":
            busy = seen_from(request, flow).reply(503, headers=(("Retry-After", RETRY),), tag=self.ids.tag())
            self.outgoing.append(Send(busy, flow))
        return True

    def _receive_ack(self, request: Request, flow: Flow) -> None:
        session = self._dialogs.get(request.to.tag)
        if session is not None and not session.admit(request, flow):
            session.acknowledged(request, flow)
        else:
            self.counters["stray ACK"] += 1

    def _receive_cancel(self, server: Server, request: Request, flow: Flow) -> None:
        """Only a CANCEL from where the INVITE came has its key (9.2)."""
        invite = self._transactions.server(server_key(request, flow, "INVITE"))
        if invite is None:
            self._refuse(server, request.reply(481))
            return
        self._transactions.reply(server, request.reply(200, tag=invite.tag))
        if invite.cancelled is not None and invite.waiting:
            invite.cancelled(request)

    def _receive_inside(self, server: Server, request: Request, flow: Flow) -> None:
        session = self._dialogs.get(request.to.tag)
        if session is None:
            if request.method in SESSION_METHODS:
                self._refuse(server, request.reply(481))
            else:
                self._ask_above(server, request, flow)
            return
        status = session.admit(request, flow)
        if status:
            self._refuse(server, request.reply(status))
        elif request.method in SESSION_METHODS:
            session.receive_request(server, request)
        else:
            self._ask_above(server, request, flow)

    def _receive_invite(self, server: Server, request: Request) -> None:
        if len(self._sessions) >= self.limits.sessions:
            self.counters["full"] += 1
            self._refuse(server, request.reply(503, headers=(("Retry-After", RETRY),)))
            self._turn_away(request, server.flow, 503)
            return
        contact = contact_of(request.uri.user or "", server.flow, secure=request.uri.scheme == "sips")
        session = IncomingInvite(
            self._transactions, server, request, contact=contact, abilities=self._abilities, forget=self._forget
        )
        if session.refuses_interval():
            return
        self._transactions.reply(server, request.reply(100))
        self._remember(session)
        self.events.append(Invited(session, request, server.flow))

    def _ask_above(self, server: Server, request: Request, flow: Flow) -> None:
        server.name = self.ids.token()
        self._transactions.named[server.name] = server
        self.events.append(Requested(request, flow, server.name))

    def _refuse(self, server: Server, response: Response) -> None:
        self.counters[f"refused {response.status}"] += 1
        self._transactions.reply(server, response if has_tag(response) else tagged(response, self.ids.tag()))

    # --- from above ------------------------------------------------------------------------------------------------

    def reply(self, transaction: str, response: Response) -> None:
        """Answer a `Requested`; too late, or twice, does nothing. A To without a tag gets one."""
        server = self._transactions.named.get(transaction)
        if server is not None:
            needs = response.status > 100 and not has_tag(response)
            self._transactions.reply(server, tagged(response, self.ids.tag()) if needs else response)

    def request(self, request: Request, flow: Flow, *, token: str, credentials: Credentials | None = None) -> None:
        """Send a request outside of sessions; ends in `Replied` or `Unanswered` with the token.

        From (with tag), To, Call-ID and CSeq are the caller's, Via, Max-Forwards and User-Agent ours. A challenge
        that `credentials` are meant for is answered, with the next CSeq number: see `Replied.response.cseq`.
        """
        headers = request.headers.without("Via").prepending("Via", self._transactions.via(flow))
        if "Max-Forwards" not in headers:
            headers = headers.adding("Max-Forwards", "70")
        if "User-Agent" not in headers:
            headers = headers.adding("User-Agent", self._agent)
        self._send(request.with_headers(headers), flow, token, credentials, ROUNDS)

    def _send(self, request: Request, flow: Flow, token: str, credentials: Credentials | None, rounds: int) -> None:
        self._transactions.send(request, flow, partial(self._replied, request, flow, token, credentials, rounds))

    def _replied(
        self,
        request: Request,
        asked: Flow,
        token: str,
        credentials: Credentials | None,
        rounds: int,
        answer: Answer,
        flow: Flow,
    ) -> None:
        if isinstance(answer, Failure):
            self.events.append(Unanswered(token, answer.reason))
            return
        field = proof(answer, request, credentials, self.ids) if rounds else None
        if field is None or credentials is None:
            self.events.append(Replied(token, answer, flow))
            return
        headers = request.headers.with_(*field).with_("Via", self._transactions.via(asked))
        headers = headers.with_("CSeq", f"{request.cseq.number + 1} {request.method}")
        self._send(request.with_headers(headers), asked, token, pinned(credentials, field), rounds - 1)

    def invite(
        self,
        target: Uri,
        flow: Flow,
        *,
        from_: Address,
        to: Address,
        contact_user: str,
        sdp: bytes,
        headers: Sequence[tuple[str, str]] = (),
        routes: Sequence[str] = (),
        credentials: Credentials | None = None,
        max_forwards: int = 70,
    ) -> Session:
        """Call somebody. Ends in `Answered` and later `Ended`, or in `Rejected`.

        `target` is the Request-URI, `routes` are Route values (next hop first; they do not choose the flow), `sdp`
        is our offer, or b"" to be offered something. Own `headers` named Allow, Supported or User-Agent replace ours.
        """
        tag = self.ids.tag()
        dialog = Dialog(
            self.ids.call_id(), tag, "", str(from_.with_param("tag", tag)), str(to), target, tuple(routes),
            cseq=self.ids.cseq(),
        )  # fmt: skip
        contact = contact_of(contact_user, flow, secure=target.scheme == "sips")
        own = {name.lower() for name, _ in headers}
        abilities = tuple(field for field in self._abilities if field[0].lower() not in own)
        agent = () if "user-agent" in own else (("User-Agent", self._agent),)
        expires = ("Session-Expires", str(self.limits.session_expires))
        fields = (("Contact", contact), *abilities, expires, *agent, *headers)
        request = compose_invite(dialog, self._transactions.via(flow), fields, sdp, max_forwards)
        session = OutgoingInvite(
            self._transactions,
            request,
            flow,
            dialog,
            contact=contact,
            abilities=abilities,
            forget=self._forget,
            credentials=credentials,
        )
        self._begin(session)
        return session

    def _begin(self, session: OutgoingInvite) -> None:
        if self._transactions.full or len(self._sessions) >= self.limits.sessions:
            self.counters["full"] += 1
            session.fail(503, "too many calls")
        else:
            self._remember(session)
            session.start()

    def _remember(self, session: Session) -> None:
        self._sessions[session.id] = session
        self._dialogs[session.dialog.local_tag] = session

    def _forget(self, session: Usage) -> None:
        """A session ended, or was given up."""
        if session.over:
            self._sessions.pop(session.id, None)
        if session.finished:
            self._dialogs.pop(session.dialog.local_tag, None)


def contact_of(user: str, flow: Flow, *, secure: bool = False) -> str:
    """The Contact value under which a peer of that flow reaches us."""
    params: tuple[tuple[str, str | None], ...] = ()
    if flow.transport != "udp":
        params = (("transport", flow.transport),)
    uri = Uri("sips" if secure else "sip", user or None, None, flow.local[0], flow.local[1], params)
    return f"<{uri}>"


def seen_from(request: Request, flow: Flow) -> Request:
    """The request with `received` and `rport` in its topmost Via (RFC 3261, 18.2.1; RFC 3581, 4).

    A Route that names us is taken off: the request has arrived.
    """
    host, port = flow.remote
    via, *rest = request.vias
    if request.routes and (request.routes[0].uri.host, request.routes[0].uri.port or 5060) == flow.local:
        headers = request.headers
        request = request.with_headers(headers.with_("Route", *headers.values("Route")[1:]))
    if not via.wants_rport and via.host == host:
        return request
    params = [param for param in via.params if param[0] != "received"]
    params = [("rport", str(port)) if name == "rport" else (name, value) for name, value in params]
    seen = Via(via.transport, via.host, via.port, (*params, ("received", host)))
    headers = request.headers.with_("Via", str(seen), *map(str, rest))
    known = {name: value for name, value in vars(request).items() if name not in ("headers", "vias", "_printed")}
    noted = request.with_headers(headers)
    vars(noted).update(known, vias=(seen, *rest))  # what was read need not be read again
    return noted


def has_tag(response: Response) -> bool:
    """Whether a response's To has a tag; without reading all of it again, as every response passes here."""
    to = response.headers.get("To") or ""
    return "tag=" in to.rpartition(">")[2].lower()


def tagged(response: Response, tag: str) -> Response:
    """The response with a tag in its To."""
    to = response.headers.get("To") or ""
    return response.with_headers(response.headers.with_("To", f"{to};tag={tag}"))
