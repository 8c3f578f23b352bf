"""Counting a stream: loss, jitter, wrapping numbers, new streams."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pbx.media.reception import IN_ORDER, LATE, STARTS, STRAY, Reception
from pbx.media.rtcp import SenderInfo


def test_a_steady_stream_over_all_wraps_has_neither_loss_nor_jitter() -> None:
    reception = Reception()
    for step in range(70000):
        reception.packet(9, (65000 + step) & 0xFFFF, (0xFFFFFF00 + 160 * step) & 0xFFFFFFFF, 5 + step * 0.02)
    assert (reception.received, reception.lost) == (70000, 0)
    assert reception.jitter == pytest.approx(0, abs=0.01)


def test_jitter_is_what_the_rfc_computes() -> None:
    random, reception, jitter, transit = Random(3550), Reception(), 0.0, 0.0
    for step in range(500):
        arrival = step * 0.02 + random.random() * 0.015
        reception.packet(1, step, step * 160, arrival)
        before, transit = transit, arrival * 8000 - step * 160
        if step:
            jitter += (abs(transit - before) - jitter) / 16
    assert reception.jitter == pytest.approx(jitter)
    assert 20 < reception.jitter < 60


@given(st.sets(st.integers(1, 998), max_size=300), st.integers(0, 65535))
def test_lost_packets_are_counted_wherever_they_are_missing(missing: set[int], start: int) -> None:
    reception = Reception()
    for step in set(range(1000)) - missing:
        reception.packet(1, (start + step) & 0xFFFF, step * 160, step * 0.02)
    assert (reception.received, reception.lost) == (1000 - len(missing), len(missing))
    block = reception.block(20.0)
    assert block
    assert (block.lost, block.fraction_lost) == (len(missing), len(missing) * 256 // 1000)
    again = reception.block(20.0)
    assert again
    assert again.fraction_lost == 0


def test_reordered_packets_are_late_but_not_lost() -> None:
    reception = Reception()
    statuses = [reception.packet(1, step, step * 160, step * 0.02) for step in (1, 2, 4, 3, 5, 5)]
    assert statuses == [STARTS, IN_ORDER, IN_ORDER, LATE, IN_ORDER, LATE]
    assert (reception.received, reception.lost) == (6, -1)


def test_another_source_is_believed_with_its_second_packet_in_a_row() -> None:
    reception = Reception()
    reception.packet(1, 10, 1600, 0.0)
    assert reception.packet(2, 500, 0, 0.02) == STRAY
    assert reception.packet(1, 11, 1760, 0.02) == IN_ORDER
    assert reception.packet(2, 501, 160, 0.04) == STRAY  # the first one is still there
    assert reception.packet(2, 502, 320, 0.06) == STARTS
    assert reception.packet(2, 503, 480, 0.08) == IN_ORDER
    assert (reception.ssrc, reception.lost) == (2, 0)


def test_loss_before_a_change_of_source_is_remembered() -> None:
    reception = Reception()
    for step in (0, 1, 5):
        reception.packet(1, step, step * 160, step * 0.02)
    for step in range(3):
        reception.packet(2, 100 + step, step * 160, 1 + step * 0.02)
    assert reception.lost == 3


def test_one_wild_sequence_number_changes_nothing() -> None:
    reception = Reception()
    reception.packet(1, 10, 1600, 0.0)
    assert reception.packet(1, 40000, 1760, 0.02) == STRAY
    assert reception.packet(1, 11, 1760, 0.02) == IN_ORDER
    assert reception.lost == 0


def test_a_jump_of_timestamps_begins_anew_and_a_pause_does_not() -> None:
    reception = Reception()
    reception.packet(1, 1, 0, 0.0)
    assert reception.packet(1, 2, 8000 * 60, 60.0) == IN_ORDER
    assert reception.packet(1, 3, 777_777_777, 60.02) == STARTS
    assert reception.packet(1, 4, 777_777_937, 60.04) == IN_ORDER


@given(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 65535), st.integers(0, 0xFFFFFFFF)), max_size=50))
def test_no_order_of_packets_raises_or_spoils_a_report(packets: list[tuple[int, int, int]]) -> None:
    reception = Reception()
    for step, (ssrc, sequence, timestamp) in enumerate(packets):
        assert reception.packet(ssrc, sequence, timestamp, step * 0.02) in (IN_ORDER, LATE, STARTS, STRAY)
        reception.untimed(ssrc, sequence + 1 & 0xFFFF)
        block = reception.block(step * 0.02)
        assert block
        assert 0 <= block.fraction_lost <= 255


def test_the_delay_since_the_peers_report_is_reported() -> None:
    reception = Reception()
    reception.packet(1, 1, 160, 0.0)
    reception.sender_report(1, SenderInfo(0x0000ABCD12340000, 0, 0, 0), 1.0)
    block = reception.block(1.5)
    assert block
    assert (block.last_report, block.delay) == (0xABCD1234, 32768)
