"""RFC 3263 against a name server of our own on the loopback."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import Callable, Coroutine
from typing import Any

import dns.flags
import dns.message
import dns.rcode
import dns.rdatatype
import dns.rrset
import pytest
from dns.rdtypes.IN.SRV import SRV
from hypothesis import given
from hypothesis import strategies as st

from pbx.sip.transport.hop import Hop, Target
from pbx.sip.transport.name_servers import NameServers
from pbx.sip.transport.resolve import Resolver, in_order

ZONE = {
    ("full.test", "NAPTR"): ['20 50 "s" "SIP+D2U" "" _sip._udp.full.test.',
                             '10 50 "s" "SIPS+D2T" "" _sips._tcp.full.test.',
                             '5 50 "s" "SIP+D2S" "" _sip._sctp.full.test.', '30 1 "u" "E2U+sip" "!.*!sip:x@y!" .'],
    ("_sips._tcp.full.test", "SRV"): ["10 0 5061 one.full.test."],
    ("_sip._udp.full.test", "SRV"): ["20 0 5060 two.full.test.", "10 0 5070 one.full.test."],
    ("one.full.test", "A"): ["192.0.2.1"],
    ("one.full.test", "AAAA"): ["2001:db8::1"],
    ("two.full.test", "A"): ["192.0.2.2", "192.0.2.3"],
    ("srv.test", "A"): ["192.0.2.9"],
    ("_sip._udp.srv.test", "SRV"): ["1 1 5062 one.full.test."],
    ("_sip._tcp.srv.test", "SRV"): ["1 1 5063 one.full.test."],
    ("none.test", "A"): ["192.0.2.8"],
    ("_sip._udp.none.test", "SRV"): ["0 0 0 ."],
    ("plain.test", "A"): ["192.0.2.7"],
    ("loop.test", "NAPTR"): ['1 1 "s" "SIP+D2U" "" loop.test.'] * 3,
    ("many.test", "A"): [f"192.0.2.{number}" for number in range(1, 100)],
}  # fmt: skip


class NameServer(asyncio.DatagramProtocol):
    """Answers from ZONE, or not at all."""

    def __init__(self) -> None:
        self.asked: Counter[tuple[str, str]] = Counter()
        self.silent = False
        self.ttl = 300

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport: Any = transport

    def datagram_received(self, data: bytes, addr: Any) -> None:
        query = dns.message.from_wire(data)
        question = query.question[0]
        name, kind = question.name.to_text(omit_final_dot=True), dns.rdatatype.to_text(question.rdtype)
        self.asked[name, kind] += 1
        if self.silent:
            return
        answer = dns.message.make_response(query)
        answer.flags |= dns.flags.RA
        if records := ZONE.get((name, kind)):
            answer.answer.append(dns.rrset.from_text_list(question.name, self.ttl, "IN", kind, records))
        elif not any(known == name for known, _ in ZONE):
            answer.set_rcode(dns.rcode.NXDOMAIN)
        self.transport.sendto(answer.to_wire(), addr)


def ask(script: Callable[[Resolver, NameServer], Coroutine[Any, Any, None]]) -> None:
    """Run a script with a resolver and its name server."""

    async def run() -> None:
        loop = asyncio.get_running_loop()
        transport, server = await loop.create_datagram_endpoint(NameServer, local_addr=("127.0.0.1", 0))
        port = transport.get_extra_info("sockname")[1]
        await script(Resolver(random.Random(1).random, NameServers(["127.0.0.1"], port).ask), server)
        transport.close()

    asyncio.run(run())


def hops(text: str, transport: Any = "") -> tuple[Hop, ...]:
    """What one target resolves to."""
    found: list[Hop] = []

    async def script(resolver: Resolver, server: NameServer) -> None:
        found.extend(await resolver.resolve(Target.parse(text, transport)))

    ask(script)
    return tuple(found)


def test_naptr_then_srv_then_addresses_in_order() -> None:
    found = hops("full.test")
    assert found[:4] == (
        Hop("tls", "192.0.2.1", 5061, "full.test"),
        Hop("tls", "2001:db8::1", 5061, "full.test"),
        Hop("udp", "192.0.2.1", 5070),
        Hop("udp", "2001:db8::1", 5070),
    )
    assert set(found[4:]) == {Hop("udp", "192.0.2.2", 5060), Hop("udp", "192.0.2.3", 5060)}


def test_each_place_knows_by_which_name_it_was_found() -> None:
    assert {hop.name for hop in hops("plain.test")} == {"plain.test"}
    assert all(hop.name.endswith(".test") and hop.name != "full.test" for hop in hops("full.test"))
    assert {hop.name for hop in hops("192.0.2.9")} == {""}


def test_a_wanted_transport_leaves_the_others_out() -> None:
    assert {hop.transport for hop in hops("full.test", "udp")} == {"udp"}
    assert hops("srv.test", "tcp")[0] == Hop("tcp", "192.0.2.1", 5063)


def test_without_naptr_the_srv_names_of_udp_and_tcp_are_asked() -> None:
    assert [(hop.transport, hop.port) for hop in hops("srv.test")] == [("udp", 5062)] * 2 + [("tcp", 5063)] * 2


@pytest.mark.parametrize(
    ("text", "transport", "expected"),
    [
        ("plain.test", "", Hop("udp", "192.0.2.7", 5060)),
        ("plain.test", "tls", Hop("tls", "192.0.2.7", 5061, "plain.test")),
        ("none.test", "", Hop("udp", "192.0.2.8", 5060)),
        ("srv.test:5099", "tcp", Hop("tcp", "192.0.2.9", 5099)),
        ("192.0.2.5", "", Hop("udp", "192.0.2.5", 5060)),
        ("[2001:db8::5]:5070", "tls", Hop("tls", "2001:db8::5", 5070, "2001:db8::5")),
    ],
)
def test_what_needs_no_srv(text: str, transport: str, expected: Hop) -> None:
    assert hops(text, transport) == (expected,)


def test_a_port_in_the_setting_asks_for_addresses_only() -> None:
    async def script(resolver: Resolver, server: NameServer) -> None:
        await resolver.resolve(Target.parse("full.test:5060"))
        assert {kind for _, kind in server.asked} == {"A", "AAAA"}

    ask(script)


def test_localhost_comes_from_the_hosts_file_and_dns_is_not_asked() -> None:
    async def script(resolver: Resolver, server: NameServer) -> None:
        found = await resolver.resolve(Target.parse("localhost:5070"))
        assert Hop("udp", "127.0.0.1", 5070) in found
        assert not server.asked

    ask(script)


def test_unknown_names_lead_nowhere_and_nothing_is_raised() -> None:
    assert hops("unknown.test") == ()
    assert hops("x" * 70 + ".test") == ()
    assert hops("a..test") == ()


def test_records_that_point_at_themselves_end() -> None:
    assert hops("loop.test") == ()


def test_a_name_with_very_many_addresses_is_cut() -> None:
    assert 1 <= len(hops("many.test:5060")) <= 24


def test_answers_are_believed_as_long_as_they_say(monkeypatch: pytest.MonkeyPatch) -> None:
    async def script(resolver: Resolver, server: NameServer) -> None:
        now = 0.0
        monkeypatch.setattr(resolver, "_loop", _Clocked(lambda: now, resolver._loop))
        await resolver.resolve(Target.parse("plain.test:5060"))
        await resolver.resolve(Target.parse("plain.test:5060"))
        assert server.asked["plain.test", "A"] == 1
        now = 301.0
        await resolver.resolve(Target.parse("plain.test:5060"))
        assert server.asked["plain.test", "A"] == 2

    ask(script)


def test_when_dns_falls_silent_the_last_answer_still_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    async def script(resolver: Resolver, server: NameServer) -> None:
        now = 0.0
        monkeypatch.setattr(resolver, "_loop", _Clocked(lambda: now, resolver._loop))
        before = await resolver.resolve(Target.parse("plain.test:5060"))
        server.silent, now = True, 301.0
        monkeypatch.setattr("pbx.sip.transport.name_servers.LOOK_UP", 0.2)
        assert await resolver.resolve(Target.parse("plain.test:5060")) == before

    ask(script)


class _Clocked:
    """The loop with another clock."""

    def __init__(self, clock: Callable[[], float], loop: asyncio.AbstractEventLoop) -> None:
        self.time = clock
        self.getaddrinfo = loop.getaddrinfo


def _srv(priority: int, weight: int, port: int) -> SRV:
    record = dns.rrset.from_text("a.test.", 1, "IN", "SRV", f"{priority} {weight} {port} b.test.")[0]
    assert isinstance(record, SRV)
    return record


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), max_size=8), st.randoms(use_true_random=False))
def test_every_srv_record_comes_once_and_by_priority(pairs: list[tuple[int, int]], chance: random.Random) -> None:
    records = [_srv(priority, weight, port) for port, (priority, weight) in enumerate(pairs, 1)]
    ordered = in_order(records, chance.random)
    assert sorted(each.port for each in ordered) == sorted(each.port for each in records)
    assert [each.priority for each in ordered] == sorted(each.priority for each in records)


def test_weights_share_out_the_calls() -> None:
    records = [_srv(1, 75, 1), _srv(1, 25, 2), _srv(1, 0, 3)]
    chance = random.Random(7)
    first = Counter(in_order(records, chance.random)[0].port for _ in range(4000))
    assert 0.70 < first[1] / 4000 < 0.80
    assert 0.20 < first[2] / 4000 < 0.30
