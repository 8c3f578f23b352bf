"""Telephone-events: every digit once, whatever the network does."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pbx.media.telephone_event import DIGITS, EventReceiver, EventSender, TelephoneEvent

Packets = list[tuple[int, int, int, bytes]]


def pressed(digits: str, random: Random) -> list[Packets]:
    """For each digit its packets: (ssrc, sequence, timestamp, payload)."""
    sequence, timestamp = random.randrange(65536), random.randrange(1 << 32)
    presses = []
    for digit in digits:
        ticks = random.randrange(320, 4000)
        sender, packets = EventSender(digit, ticks=ticks), []
        while payload := sender.next():
            packets.append((7, sequence, timestamp, payload))
            sequence = (sequence + 1) & 0xFFFF
        presses.append(packets)
        timestamp = (timestamp + ticks + random.randrange(320, 4000)) & 0xFFFFFFFF
    return presses


def heard(packets: Packets) -> str:
    receiver = EventReceiver()
    return "".join(filter(None, (receiver.packet(*packet) for packet in packets)))


def test_every_digit_once_and_in_order_through_loss_doubles_and_reordering_in_5000_random_runs() -> None:
    random = Random(4733)
    for _ in range(5000):
        digits = "".join(random.choice(DIGITS) for _ in range(random.randrange(1, 8)))
        arriving: Packets = []
        for packets in pressed(digits, random):
            kept = random.sample(packets, random.randrange(1, len(packets) + 1))
            kept += random.choices(kept, k=random.randrange(4))
            random.shuffle(kept)
            arriving += kept
        assert heard(arriving) == digits


def test_every_digit_once_in_whatever_order_all_packets_of_a_call_come() -> None:
    random = Random(2833)
    for _ in range(1000):
        digits = "".join(random.choice(DIGITS) for _ in range(random.randrange(1, 12)))
        arriving = [packet for packets in pressed(digits, random) for packet in packets]
        random.shuffle(arriving)
        assert sorted(heard(arriving)) == sorted(digits)


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 65535), st.integers(0, 99999), st.binary(max_size=6))))
def test_nothing_that_arrives_raises(packets: Packets) -> None:
    assert set(heard(packets)) <= set(DIGITS)


@given(st.integers(0, 255), st.integers(0, 65535), st.booleans(), st.integers(0, 63))
def test_payloads_survive_printing_and_parsing(code: int, duration: int, end: bool, volume: int) -> None:
    event = TelephoneEvent(code, duration, end, volume)
    assert TelephoneEvent.parse(bytes(event)) == event


def test_a_digit_held_for_twenty_seconds_is_one_digit() -> None:
    packets: Packets = []
    for segment in range(3):
        for step in range(1, 410):
            duration = min(65535, step * 160)
            payload = bytes(TelephoneEvent(5, duration))
            packets.append((1, len(packets), (1000 + segment * 65535) & 0xFFFFFFFF, payload))
    assert heard(packets) == "5"


def test_a_sender_whose_timestamps_run_on_presses_once() -> None:
    packets = [(1, step, 1000 + 160 * step, bytes(TelephoneEvent(9, 160 * step))) for step in range(1, 10)]
    assert heard(packets) == "9"


def test_the_same_digit_twice_is_two_digits_even_when_only_one_packet_of_each_comes() -> None:
    first, second = pressed("11", Random(1))
    assert heard([first[0], second[0]]) == "11"
    assert heard([first[-1], second[-1]]) == "11"


def test_a_sender_that_begins_anew_with_another_ssrc_is_heard() -> None:
    payload = bytes(TelephoneEvent(1, 160))
    assert heard([(1, 5, 1000, payload), (2, 5, 1000, payload)]) == "11"


def test_flash_and_other_events_are_no_digits() -> None:
    assert heard([(1, 1, 1, bytes(TelephoneEvent(16, 160))), (1, 2, 900, bytes(TelephoneEvent(255, 160)))]) == ""


def test_a_digit_is_sent_with_growing_duration_and_three_ends() -> None:
    sender, events = EventSender("#", ticks=800), []
    while payload := sender.next():
        events.append(TelephoneEvent.parse(payload))
    assert [event.duration for event in events if event] == [160, 320, 480, 640, 800, 800, 800]
    assert [event.end for event in events if event] == [False] * 4 + [True] * 3
    assert {event.code for event in events if event} == {11}
    with pytest.raises(ValueError, match="substring"):
        EventSender("x")
