"""Who is muted and only listens is there all the same: reports, comfort noise and keys are signs of life (RFC 3550)."""

from collections.abc import Callable
from pathlib import Path

import pytest

from pbx.media.clip import Clip
from pbx.media.endpoint import Endpoint
from pbx.media.events import Silent
from pbx.media.packet import Packet
from pbx.media.relay import join
from pbx.media.rtcp import SenderInfo, compound
from pbx.media.telephone_event import TelephoneEvent
from pbx.media.tones import sound
from tests.media.wire import Peer, PumpRig

MUSIC = Clip(sound([500], 1.0), 8000)
MOMENTS = ["alone", "greeting", "recording", "bridged", "other side", "never spoke"]

Sign = Callable[[Peer, Endpoint], None]


def receiver_report(peer: Peer, endpoint: Endpoint) -> None:
    host, port = endpoint.local
    peer.sock.sendto(compound(peer.ssrc, "peer"), (host, port + 1))


def sender_report(peer: Peer, endpoint: Endpoint) -> None:
    host, port = endpoint.local
    peer.sock.sendto(compound(peer.ssrc, "peer", SenderInfo(1, 2, 3, 4)), (host, port + 1))


def report_on_the_port_of_rtp(peer: Peer, endpoint: Endpoint) -> None:
    peer.raw(endpoint, compound(peer.ssrc, "peer"))


def comfort_noise(peer: Peer, endpoint: Endpoint) -> None:
    peer.raw(endpoint, bytes(Packet(13, peer.sequence, peer.timestamp, peer.ssrc, b"\x40")))
    peer.skip()


def comfort_noise_of_another_source(peer: Peer, endpoint: Endpoint) -> None:
    peer.raw(endpoint, bytes(Packet(13, 7, 7, 0xABCDEF, b"\x40")))


def key_that_is_held(peer: Peer, endpoint: Endpoint) -> None:
    peer.press(endpoint, bytes(TelephoneEvent(5, 160)))


SIGNS: list[Sign] = [
    receiver_report, sender_report, report_on_the_port_of_rtp, comfort_noise, comfort_noise_of_another_source,
    key_that_is_held,
]  # fmt: skip


def at(moment: str, rig: PumpRig, peer: Peer, folder: Path) -> Endpoint:
    """An endpoint whose peer has just fallen silent."""
    endpoint, other, theirs = rig.open(peer), Peer(), None
    if moment != "never spoke":
        peer.say(endpoint)
    if moment == "greeting":
        endpoint.play([MUSIC], repeat=True)
    elif moment == "recording":
        endpoint.record(folder / "m.wav", limit=60, silence=60)
    elif moment in ("bridged", "other side"):
        theirs = rig.open(other)
        join(*((endpoint, theirs) if moment == "bridged" else (theirs, endpoint)))
        other.say(theirs)
    rig.pass_time(0.1)
    return endpoint


def silences(rig: PumpRig, endpoint: Endpoint) -> list[float]:
    return [event.seconds for event in rig.events(endpoint) if isinstance(event, Silent)]


@pytest.mark.parametrize("moment", MOMENTS)
@pytest.mark.parametrize("sign", SIGNS, ids=lambda sign: sign.__name__)
def test_who_only_gives_signs_of_life_is_not_silent(rig: PumpRig, tmp_path: Path, moment: str, sign: Sign) -> None:
    peer = Peer()
    endpoint = at(moment, rig, peer, tmp_path)
    for _ in range(4):
        rig.pass_time(4.0)
        sign(peer, endpoint)
    assert not silences(rig, endpoint)
    rig.pass_time(11.0)
    assert [round(seconds) for seconds in silences(rig, endpoint)] == [5, 10]


@pytest.mark.parametrize("moment", MOMENTS)
@pytest.mark.parametrize(
    "sign", [receiver_report, report_on_the_port_of_rtp, comfort_noise], ids=lambda sign: sign.__name__
)
def test_a_strangers_signs_keep_nobody_alive(rig: PumpRig, tmp_path: Path, moment: str, sign: Sign) -> None:
    peer, stranger = Peer(), Peer("127.0.0.2")
    endpoint = at(moment, rig, peer, tmp_path)
    for _ in range(11):
        rig.pass_time(1.0)
        sign(stranger, endpoint)
    assert len(silences(rig, endpoint)) == 2
    assert not stranger.hear()


def test_what_is_no_report_is_no_sign_of_life(rig: PumpRig, tmp_path: Path) -> None:
    peer = Peer()
    endpoint = at("alone", rig, peer, tmp_path)
    host, port = endpoint.local
    for _ in range(11):
        rig.pass_time(1.0)
        peer.sock.sendto(b"\x80\xc9\xff\xff", (host, port + 1))
        peer.raw(endpoint, b"\x80\xc9\xff\xff")
    assert len(silences(rig, endpoint)) == 2
    assert endpoint.quality().malformed >= 20
