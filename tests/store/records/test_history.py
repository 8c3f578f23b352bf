"""Finding calls again, who may see them, and forgetting them for good."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pbx.store.records.history import Wanted, Word
from pbx.store.records.records import Records
from pbx.store.rows import CallRecord, CallTrace, LegQualityPoint, LegQualityPoints, Step, TracedDialog, TracedMessage
from tests.leftovers import call_record

NAMES = {"21": "Anna Berg", "22": "Jörg Özil", "30": "Sales"}
MEIER = "+491701234567"


def call(id: str, **fields: Any) -> CallRecord:
    """An answered call from Meier to Anna."""
    usual: dict[str, Any] = {
        "from_": MEIER, "from_name": "Meier", "outcome": "answered", "answered": 1004.0, "ended": 1060.0,
        "story": "Dialled 21, Anna Berg (21) answered after 4 s.",
        "steps": (Step(1000.0, "answered", {"extension": "21"}),),
    }  # fmt: skip
    return call_record(id, **usual | fields)


@pytest.fixture
def records(tmp_path: Path) -> Iterator[Records]:
    records = Records(tmp_path / "records.sqlite")
    yield records
    records.close()


def found(records: Records, **wanted: Any) -> list[str]:
    return [each.record.id for each in records.history.find(Wanted(**wanted))]


def test_calls_are_found_by_name_number_story_and_who_took_part(records: Records) -> None:
    records.add_call(call("a"), NAMES)
    records.add_call(
        call("b", from_="+4989555", from_name="Huber 100%", extension="22", story="Left a message."), NAMES
    )
    records.add_call(call("c", direction="internal", from_="21", from_name="Anna Berg", to="22", extension="22"), NAMES)
    assert found(records) == ["c", "b", "a"]
    assert found(records, words=(Word("meier"),)) == ["a"]
    assert found(records, words=(Word("MESSAGE"),)) == ["b"]
    assert found(records, words=(Word("berg"),)) == ["c", "b", "a"]
    assert found(records, words=(Word("özil"),)) == ["c", "b"]
    assert found(records, words=(Word("ÖZIL"),)) == ["c", "b"]
    assert found(records, words=(Word("", digits="1234567"),)) == ["a"]
    assert found(records, words=(Word("", digits="22"),)) == ["c", "b"]
    assert found(records, words=(Word("x", numbers=("+4989555",)),)) == ["b"]
    assert found(records, words=(Word("meier"), Word("", digits="21"))) == ["a"]
    assert found(records, extension="22") == ["c", "b"]
    assert found(records, direction="internal") == ["c"]
    assert found(records, outcome="missed") == []


def test_percent_signs_and_quotes_are_only_signs(records: Records) -> None:
    records.add_call(call("a"), NAMES)
    records.add_call(call("b", from_name="100%_'x\\"), NAMES)
    for text, ids in (("%", ["b"]), ("_", ["b"]), ("'", ["b"]), ("\\", ["b"]), ("'; DROP TABLE calls; --", [])):
        assert found(records, words=(Word(text),)) == ids
    assert found(records, extension="21' OR '1'='1") == []


@given(st.text(max_size=20), st.text(max_size=20))
def test_no_search_is_more_than_a_search(text: str, digits: str) -> None:
    records = Records(Path("/dev/shm") / f"durchwahl-{os.getpid()}.sqlite")
    records.history.find(Wanted(words=(Word(text, digits),), extension=digits))
    records.close()


def test_dates_and_pages(records: Records) -> None:
    for number in range(10):
        records.add_call(call(str(number), started=1000.0 + number, ended=5000.0 - number), NAMES)
    assert found(records, since=1003.0, until=1005.0) == ["4", "3"]
    first = records.history.find(Wanted(), most=4)
    rest = records.history.find(Wanted(), before=first[-1].number, most=100)
    assert [each.record.id for each in (*first, *rest)] == list("9876543210")


def test_one_sees_only_calls_one_took_part_in(records: Records) -> None:
    records.add_call(call("a"), NAMES)
    group = (Step(1.0, "rang", {"extension": "30"}), Step(2.0, "answered", {"extension": "22"}))
    records.add_call(call("b", extension="30", steps=group), NAMES)
    records.add_call(call("c", extension="", from_="21", steps=()), NAMES)  # a caller whom the network shows as "21"
    records.add_call(call("d", direction="out", from_="22", to="21", extension="", steps=()), NAMES)
    assert found(records, seen_by=("21",)) == ["a"]
    assert found(records, seen_by=("22",)) == ["d", "b"]
    assert found(records, seen_by=("30", "21")) == ["b", "a"]
    assert found(records, seen_by=()) == []
    assert records.history.one("a", ("22",)) is None
    one = records.history.one("a", ("21",))
    assert one is not None
    assert one.names == {"21": "Anna Berg"}


def test_calls_follow_who_moves_and_stay_hidden_from_who_comes_after(records: Records) -> None:
    records.add_call(call("a"), NAMES)
    records.move_extension("21", "24")
    assert found(records, seen_by=("21",)) == []
    assert found(records, seen_by=("24",)) == ["a"]
    handed = records.hand_over("24", "", None)
    assert found(records, seen_by=("24",)) == []
    records.take_back(handed)
    assert found(records, seen_by=("24",)) == ["a"]
    records.hand_over("24", "", None)
    assert found(records) == ["a"]


def test_a_call_that_is_written_again_keeps_its_place_and_parts(records: Records) -> None:
    records.add_call(call("a"), NAMES)
    records.add_call(call("b"), NAMES)
    records.add_call(call("a", extension="22", steps=()), NAMES)
    assert found(records) == ["b", "a"]
    assert found(records, seen_by=("21",)) == ["b"]
    assert found(records, seen_by=("22",)) == ["a"]


TRACE = CallTrace(
    (TracedDialog("c1", MEIER, True), TracedDialog("c2", "21", False)),
    (TracedMessage(1000.25, False, "udp", "192.0.2.7:5060", 0, "INVITE sip:x SIP/2.0\nFrom: <sip:01701234567@h>"),),
    3,
)
VOICE = (
    LegQualityPoints(
        "21", (LegQualityPoint(1005.0, 250, 1, 0.002, None, None), LegQualityPoint(1010.0, 490, 9, 0.01, 0.02, 4))
    ),
)


def test_what_is_behind_a_call_comes_back_as_it_was(records: Records) -> None:
    records.add_call(call("a"), NAMES)
    records.traces.add("a", 1060.0, TRACE)
    records.traces.add_quality_points("a", VOICE)
    records.traces.add_quality_points("b", ())
    assert records.traces.trace("a") == TRACE
    assert records.traces.quality_points("a") == VOICE
    assert (records.traces.trace("b"), records.traces.quality_points("b")) == (None, ())
    assert records.traces.with_text(lambda text: "1701234567" in text) == ["a"]
    assert records.traces.with_text(lambda text: "nobody" in text) == []


def test_old_calls_go_in_portions_with_all_that_is_behind_them(records: Records) -> None:
    for number in range(5):
        records.add_call(call(f"c{number}", ended=1000.0 + number), NAMES)
        records.traces.add(f"c{number}", 1000.0 + number, TRACE)
        records.traces.add_quality_points(f"c{number}", VOICE)
    assert records.traces.remove_old(1001.0, 10) == 1
    assert records.traces.trace("c0") is None
    assert [records.history.remove_old(1003.0, 2) for _ in range(3)] == [2, 1, 0]
    assert found(records) == ["c4", "c3"]
    rows = records._database.rows
    assert [rows(f"SELECT COUNT(*) FROM {table}")[0][0] for table in ("parts", "traces", "voices")] == [2, 2, 2]


def test_open_tasks_outlive_the_time_of_those_that_are_done(records: Records) -> None:
    done = records.add_task("21", "missed", MEIER, "a", 1000.0)
    records.add_task("21", "missed", MEIER, "b", 1000.0)
    records.finish_task(done.id)
    assert records.leftovers.remove_done_tasks(2000.0, 10) == 1
    assert [task.call for task in records.tasks()] == ["b"]


def test_what_is_forgotten_is_not_in_the_files_any_more(tmp_path: Path) -> None:
    path = tmp_path / "records.sqlite"
    records = Records(path)
    for number in range(300):
        name = "Mathilda Verschwindefisch" if number % 3 == 0 else "Somebody"
        record = call(f"c{number}", from_=MEIER if number % 3 == 0 else "+4989555", from_name=name, story=name)
        records.add_call(record, NAMES)
        records.add_task("21", "missed", record.from_, record.id, 1000.0)
    files = [path, path.with_name(path.name + "-wal")]
    assert any(b"Verschwindefisch" in file.read_bytes() for file in files)
    records.history.remove(each.number for each in records.history.with_number(MEIER))
    records.leftovers.remove_tasks_of(MEIER)
    records.history.settle()
    for secret in (b"Verschwindefisch", MEIER.encode()):
        assert not any(secret in file.read_bytes() for file in files if file.exists())
    assert len(records.calls(999)) == 200
    records.close()
