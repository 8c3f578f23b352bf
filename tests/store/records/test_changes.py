"""The list of changes: what differs, taking it back, and what a power cut leaves."""

import dataclasses
from pathlib import Path

import pytest

from pbx.store.models import Contact, Group, Number, Office, Person, Phone, Trunk
from pbx.store.records.changes import LONGEST, MOST, Change, Handed, MovedRows
from pbx.store.records.records import Records
from pbx.store.settings.differences import Difference, Superseded, differences, never_made, taken_back
from pbx.store.settings.settings import with_items, without_items

ANNA, BERT = Person("21", "Anna", number="+4930111"), Person("22", "Bert")
SALES, TRUNK = Group("30", "Sales", ("21", "22")), Trunk("t", "127.0.0.1")
PHONE = Phone("p1", "21", "secret-of-phone", "desk")
OFFICE = with_items(Office(), ANNA, BERT, PHONE, SALES, TRUNK, Number("+491", "t", ("30",)))


@pytest.fixture
def records(tmp_path: Path) -> Records:
    return Records(tmp_path / "records.sqlite")


def only(found: tuple[Difference, ...]) -> Difference:
    [one] = found
    return one


def test_only_the_fields_that_differ_are_kept() -> None:
    found = only(differences(OFFICE, with_items(OFFICE, dataclasses.replace(ANNA, ring_seconds=40.0))))
    assert (found.before, found.after, found.name) == ({"ring_seconds": 25.0}, {"ring_seconds": 40.0}, "Anna")


def test_who_moves_to_another_extension_is_the_same_person() -> None:
    moved = with_items(without_items(OFFICE, ANNA), dataclasses.replace(ANNA, extension="29"))
    moved = with_items(moved, dataclasses.replace(PHONE, extension="29"), Group("30", "Sales", ("29", "22")))
    found = differences(OFFICE, moved, (("21", "29"),))
    assert [(each.table, each.was, each.now) for each in found] == [
        ("people", "21", "29"),
        ("phones", "p1", "p1"),
        ("groups", "30", "30"),
    ]
    assert found[0].after == {"extension": "29"}
    assert taken_back(moved, found) == OFFICE


def test_a_contact_with_another_name_is_the_same_contact() -> None:
    before = with_items(OFFICE, Contact("Meier", "+4989"))
    after = with_items(OFFICE, Contact("Meyer", "+4989"))
    assert only(differences(before, after)).after == {"name": "Meyer"}
    assert taken_back(after, differences(before, after)) == before


def test_what_was_changed_otherwise_since_then_stays() -> None:
    changed = with_items(OFFICE, dataclasses.replace(ANNA, ring_seconds=40.0))
    later = with_items(changed, dataclasses.replace(ANNA, ring_seconds=40.0, name="Anna B"))
    back = taken_back(later, differences(OFFICE, changed))
    assert back.people["21"] == dataclasses.replace(ANNA, name="Anna B")


def test_a_field_that_was_changed_again_is_not_taken_back() -> None:
    changed = with_items(OFFICE, dataclasses.replace(ANNA, ring_seconds=40.0))
    later = with_items(OFFICE, dataclasses.replace(ANNA, ring_seconds=50.0))
    with pytest.raises(Superseded):
        taken_back(later, differences(OFFICE, changed))


@pytest.mark.parametrize(
    ("before", "after", "later"),
    [
        (without_items(OFFICE, BERT), OFFICE, with_items(OFFICE, dataclasses.replace(BERT, name="Bertram"))),
        (without_items(OFFICE, BERT), OFFICE, without_items(OFFICE, BERT)),
        (OFFICE, without_items(OFFICE, BERT), with_items(OFFICE, Person("22", "Carla"))),
        (OFFICE, dataclasses.replace(OFFICE, country="AT"), dataclasses.replace(OFFICE, country="CH")),
    ],
    ids=["added and changed", "added and removed", "removed and given to another", "the office's own"],
)
def test_what_is_no_longer_as_it_was_left_is_not_taken_back(before: Office, after: Office, later: Office) -> None:
    with pytest.raises(Superseded):
        taken_back(later, differences(before, after))


def test_an_older_versions_fields_are_no_reason_to_fail() -> None:
    with pytest.raises(Superseded):
        taken_back(OFFICE, [Difference("people", "41", "", "Old", {"extension": "41", "name": "Old", "fax": "1"}, {})])
    newer = Difference("people", "", "22", "Bert", {}, {"extension": "22", "name": "Bert"})
    assert "22" not in taken_back(without_items(OFFICE, Group("30", "Sales", ())), [newer]).people


def test_whether_a_change_was_ever_saved_shows_in_the_settings() -> None:
    changed = with_items(OFFICE, dataclasses.replace(ANNA, ring_seconds=40.0))
    found = differences(OFFICE, changed)
    assert never_made(OFFICE, found)
    assert not never_made(changed, found)


def test_a_change_is_read_back_as_it_was_written(records: Records) -> None:
    found = differences(OFFICE, without_items(OFFICE, BERT))
    along = MovedRows((("21", "29"),), (Handed("messages", (1, 2), "22", "21"),))
    first = records.changes.add(5.0, "anna", "admin", "user remove", found, along)
    second = records.changes.add(6.0, "", "root", "change undo", (), along.back(), undoes=first)
    assert records.changes.all()[1] == Change(first, 5.0, "anna", "admin", "user remove", found, along)
    assert records.changes.newest() == records.changes.change(second)
    assert along.back().back() == along


def test_the_list_is_bounded(records: Records) -> None:
    for count in range(MOST + 7):
        records.changes.add(float(count), "", "", "", ())
    assert len(records.changes.all()) == MOST
    records.changes.add(LONGEST + MOST, "", "", "", ())
    kept = records.changes.all()
    assert kept[-1].at >= MOST - 20
    assert len(kept) >= 20


def test_a_clock_that_jumps_leaves_the_newest(records: Records) -> None:
    for count in range(30):
        records.changes.add(float(count), "", "", "", ())
    records.changes.add(1e12, "", "", "", ())
    assert len(records.changes.all()) == 20


def test_files_and_numbers_that_a_change_names_are_found(records: Records) -> None:
    greeting = Number("+491", "t", ("30",), "number-491-abc.wav")
    records.changes.add(1.0, "", "", "", differences(OFFICE, with_items(OFFICE, greeting)))
    records.changes.add(2.0, "", "", "", differences(OFFICE, with_items(OFFICE, Contact("Meier", "+4989123"))))
    assert records.changes.mention("number-491-abc.wav")
    assert not records.changes.mention("number-491-ab.wav")
    assert records.changes.forget("+4989123") == 1
    assert len(records.changes.all()) == 1


def test_what_was_handed_over_goes_back_but_not_what_somebody_else_has_meanwhile(records: Records) -> None:
    ids = tuple(records.add_message("22", "", f"c{n}", 1.0, 1.0, f"f{n}").id for n in range(3))
    along = MovedRows(handed=(Handed("messages", ids, "22", "21"),))
    records.carry(along)
    records.carry(MovedRows(handed=(Handed("messages", ids[:1], "21", "24"),)))
    records.carry(along.back())
    assert [message.extension for message in records.messages()] == ["24", "22", "22"]
