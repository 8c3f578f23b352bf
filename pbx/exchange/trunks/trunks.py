"""All trunks of the office: kept up, distinguished, and found for calls out."""

import hashlib
import hmac
import logging
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from pbx.exchange.trunks.peering import PeerTrunk
from pbx.exchange.trunks.registered import RegisteredTrunk
from pbx.exchange.trunks.trunk import (
    KeepAlive,
    Resolve,
    Route,
    RunningTrunk,
    TrunkOrder,
    TrunkState,
    TrunkWire,
    words_of,
)
from pbx.exchange.trunks.turned_away import Refusal, Refusals
from pbx.sip.flow import Flow
from pbx.sip.ids import Ids
from pbx.sip.message import Request, Response
from pbx.sip.stack import Stack
from pbx.sip.transactions.timers import Timer, Timers
from pbx.sip.transport.hop import Hop
from pbx.store.models import Office, Trunk

__all__ = ["KeepAlive", "Resolve", "Route", "TrunkOrder", "TrunkState", "Trunks"]

log = logging.getLogger(__name__)

LONGEST_WORDS = 200
"""Characters of what a trunk says of itself: providers choose their own reason phrases."""


@dataclass(slots=True)
class _TrunkEntry:
    """A trunk with its appointment and the request it waits for."""

    trunk: RunningTrunk = field(init=False)
    timer: Timer | None = None
    token: str = ""
    logged: TrunkState | None = None
    """What the log says of it."""


