"""Beats, late wake-ups, reports, ports, the loop that drives it all."""

import asyncio
import os
from collections.abc import Callable
from itertools import pairwise

import pytest

from pbx.media import tones
from pbx.media.clip import Clip
from pbx.media.endpoint import Endpoint
from pbx.media.events import DigitsSent, MediaEvent, Played
from pbx.media.pump import Pump
from pbx.media.rtcp import Report, ReportBlock, SenderInfo, compound
from tests.media.wire import Peer, PumpRig

MUSIC = Clip(tones.sound([500], 5.0), 8000)


def test_beats_do_not_drift_however_unpunctual_the_loop_is(rig: PumpRig) -> None:
    peer = Peer()
    endpoint = rig.open(peer)
    peer.say(endpoint)
    endpoint.play([MUSIC], repeat=True)
    start, due = rig.now, rig.pump.run(rig.now)
    for step in range(4000):
        assert due is not None
        rig.now = due + (0.003 if step % 3 else 0.0005)
        due = rig.pump.run(rig.now)
        peer.hear()
    assert len(peer.got) == pytest.approx((rig.now - start) / 0.02, abs=2)


def test_after_a_late_wake_up_few_packets_are_made_up_for_and_timestamps_keep_to_the_clock(rig: PumpRig) -> None:
    peer = Peer()
    endpoint = rig.open(peer)
    endpoint.play([MUSIC])
    peer.say(endpoint)
    rig.pass_time(0.5)
    peer.hear()
    before = peer.got[-1]
    rig.now += 1.0
    rig.pump.run(rig.now)
    burst = peer.hear()
    assert len(burst) <= 3
    rig.pass_time(0.5)
    assert len(peer.hear()) == 25
    assert (peer.got[-1].timestamp - before.timestamp) & 0xFFFFFFFF == pytest.approx(1.5 * 8000, abs=320)
    assert {(b.sequence - a.sequence) & 0xFFFF for a, b in pairwise(peer.got)} == {1}


def test_a_clock_that_jumps_by_years_hurts_nobody(rig: PumpRig) -> None:
    peer = Peer()
    endpoint = rig.open(peer)
    endpoint.play([MUSIC])
    rig.pass_time(0.1)
    rig.now += 1e8
    due = rig.pump.run(rig.now)
    assert due is not None
    assert rig.now < due <= rig.now + 0.011
    assert len(peer.hear()) <= 8


def test_digits_are_dialled_one_after_the_other_and_their_ends_told(rig: PumpRig) -> None:
    peer = Peer()
    endpoint = rig.pump.open("127.0.0.1")
    first, second = endpoint.dial("12"), endpoint.dial("3", tone=0.2, gap=0.2)
    rig.agree(endpoint, peer)
    peer.say(endpoint)
    rig.pass_time(2.0)
    assert [event for event in rig.events(endpoint) if isinstance(event, DigitsSent)] == [
        DigitsSent(first),
        DigitsSent(second),
    ]
    peer.hear()
    codes = [packet.payload[0] for packet in peer.got if packet.payload_type == 101]
    assert codes == [1] * 7 + [2] * 7 + [3] * 12
    with pytest.raises(ValueError, match="'/'"):
        endpoint.dial("1/2")


def test_voice_after_a_digit_is_stamped_after_its_end(rig: PumpRig) -> None:
    peer = Peer()
    endpoint = rig.open(peer)
    endpoint.play([MUSIC])
    endpoint.dial("1", tone=0.5, gap=0.1)
    rig.pass_time(1.5)
    peer.hear()
    digit = next(packet for packet in peer.got if packet.payload_type == 101)
    after = peer.got[[packet.payload_type for packet in peer.got].index(8)]
    assert (after.timestamp - digit.timestamp) & 0xFFFFFFFF == pytest.approx(0.64 * 8000, abs=320)


