"""How a voice went over time: few numbers, however long the call."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pbx.media.samples import INTERVAL, MOST, Samples


def test_what_is_taken_comes_back() -> None:
    samples = Samples(100.0)
    samples.take(105.0, 250, 0, 0.002, None, None)
    samples.take(110.0, 490, 10, 0.25, 0.02, 3)
    one, two = samples.all()
    assert (one.at, one.received, one.lost, one.round_trip, one.peer_lost) == (105.0, 250, 0, None, None)
    assert (two.at, two.received, two.lost, two.peer_lost) == (110.0, 490, 10, 3)
    assert (two.jitter, two.round_trip) == pytest.approx((0.25, 0.02))


@given(st.floats(10, 40_000))
def test_a_long_call_has_as_many_samples_as_a_short_one_evenly_spread(seconds: float) -> None:
    samples = Samples(0.0)
    now = 0.0
    while now < seconds:
        now += 1
        if now >= samples.due:
            samples.take(now, int(now * 50), 0, 0.001, None, None)
    found = [sample.at for sample in samples.all()]
    assert len(found) <= MOST
    assert found == sorted(found)
    gaps = {round(later - earlier) for earlier, later in pairwise(found)}
    assert len(gaps) <= 2
    assert all(sample.received == int(sample.at * 50) for sample in samples.all())
    assert found[-1] > seconds - 2 * max(gaps, default=INTERVAL) - 2 if found else seconds < INTERVAL + 1
