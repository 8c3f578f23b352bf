"""A trunk that is known by its address: a peer that neither side registers at."""

from collections.abc import Mapping

from pbx.exchange.trunks.trunk import Places, Resolve, Route, TrunkState, TrunkWire, words_of
from pbx.sip.flow import Flow
from pbx.sip.headers import Headers
from pbx.sip.ids import Ids
from pbx.sip.message import Request, Response
from pbx.sip.transport.hop import Hop, Target
from pbx.sip.uri import Uri
from pbx.store.models import Trunk

ASK_EVERY = 60.0
"""Seconds between two OPTIONS, and between two look-ups."""


class PeerTrunk:
    """Asks by OPTIONS whether the peer is there; calls are placed and taken whatever it says."""

    def __init__(self, trunk: Trunk, wire: TrunkWire, ids: Ids) -> None:
        """Raises ValueError with a sentence when the peer is no address."""
        self.settings = trunk
        self.ended = False
        self._wire = wire
        self._ids = ids
        self._target = Target.parse(trunk.peer, trunk.transport)
        self._places = Places(wire.flow_to)
        self._at = 0
        self._words = "not asked yet"
        self._reachable: Flow | None = None

    def begin(self) -> None:
        """Find it, then ask it."""
        self._wire.order(Resolve(self.settings.name, self._target))

    def end(self) -> None:
        """There is nothing to take back."""
        self.ended = True

    def wake(self) -> None:
        """Look it up and ask it again."""
        self.begin()

    def resolved(self, hops: tuple[Hop, ...]) -> None:
        """It was found, or was not."""
        if self.ended:
            return
        self._places.take(hops)
        self._at = 0
        self._wire.wake_in(ASK_EVERY)
        if self._places.flows:
            self._ask()
        else:
            self._reachable, self._words = None, f"{self._target.host} cannot be found"

    def replied(self, response: Response, flow: Flow) -> None:
        """Any response tells that it is there."""
        if response.status in (408, 503):
            self.unanswered(f"{response.status} {response.reason}")
        else:
            self._reachable, self._words = self._places.flows[self._at], ""

    def unanswered(self, reason: str) -> None:
        """The next place, if there is one."""
        self._reachable, self._words = None, reason or "no answer to OPTIONS"
        if self._at + 1 < len(self._places.flows):
            self._at += 1
            self._ask()

    def lost(self, flow: Flow) -> None:
        """The next request makes a new connection."""

    def state(self) -> TrunkState:
        """Reachable, or unknown: some peers ignore OPTIONS and take calls all the same."""
        flow = self._reachable or next(iter(self._places.flows), None)
        state = TrunkState(self.settings.name, "reachable" if self._reachable else "unknown")
        return TrunkState(state.name, state.state, self._words, words_of(flow) if flow else str(self._target))

    def routes(self) -> tuple[Route, ...]:
        """The place that answered first, then the others."""
        first = (self._reachable,) if self._reachable in self._places.flows else ()
        flows = [flow for flow in (*first, *self._places.flows) if flow is not None]
        host, port = self._domain()
        return tuple(Route(flow, host, port) for flow in dict.fromkeys(flows))

    def hosts(self) -> frozenset[str]:
        """Where its packets may come from."""
        return self._places.hosts()

    def names(self) -> Mapping[str, tuple[str, ...]]:
        """Host names that led there."""
        return self._places.names

    def knows(self, flow: Flow, user: str) -> bool:
        """One of its addresses; with a port in the settings, over UDP that very port."""
        if self.settings.transport == "tls" and flow.transport != "tls":
            return False
        if flow.transport == "udp" and self._target.port is not None:
            return flow.remote in self._places.addresses
        return flow.remote[0] in self._places.hosts()

    def owns(self, user: str) -> bool:
        """A peer was never given a Contact of its own."""
        return False

    def _domain(self) -> tuple[str, int | None]:
        if not self.settings.domain:
            return self._target.host, self._target.port
        domain = Target.parse(self.settings.domain)
        return domain.host, domain.port

    def _ask(self) -> None:
        flow = self._places.flows[self._at]
        host, port = self._domain()
        ours = Uri("sip", None, None, *flow.local)
        items = [
            ("From", f"<{ours}>;tag={self._ids.tag()}"),
            ("To", f"<{Uri('sip', None, None, host)}>"),
            ("Call-ID", self._ids.call_id()),
            ("CSeq", "1 OPTIONS"),
            ("Contact", f"<{ours}>"),
            ("Accept", "application/sdp"),
        ]
        self._wire.ask(Request("OPTIONS", Uri("sip", None, None, host, port), Headers(items)), flow)
