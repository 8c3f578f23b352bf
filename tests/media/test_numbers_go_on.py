"""What the box sends is one stream, whose numbers skip nothing: no peer counts loss that never was (RFC 3550, A.3)."""

from collections.abc import Callable
from contextlib import suppress
from itertools import pairwise
from random import Random

import pytest

from pbx.media import tones
from pbx.media.clip import Clip
from pbx.media.codecs.codec import PCMA, PCMU
from pbx.media.packet import Packet
from pbx.media.reception import STRAY, Reception
from pbx.media.relay import join, part
from pbx.media.rtcp import REPORTS, Report
from pbx.media.telephone_event import EventReceiver, EventSender, TelephoneEvent
from tests.media.wire import Peer, PumpRig

MUSIC = Clip(tones.sound([500], 5.0), 8000)


class Talk:
    """Two peers in a bridge; the right one looks at the numbers of what it gets."""

    def __init__(self, rig: PumpRig, *, events: int | None = 101) -> None:
        self.rig, self.left, self.right = rig, Peer(), Peer()
        self.a, self.b = rig.open(self.left), rig.open(self.right, events=events)
        self.reports = list[Report]()
        join(self.a, self.b)
        self.talk(10)

    def talk(self, packets: int = 25) -> None:
        for _ in range(packets):
            self.left.say(self.a)
            self.right.say(self.b)
            self.rig.pass_time(0.02)
            self.hear()

    def hear(self) -> None:
        """What came to the right peer, its reports apart."""
        with suppress(BlockingIOError):
            while data := self.right.sock.recv(2048):
                if data[1] in REPORTS:
                    self.reports.append(Report.parse(data))
                else:
                    self.right.got.append(Packet.parse(data))

    def lost(self) -> int:
        """What the right peer would report, having looked whether all was one stream that went on with the clock."""
        self.hear()
        reception = Reception()
        for number, packet in enumerate(self.right.got):
            assert reception.packet(packet.ssrc, packet.sequence, packet.timestamp, number * 0.02) != STRAY
        assert len({packet.ssrc for packet in self.right.got}) == 1
        steps = [(y.timestamp - x.timestamp) & 0xFFFFFFFF for x, y in pairwise(self.right.got)]
        assert all(step < 80 * 8000 for step in steps), steps
        return reception.lost


def held_by_the_listener(talk: Talk) -> None:
    talk.rig.agree(talk.b, talk.right, direction="recvonly")
    talk.talk(150)
    talk.rig.agree(talk.b, talk.right)


def held_by_the_listener_without_any_voice(talk: Talk) -> None:
    talk.rig.agree(talk.b, talk.right, direction="inactive")
    talk.talk(150)
    talk.rig.agree(talk.b, talk.right)


def held_by_the_speaker_whose_numbers_run_on(talk: Talk) -> None:
    talk.rig.agree(talk.a, talk.left, direction="sendonly")
    talk.rig.pass_time(3.0)
    talk.left.skip(150)
    talk.rig.agree(talk.a, talk.left)


def held_by_the_speaker_who_goes_on_sending(talk: Talk) -> None:
    talk.rig.agree(talk.a, talk.left, direction="inactive")
    talk.talk(150)
    talk.rig.agree(talk.a, talk.left)


def music_in_between(talk: Talk) -> None:
    talk.b.play([MUSIC])
    talk.talk(100)
    talk.b.stop_playing()


def a_pause_is_dialled(talk: Talk) -> None:
    talk.b.dial(",")
    talk.talk(60)


def digits_are_dialled(talk: Talk) -> None:
    talk.b.dial("2,1")
    talk.talk(120)


def the_bridge_is_parted_and_joined(talk: Talk) -> None:
    part(talk.a)
    talk.talk(100)
    join(talk.b, talk.a)


def somebody_else_speaks(talk: Talk) -> None:
    other = Peer(ssrc=99)
    third = talk.rig.open(other)
    join(third, talk.b)
    for _ in range(50):
        other.say(third)
        talk.left.say(talk.a)
        talk.rig.pass_time(0.02)
    join(talk.a, talk.b)


def comfort_noise_comes_in_between(talk: Talk) -> None:
    for number in range(20):
        noise = bytes(Packet(13, talk.left.sequence, talk.left.timestamp, talk.left.ssrc, b"@"))
        for _ in range(1 + number % 2):  # now and then one is doubled on the way
            talk.left.raw(talk.a, noise)
        talk.left.skip()
        talk.talk(2)


def empty_packets_keep_the_way_open(talk: Talk) -> None:
    for _ in range(20):
        talk.left.say(talk.a, b"")
        talk.talk(2)


def a_key_is_pressed(talk: Talk) -> None:
    sender = EventSender("5", ticks=4000)
    while payload := sender.next():
        talk.left.press(talk.a, payload)
        talk.rig.pass_time(0.02)
    talk.left.skip(0, 4000)
    for _ in range(10):  # a sender that lets voice and key run side by side
        talk.left.press(talk.a, bytes(TelephoneEvent(7, 160)))
        talk.talk(1)


