"""The ports of a call, and the packets that leave them."""

from __future__ import annotations

import socket
from itertools import pairwise
from random import Random

from pbx.media.packet import Packet
from pbx.media.ports import Ports
from pbx.media.relay import join
from tests.media.wire import CODECS, Peer, PumpRig

EXPEDITED = 46 << 2


def test_rtp_has_an_even_port_and_rtcp_the_one_above() -> None:
    for low in (31000, 31001):
        rtp, rtcp = Ports(low, 31099, Random(1).randbytes).open("127.0.0.1")
        with rtp, rtcp:
            port = rtp.getsockname()[1]
            assert port % 2 == 0
            assert low <= port
            assert rtcp.getsockname()[1] == port + 1


def test_voice_asks_routers_to_let_it_pass_first() -> None:
    ports = Ports(31000, 31099, Random(2).randbytes)
    for host, level, option in (
        ("127.0.0.1", socket.IPPROTO_IP, socket.IP_TOS),
        ("::1", socket.IPPROTO_IPV6, socket.IPV6_TCLASS),
    ):
        rtp, rtcp = ports.open(host)
        with rtp, rtcp:
            assert rtp.getsockopt(level, option) == rtcp.getsockopt(level, option) == EXPEDITED


def test_comfort_noise_is_passed_over_and_is_no_mistake() -> None:
    rig, peer = PumpRig(), Peer()
    endpoint = rig.open(peer)
    peer.raw(endpoint, bytes(Packet(13, 1, 160, peer.ssrc, b"\x40")))
    peer.raw(endpoint, bytes(Packet(77, 2, 320, peer.ssrc, b"\x40")))
    rig.pass_time(0.1)
    quality = endpoint.quality()
    assert (quality.received, quality.malformed) == (0, 1)
    endpoint.close()


def test_packets_longer_than_ours_are_converted_and_passed_on_as_they_are() -> None:
    rig, one, other = PumpRig(), Peer(), Peer(codec=CODECS["PCMU"])
    ends = rig.open(one), rig.open(other)
    join(*ends)
    for _ in range(5):
        one.say(ends[0], b"\xd5" * 480, advance=False)
        one.skip(ticks=480)
        rig.pass_time(0.06)
    heard = other.hear()
    assert [(packet.payload_type, len(packet.payload)) for packet in heard] == [(0, 480)] * 5
    assert {(b.timestamp - a.timestamp) & 0xFFFFFFFF for a, b in pairwise(heard)} == {480}
    for end in ends:
        end.close()
