"""Bridges: what the far end gets is one continuous stream, whatever happens at either end."""

from itertools import pairwise
from pathlib import Path
from random import Random

import pytest

from pbx.media import tones
from pbx.media.clip import Clip
from pbx.media.codecs.codec import G722, PCMA, PCMU, Codec
from pbx.media.endpoint import Endpoint
from pbx.media.events import DigitHeard, DigitsSent
from pbx.media.packet import Packet
from pbx.media.relay import join, part
from pbx.media.telephone_event import EventReceiver, EventSender, TelephoneEvent
from tests.media.wire import Peer, PumpRig, tone


def bridged(rig: PumpRig, left: Peer, right: Peer, *, events: int | None = 101) -> tuple[Endpoint, Endpoint]:
    a, b = rig.open(left), rig.open(right, events=events)
    join(a, b)
    for _ in range(2):
        left.say(a)
        right.say(b)
        rig.pass_time(0.02)
    right.hear()
    left.hear()
    return a, b


def talk(rig: PumpRig, peer: Peer, endpoint: Endpoint, packets: int = 10) -> None:
    for _ in range(packets):
        peer.say(endpoint)
        rig.pass_time(0.02)


def continuous(packets: list[Packet]) -> bool:
    """One source, no sequence number twice or missing, timestamps going forward and near the clock's pace."""
    steps = [
        ((b.sequence - a.sequence) & 0xFFFF, (b.timestamp - a.timestamp) & 0xFFFFFFFF) for a, b in pairwise(packets)
    ]
    return len({packet.ssrc for packet in packets}) == 1 and all(
        step == 1 and 0 < ticks < 40000 for step, ticks in steps
    )


def test_loss_and_reordering_reach_the_far_end_as_they_are(rig: PumpRig) -> None:
    left, right, random = Peer(), Peer(), Random(5)
    a, b = bridged(rig, left, right)
    sequences = [step for step in range(200) if random.random() > 0.05]
    order = sorted(sequences, key=lambda step: step + random.uniform(0, 2.5))
    base, clock = left.sequence, left.timestamp
    for step in order:
        left.sequence, left.timestamp = (base + step) & 0xFFFF, (clock + 160 * step) & 0xFFFFFFFF
        left.say(a, bytes([step % 256]) * 160, advance=False)
        rig.pass_time(0.02)
    right.hear()
    got = right.got[-len(order) :]
    assert [packet.payload[0] for packet in got] == [step % 256 for step in order]
    first = got[0]
    assert [(packet.sequence - first.sequence) & 0xFFFF for packet in got] == [
        (step - order[0]) & 0xFFFF for step in order
    ]
    assert [(packet.timestamp - first.timestamp) & 0xFFFFFFFF for packet in got] == [
        160 * (step - order[0]) & 0xFFFFFFFF for step in order
    ]
    assert b.outgoing.packets >= len(order)


@pytest.mark.parametrize("recorded", [True, False])
def test_a_call_may_last_longer_than_sequence_numbers_do(rig: PumpRig, tmp_path: Path, recorded: bool) -> None:
    left, right = Peer(), Peer()
    a, b = bridged(rig, left, right)
    if recorded:
        b.record(tmp_path / "m.wav")
        a.record(tmp_path / "n.wav")
    before = len(right.got)
    for _ in range(100):
        left.skip(2900, ticks=0)
        late = bytes(Packet(8, left.sequence, left.timestamp, left.ssrc, b"l" * 160))
        left.skip()
        left.say(a)
        rig.pass_time(0.02)
        left.raw(a, late)
        rig.pass_time(0.02)
        left.skip(0)
        left.timestamp += 160
        right.hear()
    assert len(right.got) - before == 200


@pytest.mark.parametrize("change", ["ssrc", "sequence", "timestamp"])
def test_a_sender_that_begins_anew_goes_on_without_a_break(rig: PumpRig, change: str) -> None:
    left, right = Peer(), Peer()
    a, _ = bridged(rig, left, right)
    talk(rig, left, a)
    setattr(left, change, {"ssrc": 99, "sequence": 30000, "timestamp": 123456789}[change])
    talk(rig, left, a)
    right.hear()
    assert len(right.got) >= 20
    assert continuous(right.got)
    assert right.got[-1].ssrc != left.ssrc