def the_speaker_begins_anew(talk: Talk) -> None:
    talk.left.ssrc, talk.left.sequence, talk.left.timestamp = talk.left.ssrc + 1, 5, 77


def the_codec_changes(talk: Talk) -> None:
    talk.left.codec = PCMU
    talk.rig.agree(talk.a, talk.left)


INTERRUPTIONS: list[Callable[[Talk], None]] = [
    held_by_the_listener, held_by_the_listener_without_any_voice, held_by_the_speaker_whose_numbers_run_on,
    held_by_the_speaker_who_goes_on_sending, music_in_between, a_pause_is_dialled, digits_are_dialled,
    the_bridge_is_parted_and_joined, somebody_else_speaks, comfort_noise_comes_in_between,
    empty_packets_keep_the_way_open, a_key_is_pressed, the_speaker_begins_anew, the_codec_changes,
]  # fmt: skip


@pytest.mark.parametrize("events", [101, None])
@pytest.mark.parametrize("interruption", INTERRUPTIONS, ids=lambda each: each.__name__)
def test_nothing_is_missed_after(rig: PumpRig, interruption: Callable[[Talk], None], events: int | None) -> None:
    talk = Talk(rig, events=events)
    interruption(talk)
    talk.talk()
    interruption(talk)
    talk.talk()
    assert talk.lost() == 0
    assert talk.a.quality().lost == 0
    assert len(talk.right.got) > 55


def test_real_loss_and_reordering_are_passed_on_also_around_what_is_left_out(rig: PumpRig) -> None:
    random, talk = Random(6), Talk(rig)
    kept = list[bytes]()
    for number in range(400):
        kind, payload = (13, b"@") if number % 10 == 0 else (8, PCMA.silence())
        packet = Packet(kind, talk.left.sequence, talk.left.timestamp, talk.left.ssrc, payload)
        talk.left.skip()
        if kind == 13 or random.random() > 0.05:
            kept.append(bytes(packet))
    missing = 400 - len(kept)
    for packet_sent in kept:
        talk.left.raw(talk.a, packet_sent)
        rig.pass_time(0.02)
        talk.hear()
    assert talk.lost() == missing == talk.a.quality().lost


def test_reports_count_what_was_sent_and_keep_their_source_through_a_hold(rig: PumpRig) -> None:
    talk = Talk(rig)
    host, port = talk.b.local
    talk.right.sock.sendto(bytes.fromhex("80c90001") + talk.right.ssrc.to_bytes(4, "big"), (host, port + 1))
    for _ in range(3):
        talk.talk(400)
        held_by_the_listener(talk)
    sent = [report.sender.packets for report in talk.reports if report.sender]
    assert {report.ssrc for report in talk.reports} == {talk.b.outgoing.ssrc}
    assert sent == sorted(sent)
    assert talk.b.quality().sent == len(talk.right.got)
    assert talk.lost() == 0


def disturbed(random: Random, talk: Talk) -> None:
    random.choice(INTERRUPTIONS)(talk)
    talk.talk(random.randrange(1, 10))


def test_nothing_is_missed_whatever_interrupts_in_whatever_order(rig: PumpRig) -> None:
    random = Random(3550)
    talk = Talk(rig)
    for _ in range(40):
        disturbed(random, talk)
        talk.left.codec = PCMA
        rig.agree(talk.a, talk.left)
    assert talk.lost() == 0


def test_greeting_talk_music_talk_is_one_stream(rig: PumpRig) -> None:
    talk = Talk(rig)
    part(talk.a)
    for clip in ([MUSIC], [tones.beep()]):
        talk.b.play(clip)
        rig.pass_time(1.5)
        join(talk.a, talk.b)
        talk.talk()
        talk.b.tone("ringback")
        talk.talk()
        talk.b.stop_playing()
        talk.talk()
        part(talk.b)
        rig.pass_time(5.0)
    assert talk.lost() == 0
    assert len(talk.right.got) > 150


@pytest.mark.parametrize("beats", [4, 40])
@pytest.mark.parametrize("said", ["digits", "tone"])
def test_a_key_that_is_pressed_while_something_is_said_to_the_far_end_arrives_once(
    rig: PumpRig, said: str, beats: int
) -> None:
    phone, far = Peer("127.0.0.3"), Peer("127.0.0.4")
    near, end = rig.open(phone), rig.open(far)
    join(near, end)
    phone.say(near)
    far.say(end)
    rig.pass_time(0.1)
    end.dial("47") if said == "digits" else end.tone("ringback")
    sender = EventSender("5", ticks=160 * beats)
    while (payload := sender.next()) is not None:
        phone.press(near, payload)
        rig.pass_time(0.02)
    phone.skip(1, 160 * beats)
    for _ in range(40):
        phone.say(near)
        rig.pass_time(0.02)
    receiver = EventReceiver()
    events = [packet for packet in far.hear() if packet.payload_type == 101]
    heard = [receiver.packet(each.ssrc, each.sequence, each.timestamp, each.payload) for each in events]
    assert "".join(filter(None, heard)) == ("475" if said == "digits" else "5")
