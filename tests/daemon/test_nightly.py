"""Each hour the daemon looks whether a backup is due, and not because a clock jumped."""

from __future__ import annotations

import asyncio

import pytest

from pbx.daemon.nightly import LOOK, Nightly

NOW = 1_790_000_000.0


class Stopped(Exception):
    """The test has seen enough."""


class Clocks:
    """Sleeping pushes them on."""

    def __init__(self, hours: int, jumps: dict[int, float], fails: bool = False) -> None:
        self.elapsed, self.jumped = 7.0, 0.0
        self.hours, self.jumps, self.fails = hours, jumps, fails
        self.looked: list[int] = []

    def wall(self) -> float:
        return NOW + self.elapsed + self.jumped

    @property
    def hour(self) -> int:
        return round(self.elapsed / LOOK)

    async def sleep(self, seconds: float) -> None:
        self.elapsed += seconds
        self.jumped += self.jumps.get(self.hour, 0.0)
        if self.hour > self.hours:
            raise Stopped

    async def look(self) -> None:
        self.looked.append(self.hour)
        if self.fails:
            raise OSError("the disk is full")


def looked(hours: int, jumps: dict[int, float] | None = None, fails: bool = False) -> list[int]:
    clocks = Clocks(hours, jumps or {}, fails)
    work = Nightly(clocks.look, clock=lambda: clocks.elapsed, wall=clocks.wall, sleep=clocks.sleep)
    with pytest.raises(Stopped):
        asyncio.run(work.run())
    return clocks.looked


def test_it_looks_each_hour() -> None:
    assert looked(4) == [1, 2, 3, 4]


def test_not_in_the_hour_in_which_the_clock_was_set() -> None:
    assert looked(4, {2: 10 * 365 * 86400.0, 3: -60.5}) == [1, 4]


def test_what_goes_wrong_ends_it_for_an_hour_only() -> None:
    assert looked(3, fails=True) == [1, 2, 3]