class Trunks:
    """Every trunk of the settings at work.

    `orders` is to be drained by the daemon after each entry, like the stack's outboxes. `flow_to` is the transports'
    (raises OSError: no way). `secret` lives as long as the box: the users of the Contacts we register are made from
    it, so that they cannot be guessed and stay the same over a restart. `password_of` opens what the settings keep of a
    trunk's password (raises ValueError, with words for people). `is_phone` says that a phone is registered on
    a flow; no phone is ever taken for a trunk. `changed` is called when a trunk is otherwise than it was, or something
    of it was refused; `wall` (Unix time, seconds) tells when.
    """

    def __init__(
        self,
        office: Callable[[], Office],
        stack: Stack,
        timers: Timers,
        ids: Ids,
        *,
        clock: Callable[[], float],
        flow_to: Callable[[Hop], Flow],
        secret: bytes,
        password_of: Callable[[Trunk], str] = lambda trunk: trunk.password,
        is_phone: Callable[[Flow], bool] = lambda flow: False,
        changed: Callable[[], None] = lambda: None,
        wall: Callable[[], float] = lambda: 0.0,
    ) -> None:
        self.orders: deque[TrunkOrder] = deque()
        self._office = office
        self._stack = stack
        self._timers = timers
        self._ids = ids
        self._clock = clock
        self._flow_to = flow_to
        self._secret = secret
        self._password_of = password_of
        self._is_phone = is_phone
        self._changed = changed
        self._running: dict[str, _TrunkEntry] = {}
        self._tokens: dict[str, _TrunkEntry] = {}
        self._leaving: list[_TrunkEntry] = []
        self._broken: dict[str, TrunkState] = {}
        self._refusals = Refusals(wall)

    # -- life --------------------------------------------------------------------------------------------------------

    def start(self) -> None:
        """Bring up every trunk of the settings."""
        self.office_changed()

    def office_changed(self) -> None:
        """Bring up what is new, take down what is gone, replace what was changed; others go on untouched."""
        wanted = self._office().trunks
        self._broken = {name: state for name, state in self._broken.items() if name in wanted}
        self._refusals.keep_only(wanted)
        for name in [name for name, each in self._running.items() if wanted.get(name) != each.trunk.settings]:
            entry, successor = self._running.pop(name), wanted.get(name)
            if successor and self._contact_user(successor) == self._contact_user(entry.trunk.settings):
                self._cancel(entry)  # the new one takes the binding over; removing it could cross that
            else:
                self._end(entry)
        for name, trunk in wanted.items():
            if name not in self._running:
                self._begin(trunk)

    def stop(self) -> None:
        """Unregister everywhere; wait for `settled` for a while."""
        for name in list(self._running):
            self._end(self._running.pop(name))

    @property
    def settled(self) -> bool:
        """Whether every trunk that was taken down is unregistered."""
        self._leaving = [each for each in self._leaving if not each.trunk.ended]
        return not self._leaving

    def again(self, name: str) -> None:
        """Try now instead of later; nothing happens to one that works."""
        entry = self._running.get(name)
        if entry is not None:
            entry.trunk.begin()

    # -- what happens ------------------------------------------------------------------------------------------------

    def resolved(self, name: str, hops: tuple[Hop, ...]) -> None:
        """The daemon's answer to a `Resolve`."""
        entry = self._running.get(name)
        if entry is not None:
            entry.trunk.resolved(hops)
            self._log(entry)

    def replied(self, token: str, response: Response, flow: Flow) -> bool:
        """A final response that came to the stack on this flow; whether it was to a request of a trunk."""
        entry = self._tokens.pop(token, None)
        if entry is not None and entry.token == token:
            entry.trunk.replied(response, flow)
            self._log(entry)
        return entry is not None

    def unanswered(self, token: str, reason: str = "") -> bool:
        """No response, and why; whether the request was a trunk's."""
        entry = self._tokens.pop(token, None)
        if entry is not None and entry.token == token:
            entry.trunk.unanswered(reason)
            self._log(entry)
        return entry is not None

    def connection_lost(self, flow: Flow) -> None:
        """The transports lost a connection."""
        for entry in list(self._running.values()):
            entry.trunk.lost(flow)
            self._log(entry)

    # -- what others ask ---------------------------------------------------------------------------------------------

    def states(self) -> tuple[TrunkState, ...]:
        """How each trunk is, in the order of the settings."""
        return tuple(state for name in self._office().trunks if (state := self.state(name)) is not None)

    def state(self, name: str) -> TrunkState | None:
        """How one trunk is; None when there is none of that name."""
        entry = self._running.get(name)
        if entry is None:
            return self._broken.get(name)
        return _harmless(entry.trunk.state())

    def trunk_of(self, flow: Flow, user: str = "") -> Trunk | None:
        """The trunk over which a request came on this flow; `user` is its Request-URI's.

        Two trunks at one provider are distinguished by the Contact each registered. None: a stranger, or a phone.
        """
        known = [each.trunk for each in self._running.values() if each.trunk.knows(flow, user)]
        if not known or self._is_phone(flow):
            return None
        return next((trunk.settings for trunk in known if trunk.owns(user)), known[0].settings)

    def trunk_at(self, flow: Flow) -> Trunk | None:
        """The trunk from whose host this flow comes, though not as its calls do; None: a stranger's, or a phone's."""
        trunks = (each.trunk for each in self._running.values() if flow.remote[0] in each.trunk.hosts())
        trunk = next(trunks, None)
        return None if trunk is None or self._is_phone(flow) else trunk.settings

    def refused(self, name: str, number: str, reason: str, flow: Flow) -> None:
        """A call for that number came by this flow, over the trunk or from its host, and was refused."""
        self._refusals.note(name, number, reason, words_of(flow))
        self._changed()

    def refusals(self, name: str) -> Sequence[Refusal]:
        """What was refused of a trunk lately, the newest first."""
        return self._refusals.of(name)

    def route(self, name: str) -> tuple[Route, ...]:
        """Ways for a call over a trunk, best first; none: it cannot be used now."""
        entry = self._running.get(name)
        return entry.trunk.routes() if entry else ()

    def addresses(self, name: str) -> frozenset[str]:
        """Hosts from which the trunk's packets may come."""
        entry = self._running.get(name)
        return entry.trunk.hosts() if entry else frozenset()

    def names(self, name: str) -> Mapping[str, tuple[str, ...]]:
        """Host names that led to the trunk, each with its addresses."""
        entry = self._running.get(name)
        return entry.trunk.names() if entry else {}

    def is_trunk_host(self, host: str) -> bool:
        """Whether packets of any trunk may come from this address."""
        return any(host in each.trunk.hosts() for each in self._running.values())

    # -- acting ------------------------------------------------------------------------------------------------------

    def _begin(self, trunk: Trunk) -> None:
        self._broken.pop(trunk.name, None)
        entry = _TrunkEntry()
        wire = TrunkWire(
            clock=self._clock,
            flow_to=self._flow_to,
            order=self.orders.append,
            ask=lambda request, flow: self._ask(entry, request, flow),
            wake_in=lambda seconds: self._wake_in(entry, seconds),
        )
        try:
            entry.trunk = (
                PeerTrunk(trunk, wire, self._ids)
                if trunk.peer
                else RegisteredTrunk(trunk, wire, self._ids, self._contact_user(trunk), self._password_of(trunk))
            )
        except ValueError as error:
            self._broken[trunk.name] = TrunkState(trunk.name, "failed", str(error))
            return
        self._running[trunk.name] = entry
        entry.trunk.begin()

    def _end(self, entry: _TrunkEntry) -> None:
        self._cancel(entry)
        entry.trunk.end()
        if not entry.trunk.ended:
            self._leaving = [each for each in self._leaving if not each.trunk.ended]
            self._leaving.append(entry)

    def _contact_user(self, trunk: Trunk) -> str:
        words = f"{trunk.name}\0{trunk.user}\0{trunk.domain}".encode()
        return hmac.new(self._secret, words, hashlib.sha256).hexdigest()[:20]

    def _log(self, entry: _TrunkEntry) -> None:
        """Say how a trunk is, whenever that changes."""
        state = replace(_harmless(entry.trunk.state()), address="")
        if state != entry.logged:
            entry.logged = state
            log.info("trunk %s: %s %s", state.name, state.state, state.words)
            self._changed()

    def _ask(self, entry: _TrunkEntry, request: Request, flow: Flow) -> None:
        entry.token = f"trunk:{self._ids.token()}"
        self._tokens[entry.token] = entry
        self._stack.request(request, flow, token=entry.token)

    def _wake_in(self, entry: _TrunkEntry, seconds: float) -> None:
        self._cancel(entry)
        entry.timer = self._timers.at(self._clock() + seconds, entry.trunk.wake)

    def _cancel(self, entry: _TrunkEntry) -> None:
        if entry.timer is not None:
            entry.timer.cancel()
            entry.timer = None


def _harmless(state: TrunkState) -> TrunkState:
    """Without what a provider's words could do to a terminal or a log."""
    return replace(state, words="".join(char for char in state.words if char.isprintable())[:LONGEST_WORDS])
