"""All trunks of the office: kept up, told apart, and found for calls out."""

import hashlib
import hmac
import logging
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from pbx.exchange.trunks.peering import Peer
from pbx.exchange.trunks.registered import Provider
from pbx.exchange.trunks.trunk import Find, KeepAlive, Line, Order, Route, TrunkState, Wire, words_of
from pbx.exchange.trunks.turned_away import Refusal, Refusals
from pbx.sip.flow import Flow
from pbx.sip.ids import Ids
from pbx.sip.message import Request, Response
from pbx.sip.stack import Stack
from pbx.sip.transactions.timers import Timer, Timers
from pbx.sip.transport.hop import Hop
from pbx.store.models import Office, Trunk

__all__ = ["Find", "KeepAlive", "Order", "Route", "TrunkState", "Trunks"]

log = logging.getLogger(__name__)

LONGEST_WORDS = 200
"""Characters of what a trunk says of itself: providers choose their own reason phrases."""


@dataclass(slots=True)
class _Running:
    """A trunk with its appointment and the request it waits for."""

    line: Line = field(init=False)
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
        self.orders: deque[Order] = deque()
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
        self._running: dict[str, _Running] = {}
        self._tokens: dict[str, _Running] = {}
        self._leaving: list[_Running] = []
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
        for name in [name for name, each in self._running.items() if wanted.get(name) != each.line.trunk]:
            running, successor = self._running.pop(name), wanted.get(name)
            if successor and self._contact_user(successor) == self._contact_user(running.line.trunk):
                self._cancel(running)  # the new one takes the binding over; removing it could cross that
            else:
                self._end(running)
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
        self._leaving = [each for each in self._leaving if not each.line.ended]
        return not self._leaving

    def again(self, name: str) -> None:
        """Try now instead of later; nothing happens to one that works."""
        running = self._running.get(name)
        if running is not None:
            running.line.begin()

    # -- what happens ------------------------------------------------------------------------------------------------

    def resolved(self, name: str, hops: tuple[Hop, ...]) -> None:
        """The daemon's answer to a `Find`."""
        running = self._running.get(name)
        if running is not None:
            running.line.resolved(hops)
            self._log(running)

    def replied(self, token: str, response: Response, flow: Flow) -> bool:
        """A final response that came to the stack on this flow; whether it was to a request of a trunk."""
        running = self._tokens.pop(token, None)
        if running is not None and running.token == token:
            running.line.replied(response, flow)
            self._log(running)
        return running is not None

    def unanswered(self, token: str, reason: str = "") -> bool:
        """No response, and why; whether the request was a trunk's."""
        running = self._tokens.pop(token, None)
        if running is not None and running.token == token:
            running.line.unanswered(reason)
            self._log(running)
        return running is not None

    def connection_lost(self, flow: Flow) -> None:
        """The transports lost a connection."""
        for running in list(self._running.values()):
            running.line.lost(flow)
            self._log(running)

    # -- what others ask ---------------------------------------------------------------------------------------------

    def states(self) -> tuple[TrunkState, ...]:
        """How each trunk is, in the order of the settings."""
        return tuple(state for name in self._office().trunks if (state := self.state(name)) is not None)

    def state(self, name: str) -> TrunkState | None:
        """How one trunk is; None when there is none of that name."""
        running = self._running.get(name)
        if running is None:
            return self._broken.get(name)
        return _harmless(running.line.state())

    def trunk_of(self, flow: Flow, user: str = "") -> Trunk | None:
        """The trunk over which a request came on this flow; `user` is its Request-URI's.

        Two trunks at one provider are told apart by the Contact each registered. None: a stranger, or a phone.
        """
        known = [each.line for each in self._running.values() if each.line.knows(flow, user)]
        if not known or self._is_phone(flow):
            return None
        return next((line.trunk for line in known if line.owns(user)), known[0].trunk)

    def trunk_at(self, flow: Flow) -> Trunk | None:
        """The trunk from whose host this flow comes, though not as its calls do; None: a stranger's, or a phone's."""
        lines = (each.line for each in self._running.values() if flow.remote[0] in each.line.hosts())
        line = next(lines, None)
        return None if line is None or self._is_phone(flow) else line.trunk

    def refused(self, name: str, number: str, reason: str, flow: Flow) -> None:
        """A call for that number came by this flow, over the trunk or from its host, and was refused."""
        self._refusals.note(name, number, reason, words_of(flow))
        self._changed()

    def refusals(self, name: str) -> Sequence[Refusal]:
        """What was refused of a trunk lately, the newest first."""
        return self._refusals.of(name)

    def route(self, name: str) -> tuple[Route, ...]:
        """Ways for a call over a trunk, best first; none: it cannot be used now."""
        running = self._running.get(name)
        return running.line.routes() if running else ()

    def addresses(self, name: str) -> frozenset[str]:
        """Hosts from which the trunk's packets may come."""
        running = self._running.get(name)
        return running.line.hosts() if running else frozenset()

    def names(self, name: str) -> Mapping[str, tuple[str, ...]]:
        """Host names that led to the trunk, each with its addresses."""
        running = self._running.get(name)
        return running.line.names() if running else {}

    def is_trunk_host(self, host: str) -> bool:
        """Whether packets of any trunk may come from this address."""
        return any(host in each.line.hosts() for each in self._running.values())

    # -- acting ------------------------------------------------------------------------------------------------------

    def _begin(self, trunk: Trunk) -> None:
        self._broken.pop(trunk.name, None)
        running = _Running()
        wire = Wire(
            clock=self._clock,
            flow_to=self._flow_to,
            order=self.orders.append,
            ask=lambda request, flow: self._ask(running, request, flow),
            wake_in=lambda seconds: self._wake_in(running, seconds),
        )
        try:
            running.line = (
                Peer(trunk, wire, self._ids)
                if trunk.peer
                else Provider(trunk, wire, self._ids, self._contact_user(trunk), self._password_of(trunk))
            )
        except ValueError as error:
            self._broken[trunk.name] = TrunkState(trunk.name, "failed", str(error))
            return
        self._running[trunk.name] = running
        running.line.begin()

    def _end(self, running: _Running) -> None:
        self._cancel(running)
        running.line.end()
        if not running.line.ended:
            self._leaving = [each for each in self._leaving if not each.line.ended]
            self._leaving.append(running)

    def _contact_user(self, trunk: Trunk) -> str:
        words = f"{trunk.name}\0{trunk.user}\0{trunk.domain}".encode()
        return hmac.new(self._secret, words, hashlib.sha256).hexdigest()[:20]

    def _log(self, running: _Running) -> None:
        """Say how a trunk is, whenever that changes."""
        state = replace(_harmless(running.line.state()), address="")
        if state != running.logged:
            running.logged = state
            log.info("trunk %s: %s %s", state.name, state.state, state.words)
            self._changed()

    def _ask(self, running: _Running, request: Request, flow: Flow) -> None:
        running.token = f"trunk:{self._ids.token()}"
        self._tokens[running.token] = running
        self._stack.request(request, flow, token=running.token)

    def _wake_in(self, running: _Running, seconds: float) -> None:
        self._cancel(running)
        running.timer = self._timers.at(self._clock() + seconds, running.line.wake)

    def _cancel(self, running: _Running) -> None:
        if running.timer is not None:
            running.timer.cancel()
            running.timer = None


def _harmless(state: TrunkState) -> TrunkState:
    """Without what a provider's words could do to a terminal or a log."""
    return replace(state, words="".join(char for char in state.words if char.isprintable())[:LONGEST_WORDS])
