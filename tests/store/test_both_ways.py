"""What a newer version wrote is understood or left alone by an older one, and found again when the newer comes back."""

from __future__ import annotations

import dataclasses
import json
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from pbx.store.models import Office, Person, Phone, Trunk
from pbx.store.records import traces
from pbx.store.records.database import Database, RecordsError
from pbx.store.records.records import Records
from pbx.store.rows import (
    Binding,
    CallTrace,
    LegQuality,
    LegQualityPoint,
    LegQualityPoints,
    Step,
    TracedDialog,
    TracedMessage,
)
from pbx.store.secrets.one_time_codes import Codes
from pbx.store.settings import settings_versions
from pbx.store.settings.differences import Difference, Superseded, differences, never_made, taken_back
from pbx.store.settings.settings import Settings, SettingsError, with_items, without_items
from tests.leftovers import call_record
from tests.store import version_two
from tests.store.version_two import NEXT, TODAY

HERE = Path(__file__).parent


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Settings as the next version wrote them; what runs is today's again."""
    path = tmp_path / "settings.json"
    old = Settings(path)
    old.put(Trunk("amt", peer="192.0.2.1:5060"), Person("21", "Anna"))
    version_two.newer(monkeypatch)
    new = Settings(path)
    trunks = {"amt": Trunk("amt", peer="192.0.2.1:5060")}
    new.save(version_two.office(trunks=trunks))
    monkeypatch.undo()
    return path


def raw(path: Path) -> dict[str, Any]:
    """What is in the file: of each table its documents."""
    content = json.loads(path.read_bytes())
    return {table: list(documents.values()) for table, documents in content.items()}