def test_what_comes_late_from_before_an_announcement_has_no_place_after_it(rig: PumpRig) -> None:
    left, right = Peer(), Peer()
    a, b = bridged(rig, left, right)
    b.play([tones.beep()])
    talk(rig, left, a)
    late = bytes(Packet(8, left.sequence, left.timestamp, left.ssrc, b"l" * 160))
    left.skip()
    talk(rig, left, a, 30)
    left.raw(a, late)
    rig.pass_time(0.02)
    b.play([tones.beep()])
    rig.pass_time(0.5)
    left.raw(a, late)
    talk(rig, left, a, 5)
    right.hear()
    assert not [packet for packet in right.got if packet.payload.startswith(b"l")]
    assert continuous(right.got)


def test_a_second_stream_in_between_is_left_out(rig: PumpRig) -> None:
    left, right = Peer(), Peer()
    a, _ = bridged(rig, left, right)
    for step in range(50):
        left.say(a)
        left.raw(a, bytes(Packet(8, 500 + step, 160 * step, 4321, b"other" * 32)))
        rig.pass_time(0.02)
    right.hear()
    assert not [packet for packet in right.got if packet.payload.startswith(b"other")]
    assert continuous(right.got)


def test_greeting_then_bridge_then_announcement_then_bridge_is_one_stream(rig: PumpRig) -> None:
    left, right = Peer(), Peer()
    b = rig.open(right)
    b.play([Clip(tones.sound([500], 0.3), 8000)])
    rig.pass_time(0.6)
    a = rig.open(left)
    join(a, b)
    talk(rig, left, a, 20)
    b.play([Clip(tones.sound([1500], 0.2), 8000)])
    talk(rig, left, a, 30)
    part(b)
    rig.pass_time(3.0)
    right.hear()
    assert len(right.got) > 60
    assert continuous(right.got)
    assert sum(packet.marker for packet in right.got) >= 5


def test_digits_dialled_into_a_bridge_are_heard_once_and_voice_goes_on(rig: PumpRig) -> None:
    left, right = Peer(), Peer()
    a, b = bridged(rig, left, right)
    token = b.dial("21,#")
    talk(rig, left, a, 150)
    right.hear()
    receiver = EventReceiver()
    events = [packet for packet in right.got if packet.payload_type == 101]
    digits = [receiver.packet(p.ssrc, p.sequence, p.timestamp, p.payload) for p in events]
    assert "".join(filter(None, digits)) == "21#"
    assert DigitsSent(token) in rig.events(b)
    assert [packet.marker for packet in events] == ([True] + [False] * 6) * 3
    assert len({packet.timestamp for packet in events}) == 3
    assert {(y.sequence - x.sequence) & 0xFFFF for x, y in pairwise(right.got)} == {1}
    voice = [packet.timestamp for packet in right.got if packet.payload_type == 8]
    assert all(0 < (y - x) & 0xFFFFFFFF < 30000 for x, y in pairwise(voice))
    assert len(voice) > 50


def test_a_digit_becomes_a_tone_where_telephone_events_are_not_spoken(rig: PumpRig) -> None:
    left, right = Peer(), Peer()
    a, _ = bridged(rig, left, right, events=None)
    sender = EventSender("7")
    while payload := sender.next():
        left.press(a, payload)
        rig.pass_time(0.02)
    talk(rig, left, a, 10)
    right.hear()
    assert {packet.payload_type for packet in right.got} == {8}
    sound = right.sound()
    strongest = max(range(0, len(sound) - 640, 160), key=lambda at: tones.strength(sound[at : at + 640], 8000, 852))
    assert min(tones.strength(sound[strongest : strongest + 640], 8000, f) for f in (852, 1209)) > 0.4
    assert DigitHeard("7", "event") in rig.events(a)


def test_a_digit_from_a_foreign_stream_is_dialled_anew(rig: PumpRig) -> None:
    left, right = Peer(), Peer()
    a, _ = bridged(rig, left, right)
    left.raw(a, bytes(Packet(101, 7, 1000, 5555, bytes(TelephoneEvent(3, 160)))))
    talk(rig, left, a, 20)
    right.hear()
    events = [packet for packet in right.got if packet.payload_type == 101]
    assert len(events) == 7
    assert {packet.payload[0] for packet in events} == {3}


