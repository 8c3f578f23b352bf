"""Our registration at a registrar: the client's side (RFC 3261, section 10.2; RFC 3608 Service-Route)."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from pbx.sip.address import Address
from pbx.sip.authorization import pinned
from pbx.sip.digest import Credentials, answer, is_stale
from pbx.sip.flow import Flow
from pbx.sip.headers import Headers
from pbx.sip.ids import Ids
from pbx.sip.message import ParseError, Request, Response
from pbx.sip.uri import Uri

State = Literal["idle", "trying", "registered", "failed", "removing", "removed"]

ASKED = 600
"""Seconds we ask for: short enough to notice a provider that forgot us."""
MOST_ASKED = 86400
SOON, LATE = 5.0, 300.0
"""First and longest wait after silence or an overloaded server, seconds."""
PATIENT, TIRED = 60.0, 1800.0
"""The same after a refusal that will not heal by itself; providers lock accounts that insist."""
LONGEST_RETRY_AFTER = 3600
MOST_ROUTES = 8
"""Service-Route values that are followed."""
ROUNDS = 3
"""Answers to challenges and to 423 in one attempt."""


@dataclass(frozen=True, slots=True)
class RegistrationAccount:
    """What to register, and as whom."""

    registrar: Uri
    """The Request-URI: the provider's domain."""
    aor: Uri
    """To and From."""
    contact_user: str
    """User part of our Contact."""
    username: str
    """For digest."""
    password: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Find:
    """Look up where the registrar is now; `found` is due."""


@dataclass(frozen=True, slots=True)
class Ask:
    """Send this REGISTER (without Via) on this flow; `replied` or `unanswered` is due."""

    request: Request
    flow: Flow


@dataclass(frozen=True, slots=True)
class Wake:
    """Call `wake` in so many seconds; an earlier appointment is void."""

    seconds: float


Effect = Find | Ask | Wake
Effects = tuple[Effect, ...]


