"""A trunk that registers at a provider: one account, perhaps for a whole block of numbers."""

from collections.abc import Mapping

from pbx.exchange.trunks.trunk import (
    KeepAlive,
    Places,
    Resolve,
    Route,
    TrunkCondition,
    TrunkState,
    TrunkWire,
    words_of,
)
from pbx.sip.flow import Flow
from pbx.sip.ids import Ids
from pbx.sip.message import Response
from pbx.sip.registration import Ask, Effects, Registration, RegistrationAccount, Wake
from pbx.sip.registration import Find as FindRegistrar
from pbx.sip.transport.hop import Hop, Target
from pbx.sip.uri import Uri
from pbx.store.models import Trunk

KEEP_ALIVE = 25.0
"""Seconds between packets that keep a NAT's UDP binding: routers forget after 30."""
CONDITIONS: dict[str, TrunkCondition] = {"registered": "registered", "failed": "failed"}


class RegisteredTrunk:
    """Drives one `Registration`; knows the provider's packets by where it registered, and by what it looked up."""

    def __init__(self, trunk: Trunk, wire: TrunkWire, ids: Ids, contact_user: str, password: str) -> None:
        """Raises ValueError with a sentence when domain or proxy is no address."""
        self.settings = trunk
        self._wire = wire
        self._domain = Target.parse(trunk.domain, trunk.transport)
        self._target = Target.parse(trunk.proxy, trunk.transport) if trunk.proxy else self._domain
        self._places = Places(wire.flow_to)
        self._refresh_at = 0.0
        self._contact_user = contact_user
        self.registration = Registration(
            RegistrationAccount(
                registrar=Uri("sip", None, None, self._domain.host, self._domain.port),
                aor=Uri("sip", trunk.user, None, self._domain.host),
                contact_user=contact_user,
                username=trunk.auth_user or trunk.user,
                password=password,
            ),
            ids,
        )

    def begin(self) -> None:
        """Register, as soon as the registrar is found."""
        self._act(self.registration.start())

    def end(self) -> None:
        """Unregister."""
        self._act(self.registration.stop())

    @property
    def ended(self) -> bool:
        """Whether it is unregistered, or the attempt failed."""
        return self.registration.state == "removed"

    def wake(self) -> None:
        """Keep a NAT open in between; refresh, or try again, when that is due."""
        now = self._wire.clock()
        if now < self._refresh_at:
            flow = self.registration.flow
            if self.registration.state == "registered" and flow is not None and flow.transport == "udp":
                self._wire.order(KeepAlive(flow))
            self._sleep(now)
            return
        self._act(self.registration.wake())

    def resolved(self, hops: tuple[Hop, ...]) -> None:
        """The registrar was found, or was not."""
        self._places.take(hops)
        self._act(self.registration.found(self._places.flows, self._wire.clock()))

    def replied(self, response: Response, flow: Flow) -> None:
        """The registrar answered."""
        self._act(self.registration.replied(response, flow, self._wire.clock()))

    def unanswered(self, reason: str) -> None:
        """The registrar did not answer."""
        self._act(self.registration.unanswered(reason, self._wire.clock()))

    def lost(self, flow: Flow) -> None:
        """A connection is gone."""
        self._act(self.registration.lost(flow, self._wire.clock()))

    def state(self) -> TrunkState:
        """Registered or not, and why not."""
        registration = self.registration
        used = registration.flow if registration.state == "registered" else next(iter(registration.flows), None)
        state = CONDITIONS.get(registration.state, "trying")
        return TrunkState(
            self.settings.name,
            state,
            registration.words,
            words_of(used) if used else "",
            registration.seen_as,
            registration.rewritten,
        )

    def routes(self) -> tuple[Route, ...]:
        """Over the flow we registered on first, then the provider's other places."""
        registration = self.registration
        first = (registration.flow,) if registration.flow and registration.state == "registered" else ()
        rest = [flow for flow in registration.flows if flow.remote not in {each.remote for each in first}]
        return tuple(
            Route(
                flow,
                self._domain.host,
                self._domain.port,
                registration.service_route,
                self._contact_user,
                registration.credentials(),
            )
            for flow in (*first, *rest)
        )

    def hosts(self) -> frozenset[str]:
        """Where the provider's packets may come from."""
        flow = self.registration.flow
        return self._places.hosts() | ({flow.remote[0]} if flow else frozenset())

    def names(self) -> Mapping[str, tuple[str, ...]]:
        """Host names that led there."""
        return self._places.names

    def knows(self, flow: Flow, user: str) -> bool:
        """Its own flow; a place that was looked up; or its host, if it also knows the Contact we gave it alone."""
        mine = self.registration.flow
        if mine is not None and flow == mine:
            return True
        if self.settings.transport == "tls" and flow.transport != "tls":
            return False
        if flow.remote in self._places.addresses and not (flow.transport == "tls" and not flow.tls_name):
            return True
        return flow.remote[0] in self.hosts() and self.owns(user)

    def owns(self, user: str) -> bool:
        """Whether it is the user part of the Contact we registered."""
        return user == self._contact_user

    def _act(self, effects: Effects) -> None:
        for effect in effects:
            if isinstance(effect, FindRegistrar):
                self._wire.order(Resolve(self.settings.name, self._target))
            elif isinstance(effect, Ask):
                self._wire.ask(effect.request, effect.flow)
            elif isinstance(effect, Wake):
                now = self._wire.clock()
                self._refresh_at = now + effect.seconds
                self._sleep(now)

    def _sleep(self, now: float) -> None:
        self._wire.wake_in(min(KEEP_ALIVE, max(0.0, self._refresh_at - now)))
