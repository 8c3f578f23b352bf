"""A new NAT mapping in mid-call: the peer is found again on its own host, once its old port has fallen silent."""

from pathlib import Path

import pytest

from pbx.media import tones
from pbx.media.clip import Clip
from pbx.media.endpoint import Endpoint
from pbx.media.events import DigitHeard
from pbx.media.format import Format
from pbx.media.latch import MOVED, Latch
from pbx.media.relay import join
from pbx.media.rtcp import compound
from pbx.media.telephone_event import TelephoneEvent
from tests.media.wire import Peer, PumpRig

MUSIC = Clip(tones.sound([500], 5.0), 8000)
NAT = "127.0.0.3"


def opened(rig: PumpRig, phone: Peer, *, behind_nat: bool) -> Endpoint:
    """An endpoint that has heard the phone for a while."""
    endpoint = rig.pump.open("127.0.0.1")
    described = ("192.0.2.7", 4000) if behind_nat else phone.address
    endpoint.agree(Format(phone.codec, 8, 101, described, frozenset((phone.address[0],))))
    for _ in range(15):
        phone.say(endpoint)
        rig.pass_time(0.02)
    return endpoint


def moved(phone: Peer) -> Peer:
    """The same phone behind another port of its NAT."""
    again = Peer(phone.address[0], phone.codec, phone.ssrc)
    again.sequence, again.timestamp = phone.sequence, phone.timestamp
    return again


def say(rig: PumpRig, peer: Peer, endpoint: Endpoint, seconds: float) -> int:
    """Speak for some time; how many packets came meanwhile."""
    heard = 0
    for _ in range(int(seconds * 50)):
        peer.say(endpoint)
        rig.pass_time(0.02)
        heard += len(peer.hear())
    return heard


@pytest.mark.parametrize("behind_nat", [True, False])
@pytest.mark.parametrize("moment", ["greeting", "recording", "bridged", "other side"])
def test_both_directions_go_on_soon_after_the_port_changed(
    rig: PumpRig, tmp_path: Path, moment: str, behind_nat: bool
) -> None:
    phone, far = Peer(NAT), Peer()
    endpoint = opened(rig, phone, behind_nat=behind_nat)
    other = rig.open(far)
    if moment == "greeting":
        endpoint.play([MUSIC], repeat=True)
    elif moment == "recording":
        endpoint.record(tmp_path / "m.wav", limit=60, silence=60)
    else:
        join(*((endpoint, other) if moment == "bridged" else (other, endpoint)))
    for _ in range(2):
        phone = moved(phone)
        before = endpoint.quality().received
        say(rig, phone, endpoint, MOVED - 0.5)
        assert endpoint.quality().received == before  # not before the old port was silent for so long
        say(rig, phone, endpoint, 2.0)
        far.hear()
        received, heard = endpoint.quality().received, 0
        for _ in range(50):
            phone.say(endpoint)
            far.say(other)
            rig.pass_time(0.02)
            heard += len(phone.hear())
        assert endpoint.quality().received == received + 50
        if moment != "recording":
            assert heard >= 49
        if moment in ("bridged", "other side"):
            assert len(far.hear()) == 50
    phone.press(endpoint, bytes(TelephoneEvent(5, 160)))
    rig.pass_time(0.1)
    assert DigitHeard("5", "event") in rig.events(endpoint)


@pytest.mark.parametrize("behind_nat", [True, False])
def test_a_stranger_on_another_host_takes_over_from_nobody_however_long_the_phone_is_silent(
    rig: PumpRig, behind_nat: bool
) -> None:
    phone, stranger = Peer(NAT), Peer("127.0.0.4", ssrc=0x1234)
    endpoint = opened(rig, phone, behind_nat=behind_nat)
    endpoint.play([MUSIC], repeat=True)
    stranger.sequence, stranger.timestamp = phone.sequence, phone.timestamp
    received = endpoint.quality().received
    assert say(rig, stranger, endpoint, 30.0) == 0
    assert endpoint.quality().received == received
    phone.hear()
    assert say(rig, phone, endpoint, 1.0) >= 49
    assert endpoint.quality().received == received + 50


