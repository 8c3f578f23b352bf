"""What is too old goes once a day, a little at a time, and not because a clock jumped."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from pbx.daemon.pruning import DAY, LOOK, Pruning
from pbx.exchange.story import story
from pbx.store import retention
from pbx.store.folder import Folder, open_folder
from pbx.store.models import Office, Person
from pbx.store.rows import CallTrace
from tests.store.records.test_history import NAMES, call
from tests.store.sound import write_sound

NOW = 1_700_000_000.0


class Stopped(Exception):
    """The test has seen enough."""


class Years:
    """A pruning whose clocks are pushed on by its own sleeping."""

    def __init__(self, folder: Folder) -> None:
        self.folder = folder
        self.elapsed = 5.0
        self.jumped = 0.0
        self.acts: list[Callable[[], object]] = []
        self.lamps: list[str] = []
        self.until = 0.0
        self.jumps: dict[int, float] = {}
        """After which hour the clock on the wall jumps, and how far."""
        self.pruning = Pruning(
            folder, self.do, self.lamps.append, clock=lambda: self.elapsed, wall=self.wall, sleep=self.sleep
        )

    def wall(self) -> float:
        return NOW + self.elapsed + self.jumped

    async def do(self, act: Callable[[], Any]) -> Any:
        self.acts.append(act)
        return act()

    async def sleep(self, seconds: float) -> None:
        self.elapsed += seconds
        self.jumped += self.jumps.pop(round(self.elapsed / LOOK), 0.0) if seconds == LOOK else 0.0
        if self.elapsed > self.until:
            raise Stopped

    def run(self, days: float) -> None:
        self.until = self.elapsed + days * DAY
        with pytest.raises(Stopped):
            asyncio.run(self.pruning.run())

    def prune(self) -> None:
        self.until = float("inf")
        work: Awaitable[None] = self.pruning.prune()
        asyncio.run(_awaited(work))


async def _awaited(work: Awaitable[None]) -> None:
    await work


@pytest.fixture
def years(tmp_path: Path) -> Iterator[Years]:
    folder = open_folder(tmp_path / "data", story)
    folder.settings.save(Office(people={"21": Person("21", "Anna")}))
    yield Years(folder)
    folder.close()


def add_calls(years: Years, days_old: float, count: int = 1) -> None:
    for number in range(count):
        ended = NOW - days_old * DAY
        record = call(f"{days_old}-{number}", started=ended - 60, ended=ended)
        years.folder.records.add_call(record, NAMES)
        years.folder.records.traces.add(record.id, ended, CallTrace())


def ages(years: Years) -> set[str]:
    return {record.id.partition("-")[0] for record in years.folder.records.calls(9999)}


def test_calls_go_after_a_year_their_messages_on_the_wire_after_a_month(years: Years) -> None:
    for days in (1, 40, 364, 366, 4000):
        add_calls(years, days)
    years.prune()
    assert ages(years) == {"1", "40", "364"}
    assert years.folder.records.traces.trace("1-0") is not None
    assert years.folder.records.traces.trace("40-0") is None


def test_what_is_to_stay_for_ever_stays(years: Years) -> None:
    years.folder.settings.save(replace(years.folder.office, keep_history_days=0, keep_done_tasks_days=0))
    add_calls(years, 4000)
    task = years.folder.records.add_task("21", "missed", "+4930", "c", 0.0)
    years.folder.records.finish_task(task.id)
    years.prune()
    assert ages(years) == {"4000"}
    assert len(years.folder.records.tasks()) == 1


def test_messages_go_with_their_sound_and_the_lamp_is_told(years: Years) -> None:
    years.folder.settings.save(replace(years.folder.office, keep_messages_days=30))
    boxes = years.folder.mailboxes
    kept = []
    for days in [31] * (retention.FILES + 2) + [29]:
        spool = boxes.spool("21", "+49301", f"c{days}", NOW - days * DAY)
        write_sound(spool, 1.5)
        message = boxes.keep(spool)
        assert message is not None
        kept.append(message)
    years.prune()
    assert years.folder.records.messages() == (kept[-1],)
    assert [boxes.path(message).exists() for message in kept] == [False] * (retention.FILES + 2) + [True]
    assert years.lamps == ["21"]


def test_many_go_in_portions_with_pauses_in_between(years: Years) -> None:
    add_calls(years, 400, 2 * retention.PORTION + 50)
    before = years.elapsed
    years.prune()
    assert ages(years) == set()
    assert len(years.acts) >= 3 + 3
    assert years.elapsed > before


def test_it_happens_once_a_day_and_first_an_hour_after_the_start(years: Years, monkeypatch: pytest.MonkeyPatch) -> None:
    done: list[float] = []
    monkeypatch.setattr(years.pruning, "prune", _noting(done, years))
    years.run(days=3.5)
    assert len(done) == 4
    assert done[0] == pytest.approx(LOOK, abs=60)
    assert all(DAY - LOOK <= later - earlier <= DAY + LOOK for earlier, later in pairwise(done))


def test_a_clock_that_jumps_years_ahead_and_back_throws_nothing_away(years: Years) -> None:
    add_calls(years, 1)
    years.jumps = {1: 30 * 365 * DAY, 2: -30 * 365 * DAY}
    years.run(days=2)
    assert ages(years) == {"1"}


def test_a_clock_that_begins_in_1970_throws_nothing_away(years: Years) -> None:
    add_calls(years, 1)
    years.jumped = -NOW
    years.run(days=2)
    assert ages(years) == {"1"}


def _noting(done: list[float], years: Years) -> Callable[[], Awaitable[None]]:
    async def prune() -> None:
        done.append(years.elapsed)

    return prune
