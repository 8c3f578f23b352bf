"""Who lists several payload types may send any of them, also changing in mid-call (RFC 3264, sections 6.1 and 7)."""

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from pbx.media import tones
from pbx.media.codecs.codec import CODECS, G722, PCMA, PCMU, Codec
from pbx.media.endpoint import Endpoint
from pbx.media.events import DigitHeard
from pbx.media.format import Format
from pbx.media.packet import Packet
from pbx.media.relay import join
from pbx.media.telephone_event import EventSender
from pbx.media.wav import read
from tests.media.wire import Peer, PumpRig, tone

LISTED: tuple[tuple[int, Codec | None], ...] = ((8, PCMA), (0, PCMU), (109, G722), (101, None), (96, None))


def opened(rig: PumpRig, peer: Peer) -> Endpoint:
    """PCMA is spoken to the peer, who listed much more."""
    endpoint = rig.pump.open("127.0.0.1")
    endpoint.agree(Format(PCMA, 8, 101, peer.address, listed=LISTED))
    return endpoint


def say(rig: PumpRig, peer: Peer, endpoint: Endpoint, kind: int, seconds: float = 0.5, frequency: float = 900) -> None:
    codec = dict(LISTED)[kind]
    assert codec
    for payload in tone(codec, frequency, seconds):
        peer.raw(endpoint, bytes(Packet(kind, peer.sequence, peer.timestamp, peer.ssrc, payload)))
        peer.skip()
        rig.pass_time(0.02)


@pytest.mark.parametrize("codec", CODECS.values(), ids=str)
@pytest.mark.parametrize("kinds", [(0,), (109,), (8, 0), (0, 8, 109), (109, 0, 109)], ids=str)
def test_both_sides_of_a_bridge_are_heard_whatever_of_their_types_they_send(
    rig: PumpRig, kinds: tuple[int, ...], codec: Codec
) -> None:
    left, right = Peer(), Peer(codec=codec)
    a, b = opened(rig, left), rig.pump.open("127.0.0.1")
    b.agree(Format(codec, codec.payload_type, 101, right.address, listed=LISTED))
    join(a, b)
    for kind in kinds:
        say(rig, left, a, kind)
        right.hear()
        say(rig, right, b, kind)
    right.hear()
    assert {packet.payload_type for packet in right.got} == {codec.payload_type}
    assert {(y.sequence - x.sequence) & 0xFFFF for x, y in pairwise(right.got)} == {1}
    sound, piece = right.sound(), codec.sample_rate // 5
    starts = [int((number + 0.6) * len(sound) / len(kinds)) for number in range(len(kinds))]
    assert min(tones.strength(sound[at : at + piece], codec.sample_rate, 900) for at in starts) > 0.8
    assert tones.strength(left.sound()[-2400:], 8000, 900) > 0.8
    assert (a.quality().malformed, b.quality().malformed) == (0, 0)


@pytest.mark.parametrize("kinds", [(0, 8), (8, 0), (109, 8), (8, 109, 0)], ids=str)
def test_a_recording_goes_on_when_the_type_changes(rig: PumpRig, tmp_path: Path, kinds: tuple[int, ...]) -> None:
    peer = Peer()
    endpoint = opened(rig, peer)
    endpoint.record(tmp_path / "m.wav", limit=60, silence=5)
    for kind in kinds:
        say(rig, peer, endpoint, kind, 1.0)
    endpoint.stop_recording()
    clip = read(tmp_path / "m.wav")
    assert clip.seconds == pytest.approx(len(kinds), abs=0.1)
    for second in range(len(kinds)):
        piece = clip.samples[int((second + 0.3) * clip.rate) : int((second + 0.8) * clip.rate)]
        assert tones.strength(piece, clip.rate, 900) > 0.8


@pytest.mark.parametrize("kind", [0, 109])
def test_tones_are_heard_in_the_greeting_under_another_type(rig: PumpRig, kind: int) -> None:
    peer, codec = Peer(), dict(LISTED)[kind]
    assert codec
    endpoint = opened(rig, peer)
    endpoint.listen_for_tones(True)
    say(rig, peer, endpoint, 8, 0.2, 400)
    sound = np.concatenate(
        [part for digit in "21" for part in (tones.dtmf(digit, 0.1).samples, np.zeros(800, np.int16))]
    )
    payload = codec.encoder(8000)(sound)
    for start in range(0, len(payload), 160):
        peer.raw(endpoint, bytes(Packet(kind, peer.sequence, peer.timestamp, peer.ssrc, payload[start : start + 160])))
        peer.skip()
        rig.pass_time(0.02)
    assert [event for event in rig.events(endpoint) if isinstance(event, DigitHeard)] == [
        DigitHeard("2", "tone"),
        DigitHeard("1", "tone"),
    ]


def test_digits_come_under_any_number_that_was_listed_and_leave_under_the_far_ends(rig: PumpRig) -> None:
    left, right = Peer(), Peer()
    a, b = opened(rig, left), rig.open(right, events=97)
    join(a, b)
    say(rig, left, a, 8, 0.1)
    for digit, kind in (("4", 101), ("7", 96)):
        sender = EventSender(digit)
        while payload := sender.next():
            left.press(a, payload, kind=kind)
            rig.pass_time(0.02)
        left.skip(1, 1600)
    right.hear()
    assert [event.char for event in rig.events(a) if isinstance(event, DigitHeard)] == ["4", "7"]
    assert {packet.payload[0] for packet in right.got if packet.payload_type == 97} == {4, 7}


def test_a_type_that_nobody_listed_is_not_voice(rig: PumpRig) -> None:
    left, right = Peer(), Peer()
    a, b = rig.open(left), rig.open(right)
    join(a, b)
    say(rig, left, a, 8, 0.1)
    heard = len(right.hear())
    say(rig, left, a, 0, 0.1)
    assert heard
    assert not right.hear()
    assert a.quality().malformed == 5


def test_a_packet_of_a_foreign_stream_does_not_change_the_codec(rig: PumpRig) -> None:
    left, right = Peer(), Peer()
    a, b = opened(rig, left), rig.open(right)
    join(a, b)
    say(rig, left, a, 8, 0.1)
    left.raw(a, bytes(Packet(0, 77, 1234, 4321, b"\xff" * 160)))
    rig.pass_time(0.02)
    assert (a.voice_type, a.heard) == (8, PCMA)
