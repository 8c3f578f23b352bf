"""How a voice went over time: few numbers, however long the call."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pbx.media.quality_points import INTERVAL, MOST, QualityPoints
from tests.media.wire import Peer, PumpRig


def test_what_is_taken_comes_back() -> None:
    points = QualityPoints(100.0)
    points.take(105.0, 250, 0, 0.002, None, None)
    points.take(110.0, 490, 10, 0.25, 0.02, 3)
    one, two = points.all()
    assert (one.at, one.received, one.lost, one.round_trip, one.peer_lost) == (105.0, 250, 0, None, None)
    assert (two.at, two.received, two.lost, two.peer_lost) == (110.0, 490, 10, 3)
    assert (two.jitter, two.round_trip) == pytest.approx((0.25, 0.02))


@given(st.floats(10, 40_000))
def test_a_long_call_has_as_many_samples_as_a_short_one_evenly_spread(seconds: float) -> None:
    points = QualityPoints(0.0)
    now = 0.0
    while now < seconds:
        now += 1
        if now >= points.due:
            points.take(now, int(now * 50), 0, 0.001, None, None)
    found = [point.at for point in points.all()]
    assert len(found) <= MOST
    assert found == sorted(found)
    gaps = {round(later - earlier) for earlier, later in pairwise(found)}
    assert len(gaps) <= 2
    assert all(point.received == int(point.at * 50) for point in points.all())
    assert found[-1] > seconds - 2 * max(gaps, default=INTERVAL) - 2 if found else seconds < INTERVAL + 1


def test_an_endpoint_takes_one_every_few_seconds_and_one_at_its_end() -> None:
    rig, peer = PumpRig(), Peer()
    endpoint = rig.open(peer)
    for _ in range(600):
        peer.say(endpoint)
        rig.pass_time(0.02)
    peer.skip(50)
    for _ in range(100):
        peer.say(endpoint)
        rig.pass_time(0.02)
    endpoint.close()
    found = endpoint.quality_points.all()
    assert [round(point.at - 1000.0) for point in found] == [5, 10, 14]
    assert [point.lost for point in found] == [0, 0, 50]
    assert found[-1].received == 700
    assert found[0].jitter < 0.02


def test_an_endpoint_nobody_ever_spoke_with_has_none() -> None:
    rig = PumpRig()
    endpoint = rig.open()
    rig.pass_time(6)
    endpoint.close()
    assert endpoint.quality_points.all() == []