@pytest.mark.parametrize("behind_nat", [True, False])
def test_who_speaks_is_not_robbed_of_its_call_by_another_port_of_its_host(rig: PumpRig, behind_nat: bool) -> None:
    phone, neighbour = Peer(NAT), Peer(NAT)
    endpoint = opened(rig, phone, behind_nat=behind_nat)
    endpoint.play([MUSIC], repeat=True)
    received = endpoint.quality().received
    for number in range(500):
        neighbour.say(endpoint)
        if number % 100 == 0:  # a phone that sends only now and then, as silence is not worth a packet
            phone.say(endpoint)
        rig.pass_time(0.02)
    assert not neighbour.hear()
    assert endpoint.quality().received == received + 5


def test_the_address_of_the_description_takes_its_place_again_when_it_speaks(rig: PumpRig) -> None:
    phone, neighbour = Peer(NAT), Peer(NAT)
    endpoint = opened(rig, phone, behind_nat=False)
    endpoint.play([MUSIC], repeat=True)
    assert say(rig, neighbour, endpoint, MOVED + 2.0)
    phone.hear()
    assert say(rig, phone, endpoint, 1.0) >= 49
    neighbour.hear()
    assert say(rig, neighbour, endpoint, 1.0) == 0


def test_a_phone_that_was_silent_is_heard_again_the_quick_way_from_where_it_was(rig: PumpRig) -> None:
    phone, far = Peer(), Peer()
    endpoint, other = opened(rig, phone, behind_nat=False), rig.open(far)
    join(endpoint, other)
    say(rig, far, other, 0.2)
    assert endpoint.rtp_socket.connected
    for _ in range(3):
        assert say(rig, far, other, MOVED + 2.0) <= 6  # only what keeps the way open
        assert not endpoint.rtp_socket.connected
        phone.hear()
        say(rig, phone, endpoint, 0.2)
        assert endpoint.rtp_socket.connected
        assert endpoint.quality().strangers == 0
        assert len(far.hear()) == 10
    assert other.quality().sent >= 30


def test_reports_follow_the_phone_to_its_new_port_and_no_stranger(rig: PumpRig) -> None:
    phone = Peer(NAT)
    endpoint = opened(rig, phone, behind_nat=True)
    host, port = endpoint.local
    again, stranger = moved(phone), Peer("127.0.0.4")
    say(rig, again, endpoint, MOVED + 1.0)
    reports = Peer(NAT)
    for sender in (reports, stranger):
        sender.sock.sendto(compound(phone.ssrc, "phone"), (host, port + 1))
    say(rig, again, endpoint, 12.0)
    kinds = {data[1] for data in raw(reports)}
    assert kinds
    assert kinds <= {200, 201}
    assert not raw(stranger)


def raw(peer: Peer) -> list[bytes]:
    found = []
    while True:
        try:
            found.append(peer.sock.recv(2048))
        except BlockingIOError:
            return found


def test_a_stray_packet_after_a_silence_does_not_shut_the_phone_out() -> None:
    phone, stray, again = (NAT, 4000), (NAT, 5000), (NAT, 6000)
    latch = Latch(Format(Peer().codec, 8, 101, ("192.0.2.7", 4000), frozenset((NAT,))))
    for step in range(20):
        assert latch.admits(phone, step * 0.02)
    assert not latch.admits(again, 1.0)
    assert latch.admits(stray, 10.0)
    assert latch.admits(again, 10.5)
    for step in range(20):
        assert latch.admits(again, 11.0 + step * 0.02)
    assert latch.target == again
    assert not latch.admits(stray, 11.5)
    assert not latch.admits(("127.0.0.9", 6000), 99.0)
