"""Endpoints and the pump: playing, beats, ports, events."""

from itertools import pairwise

import numpy as np
import pytest

from pbx.media import tones
from pbx.media.clip import Clip
from pbx.media.codecs.codec import G722, PCMA, PCMU, Codec
from pbx.media.events import DigitHeard, FirstPacket, Played, Silent
from pbx.media.ports import NoPort
from pbx.media.pump import Pump
from pbx.media.relay import join, part
from pbx.media.telephone_event import EventSender
from tests.media.wire import Peer, PumpRig, tone


@pytest.mark.parametrize("codec", [PCMA, PCMU, G722], ids=lambda codec: codec.name)
def test_a_clip_is_played_on_the_beat_and_its_end_told(rig: PumpRig, codec: Codec) -> None:
    peer = Peer(codec=codec)
    endpoint = rig.open(peer)
    token = endpoint.play([Clip(tones.sound([1000], 0.5, 16000), 16000), Clip(np.zeros(1600, np.int16), 16000)])
    rig.pass_time(0.3)
    assert len(peer.hear()) == 15
    rig.pass_time(0.5)
    assert Played(token) in rig.events(endpoint)
    peer.hear()
    voice = peer.got[:30]
    assert [packet.marker for packet in voice] == [True] + [False] * 29
    assert {(b.sequence - a.sequence) & 0xFFFF for a, b in pairwise(voice)} == {1}
    assert {(b.timestamp - a.timestamp) & 0xFFFFFFFF for a, b in pairwise(voice)} == {160}
    sound = peer.sound()[: codec.sample_rate // 2]
    assert tones.strength(sound, codec.sample_rate, 1000) > 0.95


@pytest.mark.parametrize("codec", [PCMA, G722], ids=lambda codec: codec.name)
@pytest.mark.parametrize("other", [PCMA, PCMU, G722], ids=lambda codec: codec.name)
def test_joined_endpoints_hear_each_other_in_their_own_codecs(rig: PumpRig, codec: Codec, other: Codec) -> None:
    left, right = Peer(codec=codec), Peer(codec=other)
    a, b = rig.open(left), rig.open(right)
    join(a, b)
    payloads, answers = tone(codec, 600, 1.0), tone(other, 1700, 1.0)
    for payload, answer in zip(payloads, answers, strict=True):
        left.say(a, payload)
        right.say(b, answer)
        rig.pass_time(0.02)
    assert tones.strength(right.sound()[1600:], other.sample_rate, 600) > 0.95
    assert tones.strength(left.sound()[1600:], codec.sample_rate, 1700) > 0.95
    assert {packet.ssrc for packet in right.got} == {b.outgoing.ssrc}
    assert {(y.sequence - x.sequence) & 0xFFFF for x, y in pairwise(right.got)} == {1}
    part(a, b)
    heard = len(right.got)
    left.say(a)
    rig.pass_time(0.02)
    right.hear()
    assert len(right.got) == heard


def test_a_digit_is_told_once_and_passed_on_under_the_other_payload_type(rig: PumpRig) -> None:
    left, right = Peer(), Peer()
    a, b = rig.open(left), rig.open(right, events=96)
    join(a, b)
    for _ in range(3):
        left.say(a)
        right.say(b)
        rig.pass_time(0.02)
    sender = EventSender("5")
    while payload := sender.next():
        left.press(a, payload)
        rig.pass_time(0.02)
    assert [event for event in rig.events(a) if isinstance(event, DigitHeard)] == [DigitHeard("5", "event")]
    right.hear()
    events = [packet for packet in right.got if packet.payload_type == 96]
    assert len(events) == 7
    assert len({packet.timestamp for packet in events}) == 1


def test_nothing_is_due_while_nothing_is_open(rig: PumpRig) -> None:
    assert rig.pump.run(rig.now) is None
    endpoint = rig.open()
    assert rig.pump.run(rig.now) is not None
    endpoint.close()
    assert rig.pump.run(rig.now) is None


def test_no_port_is_left_when_all_are_taken() -> None:
    pump = Pump(lambda: 0.0, 21010, 21013, lambda count: bytes(count))
    assert {pump.open("127.0.0.9").local[1] for _ in range(2)} == {21010, 21012}
    with pytest.raises(NoPort):
        pump.open("127.0.0.9")
    pump.close()


def test_first_packet_and_silence_are_told(rig: PumpRig) -> None:
    peer = Peer()
    endpoint = rig.open(peer)
    peer.say(endpoint)
    rig.pass_time(0.02)
    assert rig.events(endpoint) == [FirstPacket()]
    rig.pass_time(12.0)
    silent = [event.seconds for event in rig.events(endpoint) if isinstance(event, Silent)]
    assert len(silent) == 2
    assert np.allclose(silent, [5, 10], atol=1.1)
