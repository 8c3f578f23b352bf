"""Trunks over a real stack on made-up time; the providers answer as a test says."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pbx.exchange.trunks.trunks import KeepAlive, Resolve, Trunks
from pbx.sip.digest import Challenger
from pbx.sip.events import Replied, Unanswered
from pbx.sip.flow import Flow, TransportName
from pbx.sip.message import Request, Response, parse
from pbx.sip.stack import Ids, Stack
from pbx.sip.transactions.timers import Timers
from pbx.sip.transport.hop import Hop, Target
from pbx.store.models import Office, Trunk
from tests.line import Clock

BOX = ("192.0.2.1", 5060)
A, B = ("198.51.100.1", 5060), ("198.51.100.2", 5060)
FLAT = Trunk("flat", user="4930555", domain="Provider.test:5070", password="secret", auth_user="auth")
PEER = Trunk("peer", peer="gateway.test")


class Office_:
    """Trunks of an office, the stack below them, and the wire's other end."""

    def __init__(self, *trunks: Trunk) -> None:
        self.clock = Clock()
        self.timers = Timers()
        ids = Ids(random.Random(5).randbytes)
        self.stack = Stack(clock=self.clock, timers=self.timers, ids=ids, agent="ours")
        self.phones: set[tuple[str, int]] = set()
        self.set(*trunks)
        self.trunks = Trunks(
            lambda: self.office,
            self.stack,
            self.timers,
            ids,
            clock=self.clock,
            flow_to=self._flow_to,
            secret=b"box",
            is_phone=lambda flow: flow.remote in self.phones,
        )

    def set(self, *trunks: Trunk) -> None:
        """Change the settings."""
        self.office = Office(trunks={trunk.name: trunk for trunk in trunks})

    def _flow_to(self, hop: Hop) -> Flow:
        if ":" in hop.host:
            raise OSError("no IPv6 here")
        return Flow(hop.transport, BOX, (hop.host, hop.port), 0, hop.tls_name)

    def orders(self) -> list[Resolve | KeepAlive]:
        """What the daemon is to do; taken out."""
        found = list(self.trunks.orders)
        self.trunks.orders.clear()
        return found

    def find(self, *hops: Hop, name: str = "flat") -> None:
        """Answer the look-up that is due."""
        assert any(isinstance(order, Resolve) and order.trunk == name for order in self.orders())
        self.trunks.resolved(name, hops)

    def sent(self) -> list[tuple[Request, Flow]]:
        """What was put on the wire; taken out."""
        out = []
        while self.stack.outgoing:
            send = self.stack.outgoing.popleft()
            message = parse(bytes(send.message))
            assert isinstance(message, Request)
            out.append((message, send.flow))
        return out

    def answer(self, response: Response, flow: Flow) -> None:
        """Let a response arrive."""
        self.stack.receive(bytes(response), flow)
        self.take_events()

    def take_events(self) -> None:
        """Hand on what the stack tells."""
        while self.stack.events:
            event = self.stack.events.popleft()
            if isinstance(event, Replied):
                assert self.trunks.replied(event.token, event.response, event.flow)
            elif isinstance(event, Unanswered):
                assert self.trunks.unanswered(event.token, event.reason)

    def advance(self, seconds: float) -> None:
        """Let time pass."""
        self.clock.advance(seconds, self.timers)
        self.take_events()

    def register(self, *hops: Hop, name: str = "flat", expires: int = 600) -> Request:
        """Bring a trunk up: the REGISTER that was granted."""
        self.find(*(hops or (Hop("udp", *A), Hop("udp", *B))), name=name)
        ((request, flow),) = self.sent()
        self.answer(granted(request, expires), flow)
        return request


def granted(request: Request, expires: int = 600, *more: tuple[str, str]) -> Response:
    """The provider agrees."""
    return request.reply(200, tag="t", headers=[("Contact", f"{request.contacts[0]};expires={expires}"), *more])


def from_(host: str, port: int, transport: TransportName = "udp", connection: int = 0) -> Flow:
    """A flow from somewhere."""
    return Flow(transport, BOX, (host, port), connection)


def state(office: Office_, name: str = "flat") -> str:
    """One trunk's state."""
    found = office.trunks.state(name)
    assert found is not None
    return found.state


def test_a_trunk_registers_and_says_so() -> None:
    office = Office_(FLAT)
    office.trunks.start()
    assert state(office) == "trying"
    assert office.orders() == [Resolve("flat", Target("provider.test", 5070))]
    office.trunks.orders.append(Resolve("flat", Target("provider.test", 5070)))
    request = office.register()
    assert str(request.uri) == "sip:provider.test:5070"
    assert str(request.to.uri) == "sip:4930555@provider.test"
    assert request.via.host == BOX[0]
    assert state(office) == "registered"
    assert office.trunks.states()[0].address == "udp 198.51.100.1:5060"


