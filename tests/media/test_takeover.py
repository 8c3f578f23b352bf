"""Strangers never get a call's voice nor into it (threats: RTP bleed and injection)."""

import pytest

from pbx.media import tones
from pbx.media.clip import Clip
from pbx.media.endpoint import Endpoint
from pbx.media.events import DigitHeard, FirstPacket
from pbx.media.format import Format
from pbx.media.relay import join
from pbx.media.telephone_event import TelephoneEvent
from tests.media.wire import Peer, PumpRig, tone

MUSIC = Clip(tones.sound([500], 5.0), 8000)
PRESS = bytes(TelephoneEvent(5, 160))


def listening(rig: PumpRig, peer: Peer, trusted: frozenset[str] = frozenset()) -> Endpoint:
    endpoint = rig.open(peer, trusted=trusted)
    endpoint.play([MUSIC], repeat=True)
    return endpoint


def test_a_stranger_on_another_host_is_never_heard_nor_spoken_to_before_the_phone_spoke(rig: PumpRig) -> None:
    phone, stranger = Peer(), Peer("127.0.0.2")
    endpoint = listening(rig, phone)
    for _ in range(100):
        stranger.say(endpoint)
        stranger.press(endpoint, PRESS)
        rig.pass_time(0.02)
    assert not rig.events(endpoint)
    assert not stranger.hear()
    phone.say(endpoint)
    rig.pass_time(0.1)
    assert rig.events(endpoint) == [FirstPacket()]
    assert phone.hear()
    assert endpoint.quality().strangers == 200


def test_a_stranger_is_never_heard_nor_spoken_to_after_the_phone_spoke(rig: PumpRig) -> None:
    phone, stranger = Peer(), Peer("127.0.0.2")
    endpoint = listening(rig, phone)
    phone.say(endpoint)
    for _ in range(100):
        stranger.say(endpoint)
        stranger.press(endpoint, PRESS)
        rig.pass_time(0.02)
    assert rig.events(endpoint) == [FirstPacket()]
    assert not stranger.hear()
    assert endpoint.quality().received == 1


def test_another_port_of_the_phones_host_loses_to_the_phone_however_much_it_sent_first(rig: PumpRig) -> None:
    phone, stranger = Peer(), Peer()
    endpoint = listening(rig, phone)
    for _ in range(200):
        stranger.say(endpoint)
        rig.pass_time(0.02)
    phone.say(endpoint)
    rig.pass_time(0.02)
    stranger.hear()
    phone.hear()
    for _ in range(50):
        stranger.say(endpoint)
        stranger.press(endpoint, PRESS)
        rig.pass_time(0.02)
    assert not stranger.hear()
    assert len(phone.hear()) == 50
    assert not [event for event in rig.events(endpoint) if isinstance(event, DigitHeard)]


def test_a_phone_behind_nat_is_found_where_its_signalling_comes_from_and_kept(rig: PumpRig) -> None:
    phone, stranger = Peer("127.0.0.3"), Peer("127.0.0.3")
    endpoint = rig.pump.open("127.0.0.1")
    endpoint.agree(Format(phone.codec, 8, 101, ("192.0.2.7", 4000), frozenset(("127.0.0.3",))))
    endpoint.play([MUSIC], repeat=True)
    for _ in range(20):
        phone.say(endpoint)
        rig.pass_time(0.02)
    assert len(phone.hear()) >= 19
    for _ in range(50):
        stranger.say(endpoint)
        phone.say(endpoint)
        rig.pass_time(0.02)
    rig.pass_time(2.0)  # even while the phone is silent
    stranger.say(endpoint)
    rig.pass_time(0.1)
    assert not stranger.hear()
    assert len(phone.hear()) >= 150
    assert endpoint.quality().received == 70


def test_a_stray_packet_before_the_phone_behind_nat_speaks_does_not_shut_it_out(rig: PumpRig) -> None:
    phone, stray = Peer("127.0.0.3"), Peer("127.0.0.3")
    endpoint = rig.pump.open("127.0.0.1")
    endpoint.agree(Format(phone.codec, 8, 101, ("192.0.2.7", 4000), frozenset(("127.0.0.3",))))
    stray.say(endpoint)
    rig.pass_time(0.2)
    for _ in range(20):
        phone.say(endpoint)
        rig.pass_time(0.02)
    assert endpoint.quality().received >= 19


def test_packets_that_waited_in_the_socket_when_the_phone_was_found_are_sorted_out(rig: PumpRig) -> None:
    phone, stranger = Peer(), Peer("127.0.0.2")
    endpoint = listening(rig, phone)
    phone.say(endpoint)
    for _ in range(5):
        stranger.press(endpoint, PRESS)
        phone.say(endpoint)
    rig.pass_time(0.02)
    assert rig.events(endpoint) == [FirstPacket()]
    assert endpoint.quality().received == 6


