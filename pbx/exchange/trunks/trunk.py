"""What all trunks have in common, and what the two kinds tell apart."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal, Protocol

from pbx.sip.digest import Credentials
from pbx.sip.flow import Flow
from pbx.sip.message import Request, Response
from pbx.sip.transport.hop import Hop, Target
from pbx.store.models import Trunk

TrunkCondition = Literal["trying", "registered", "failed", "reachable", "unknown"]
PROVEN: tuple[TrunkCondition, ...] = ("registered", "reachable")
"""The other side has answered."""
USABLE: tuple[TrunkCondition, ...] = (*PROVEN, "unknown")
"""A call may be tried: it works, or nobody knows that it does not."""


@dataclass(frozen=True, slots=True)
class TrunkState:
    """How a trunk is, for people and for the `trunk list` command."""

    name: str
    state: TrunkCondition
    """registered, trying, failed: one that registers; reachable, unknown: a peer asked by OPTIONS."""
    words: str = ""
    """Why it does not work; empty when it does."""
    address: str = ""
    """TRANSPORT HOST:PORT in use."""
    seen_as: str = ""
    """HOST:PORT from which the provider sees us come; empty when it does not say."""
    rewritten: bool = False
    """Whether somebody on the way to the provider changed our address within the messages (a SIP ALG does)."""


@dataclass(frozen=True, slots=True)
class Route:
    """One way to place a call over a trunk."""

    flow: Flow
    """Where the packets go."""
    host: str
    """Host of the Request-URI and of To: the provider's domain, whatever the packets' way is."""
    port: int | None = None
    routes: tuple[str, ...] = ()
    """Route values, next hop first (RFC 3608)."""
    contact_user: str = ""
    """User part of our Contact there; empty: as one likes."""
    credentials: Credentials | None = None
    """Bound to the registrar's realm."""


@dataclass(frozen=True, slots=True)
class Resolve:
    """An order to the daemon: look the target up and call `Trunks.resolved`, also when nothing was found."""

    trunk: str
    target: Target


@dataclass(frozen=True, slots=True)
class KeepAlive:
    """An order to the daemon: send CRLF CRLF on this flow, so that a NAT stays open (RFC 5626, section 4.4.1)."""

    flow: Flow


TrunkOrder = Resolve | KeepAlive


@dataclass(frozen=True, slots=True)
class TrunkWire:
    """What a trunk may use of the rest; `Trunks` hands it out."""

    clock: Callable[[], float]
    flow_to: Callable[[Hop], Flow]
    """Raises OSError when there is no way."""
    order: Callable[[TrunkOrder], None]
    ask: Callable[[Request, Flow], None]
    """Send a request; the reply comes back to the same trunk."""
    wake_in: Callable[[float], None]
    """Have `wake` called in so many seconds; an earlier appointment is void."""


class RunningTrunk(Protocol):
    """One trunk at work."""

    settings: Trunk

    def begin(self) -> None:
        """Start working."""

    def end(self) -> None:
        """Stop; `ended` once the provider knows."""

    @property
    def ended(self) -> bool:
        """Whether nothing more is to come."""

    def wake(self) -> None:
        """The appointment has come."""

    def resolved(self, hops: tuple[Hop, ...]) -> None:
        """What was looked up."""

    def replied(self, response: Response, flow: Flow) -> None:
        """A final response."""

    def unanswered(self, reason: str) -> None:
        """No final response."""

    def lost(self, flow: Flow) -> None:
        """A connection is gone."""

    def state(self) -> TrunkState:
        """How it is."""

    def routes(self) -> tuple[Route, ...]:
        """Ways for a call out, best first."""

    def hosts(self) -> frozenset[str]:
        """Addresses its packets may come from."""

    def names(self) -> Mapping[str, tuple[str, ...]]:
        """Host names that led to it, each with its addresses."""

    def knows(self, flow: Flow, user: str) -> bool:
        """Whether a request with this user in its Request-URI, on this flow, comes over this trunk."""

    def owns(self, user: str) -> bool:
        """Whether that is the user part of the Contact we gave this provider."""


class Places:
    """The hops of a trunk as flows, and every address that was among the last two look-ups.

    Calls may come from any of them; a name whose addresses rotate must not lose a call that is on its way.
    """

    def __init__(self, flow_to: Callable[[Hop], Flow]) -> None:
        self._flow_to = flow_to
        self._before: frozenset[tuple[str, int]] = frozenset()
        self._now: frozenset[tuple[str, int]] = frozenset()
        self.flows: tuple[Flow, ...] = ()
        self.names: dict[str, tuple[str, ...]] = {}
        """Host names of the newest look-up that found anything, each with its addresses."""

    def take(self, hops: tuple[Hop, ...]) -> None:
        """The newest look-up; an empty one (DNS is down) changes nothing about who may call in."""
        if hops:
            found = frozenset((hop.host, hop.port) for hop in hops)
            if found != self._now:
                self._before, self._now = self._now, found
            names = dict.fromkeys(hop.name for hop in hops if hop.name)
            self.names = {name: tuple(hop.host for hop in hops if hop.name == name) for name in names}
        self.flows = tuple(self._flows(hops))

    @property
    def addresses(self) -> frozenset[tuple[str, int]]:
        """Host and port of every place."""
        return self._now | self._before

    def hosts(self) -> frozenset[str]:
        """The hosts among them."""
        return frozenset(host for host, _ in self.addresses)

    def _flows(self, hops: tuple[Hop, ...]) -> list[Flow]:
        flows = []
        for hop in hops:
            try:
                flows.append(self._flow_to(hop))
            except OSError:
                continue  # no IPv6 here, or no network at all: the next one, or later
        return flows


def words_of(flow: Flow) -> str:
    """A flow's far end, for people."""
    host, port = flow.remote
    return f"{flow.transport} [{host}]:{port}" if ":" in host else f"{flow.transport} {host}:{port}"