def test_the_proxy_is_where_packets_go_and_the_domain_is_what_they_say() -> None:
    office = Office_(replace(FLAT, proxy="[2001:db8::5]:5080", transport="tcp"))
    office.trunks.start()
    assert office.orders() == [Resolve("flat", Target("2001:db8::5", 5080, "tcp"))]
    office.trunks.resolved("flat", (Hop("tcp", "2001:db8::5", 5080), Hop("tcp", *A)))
    ((request, flow),) = office.sent()
    assert request.uri.host == "provider.test"
    assert flow.remote == A


def test_the_password_is_proved_and_calls_may_use_it_in_that_realm_only() -> None:
    office = Office_(FLAT)
    office.trunks.start()
    office.find(Hop("udp", *A))
    ((request, flow),) = office.sent()
    challenger = Challenger("realm of flat", b"s" * 32, office.clock, random.Random(2).randbytes)
    office.answer(request.reply(401, tag="x", headers=[("WWW-Authenticate", v) for v in challenger.challenge()]), flow)
    ((second, flow),) = office.sent()
    assert 'username="auth"' in (second.headers.get("Authorization") or "")
    office.answer(granted(second, 600, ("Service-Route", "<sip:edge.test;lr>")), flow)
    (route,) = office.trunks.route("flat")
    assert route.credentials is not None
    assert route.credentials.realm == "realm of flat"
    assert (route.host, route.port, route.routes) == ("provider.test", 5070, ("<sip:edge.test;lr>",))
    assert route.contact_user == second.contacts[0].uri.user
    assert "secret" not in repr(route)


def test_calls_try_the_registered_place_first_then_the_others() -> None:
    office = Office_(FLAT)
    office.trunks.start()
    office.find(Hop("udp", *A, name="edge.test"), Hop("udp", *B, name="edge.test"))
    ((_, flow),) = office.sent()
    office.stack.flow_failed(flow, "Connection refused")
    office.take_events()
    ((request, flow),) = office.sent()
    assert flow.remote == B
    assert office.trunks.names("flat") == {"edge.test": (A[0], B[0])}
    office.answer(granted(request), flow)
    assert [route.flow.remote for route in office.trunks.route("flat")] == [B, A]
    assert office.trunks.addresses("flat") == {A[0], B[0]}
    assert office.trunks.is_trunk_host(A[0])


def test_silence_moves_on_and_comes_back_by_itself() -> None:
    office = Office_(FLAT)
    office.trunks.start()
    office.find(Hop("udp", *A), Hop("udp", *B))
    office.advance(33)
    assert {flow.remote for _, flow in office.sent()} == {A, B}
    office.advance(33)
    assert state(office) == "failed"
    assert office.trunks.states()[0].words
    office.sent()
    office.advance(10)
    office.register()
    assert state(office) == "registered"


def test_a_registration_is_refreshed_and_a_nat_kept_open() -> None:
    office = Office_(FLAT)
    office.trunks.start()
    office.register(expires=600)
    office.advance(400)
    orders = office.orders()
    assert len([order for order in orders if isinstance(order, KeepAlive)]) == 16
    office.advance(120)
    assert Resolve("flat", Target("provider.test", 5070)) in office.orders()
    office.trunks.resolved("flat", (Hop("udp", *B), Hop("udp", *A)))
    ((request, flow),) = office.sent()
    assert flow.remote == A
    office.answer(granted(request), flow)
    assert state(office) == "registered"


def test_a_lost_connection_is_made_again() -> None:
    office = Office_(replace(FLAT, transport="tcp"))
    office.trunks.start()
    office.find(Hop("tcp", *A))
    ((request, _),) = office.sent()
    used = from_(*A, "tcp", 9)
    office.answer(granted(request), used)
    assert office.trunks.route("flat")[0].flow == used
    assert office.trunks.trunk_of(used) is not None
    office.orders()
    office.trunks.connection_lost(used)
    assert state(office) == "trying"
    assert office.trunks.route("flat")[0].flow.connection == 0
    office.advance(6)
    assert office.orders() == [Resolve("flat", Target("provider.test", 5070, "tcp"))]