def test_a_new_agreement_lets_the_peer_move_and_the_old_place_becomes_a_stranger(rig: PumpRig) -> None:
    phone, moved = Peer(), Peer("127.0.0.4", ssrc=77)
    endpoint = listening(rig, phone)
    phone.say(endpoint)
    rig.pass_time(0.1)
    rig.agree(endpoint, moved)
    for _ in range(5):
        moved.say(endpoint)
        phone.say(endpoint)
        rig.pass_time(0.02)
    phone.hear()
    moved.hear()
    rig.pass_time(0.1)
    assert len(moved.hear()) == 5
    assert not phone.hear()
    assert rig.events(endpoint).count(FirstPacket()) == 2


def test_a_new_agreement_about_the_same_place_keeps_the_lock(rig: PumpRig) -> None:
    phone, stranger = Peer(), Peer()
    endpoint = listening(rig, phone)
    phone.say(endpoint)
    rig.pass_time(0.1)
    rig.agree(endpoint, phone, direction="sendonly")
    rig.agree(endpoint, phone)
    stranger.say(endpoint)
    rig.pass_time(0.1)
    assert not stranger.hear()
    assert endpoint.quality().received == 1


def test_who_is_not_heard_from_is_not_sent_to_for_long(rig: PumpRig) -> None:
    phone = Peer()
    endpoint = listening(rig, phone)
    rig.pass_time(20.0)
    assert 240 <= len(phone.hear()) <= 310
    rig.pass_time(5.0)
    assert not phone.hear()
    phone.say(endpoint)
    rig.pass_time(0.1)
    assert len(phone.hear()) >= 4


def test_a_silent_caller_whose_address_the_signalling_vouches_for_hears_all_of_it(rig: PumpRig) -> None:
    phone = Peer()
    listening(rig, phone, trusted=frozenset({"127.0.0.1"}))
    for _ in range(5):
        rig.pass_time(4.0)
        assert 195 <= len(phone.hear()) <= 205


def test_the_music_goes_on_unheard_and_its_end_is_told(rig: PumpRig) -> None:
    endpoint = rig.open(Peer(), direction="inactive")
    endpoint.play([MUSIC])
    rig.pass_time(5.2)
    assert len(rig.events(endpoint)) == 1


@pytest.mark.parametrize(
    "remote",
    [
        ("0.0.0.0", 4000),
        ("239.1.2.3", 4000),
        ("255.255.255.255", 4000),
        ("phone", 9),
        ("127.0.0.1", 0),
        ("127.0.0.1", 70000),
    ],
)
def test_nothing_is_sent_to_addresses_that_are_none(rig: PumpRig, remote: tuple[str, int]) -> None:
    endpoint = rig.pump.open("127.0.0.1")
    endpoint.agree(Format(Peer().codec, 8, 101, remote, frozenset()))
    endpoint.play([MUSIC])
    rig.pass_time(1.0)
    assert endpoint.quality().sent == 0


def test_reports_of_strangers_are_not_believed(rig: PumpRig) -> None:
    phone, stranger = Peer(), Peer("127.0.0.2")
    endpoint = listening(rig, phone)
    phone.say(endpoint)
    rig.pass_time(0.1)
    host, port = endpoint.local
    block = b"\x81\xc9\x00\x07" + bytes(4) + endpoint.outgoing.ssrc.to_bytes(4, "big") + b"\x40\0\0\x63" + bytes(16)
    stranger.sock.sendto(block, (host, port + 1))
    rig.pass_time(0.1)
    assert endpoint.quality().remote_lost is None
    phone.sock.sendto(block, (host, port + 1))
    rig.pass_time(0.1)
    assert endpoint.quality().remote_lost == 99


def test_rubbish_from_the_phone_is_counted_and_nothing_else(rig: PumpRig) -> None:
    phone, other = Peer(), Peer()
    a, b = rig.open(phone), rig.open(other)
    join(a, b)
    other.say(b)
    phone.say(a)
    rig.pass_time(0.02)
    for data in (
        b"",
        b"\0",
        b"\x80",
        b"\xff" * 11,
        b"\xa0\x08" + bytes(9) + b"\xff",
        bytes(2000),
        b"\x80\x7f" + bytes(170),
    ):
        phone.raw(a, data)
        rig.pass_time(0.02)
    other.hear()
    phone.say(a, tone(phone.codec, 500)[0])
    rig.pass_time(0.02)
    assert len(other.hear()) == 1
    assert a.quality().malformed >= 6