@pytest.mark.parametrize("codec", [PCMU, G722], ids=str)
def test_two_codecs_in_turn_on_one_side_of_a_bridge(rig: PumpRig, codec: Codec) -> None:
    left, right = Peer(), Peer()
    a, b = bridged(rig, left, right)
    right.codec = codec
    rig.agree(b, right)
    for payload in tone(PCMA, 900, 1.0):
        left.say(a, payload)
        rig.pass_time(0.02)
    right.got.clear()
    sound = right.sound()
    assert tones.strength(sound[1600:], codec.sample_rate, 900) > 0.9


def test_nobody_who_is_held_gets_voice(rig: PumpRig) -> None:
    left, right = Peer(), Peer()
    a, b = bridged(rig, left, right)
    rig.agree(b, right, direction="recvonly")
    talk(rig, left, a, 10)
    assert not right.hear()
    rig.agree(b, right, direction="sendonly")
    talk(rig, left, a, 10)
    talk(rig, right, b, 10)
    assert len(right.hear()) == 10
    assert not [packet for packet in left.hear() if not packet.marker]
    rig.agree(b, right, direction="sendrecv")
    talk(rig, right, b, 10)
    assert len(left.hear()) == 10


def test_closing_one_end_leaves_the_other_one_alone(rig: PumpRig) -> None:
    left, right = Peer(), Peer()
    a, b = bridged(rig, left, right)
    a.close()
    a.close()
    talk(rig, right, b, 10)
    assert b.bridge is None
    b.play([tones.beep()])
    rig.pass_time(0.1)
    assert right.hear()
    join(a, b)
    assert b.bridge is None
    for verb in (a.stop_playing, a.stop_recording, a.close):
        verb()
    a.play([tones.beep()])
    a.dial("1")


def test_joining_somebody_else_parts_from_the_first(rig: PumpRig) -> None:
    peers = [Peer(), Peer(), Peer()]
    a, b, c = (rig.open(peer) for peer in peers)
    join(a, b)
    join(a, c)
    assert (a.bridge, b.bridge, c.bridge) == (c, None, a)
    part(a, b)
    assert a.bridge is c
    part(a, c)
    assert [each.bridge for each in (a, c)] == [None, None]


def test_a_recording_of_a_bridged_call_leaves_the_bridge_as_it_is(rig: PumpRig, tmp_path: Path) -> None:
    left, right = Peer(), Peer()
    a, _ = bridged(rig, left, right)
    a.record(tmp_path / "m.wav")
    talk(rig, left, a, 50)
    a.stop_recording()
    talk(rig, left, a, 10)
    right.hear()
    assert continuous(right.got)
    assert len(right.got) >= 60


def disturb(random: Random, rig: PumpRig, end: Endpoint, other: Endpoint, peer: Peer) -> None:
    """One random verb or packet."""
    random.choice(
        (
            lambda: join(end, other),
            lambda: part(end),
            lambda: end.play([tones.beep()]),
            end.stop_playing,
            lambda: end.dial(random.choice("0123#")),
            lambda: end.listen_for_tones(random.random() < 0.5),
            lambda: peer.say(end),
            lambda: peer.press(end, bytes(TelephoneEvent(random.randrange(17), 160))),
            lambda: peer.raw(end, random.randbytes(random.randrange(200))),
            lambda: rig.agree(end, peer, events=random.choice((None, 101))),
            lambda: setattr(peer, "ssrc", random.randrange(9)),
            lambda: peer.skip(random.randrange(5)),
        )
    )()


def test_no_order_of_verbs_and_packets_breaks_the_stream(rig: PumpRig) -> None:
    random = Random(11)
    peers = [Peer(codec=random.choice((PCMA, PCMU, G722)), ssrc=number) for number in range(1, 4)]
    ends = [rig.open(peer) for peer in peers]
    for _ in range(5000):
        place = random.randrange(3)
        disturb(random, rig, ends[place], random.choice(ends), peers[place])
        rig.pass_time(0.01)
        peers[place].hear()
    for peer in peers:
        steps = [(b.sequence - a.sequence) & 0xFFFF for a, b in pairwise(peer.got)]
        assert len(steps) > 300
        assert set(steps) <= set(range(1, 10))
