"""The made-up clock tells the truth about made-up time."""

from __future__ import annotations

import asyncio
import socket
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pbx.sip.transactions.timers import Timers
from tests.line import Clock, Line, Stuck, play


def test_an_hour_of_waiting_takes_no_time() -> None:
    clock = Clock()
    began = time.monotonic()
    play(asyncio.sleep(3600), clock)
    assert clock() == pytest.approx(4600)
    assert time.monotonic() - began < 5


def test_timers_happen_in_order_and_at_their_own_time() -> None:
    clock, timers = Clock(0), Timers()
    seen: list[tuple[str, float]] = []

    def first() -> None:
        seen.append(("first", clock()))
        timers.at(clock() + 1, lambda: seen.append(("then", clock())))

    timers.at(2, lambda: seen.append(("second", clock())))
    timers.at(0.5, first)
    clock.advance(10, timers)
    assert seen == [("first", 0.5), ("then", 1.5), ("second", 2)]
    assert clock() == 10


def test_a_script_that_waits_for_nothing_is_found_out() -> None:
    async def script() -> None:
        await asyncio.Event().wait()

    with pytest.raises(Stuck):
        play(script())


def test_packets_on_real_sockets_arrive_before_time_passes() -> None:
    async def script() -> float:
        loop = asyncio.get_running_loop()
        here, there = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
        here.setblocking(False)
        there.setblocking(False)
        with here, there:
            loop.call_later(5, here.send, b"hello")
            began = loop.time()
            assert await loop.sock_recv(there, 100) == b"hello"
            return loop.time() - began

    assert play(script()) == pytest.approx(5)


@given(st.lists(st.floats(0, 100), max_size=20))
def test_the_same_script_goes_the_same_way_twice(delays: list[float]) -> None:
    async def script() -> list[tuple[int, float]]:
        woken: list[tuple[int, float]] = []

        async def sleeper(number: int, seconds: float) -> None:
            await asyncio.sleep(seconds)
            woken.append((number, asyncio.get_running_loop().time()))

        await asyncio.gather(*(sleeper(number, seconds) for number, seconds in enumerate(delays)))
        return woken

    first = play(script())
    assert first == play(script())
    assert [when for _, when in first] == sorted(when for _, when in first)


@given(st.integers(), st.floats(0, 1), st.floats(0, 1))
def test_a_line_loses_and_repeats_the_same_packets_for_the_same_seed(seed: int, loss: float, repeat: float) -> None:
    def arrived() -> list[bytes]:
        clock, timers = Clock(), Timers()
        line = Line(clock, timers, seed, loss=loss, repeat=repeat, delay=(0.01, 0.2))
        packets: list[bytes] = []
        for number in range(20):
            line.carry(bytes([number]), packets.append)
            clock.advance(0.02, timers)
        clock.advance(1, timers)
        return packets

    assert arrived() == arrived()
    if loss == 0:
        assert set(arrived()) == {bytes([number]) for number in range(20)}
