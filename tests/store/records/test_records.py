"""History, tasks, messages and bindings keep what they were told, and hold together."""

import dataclasses
import sqlite3
import threading
from pathlib import Path
from typing import Any

import pytest

from pbx.store.records.records import Records, RecordsError
from pbx.store.rows import Binding, CallRecord, LegQuality, Step

CALL = CallRecord(
    id="c1",
    direction="in",
    from_="+4930111",
    from_name="Zoë",
    to="+4930222",
    extension="21",
    outcome="missed",
    started=100.0,
    answered=None,
    ended=130.5,
    story="Rief an.",
    steps=(Step(100.0, "called", {"number": "+4930222", "seconds": 1.5, "ok": True}), Step(101.0, "greeted")),
    legs=(LegQuality("21", "PCMA", 10, 9, 1, 0.002, 0, 0.03), LegQuality("+4930111")),
    trunk="provider",
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "records.sqlite"


@pytest.fixture
def records(path: Path) -> Records:
    return Records(path)


def call(id: str, **changes: Any) -> CallRecord:
    return dataclasses.replace(CALL, id=id, **changes)


def test_a_call_comes_back_as_it_went_in(records: Records, path: Path) -> None:
    records.add_call(CALL)
    assert Records(path).call("c1") == CALL
    assert records.call("c2") is None


def test_in_which_directions_calls_have_gone_over_a_trunk(records: Records) -> None:
    assert records.directions("provider") == frozenset()
    records.add_call(call("c1", outcome="refused"))  # none of our numbers
    records.add_call(call("c2", direction="out", outcome="failed"))
    records.add_call(call("c3", direction="internal", outcome="answered", trunk=""))
    assert records.directions("provider") == frozenset()
    records.add_call(call("c4", outcome="voicemail"))
    assert records.directions("provider") == {"in"}
    records.add_call(call("c5", direction="out", outcome="refused"))  # busy: the network heard us
    assert records.directions("provider") == {"in", "out"}
    assert records.directions("spare") == frozenset()


def test_the_last_calls_come_with_the_newest_at_the_end_whatever_the_clock_said(records: Records) -> None:
    for number, started in enumerate((500.0, 0.0, 300.0)):
        records.add_call(call(f"c{number}", started=started))
    assert [record.id for record in records.calls(2)] == ["c1", "c2"]


def test_a_call_written_again_keeps_its_place(records: Records) -> None:
    records.add_call(call("c1"))
    records.add_call(call("c2"))
    records.add_call(call("c1", outcome="answered"))
    assert [(record.id, record.outcome) for record in records.calls()] == [("c1", "answered"), ("c2", "missed")]


def test_the_calls_of_an_extension_are_those_it_took_part_in(records: Records) -> None:
    records.add_call(call("to", extension="21"))
    records.add_call(call("from", extension="22", from_="21"))
    records.add_call(call("other", extension="22"))
    assert [record.id for record in records.calls(extension="21")] == ["to", "from"]


def test_half_a_character_from_the_wire_is_kept_as_something_readable(records: Records) -> None:
    records.add_call(call("c1", from_name="M\udcfcller\x00"))
    kept = records.call("c1")
    assert kept is not None
    assert kept.from_name.startswith("M?ller")


def test_a_call_is_one_task_for_an_extension_however_often_it_is_said(records: Records) -> None:
    first = records.add_task("21", "missed", "+4930111", "c1", 100.0)
    second = records.add_task("21", "voicemail", "+4930111", "c1", 101.0)
    assert (second.id, second.kind) == (first.id, "voicemail")
    assert records.tasks() == (second,)


def test_tasks_are_told_apart_by_extension_and_whether_they_are_open(records: Records) -> None:
    first = records.add_task("21", "missed", "+4930111", "c1", 100.0)
    second = records.add_task("", "gave-up", "", "c2", 101.0)
    done = records.finish_task(first.id)
    assert done is not None
    assert done.done
    assert records.tasks("21") == (done,)
    assert records.tasks("") == (second,)
    assert records.tasks(open_only=True) == (second,)
    assert records.finish_task(99) is None


def test_speaking_with_the_caller_closes_all_their_tasks(records: Records) -> None:
    records.add_task("21", "missed", "+4930111", "c1", 100.0)
    records.add_task("22", "voicemail", "+4930111", "c2", 100.0)
    other = records.add_task("21", "missed", "+4930999", "c3", 100.0)
    assert [task.call for task in records.close_tasks("+4930111")] == ["c1", "c2"]
    assert records.tasks(open_only=True) == (other,)
    assert records.close_tasks("+4930111") == ()


def test_between_colleagues_only_the_two_tasks_between_them_close(records: Records) -> None:
    records.add_task("21", "missed", "23", "c1", 100.0)
    records.add_task("22", "missed", "23", "c2", 100.0)
    assert [task.extension for task in records.close_tasks("23", "21")] == ["21"]


def test_a_withheld_number_closes_nobody_s_task(records: Records) -> None:
    records.add_task("21", "missed", "", "c1", 100.0)
    assert records.close_tasks("") == ()
    assert len(records.tasks(open_only=True)) == 1


def test_messages_are_counted_as_new_and_old(records: Records) -> None:
    assert records.message_counts("21") == (0, 0)
    first = records.add_message("21", "+4930111", "c1", 100.0, 4.5, "21/a.wav")
    records.add_message("21", "", "c2", 101.0, 5.0, "21/b.wav")
    heard = records.mark_heard(first.id)
    assert heard == dataclasses.replace(first, heard=True)
    assert records.message_counts("21") == (1, 1)
    assert records.message(first.id) == heard
    assert records.mark_heard(99) is None


def test_the_id_of_a_removed_message_is_never_another_s(records: Records) -> None:
    first = records.add_message("21", "", "c1", 100.0, 4.5, "21/a.wav")
    assert records.remove_message(first.id) == first
    assert records.remove_message(first.id) is None
    assert records.add_message("22", "", "c2", 101.0, 4.5, "22/b.wav").id > first.id


def test_a_moving_person_takes_tasks_and_messages_along(records: Records) -> None:
    records.add_task("21", "missed", "+4930111", "c1", 100.0)
    records.add_message("21", "", "c1", 100.0, 4.5, "21/a.wav")
    records.move_extension("21", "31")
    assert [task.extension for task in records.tasks()] == ["31"]
    assert [message.extension for message in records.messages("31")] == ["31"]


def test_a_leaving_person_s_open_tasks_become_the_office_s(records: Records) -> None:
    records.add_task("21", "missed", "+4930111", "c1", 100.0)
    done = records.add_task("21", "missed", "+4930112", "c2", 100.0)
    records.finish_task(done.id)
    records.hand_over("21", "", None)
    records.forget_tasks("21")
    assert [(task.extension, task.call) for task in records.tasks()] == [("", "c1")]


def test_what_somebody_handed_over_can_be_taken_back(records: Records) -> None:
    for number, extension in enumerate(("21", "21", "21", "22")):
        records.add_task(extension, "missed", "+4930111", f"c{number % 3}", 100.0)
    records.finish_task(2)
    records.add_message("21", "", "c1", 100.0, 4.5, "21/a.wav")
    records.add_message("22", "", "c2", 100.0, 4.5, "22/a.wav")
    before = records.tasks(), records.messages()
    handed = records.hand_over("21", "22", "22")
    assert [task.call for task in records.tasks("22", open_only=True)] == ["c2", "c0"], "one call is one task"
    assert len(records.messages("22")) == 2
    assert not records.tasks("21")
    assert not records.messages("21")
    assert records.leaving() == ("21",)
    records.take_back(handed)
    assert (records.tasks(), records.messages()) == before
    assert records.leaving() == ()


def test_what_happens_together_happens_whole_or_not(records: Records, path: Path) -> None:
    def half() -> None:
        with records.together():
            records.add_call(CALL)
            with records.together():
                records.add_task("21", "missed", "+4930111", "c1", 100.0)
            assert Records(path).calls() == (), "nobody sees the half"
            raise KeyError

    with pytest.raises(KeyError):
        half()
    assert records.calls() == ()
    assert records.tasks() == ()
    with records.together():
        records.add_call(CALL)
        records.add_task("21", "missed", "+4930111", "c1", 100.0)
    assert len(Records(path).tasks()) == 1


def test_threads_take_turns(records: Records) -> None:
    def write(name: str) -> None:
        for number in range(20):
            with records.together():
                records.add_call(call(f"{name}{number}"))
                records.add_task("21", "missed", "", f"{name}{number}", 0.0)

    threads = [threading.Thread(target=write, args=(name,)) for name in "ab"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(records.calls(100)) == len(records.tasks()) == 40


BINDING = Binding(
    "kx7m2", "sip:kx7m2@10.0.0.9:5062", "call-id", 7, 4000.0, "tcp", ("10.0.0.1", 5060), ("10.0.0.9", 40000), 3, ("a",)
)


def test_bindings_are_replaced_a_user_at_a_time(records: Records, path: Path) -> None:
    other = dataclasses.replace(BINDING, username="zz", path=())
    records.save_bindings({"kx7m2": [BINDING, dataclasses.replace(BINDING, contact="sip:b")], "zz": [other]})
    records.save_bindings({"kx7m2": [BINDING]})
    assert Records(path).bindings() == (BINDING, other)
    records.save_bindings({"kx7m2": [], "zz": []})
    assert Records(path).bindings() == ()


def test_a_damaged_bindings_file_is_begun_anew(path: Path) -> None:
    path.with_name("bindings.sqlite").write_bytes(b"rubbish" * 1000)
    records = Records(path)
    records.save_bindings({"kx7m2": [BINDING]})
    assert Records(path).bindings() == (BINDING,)


def test_a_damaged_records_file_is_refused_and_kept(path: Path) -> None:
    path.write_bytes(b"rubbish" * 1000)
    with pytest.raises(RecordsError, match=r"records\.sqlite: file is not a database"):
        Records(path)
    assert path.read_bytes() == b"rubbish" * 1000


def test_a_file_of_a_newer_version_is_refused(path: Path) -> None:
    Records(path).close()
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA user_version = 2")
    connection.close()
    with pytest.raises(RecordsError, match="newer version"):
        Records(path)


def test_only_the_owner_may_read_the_files(records: Records, path: Path) -> None:
    records.add_call(CALL)
    records.save_bindings({"kx7m2": [BINDING]})
    assert {file.stat().st_mode & 0o777 for file in path.parent.iterdir()} == {0o600}


def test_what_is_acknowledged_waited_for_the_disk(records: Records) -> None:
    assert records._database.rows("PRAGMA synchronous")[0][0] == 2, "FULL"
    assert records._database.rows("PRAGMA journal_mode")[0][0] == "wal"
    assert records._bindings.rows("PRAGMA synchronous")[0][0] == 1, "registrations do not cost a wait each"


def test_a_sound_file_is_told_from_a_damaged_one(records: Records, path: Path) -> None:
    for number in range(200):
        records.add_call(call(f"c{number}"))
    assert records.is_sound()
    records.close()
    content = bytearray(path.read_bytes())
    content[4096 * 2 : 4096 * 4] = b"\xff" * 8192
    path.write_bytes(content)
    assert not Records(path).is_sound()