def test_who_may_call_in_over_a_registering_trunk() -> None:
    office = Office_(FLAT)
    office.trunks.start()
    token = office.register().contacts[0].uri.user or ""
    trunk_of = office.trunks.trunk_of
    assert trunk_of(from_(*A)) == FLAT
    assert trunk_of(from_(*B)) == FLAT
    assert trunk_of(from_(A[0], 9999)) is None
    assert trunk_of(from_(A[0], 9999), token) == FLAT
    assert trunk_of(from_(A[0], 40000, "tcp", 3)) is None
    assert trunk_of(from_(A[0], 40000, "tcp", 3), token) == FLAT
    assert trunk_of(from_("203.0.113.1", 5060), token) is None
    assert trunk_of(from_("203.0.113.1", 5060), "4930555") is None
    office.phones.add(A)
    assert trunk_of(from_(*A)) is None


def test_a_tls_trunk_is_not_believed_over_udp() -> None:
    office = Office_(replace(FLAT, transport="tls"))
    office.trunks.start()
    office.find(Hop("tls", *A, "provider.test"))
    ((request, _),) = office.sent()
    used = Flow("tls", BOX, A, 4, "provider.test")
    office.answer(granted(request), used)
    token = request.contacts[0].uri.user or ""
    assert office.trunks.trunk_of(used) is not None
    assert office.trunks.trunk_of(from_(*A), token) is None
    assert office.trunks.trunk_of(from_(*A, "tls", 8)) is None


def test_two_trunks_at_one_provider_are_told_apart_by_their_contacts() -> None:
    second = replace(FLAT, name="second", user="4940777")
    office = Office_(FLAT, second)
    office.trunks.start()
    for name in ("flat", "second"):
        office.trunks.resolved(name, (Hop("udp", *A),))
    tokens = []
    for request, flow in office.sent():
        office.answer(granted(request), flow)
        tokens.append(request.contacts[0].uri.user or "")
    assert len(set(tokens)) == 2
    assert [office.trunks.trunk_of(from_(*A), token) for token in tokens] == [FLAT, second]
    assert office.trunks.trunk_of(from_(*A), "+4930555") in (FLAT, second)


def test_the_contact_stays_the_same_over_a_restart_and_cannot_be_guessed() -> None:
    users = set()
    for _ in range(2):
        office = Office_(FLAT)
        office.trunks.start()
        users.add(office.register().contacts[0].uri.user)
    assert len(users) == 1
    assert len(users.pop() or "") >= 16


@pytest.mark.parametrize(
    ("peer", "flow", "known"),
    [
        ("198.51.100.1", from_("198.51.100.1", 5060), True),
        ("198.51.100.1", from_("198.51.100.1", 1234), True),
        ("198.51.100.1", from_("198.51.100.1", 1234, "tcp", 2), True),
        ("198.51.100.1", from_("198.51.100.2", 5060), False),
        ("198.51.100.1:5070", from_("198.51.100.1", 5070), True),
        ("198.51.100.1:5070", from_("198.51.100.1", 5060), False),
        ("198.51.100.1:5070", from_("198.51.100.1", 40000, "tcp", 2), True),
    ],
)
def test_who_may_call_in_over_a_peering_trunk(peer: str, flow: Flow, known: bool) -> None:
    office = Office_(Trunk("peer", peer=peer))
    office.trunks.start()
    (order,) = office.orders()
    assert isinstance(order, Resolve)
    office.trunks.resolved("peer", (Hop("udp", order.target.host, order.target.port or 5060),))
    assert (office.trunks.trunk_of(flow) is not None) is known


def test_a_peer_is_reachable_when_it_answers_anything_and_usable_when_it_does_not() -> None:
    office = Office_(PEER)
    office.trunks.start()
    office.find(Hop("udp", *A), name="peer")
    ((request, flow),) = office.sent()
    assert (request.method, str(request.uri)) == ("OPTIONS", "sip:gateway.test")
    assert state(office, "peer") == "unknown"
    office.answer(request.reply(404, tag="x"), flow)
    assert state(office, "peer") == "reachable"
    office.advance(61)
    office.find(Hop("udp", *A), Hop("udp", *B), name="peer")
    office.sent()
    office.advance(33)
    assert state(office, "peer") == "unknown"
    assert [route.flow.remote for route in office.trunks.route("peer")] == [A, B]
    request, flow = office.sent()[-1]
    assert flow.remote == B
    office.answer(request.reply(200, tag="x"), flow)
    (first, second) = office.trunks.route("peer")
    assert (first.flow.remote, second.flow.remote) == (B, A)
    assert (first.host, first.port, first.credentials) == ("gateway.test", None, None)


def test_a_peer_whose_name_cannot_be_resolved_any_more_may_still_call_in() -> None:
    office = Office_(PEER)
    office.trunks.start()
    office.find(Hop("udp", *A), name="peer")
    office.advance(61)
    office.find(name="peer")
    assert office.trunks.trunk_of(from_(*A)) == PEER
    assert office.trunks.route("peer") == ()
    assert "cannot be found" in office.trunks.states()[0].words