def again(path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """What the next version reads, when it comes back."""
    version_two.newer(monkeypatch)
    try:
        return Settings(path).office
    finally:
        monkeypatch.undo()


# --- settings -------------------------------------------------------------------------------------------------------


def test_an_older_version_reads_what_it_can_know(path: Path) -> None:
    before = path.read_bytes()
    office = Settings(path).office
    assert (office.name, office.people["22"].voicemail, office.numbers["+4930123450"].to) == ("Büro", False, ("21",))
    assert office.is_newer
    assert path.read_bytes() == before


def test_what_it_does_not_know_is_there_after_every_change(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened = Settings(path)
    anna, number = opened.office.people["21"], opened.office.numbers["+4930123450"]
    opened.put(Person("24", "Dora"), Phone("p1", "24", "secret"))
    opened.save(_replaced(opened.office, anna, name="Anna Adler"))
    opened.save(_replaced(opened.office, number, greeting="new.wav"))
    opened.save(_replaced(opened.office, opened.office, name="Kanzlei"))
    opened.remove(opened.office.people["23"])
    reopened = Settings(path)
    assert reopened.office == opened.office
    [scalars] = raw(path)["office"]
    assert (scalars["version"], scalars["understood_from"], scalars["name"]) == (NEXT, TODAY, "Kanzlei")
    back = again(path, monkeypatch)
    assert back.hold_music == "bach.wav"
    assert back.queues == {"60": version_two.Queue("60", "Hotline", ("21", "22"))}
    assert {each.name: each.busy_to for each in back.people.values()} == {"Anna Adler": "22", "Bert": "30", "Dora": ""}
    assert back.numbers["+4930123450"].hours == ("mo 9-17", "tu 9-17")
    assert not back.unknown_fields
    assert not [item for item in (*back.people.values(), *back.numbers.values()) if item.unknown_fields]


def test_it_moves_along_when_something_gets_another_key(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened = Settings(path)
    anna = opened.office.people["21"]
    office = without_items(opened.office, anna, opened.office.numbers["+4930123450"])
    opened.save(with_items(office, _with(anna, extension="29")))
    assert again(path, monkeypatch).people["29"].busy_to == "22"


def test_it_is_there_again_when_a_change_is_undone(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened = Settings(path)
    before = opened.office
    for changed in (
        without_items(before, before.people["22"]),
        _replaced(before, before.people["22"], name="Berta"),
        _replaced(before, before, name="Kanzlei"),
    ):
        found = differences(before, changed)
        opened.save(changed)
        # As the list of changes has it: through JSON.
        opened.save(taken_back(opened.office, _listed(found)))
        assert opened.office == before
        assert again(path, monkeypatch) == version_two.office(trunks=before.trunks)


def test_an_older_version_takes_back_what_it_can_of_a_newer_one_s_changes(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    version_two.newer(monkeypatch)
    new = Settings(path)
    before = new.office
    anna = _with(before.people["21"], busy_to="23", name="Anna A.")
    in_fields = differences(before, with_items(before, anna))
    of_office = differences(before, _with(before, hold_music=""))
    queue = _with(before, queues={})
    in_a_table = differences(before, queue)
    new.save(_with(with_items(before, anna), hold_music=""))
    monkeypatch.undo()
    old = Settings(path)
    old.save(taken_back(old.office, _listed(in_fields)))
    old.save(taken_back(old.office, _listed(of_office)))
    assert again(path, monkeypatch) == before
    with pytest.raises(Superseded):
        taken_back(old.office, _listed(in_a_table))
    assert not never_made(old.office, _listed(in_a_table))


def test_a_mistake_in_what_is_known_is_named_in_a_newer_file_too(path: Path) -> None:
    path.write_text(path.read_text().replace('"name": "Bert"', '"name": 7'))
    with pytest.raises(SettingsError, match="“name” must be text"):
        Settings(path)


def test_in_a_file_of_this_version_what_is_unknown_is_a_mistake(path: Path) -> None:
    path.write_text(path.read_text().replace(f'"version": {NEXT}', f'"version": {TODAY}'))
    with pytest.raises(SettingsError, match="not a known"):
        Settings(path)


def test_an_older_file_is_set_aside_before_a_newer_version_writes_it_anew(path: Path) -> None:
    aside = settings_versions.aside(path, TODAY)
    assert [each["name"] for each in raw(aside)["people"]] == ["Anna"]
    assert raw(path)["office"][0]["version"] == NEXT


def test_one_that_it_cannot_understand_is_passed_over_for_what_it_had_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "settings.json"
    Settings(path).put(Person("21", "Anna"))
    version_two.newer(monkeypatch, understood_from=NEXT)
    Settings(path).save(version_two.office(numbers={}))
    theirs = raw(path)
    monkeypatch.undo()
    old = Settings(path)
    assert list(old.office.people) == ["21"]
    assert not old.office.is_newer
    assert "goes on with what it had itself" in caplog.text
    assert raw(path) == theirs, "it is only read"
    old.put(Person("24", "Dora"))
    assert set(raw(path)) >= {"office", "people"}
    assert "queues" not in raw(path)
    assert raw(settings_versions.aside(path, NEXT)) == theirs
    assert list(Settings(path).office.people) == ["21", "24"]
    assert list(again(path, monkeypatch).people) == ["21", "24"]


def test_cut_off_before_it_is_written_anew_the_file_is_as_it_was(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Settings(tmp_path / "old.json").put(Person("21", "Anna"))
    before = (tmp_path / "old.json").read_bytes()
    version_two.newer(monkeypatch)
    opened = Settings(tmp_path / "old.json")
    (tmp_path / f"old.version-{TODAY}.json").mkdir()
    with pytest.raises(SettingsError, match="could not be saved"):
        opened.save(version_two.office(numbers={}))
    assert (tmp_path / "old.json").read_bytes() == before


def test_every_field_that_comes_makes_a_new_version() -> None:
    """Else an older version would take it for a mistake, and not start when an update is taken back."""
    known = (HERE / "version-2.txt").read_text().split()
    assert settings_versions.VERSION != 2 or sorted(version_two.fields()) == sorted(known), (
        "a field came, went, or has another name: raise settings_versions.VERSION (and UNDERSTOOD_FROM, if an older "
        "version cannot do without it), and compare with a file of that version here"
    )


# --- records --------------------------------------------------------------------------------------------------------

STEP = Step(1000.0, "called", {"number": "+4930111"})
CALL = call_record(started=1.0, ended=2.0, steps=(STEP,), legs=(LegQuality("21"),), trunk="amt")
TRACE = CallTrace((TracedDialog("c", "21", False),), (TracedMessage(1.0, True, "udp", "x", 0, "INVITE"),), 3)
SAMPLES = (LegQualityPoints("21", (LegQualityPoint(1.0, 5, 0, 0.01),)),)
BINDING = Binding("p", "sip:p@192.0.2.9", "c", 1, 99.0, "udp", ("192.0.2.1", 5060), ("192.0.2.9", 5060))


def filled(path: Path, id: str) -> Records:
    """Everything that is recorded, once, with this call."""
    records = Records(path)
    call = _with(CALL, id=id)
    records.add_call(call, {"21": "Anna"})
    task = records.add_task("21", "missed", "+4930111", id, 1.0)
    records.finish_task(task.id)
    records.add_message("21", "+4930111", id, 1.0, 2.0, f"21/{id}.wav")
    records.traces.add(id, 2.0, TRACE)
    records.traces.add_quality_points(id, SAMPLES)
    records.sessions.open("anna", "stamp", 1.0)
    records.sessions.invite(f"code-{id}", f"anna-{id}", "stamp", 9.0)
    records.changes.add(1.0, "anna", "admin", "user set", [])
    records.save_bindings({id: [BINDING]})
    return records


def test_an_older_version_works_with_a_newer_one_s_records_and_leaves_what_it_does_not_know(tmp_path: Path) -> None:
    path = tmp_path / "records.sqlite"
    filled(path, "old").close()
    version_two.grown(path)
    with closing(sqlite3.connect(path, isolation_level=None)) as newer:
        more = json.dumps([{"at": 1.0, "what": "queued", "detail": {}, "mood": "calm"}])
        legs = json.dumps([{"party": "21", "codec": "opus", "mos": 4.2}])
        newer.execute("UPDATE calls SET steps = ?, legs = ?, newer = 'mine', outcome = 'queued'", [more, legs])
        change = json.dumps([{"table": "queues", "was": "", "now": "60", "name": "Hotline", "before": {},
                              "after": {"name": "Hotline"}, "colour": "red"}])  # fmt: skip
        along = json.dumps({"moved": [], "handed": [], "greetings": []})
        newer.execute("UPDATE changes SET differences = ?, along = ?", [change, along])
    records = filled(path, "new")
    assert [call.id for call in records.calls()] == ["old", "new"]
    assert records.calls()[0].steps[0].what == "queued"
    assert records.calls()[0].legs == (LegQuality("21", "opus"),)
    assert [task.done for task in records.tasks()] == [True, True]
    assert len(records.messages()) == 2
    assert (records.traces.trace("new"), records.traces.quality_points("new")) == (TRACE, SAMPLES)
    assert [each.differences[0].table for each in records.changes.all()[1:]] == ["queues"]
    assert len(records.sessions.invitations(2.0)) == 2
    records.close()
    with closing(sqlite3.connect(path)) as newer:
        assert newer.execute("SELECT * FROM queued").fetchall() == [("old", 12.5)]
        assert newer.execute("SELECT call FROM seen").fetchall() == [("new",)]
        assert newer.execute("SELECT id, newer FROM calls").fetchall() == [("old", "mine"), ("new", "kept")]


def test_what_a_newer_version_packs_behind_ours_is_passed_over(tmp_path: Path) -> None:
    records = filled(tmp_path / "records.sqlite", "old")
    longer = [[["c", "21", False, "more"]], [[1.0, True, "udp", "x", 0, "INVITE", "more"]], 3, "more"]
    voices = [["21", [[1.0, 5, 0, 0.01, None, None, "more"]], "more"]]
    records._database.rows("UPDATE traces SET trace = ?", [traces._packed(longer)])
    records._database.rows("UPDATE voices SET samples = ?", [traces._packed(voices)])
    assert (records.traces.trace("old"), records.traces.quality_points("old")) == (TRACE, SAMPLES)
    records._bindings.rows("UPDATE bindings SET binding = json_set(binding, '$.colour', 'grey')")
    assert records.bindings() == (_with(BINDING, username="p"),)
    records.close()


def test_columns_that_an_update_brings_come_into_an_older_file(tmp_path: Path) -> None:
    path, today = tmp_path / "some.sqlite", "CREATE TABLE IF NOT EXISTS calls (id TEXT PRIMARY KEY);"
    old = Database(path, today, "FULL")
    old.rows("INSERT INTO calls (id) VALUES ('a')")
    old.close()
    tomorrow = """
        CREATE TABLE IF NOT EXISTS calls (
            id TEXT PRIMARY KEY, mood TEXT NOT NULL DEFAULT 'calm', seconds REAL, count INTEGER NOT NULL DEFAULT 0
        );
        CREATE INDEX IF NOT EXISTS calls_by_mood ON calls (mood);
    """
    new = Database(path, tomorrow, "FULL")
    assert [tuple(row) for row in new.rows("SELECT id, mood, seconds, count FROM calls")] == [("a", "calm", None, 0)]
    new.close()
    old = Database(path, today, "FULL")
    old.rows("INSERT INTO calls (id) VALUES ('b')")
    old.close()
    new = Database(path, tomorrow, "FULL")
    assert [row["mood"] for row in new.rows("SELECT mood FROM calls ORDER BY id")] == ["calm", "calm"]
    new.close()


def test_a_table_that_is_none_of_ours_is_not_made_one(tmp_path: Path) -> None:
    Database(tmp_path / "some.sqlite", "CREATE TABLE IF NOT EXISTS calls (id TEXT)", "FULL").close()
    with pytest.raises(RecordsError, match="calls has no column who"):
        Database(tmp_path / "some.sqlite", "CREATE TABLE IF NOT EXISTS calls (id TEXT, who TEXT NOT NULL)", "FULL")


def test_the_schema_only_grows_by_what_an_older_version_can_leave_alone(tmp_path: Path) -> None:
    """Else an update that is taken back would leave an exchange that cannot read its records."""
    first: dict[str, dict[str, str]] = {}
    for line in (HERE / "schema-1.txt").read_text().splitlines():
        place, _, kind = line.partition(" ")
        table, _, name = place.partition(".")
        first.setdefault(table, {})[name] = kind
    with closing(sqlite3.connect(tmp_path / "today.sqlite")) as today:
        today.executescript(files("pbx.store.records").joinpath("schema.sql").read_text("utf-8"))
        defaults = {
            (table, row[1])
            for table in first
            for row in today.execute(f"PRAGMA table_info({table})")
            if row[4] is not None or not row[3]
        }
    now = version_two.columns(tmp_path / "today.sqlite")
    for table, columns in first.items():
        assert columns.items() <= now.get(table, {}).items(), f"{table}: what was there stays as it was"
        new = {(table, name) for name in now[table].keys() - columns.keys()}
        assert new <= defaults, f"{table}: what comes anew has a default"


# --- small files ----------------------------------------------------------------------------------------------------


def test_a_one_time_code_of_a_newer_version_is_good_in_an_older_one(tmp_path: Path) -> None:
    codes = Codes(tmp_path / "access-code.json")
    code = codes.make(None)
    written = json.loads((tmp_path / "access-code.json").read_bytes())
    (tmp_path / "access-code.json").write_text(json.dumps(written | {"for": "phones"}))
    assert codes.current(1.0) == code


def _with(item: Any, **fields: Any) -> Any:
    return dataclasses.replace(item, **fields)


def _replaced(office: Office, item: Any, **fields: Any) -> Office:
    changed = _with(item, **fields)
    return changed if isinstance(item, Office) else with_items(office, changed)


def _listed(found: Sequence[Difference]) -> tuple[Difference, ...]:
    """As it comes out of the list of changes."""
    return tuple(Difference(**each) for each in json.loads(json.dumps([dataclasses.asdict(each) for each in found])))