def test_playing_waits_while_digits_are_dialled(rig: PumpRig) -> None:
    peer = Peer()
    endpoint = rig.open(peer)
    endpoint.play([Clip(tones.sound([500], 0.5), 8000)])
    endpoint.dial("1")
    rig.pass_time(1.5)
    peer.hear()
    voice = [packet for packet in peer.got if packet.payload_type == 8 and packet.payload != peer.codec.silence()]
    assert len(voice) in (24, 25)


def test_playing_something_else_or_hushing_tells_no_end(rig: PumpRig) -> None:
    endpoint = rig.open(Peer())
    endpoint.play([MUSIC])
    rig.pass_time(0.1)
    token = endpoint.play([tones.beep()])
    rig.pass_time(1.0)
    endpoint.tone("busy")
    rig.pass_time(1.0)
    endpoint.stop_playing()
    rig.pass_time(1.0)
    assert rig.events(endpoint) == [Played(token)]


def test_a_quiet_stream_is_kept_alive_once_a_second(rig: PumpRig) -> None:
    peer = Peer()
    endpoint = rig.open(peer)
    peer.say(endpoint)
    rig.pass_time(10.0)
    assert len(peer.hear()) in (9, 10)
    assert {packet.payload for packet in peer.got} == {peer.codec.silence()}
    assert {(b.timestamp - a.timestamp) & 0xFFFFFFFF for a, b in pairwise(peer.got)} == {8000}