def test_addresses_that_were_replaced_twice_are_forgotten() -> None:
    office = Office_(PEER)
    office.trunks.start()
    for host in ("198.51.100.1", "198.51.100.2", "198.51.100.3"):
        office.find(Hop("udp", host, 5060), name="peer")
        office.advance(61)
    known = [office.trunks.trunk_of(from_(f"198.51.100.{number}", 5060)) for number in (1, 2, 3)]
    assert known == [None, PEER, PEER]


def test_a_changed_setting_leaves_other_trunks_alone() -> None:
    office = Office_(FLAT, PEER)
    office.trunks.start()
    office.trunks.resolved("peer", (Hop("udp", *B),))
    office.sent()
    office.register()
    office.orders()
    office.set(FLAT, replace(PEER, peer="other.test"), replace(FLAT, name="third", domain="third.test"))
    office.trunks.office_changed()
    assert state(office) == "registered"
    assert [order.trunk for order in office.orders() if isinstance(order, Resolve)] == ["peer", "third"]
    assert office.sent() == []


def test_a_removed_trunk_is_unregistered() -> None:
    office = Office_(FLAT)
    office.trunks.start()
    office.register()
    office.set()
    office.trunks.office_changed()
    assert not office.trunks.settled
    assert office.trunks.trunk_of(from_(*A)) is None
    assert office.trunks.route("flat") == ()
    ((request, flow),) = office.sent()
    assert request.expires == 0
    office.answer(request.reply(200, tag="x"), flow)
    assert office.trunks.settled
    office.advance(4000)
    assert office.orders() == []


def test_a_new_password_takes_the_binding_over_and_does_not_remove_it() -> None:
    office = Office_(FLAT)
    office.trunks.start()
    office.register()
    office.set(replace(FLAT, password="better"))
    office.trunks.office_changed()
    assert office.sent() == []
    assert office.register().expires == 600
    assert state(office) == "registered"


def test_stopping_unregisters_everywhere_and_ends_though_a_provider_is_silent() -> None:
    office = Office_(FLAT, replace(FLAT, name="second", user="4940777"), PEER)
    office.trunks.start()
    for name in ("flat", "second"):
        office.trunks.resolved(name, (Hop("udp", *A),))
    for request, flow in office.sent():
        office.answer(granted(request), flow)
    office.trunks.stop()
    assert [request.expires for request, _ in office.sent()] == [0, 0]
    assert not office.trunks.settled
    office.advance(33)
    assert office.trunks.settled


@pytest.mark.parametrize(
    "trunk", [Trunk("bad", peer="a b"), Trunk("bad", user="u", domain=""), replace(FLAT, name="bad", proxy="x:0")]
)
def test_a_setting_that_is_no_address_fails_in_words_and_alone(trunk: Trunk) -> None:
    office = Office_(trunk, FLAT)
    office.trunks.start()
    found = office.trunks.state("bad")
    assert found is not None
    assert found.state == "failed"
    assert "is not" in found.words
    office.register()
    assert state(office) == "registered"


@settings(max_examples=60)
@given(st.lists(st.integers(0, 9), max_size=40), st.integers(0, 5))
def test_a_trunk_comes_up_again_after_whatever_happened(steps: list[int], seed: int) -> None:
    office = Office_(FLAT)
    office.trunks.start()
    chance = random.Random(seed)
    for step in steps:
        for order in office.orders():
            if isinstance(order, Resolve):
                office.trunks.resolved(order.trunk, () if step == 0 else (Hop("udp", *A), Hop("tcp", *B))[: step % 3])
        for request, flow in office.sent():
            match step:
                case 1:
                    office.stack.flow_failed(flow, "refused")
                case 2 | 3 | 4 | 5:
                    office.answer(request.reply(chance.choice([200, 403, 423, 500, 503, 302, 401]), tag="t"), flow)
                case 6:
                    office.answer(granted(request, chance.choice([1, 60, 600])), flow)
        office.take_events()
        if step == 7 and office.trunks.route("flat"):
            office.trunks.connection_lost(office.trunks.route("flat")[0].flow)
        office.advance(chance.choice([0.1, 5, 40, 2000]))
    for _ in range(200):
        for order in office.orders():
            if isinstance(order, Resolve):
                office.trunks.resolved(order.trunk, (Hop("udp", *A),))
        for request, flow in office.sent():
            office.answer(granted(request), flow)
        if state(office) == "registered":
            break
        office.advance(60)
    assert state(office) == "registered"