class Registration:
    """One account at one registrar, kept alive: refreshed early, moved to the next hop, retried ever more slowly.

    A pure machine: every verb takes the time (monotonic seconds) and returns what is to be done. It is never given
    up until `stop`. One REGISTER is on its way at a time.
    """

    def __init__(self, account: RegistrationAccount, ids: Ids) -> None:
        self.account = account
        self.state: State = "idle"
        self.words = ""
        """Why it is not registered, for people."""
        self.flow: Flow | None = None
        """Where the registrar knows us, with the connection; None before the first success."""
        self.flows: tuple[Flow, ...] = ()
        """All that was found, the one in use first."""
        self.until = 0.0
        """When the granted time runs out."""
        self.granted = 0
        self.realm = ""
        """Who asked for our password: nobody else ever gets an answer made with it."""
        self.service_route: tuple[str, ...] = ()
        self.seen_as = ""
        """HOST:PORT our packets came from, as the registrar saw them; empty when it does not say."""
        self.rewritten = False
        """Whether the registrar knows our Contact with another address than we gave: somebody on the way changed it.

        Only of UDP something can be guessed: in TLS nobody on the way reads anything, and what comes by a connection is
        rewritten by registrars that answer by that connection alone.
        """
        self._ids = ids
        self._call_id = ids.call_id()
        self._tag = ids.tag()
        self._cseq = ids.cseq()
        self._asked = ASKED
        self._at = 0
        self._rounds = 0
        self._proved = False
        """Whether the latest REGISTER carried credentials."""
        self._pending = False
        self._asked_on: Flow
        """Where the latest REGISTER went."""
        self._retry_after = 0.0
        self._refusals = 0
        """Failed attempts in a row."""

    # -- verbs -------------------------------------------------------------------------------------------------------

    def start(self) -> Effects:
        """Begin, or begin again at once."""
        if self.state in ("removing", "removed") or self._pending:
            return ()
        if self.state != "registered":
            self.state = "trying"
        return (Find(),)

    def found(self, flows: Sequence[Flow], now: float) -> Effects:
        """The registrar's places, best first; none: it cannot be found."""
        if self.state in ("removing", "removed", "idle") or self._pending:
            return ()
        if not flows:
            return self._failed(f"{self.account.registrar.host} cannot be found", now, SOON, LATE)
        self.flows = self._faithful(flows)
        self._at = 0
        self._retry_after = 0.0
        return self._ask(fresh=True)

    def replied(self, response: Response, flow: Flow, now: float) -> Effects:
        """A final response to the REGISTER that was asked for last."""
        if not self._pending:
            return ()
        self._pending = False
        status = response.status
        if status in (401, 407) and self._rounds < ROUNDS:
            return self._challenged(response, now)
        if self.state == "removing":
            return self._removed()
        if status < 300:
            return self._succeeded(response, flow, now)
        if status == 423 and self._rounds < ROUNDS and self._lengthen(response):
            return self._ask()
        self._retry_after = max(self._retry_after, _retry_after(response))
        words = f"{status} {response.reason}".strip()
        if status in (408, 480) or 500 <= status < 600:
            return self._next(words, now)
        if status in (401, 407):
            words = f"user name or password is not accepted ({words})"
        return self._failed(words, now, PATIENT, TIRED)

    def unanswered(self, reason: str, now: float) -> Effects:
        """No response to the REGISTER that was asked for last, or no way to send it."""
        if not self._pending:
            return ()
        self._pending = False
        return self._removed() if self.state == "removing" else self._next(reason or "no answer", now)

    def wake(self) -> Effects:
        """The appointment has come: refresh, or try again."""
        return self.start()

    def lost(self, flow: Flow, now: float) -> Effects:
        """A connection is gone; if it was ours, the registrar has lost us with it."""
        if self.state != "registered" or not flow.connection or flow != self.flow:
            return ()
        self.state, self.words, self.until = "trying", "the connection was lost", now
        return (Wake(1.0 + 4.0 * self._ids.fraction()),)

    def stop(self) -> Effects:
        """Unregister, if the registrar may know us; `state` becomes removed once that is done."""
        known = self.flow is not None or self._pending
        self._pending = False
        if not known or not self.flows:
            return self._removed()
        self.state = "removing"
        self._at %= len(self.flows)  # past the last one, while it waits because none of them worked
        return self._ask(fresh=True)

    # -- what follows ------------------------------------------------------------------------------------------------

    def credentials(self) -> Credentials | None:
        """For calls: valid for the registrar's realm only; None as long as that has not shown itself."""
        if not self.realm:
            return None
        return Credentials(self.account.username, self.account.password, self.realm)

    def _faithful(self, flows: Sequence[Flow]) -> tuple[Flow, ...]:
        """The place that works first, as long as it is still one: a call may depend on it."""
        used = [flow for flow in flows if self.state == "registered" and self.flow and _same(flow, self.flow)]
        return (*used, *(flow for flow in flows if flow not in used))

    def _ask(self, *, fresh: bool = False, authorization: tuple[str, str] | None = None) -> Effects:
        self._rounds = 0 if fresh else self._rounds + 1
        self._pending = True
        self._proved = authorization is not None
        self._cseq += 1
        flow = self._asked_on = self.flows[self._at]
        aor = self.account.aor
        items = [
            ("From", f"<{aor}>;tag={self._tag}"),
            ("To", f"<{aor}>"),
            ("Call-ID", self._call_id),
            ("CSeq", f"{self._cseq} REGISTER"),
            ("Contact", str(Address(self._contact(flow)))),
            ("Expires", "0" if self.state == "removing" else str(self._asked)),
            ("Supported", "path"),
        ]
        if authorization:
            items.append(authorization)
        return (Ask(Request("REGISTER", self.account.registrar, Headers(items)), flow),)

    def _contact(self, flow: Flow) -> Uri:
        uri = Uri("sip", self.account.contact_user, None, *flow.local)
        return uri if flow.transport == "udp" else uri.with_param("transport", flow.transport)

    def _challenged(self, response: Response, now: float) -> Effects:
        proxy = response.status == 407
        challenges = response.headers.all("Proxy-Authenticate" if proxy else "WWW-Authenticate")
        credentials = Credentials(self.account.username, self.account.password)
        value = answer(challenges, credentials, "REGISTER", self.account.registrar, b"", self._ids.token(), 1)
        words = ""
        if value is None:
            words = "the registrar asks for an unknown kind of password"
        elif self._proved and not is_stale(challenges):
            words = "user name or password is not accepted"
        if words or value is None:
            return self._removed() if self.state == "removing" else self._failed(words, now, PATIENT, TIRED)
        field = ("Proxy-Authorization" if proxy else "Authorization", value)
        self.realm = pinned(credentials, field).realm or ""
        return self._ask(authorization=field)

    def _succeeded(self, response: Response, flow: Flow, now: float) -> Effects:
        self.granted = self._granted_by(response)
        self.state, self.words, self._refusals = "registered", "", 0
        self.flow, self.until = flow, now + self.granted
        self.service_route = _routes(response)
        self.seen_as = _seen_as(response)
        mine = self._contact(self._asked_on)
        self.rewritten = self._asked_on.transport == "udp" and any(
            (contact.uri.host, contact.uri.port) != (mine.host, mine.port)
            for contact in response.contacts
            if contact.uri.user == mine.user
        )
        early = max(self.granted * 0.15, min(10.0, self.granted / 2))
        return (Wake(max(1.0, self.granted - early - self.granted * 0.1 * self._ids.fraction())),)

    def _granted_by(self, response: Response) -> int:
        """Seconds granted to our Contact (RFC 3261, section 10.2.4)."""
        for contact in response.contacts:
            if contact.uri.user == self.account.contact_user:
                text = contact.param("expires") or ""
                if text.isascii() and text.isdigit() and len(text) < 8:
                    return max(1, int(text))
        return max(1, min(response.expires or self._asked, MOST_ASKED))

    def _lengthen(self, response: Response) -> bool:
        """Interval Too Brief: ask for what the registrar wants, if that is more and can be true."""
        text = response.headers.get("Min-Expires") or ""
        if not (text.isascii() and text.isdigit() and len(text) < 8 and self._asked < int(text) <= MOST_ASKED):
            return False
        self._asked = int(text)
        return True

    def _next(self, words: str, now: float) -> Effects:
        """This place does not work: the next one at once, or all of them later."""
        self._at += 1
        if self._at < len(self.flows):
            self.words = words
            return self._ask(fresh=True)
        return self._failed(words, now, SOON, LATE)

    def _failed(self, words: str, now: float, first: float, longest: float) -> Effects:
        self.state, self.words = "failed", words
        wait = min(longest, first * 2 ** min(self._refusals, 20)) * (0.5 + 0.5 * self._ids.fraction())
        self._refusals += 1
        return (Wake(max(wait, self._retry_after)),)

    def _removed(self) -> Effects:
        self.state, self.flow, self.until = "removed", None, 0.0
        return ()


def _same(one: Flow, other: Flow) -> bool:
    return (one.transport, one.remote) == (other.transport, other.remote)


def _seen_as(response: Response) -> str:
    """What the topmost Via says of where the request came from (RFC 3581)."""
    try:
        via = response.via
    except ParseError:
        return ""
    host = f"[{via.received}]" if ":" in via.received else via.received
    return f"{host}:{via.rport}" if host and via.rport else host


def _routes(response: Response) -> tuple[str, ...]:
    """Service-Route (RFC 3608); none if it cannot be read, as the calls would not get through with it."""
    try:
        routes = response.headers.values("Service-Route")
        for route in routes:
            Address.parse(route)
    except ParseError:
        return ()
    return routes[:MOST_ROUTES]


def _retry_after(response: Response) -> float:
    """Seconds of Retry-After (RFC 3261, section 20.33), within bounds."""
    digits = (response.headers.get("Retry-After") or "").split(";")[0].split("(")[0].strip(" \t")
    if not (digits.isascii() and digits.isdigit()):
        return 0.0
    return float(min(int(digits[:9]), LONGEST_RETRY_AFTER))
