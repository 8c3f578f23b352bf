"""What is a new press? The receiver's table, row by row, and a model of senders that keep no rule but one: to press."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import groupby
from random import Random
from typing import Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pbx.media.telephone_event import DIGITS, EventReceiver, TelephoneEvent

Stamps = Literal["kept", "run on", "run on at the end", "end's own", "stand still", "anything"]


@dataclass(frozen=True)
class Sent:
    """One packet on its way."""

    press: int
    ssrc: int
    sequence: int
    timestamp: int
    payload: bytes

    @property
    def end(self) -> bool:
        return self.payload[1] >= 0x80


@dataclass(frozen=True)
class Sender:
    """How a phone presses keys."""

    stamps: Stamps = "kept"
    step: int = 160
    """Ticks between two packets."""
    ends: int = 3
    voice_in_pauses: bool = True
    ssrc_for_each: bool = False
    first_sequence: int = 65500
    first_timestamp: int = 0xFFFFF000

    def press(self, digits: str, lengths: list[int], pauses: list[int]) -> list[Sent]:
        """All packets of these presses, in order; lengths and pauses in ticks."""
        random = Random(repr((digits, lengths)))
        sequence, now, packets = self.first_sequence, self.first_timestamp, list[Sent]()
        for number, (digit, length, pause) in enumerate(zip(digits, lengths, pauses, strict=True)):
            durations = [*range(self.step, length, self.step), *[length] * self.ends]
            for place, duration in enumerate(durations):
                end = duration == length
                stamp = {
                    "kept": now,
                    "run on": now + place * self.step,
                    "run on at the end": now + (max(0, place - len(durations) + self.ends) * self.step),
                    "end's own": now + (length if end else 0),
                    "stand still": self.first_timestamp,
                    "anything": random.randrange(1 << 32),
                }[self.stamps]
                ssrc = 7 + number * self.ssrc_for_each
                payload = bytes(TelephoneEvent(DIGITS.index(digit), duration, end))
                packets.append(Sent(number, ssrc, sequence & 0xFFFF, stamp & 0xFFFFFFFF, payload))
                sequence += 1
            now += length + pause
            sequence += pause // 160 if self.voice_in_pauses else 0
        return packets


def heard(packets: list[Sent]) -> str:
    receiver = EventReceiver()
    digits = [receiver.packet(each.ssrc, each.sequence, each.timestamp, each.payload) for each in packets]
    return "".join(filter(None, digits))


def pressed(digits: str, stamps: Stamps = "kept", lengths: int = 800, pauses: int = 800) -> list[Sent]:
    return Sender(stamps).press(digits, [lengths] * len(digits), [pauses] * len(digits))


# -- what was seen, and its siblings


@pytest.mark.parametrize("lost", range(5))
@pytest.mark.parametrize("stamps", ["run on", "run on at the end", "end's own"])
def test_two_then_one_is_21_whichever_packet_is_lost_though_the_timestamps_run_on(stamps: Stamps, lost: int) -> None:
    packets = pressed("21", stamps)
    assert heard(packets[:lost] + packets[lost + 1 :]) == "21"
    assert heard([packet for packet in packets if packet.sequence % 7 != lost]) == "21"


@pytest.mark.parametrize("stamps", ["kept", "run on", "run on at the end", "end's own"])
@pytest.mark.parametrize("ends", [1, 3, 5])
def test_an_end_that_is_sent_once_or_five_times_ends_one_press(stamps: Stamps, ends: int) -> None:
    packets = Sender(stamps, ends=ends).press("2211", [800, 400, 1600, 800], [800, 400, 800, 800])
    assert heard(packets) == "2211"
    assert heard([packet for packet in packets for _ in range(2)]) == "2211"
    assert heard([packet for packet in packets if not packet.end]) == "2211"


@pytest.mark.parametrize("stamps", ["kept", "run on"])
def test_one_key_twice_quickly_is_two_presses_with_one_packet_of_each(stamps: Stamps) -> None:
    packets = pressed("22", stamps, lengths=480, pauses=320)
    first, second = (list(group) for _, group in groupby(packets, lambda packet: packet.press))
    for one in first[:2] + first[-1:]:
        for other in second[:1] + second[-1:]:
            assert heard([one, other]) == "22"


def test_ends_of_the_key_before_that_come_late_are_no_press() -> None:
    packets = pressed("21", "run on")
    late = [packet for packet in packets if packet.press == 0 and packet.end]
    assert heard([*packets, *late]) == "21"
    assert heard([packet for packet in packets if packet not in late[1:]] + late[1:]) == "21"


@pytest.mark.parametrize("segment", [65535, 65520, 65280, 64000])
@pytest.mark.parametrize("lost", [0, 10])
def test_a_key_held_for_half_a_minute_is_one_press_however_full_the_sender_lets_the_field_be(
    segment: int, lost: int
) -> None:
    packets, sequence = list[Sent](), 0
    for number in range(4):
        for duration in [*range(160, segment, 160), segment][: -lost or None]:
            packets.append(Sent(0, 1, sequence, 1000 + number * segment, bytes(TelephoneEvent(5, duration))))
            sequence += 1
        sequence += lost
    end = Sent(0, 1, sequence, 1000 + 4 * segment, bytes(TelephoneEvent(5, 160, True)))
    again = Sent(1, 1, sequence + 50, 9000 + 4 * segment, bytes(TelephoneEvent(5, 160)))
    assert heard([*packets, end, end, again]) == "55"


def test_a_key_held_so_long_that_its_duration_comes_round_under_one_timestamp_is_one_press() -> None:
    packets = [Sent(0, 1, step, 1000, bytes(TelephoneEvent(5, step * 160 & 0xFFFF))) for step in range(1, 1000)]
    assert heard(packets) == "5"
    assert heard(packets[::3]) == "5"


def test_a_key_held_for_eight_minutes_without_a_word_in_between_is_one_press_and_numbers_that_came_round_are_new() -> (
    None
):
    receiver, five = EventReceiver(), bytes(TelephoneEvent(5, 160))
    assert receiver.packet(1, 100, 1000, five, 0.0) == "5"
    assert receiver.packet(1, 200, 1000, bytes(TelephoneEvent(5, 65535, True)), 480.0) is None
    assert receiver.packet(1, 150, 8_000_000, five, 1310.0) == "5"


def test_timestamps_that_stand_still_tell_presses_apart_by_their_ends_and_by_other_keys() -> None:
    packets = pressed("2212", "stand still")
    assert heard(packets) == "2212"
    without_ends = [packet for packet in packets if packet.press != 2 or not packet.end]
    assert heard(without_ends) == "2212"


def test_timestamps_that_mean_nothing_are_made_up_for_by_the_order_of_packets() -> None:
    assert heard(pressed("2211", "anything")) == "2211"


def test_a_press_that_goes_on_under_another_ssrc_is_one_and_one_that_begins_there_is_new() -> None:
    packets = pressed("3")
    goes_on = [replace(packet, ssrc=9) for packet in packets[2:]]
    assert heard(packets[:2] + goes_on) == "3"
    begins = [replace(packet, ssrc=9) for packet in packets]
    assert heard(packets + begins) == "33"


ODD: dict[str, Callable[[int, int, int], tuple[int, int]]] = {
    "durations that stand still": lambda now, place, duration: (now + place * 160, 160),
    "no durations": lambda now, place, duration: (now + place * 160, 0),
    "durations in milliseconds": lambda now, place, duration: (now + place * 160, duration // 8),
    "a clock of 16 kHz": lambda now, place, duration: (now + place * 320, duration),
    "a clock that goes back": lambda now, place, duration: (now - place * 160, duration),
    "a tick a packet": lambda now, place, duration: (now + place, duration),
    "timestamps that stand still": lambda now, place, duration: (77, duration),
}
"""From the beginning of a press, the number of the packet in it and the right duration: its timestamp and duration."""


@pytest.mark.parametrize("digits", ["21", "22", "2211", "121"])
@pytest.mark.parametrize("odd", ODD.values(), ids=ODD.keys())
@pytest.mark.parametrize("marked", [True, False])
def test_whichever_packet_of_an_odd_sender_is_lost_doubled_or_late_two_presses_are_two(
    odd: Callable[[int, int, int], tuple[int, int]], digits: str, marked: bool
) -> None:
    packets = list[Sent]()
    for number, digit in enumerate(digits):
        for place in range(7):
            stamp, duration = odd(50_000 + number * 1600, place, min(place + 1, 5) * 160)
            payload = bytes(TelephoneEvent(DIGITS.index(digit), duration, place >= 4))
            packets.append(Sent(number, 1, 65_530 + number * 12 + place & 0xFFFF, stamp & 0xFFFFFFFF, payload))
    assert heard([packet for packet in packets for _ in range(3)]) == digits
    for place, packet in enumerate(packets):
        others = packets[:place] + packets[place + 1 :]
        assert heard(others) == digits
        assert heard([*packets[: place + 1], packet, *packets[place + 1 :]]) == digits
        if 0 < packet.sequence - packets[place - 1].sequence == 1:
            assert sorted(heard([*others[: place + 1], packet, *others[place + 1 :]])) == sorted(digits)


def test_what_cannot_be_told_is_taken_as_the_table_says() -> None:
    still = [packet for packet in pressed("22", "stand still") if packet.press == 1 or not packet.end]
    assert heard(still) == "22"
    assert heard([packet for packet in still if packet.press == 0 or packet.end]) == "2"
    constant = [replace(packet, payload=bytes(TelephoneEvent(2, 160))) for packet in pressed("2", "run on", 1600)]
    assert heard(constant[:1] + constant[5:]) == "22"
    elsewhere = [replace(packet, ssrc=9, timestamp=77) for packet in pressed("3")[2:]]
    assert heard(pressed("3")[:2] + elsewhere) == "33"


# -- all of it at once


senders = st.builds(
    Sender,
    stamps=st.sampled_from(["kept", "run on", "run on at the end", "end's own"]),
    step=st.sampled_from([80, 160, 400]),
    ends=st.integers(1, 3),
    voice_in_pauses=st.booleans(),
    ssrc_for_each=st.booleans(),
    first_sequence=st.integers(0, 65535),
    first_timestamp=st.integers(0, 0xFFFFFFFF),
)


def arriving(packets: list[Sent], random: Random, *, in_a_row: int) -> list[Sent]:
    """What a bad line makes of it: at most `in_a_row` neighbours of one press lost, others doubled or late."""
    kept = list[Sent]()
    for _, group in groupby(packets, lambda packet: packet.press):
        press, lost = list(group), 0
        sure = random.randrange(len(press))
        for place, packet in enumerate(press):
            if place != sure and lost < in_a_row and random.random() < 0.3:
                lost += 1
                continue
            lost = 0
            kept += [packet] * random.choice((1, 1, 1, 2, 3))
    order = sorted((place + random.uniform(0, 4), place) for place in range(len(kept)))
    return [kept[place] for _, place in order]


@settings(max_examples=150)
@given(
    senders,
    st.lists(st.tuples(st.sampled_from("0123*#"), st.integers(5, 40), st.integers(5, 40)), min_size=1, max_size=8),
    st.randoms(use_true_random=False),
)
def test_whoever_presses_and_whatever_the_line_does_one_press_is_one_digit(
    sender: Sender, keys: list[tuple[str, int, int]], random: Random
) -> None:
    digits = "".join(key for key, _, _ in keys)
    lengths = [max(length * 80, 3 * sender.step) for _, length, _ in keys]
    pauses = [max(pause * 80, (sender.ends + 1) * sender.step) for _, _, pause in keys]
    packets = sender.press(digits, lengths, pauses)
    assert heard(packets) == digits
    found = heard(arriving(packets, random, in_a_row=1))
    assert sorted(found) == sorted(digits)


@settings(max_examples=100)
@given(
    st.sampled_from([80, 160]),
    st.integers(3, 4),
    st.booleans(),
    st.lists(st.tuples(st.sampled_from("01"), st.integers(320, 4000), st.integers(320, 4000)), min_size=1, max_size=8),
    st.randoms(use_true_random=False),
)
def test_who_keeps_to_the_rfc_may_lose_all_packets_of_a_press_but_one(
    step: int, ends: int, voice: bool, keys: list[tuple[str, int, int]], random: Random
) -> None:
    sender = Sender(step=step, ends=ends, voice_in_pauses=voice)
    digits = "".join(key for key, _, _ in keys)
    packets = sender.press(digits, [length for _, length, _ in keys], [pause for _, _, pause in keys])
    kept = [random.choice(list(group)) for _, group in groupby(packets, lambda packet: packet.press)]
    assert heard(kept) == digits
    assert sorted(heard(random.sample(kept, len(kept)))) == sorted(digits)
