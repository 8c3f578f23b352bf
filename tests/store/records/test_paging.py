"""Leaves of long tables: each row on one of them, whatever comes in or goes while somebody turns them."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pbx.store.records.database import Database
from pbx.store.records.history import Wanted, Word
from pbx.store.records.paging import TablePage, TablePageRequest, page
from pbx.store.records.records import Records
from tests.leftovers import call_record

SCHEMA = "CREATE TABLE IF NOT EXISTS things (id INTEGER PRIMARY KEY, fits INTEGER NOT NULL);"


@pytest.fixture(scope="module")
def things() -> Iterator[Database]:
    path = Path("/dev/shm") / f"durchwahl-leaf-{os.getpid()}.sqlite"
    database = Database(path, SCHEMA, "NORMAL")
    yield database
    database.close()
    for ending in ("", "-wal", "-shm"):
        path.with_name(path.name + ending).unlink(missing_ok=True)


def filled(things: Database, fitting: list[bool]) -> list[int]:
    """A row for each, one after the other; the places of those that fit, newest first."""
    things.rows("DELETE FROM things")
    with things.transaction():
        for place, fits in enumerate(fitting, 1):
            things.rows("INSERT INTO things (id, fits) VALUES (?, ?)", [place, fits])
    return [place for place, fits in reversed(list(enumerate(fitting, 1))) if fits]


def turned(things: Database, turn: TablePageRequest) -> TablePage:
    return page(things, "SELECT id AS place FROM things WHERE fits = ?", [True], turn)


@given(st.lists(st.booleans(), max_size=40), st.integers(1, 9))
def test_whoever_turns_back_from_the_newest_sees_each_row_once(
    things: Database, fitting: list[bool], most: int
) -> None:
    places = filled(things, fitting)
    seen: list[int] = []
    found = turned(things, TablePageRequest(most=most))
    while True:
        assert (found.ahead, found.all) == (len(seen), len(places))
        seen += found.places
        if not found.counts()["more"]:
            break
        found = turned(things, TablePageRequest(before=found.places[-1], most=most))
    assert seen == places


@given(st.lists(st.booleans(), max_size=40), st.integers(1, 9))
def test_whoever_turns_from_the_oldest_comes_to_the_newest(things: Database, fitting: list[bool], most: int) -> None:
    places = filled(things, fitting)
    found = turned(things, TablePageRequest(after=0, most=most))
    seen = list(found.places)
    while found.ahead:
        found = turned(things, TablePageRequest(after=found.places[0], most=most))
        seen = [*(place for place in found.places if place > max(seen)), *seen]
    assert seen == places
    assert found.places == tuple(places[:most])


@given(st.lists(st.booleans(), max_size=40), st.integers(1, 9), st.integers(), st.booleans())
def test_no_place_leads_astray(things: Database, fitting: list[bool], most: int, place: int, newer: bool) -> None:
    places = filled(things, fitting)
    found = turned(
        things, TablePageRequest(after=place, most=most) if newer else TablePageRequest(before=place, most=most)
    )
    assert bool(found.places) == bool(places)
    assert found.places == tuple(places[found.ahead : found.ahead + len(found.places)])
    assert len(found.places) <= most


@given(st.lists(st.booleans(), min_size=1, max_size=30), st.integers(1, 9), st.integers(1, 5))
def test_a_leaf_stays_what_it_is_while_newer_rows_come_in(
    things: Database, fitting: list[bool], most: int, new: int
) -> None:
    places = filled(things, fitting)
    before = turned(things, TablePageRequest(before=max(places, default=1), most=most))
    for _ in range(new):
        things.rows("INSERT INTO things (fits) VALUES (1)")
    after = turned(things, TablePageRequest(before=max(places, default=1), most=most))
    if len(places) > 1:
        assert after.places == before.places
        assert (after.ahead, after.all) == (before.ahead + new, before.all + new)


def test_calls_are_found_through_what_a_search_looks_at_and_not_by_reading_all_of_them(tmp_path: Path) -> None:
    """60,000 calls are 70 MB, of which a search for a name needs the tenth part; a memory card is slow."""
    records = Records(tmp_path / "records.sqlite")
    for number in range(20):
        records.add_call(call_record(f"c{number}", from_name="Meier" if number % 5 else "Quandt"))
    found, where = records.history.page(Wanted(words=(Word("quandt"),)), TablePageRequest(most=3))
    assert ([each.record.id for each in found], where.all, where.ahead) == (["c15", "c10", "c5"], 4, 0)
    plan = records._database.rows(
        "EXPLAIN QUERY PLAN SELECT number AS place FROM calls WHERE (from_name LIKE ? OR story LIKE ?)", ["%x%"] * 2
    )
    assert "COVERING INDEX calls_as_searched" in plan[0]["detail"]
    records.close()


def test_an_older_folder_gets_the_index_and_an_older_version_keeps_it_true(tmp_path: Path) -> None:
    records = Records(tmp_path / "records.sqlite")
    records.add_call(call_record("a", from_name="Quandt"))
    records._database.rows("DROP INDEX calls_as_searched")
    records.close()
    older = sqlite3.connect(tmp_path / "records.sqlite")
    older.execute("UPDATE calls SET story = 'Before the update.'")
    older.commit()
    older.close()
    records = Records(tmp_path / "records.sqlite")
    assert records.history.page(Wanted(words=(Word("before the update"),)), TablePageRequest())[1].all == 1
    records.close()
    older = sqlite3.connect(tmp_path / "records.sqlite")  # gone back: it knows nothing of the index
    older.execute("UPDATE calls SET story = 'Gone back.'")
    older.commit()
    older.close()
    records = Records(tmp_path / "records.sqlite")
    found = [
        records.history.page(Wanted(words=(Word(text),)), TablePageRequest())[1].all for text in ("gone back", "before")
    ]
    assert found == [1, 0]
    assert records.is_sound()
    records.close()