def test_reports_say_what_was_lost_and_the_round_trip_is_measured(rig: PumpRig) -> None:
    peer = Peer()
    reports = Peer(port=0)
    while True:  # the port above the peer's must be free as well
        try:
            reports = Peer(port=peer.address[1] + 1)
            break
        except OSError:
            peer = Peer()
    endpoint = rig.open(peer)
    endpoint.play([MUSIC], repeat=True)
    for step in range(400):
        if step % 4:
            peer.say(endpoint)
        else:
            peer.skip()
        rig.pass_time(0.02)
    got = []
    while True:
        try:
            got.append(Report.parse(reports.sock.recv(2000)))
        except BlockingIOError:
            break
    assert 1 <= len(got) <= 4
    report = got[-1]
    assert report.ssrc == endpoint.outgoing.ssrc
    assert report.sender
    assert 0 < report.sender.packets <= 400
    assert report.sender.octets == 160 * report.sender.packets
    (block,) = report.blocks
    assert block.ssrc == peer.ssrc
    assert 55 <= block.fraction_lost <= 70
    assert endpoint.quality().lost == pytest.approx(100, abs=1)
    assert endpoint.quality().jitter < 0.001
    answer = ReportBlock(endpoint.outgoing.ssrc, 25, 17, 0, 80, (report.sender.ntp >> 16) & 0xFFFFFFFF, 65536 // 2)
    sent_at = report.sender.ntp / (1 << 32)
    rig.now = max(rig.now, sent_at + 0.6)
    host, port = endpoint.local
    reports.sock.sendto(compound(peer.ssrc, "peer", SenderInfo(1 << 40, 0, 1, 1), [answer]), (host, port + 1))
    rig.pump.run(rig.now)
    quality = endpoint.quality()
    assert (quality.remote_lost, quality.remote_jitter) == (17, 0.01)
    assert quality.round_trip == pytest.approx(rig.now - sent_at - 0.5, abs=0.001)


def reported(rig: PumpRig) -> tuple[Endpoint, Peer, Peer]:
    """An endpoint, whom it hears, and who gets its reports."""
    peer, reports = Peer(), Peer("127.0.0.1")
    endpoint = rig.open(peer)
    host, port = endpoint.local
    reports.sock.sendto(compound(peer.ssrc, "peer"), (host, port + 1))
    peer.say(endpoint)
    return endpoint, peer, reports


def test_the_last_report_says_goodbye(rig: PumpRig) -> None:
    endpoint, _peer, reports = reported(rig)
    endpoint.tone("dial")
    rig.pass_time(0.1)
    endpoint.close()
    assert endpoint.outgoing.ssrc in Report.parse(reports.sock.recv(2000)).gone


def test_who_sent_nothing_takes_no_leave(rig: PumpRig) -> None:
    endpoint, _peer, reports = reported(rig)
    rig.pass_time(0.1)
    endpoint.close()
    with pytest.raises(BlockingIOError):
        reports.sock.recv(2000)


def test_voice_over_ipv6(rig: PumpRig) -> None:
    peer = Peer("::1")
    endpoint = rig.open(peer, host="::1")
    endpoint.play([tones.beep()])
    peer.say(endpoint)
    rig.pass_time(0.2)
    assert len(peer.hear()) >= 9
    assert endpoint.quality().received == 1


def test_a_port_nobody_listens_at_is_no_trouble(rig: PumpRig) -> None:
    peer = Peer()
    endpoint = rig.open(peer)
    endpoint.play([MUSIC])
    peer.say(endpoint)
    rig.pass_time(0.1)
    peer.sock.close()
    rig.pass_time(1.0)
    assert endpoint.quality().sent > 40
    assert endpoint.rtp_socket.errors


def test_an_owner_that_fails_stops_neither_its_call_nor_others(rig: PumpRig) -> None:
    def fail(_: Endpoint, event: MediaEvent) -> None:
        raise RuntimeError(event)

    peer, other = Peer(), Peer()
    endpoint = rig.pump.open("127.0.0.1", fail)
    rig.agree(endpoint, peer)
    healthy = rig.open(other)
    peer.say(endpoint)
    other.say(healthy)
    endpoint.play([tones.beep()])
    rig.pass_time(1.0)
    assert rig.events(healthy)
    assert len(peer.hear()) >= 17


def test_a_flood_on_one_port_does_not_stop_the_music_on_another(rig: PumpRig) -> None:
    peer, other = Peer(), Peer()
    endpoint, music = rig.open(peer), rig.open(other)
    music.play([MUSIC])
    peer.say(endpoint)
    for _ in range(50):
        for _ in range(100):
            peer.raw(endpoint, b"x" * 50)
        rig.pass_time(0.02)
    assert len(other.hear()) == 50


def test_one_socket_has_only_a_few_packets_taken_at_a_time(rig: PumpRig) -> None:
    peer = Peer()
    endpoint = rig.open(peer)
    peer.say(endpoint)
    rig.pass_time(0.02)
    for _ in range(100):
        peer.raw(endpoint, b"x")
    rig.pass_time(0.01)
    assert 1 <= endpoint.quality().malformed <= 10
    rig.pass_time(0.3)
    assert endpoint.quality().malformed == 100


def test_a_loop_drives_the_pump_only_while_something_is_open() -> None:
    async def scene() -> tuple[list[MediaEvent], int, int]:
        loop = asyncio.get_running_loop()
        calls, events = [0], list[MediaEvent]()

        def call_at(when: float, act: Callable[[], object]) -> object:
            calls[0] += 1
            return loop.call_at(when, act)

        pump = Pump(loop.time, 20000, 29999, os.urandom, lambda _, event: events.append(event), call_at=call_at)
        await asyncio.sleep(0.05)
        assert calls[0] == 0
        peer = Peer()
        endpoint = pump.open("127.0.0.1")
        PumpRig.agree(endpoint, peer)
        endpoint.play([Clip(tones.sound([500], 0.1), 8000)])
        await asyncio.sleep(0.3)
        endpoint.close()
        await asyncio.sleep(0.05)
        while_open = calls[0]
        await asyncio.sleep(0.1)
        pump.close()
        return events, len(list(peer.hear())), calls[0] - while_open

    events, packets, idle_calls = asyncio.run(scene())
    assert isinstance(events[0], Played)
    assert packets >= 5
    assert idle_calls == 0
