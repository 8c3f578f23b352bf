"""One subscription to something of ours: the notifier's side (RFC 6665, section 4.2)."""

from dataclasses import dataclass

from pbx.sip.dialog import Dialog, called
from pbx.sip.flow import Flow
from pbx.sip.message import Request, Response
from pbx.sip.uri import Uri

SHORTEST, USUAL, LONGEST = 60, 3600, 7200
"""Seconds a subscription may be asked for, gets without asking, and gets at most; 0 asks for one answer only."""


@dataclass(frozen=True, slots=True)
class Notify:
    """Send this NOTIFY (without Via) on this flow; `replied` or `unanswered` is due."""

    request: Request
    flow: Flow


Effects = tuple[Notify, ...]


def package_of(request: Request) -> str:
    """The event package a SUBSCRIBE asks for, in lower case; empty when it names none."""
    return (request.headers.get("Event") or "").partition(";")[0].strip(" \t").lower()


class Subscription:
    """A pure machine for any event package; the state it tells comes from whoever owns it.

    One NOTIFY is on its way at a time: a phone that is slow gets the newest state next, not all of them. Times are
    monotonic seconds.
    """

    def __init__(self, request: Request, flow: Flow, tag: str) -> None:
        """For a SUBSCRIBE that opens a dialog; `grant` is to be called with it next."""
        self.flow = flow
        self.dialog: Dialog = called(request, tag)
        self.until = 0.0
        """When it runs out unless refreshed."""
        self.over = False
        """Nothing more will be sent."""
        self._event = request.headers.get("Event") or ""
        self._tag = tag
        self._pending = False
        self._newest: tuple[bytes, str] | None = None
        self._reason = "timeout"

    @property
    def id(self) -> tuple[str, str, str]:
        """Call-ID, our tag, their tag: what refreshes name it by (RFC 3261, section 12)."""
        return self.dialog.call_id, self.dialog.local_tag, self.dialog.remote_tag

    def grant(self, request: Request, flow: Flow, now: float, headers: tuple[tuple[str, str], ...] = ()) -> Response:
        """Answer the first SUBSCRIBE, or one that refreshes or ends it; with a 200, a `notify` is due at once."""
        if self.dialog.remote_cseq != request.cseq.number and not self.dialog.in_order(request):
            return request.reply(500, "CSeq out of order", tag=self._tag)
        seconds = USUAL if request.expires is None else min(request.expires, LONGEST)
        if 0 < seconds < SHORTEST:
            return request.reply(423, tag=self._tag, headers=[("Min-Expires", str(SHORTEST))])
        self.dialog.retarget(request)
        self.flow = flow
        self.until = now + seconds
        contact = ("Contact", f"<{contact_of(flow)}>")
        return request.reply(200, tag=self._tag, headers=[("Expires", str(seconds)), contact, *headers])

    def notify(self, body: bytes, content_type: str, now: float) -> Effects:
        """Tell the state as it is now; past its time, for the last time."""
        if self.over:
            return ()
        self._newest = (body, content_type)
        return () if self._pending else self._send(now)

    def end(self, reason: str, body: bytes, content_type: str) -> Effects:
        """Tell it for the last time, as `reason` (RFC 6665, section 4.1.3) says why."""
        self._reason, self.until = reason, 0.0
        return self.notify(body, content_type, 0.0)

    def replied(self, response: Response, now: float) -> Effects:
        """A final response to the NOTIFY; a refusal ends the subscription (RFC 6665, section 4.2.2)."""
        self._pending = False
        # 401, 407 and 5xx pass: they say nothing about the subscription
        if 300 <= response.status < 500 and response.status not in (401, 407):
            self.over = True
        return self._send(now) if self._newest and not self.over else ()

    def unanswered(self) -> None:
        """The subscriber is gone."""
        self._pending, self.over = False, True

    def _send(self, now: float) -> Effects:
        assert self._newest is not None
        (body, content_type), self._newest = self._newest, None
        left = int(self.until - now)
        self.over = left <= 0
        state = f"terminated;reason={self._reason}" if self.over else f"active;expires={left}"
        items = [
            ("Event", self._event),
            ("Subscription-State", state),
            ("Contact", f"<{contact_of(self.flow)}>"),
        ]
        if body:
            items.append(("Content-Type", content_type))
        request = self.dialog.compose("NOTIFY", "", items, body)
        self._pending = True
        return (Notify(request.with_headers(request.headers.without("Via").without("Max-Forwards")), self.flow),)


def contact_of(flow: Flow) -> Uri:
    """Our own Contact on a flow, without a user."""
    uri = Uri("sip", None, None, *flow.local)
    return uri if flow.transport == "udp" else uri.with_param("transport", flow.transport)
