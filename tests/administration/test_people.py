"""People: extensions, PINs, what moves along with them, and what keeps them from being removed."""

from pathlib import Path

import pytest

from pbx.store.pins import pin_matches
from pbx.store.settings import read_office
from tests.administration.office import leave_message
from tests.commands import Run


def test_a_new_person_gets_the_first_free_extension(done: Run) -> None:
    first = done("user", "add", "Anna")
    second = done("user", "add", "Bert Müller", "--language", "en", "--no-voicemail", "--ring", "12.5")
    assert (first["name"], first["extension"], first["language"], first["voicemail"]) == ("Anna", "100", "de", True)
    assert (second["extension"], second["language"], second["voicemail"], second["ring"]) == ("101", "en", False, 12.5)
    listed = done("user", "list")
    assert [each["extension"] for each in listed] == ["100", "101"]
    assert first.items() <= listed[0].items()


def test_every_field_of_a_person_can_be_set_and_set_back(done: Run) -> None:
    done("user", "add", "Anna", "--extension", "21")
    switches = ["--no-voicemail", "--not-reachable", "--outbound-only"]
    set_ = done(
        "user", "set", "21", "--name", "Zoë", "--ring", "10", "--number", "030 123456", "--language", "en", *switches
    )
    assert set_.pop("version")
    assert set_ == {
        "name": "Zoë", "extension": "21", "language": "en", "voicemail": False, "ring": 10.0, "reachable": False,
        "outbound_only": True, "number": "+4930123456", "pin": False, "announcement": "", "phones": 0,
    }  # fmt: skip
    back = done("user", "set", "21", "--voicemail", "--reachable", "--no-outbound-only", "--number", "")
    assert (back["voicemail"], back["reachable"], back["outbound_only"], back["number"]) == (True, True, False, "")
    assert back["name"] == "Zoë"


def test_a_pin_is_kept_as_a_hash_and_can_be_removed(done: Run, data: Path) -> None:
    done("user", "add", "Anna", "--extension", "21", "--pin", "2580")
    stored = read_office(data / "settings.json").people["21"].pin
    assert "2580" not in (data / "settings.json").read_text()
    assert pin_matches(stored, "2580")
    assert not pin_matches(stored, "2581")
    assert not pin_matches("", "")
    assert not pin_matches("rubbish", "2580")
    assert done("user", "set", "21", "--pin", "")["pin"] is False


@pytest.mark.parametrize(
    "pin",
    [
        "0000",
        "1234",
        "4321",
        "7890",
        "9876",
        "123",
        "12345678901",
        "21",
        "2121",
        "0021",
        "12a4",
        "\u0662\u0665\u0668\u0660",
    ],
)
def test_a_pin_that_everybody_would_try_first_is_refused(done: Run, refused: Run, pin: str) -> None:
    done("user", "add", "Anna", "--extension", "21")
    assert "PIN" in refused("user", "set", "21", "--pin", pin)


@pytest.mark.parametrize("extension", ["1", "12345", "110", "112", "11", "2x", "", "\u0662\u0661", "-1", "012"])
def test_what_cannot_be_an_extension_is_refused(refused: Run, extension: str) -> None:
    assert refused("user", "add", "Anna", f"--extension={extension}")


def test_a_taken_extension_is_refused_with_its_owner_and_a_free_one(office: Run, refused: Run) -> None:
    sentence = refused("user", "add", "Carl", "--extension", "21")
    assert "Anna" in sentence
    assert "100 is free" in sentence
    assert "Sales" in refused("user", "add", "Carl", "--extension", "30")
    assert "Anna" in refused("group", "add", "Support", "--extension", "21", "--members", "22")
    assert "Bert" in refused("user", "set", "21", "--extension", "22")


@pytest.mark.parametrize("name", ["", "  ", "A\nB", "A\x1b[31m", "x" * 81, "half \udcff"])
def test_a_name_that_cannot_be_shown_is_refused(refused: Run, name: str) -> None:
    assert "name" in refused("user", "add", name)


def test_two_people_cannot_have_one_number(office: Run, refused: Run) -> None:
    office("user", "set", "21", "--number", "+4930123456")
    office("user", "set", "21", "--number", "030 123456")
    assert "Anna's number" in refused("user", "set", "22", "--number", "030 123456")
    assert refused("user", "set", "22", "--number", "12")


def test_a_person_takes_everything_along_to_a_new_extension(office: Run, data: Path) -> None:
    phone = office("phone", "add", "21")
    leave_message(data, "21")
    office("user", "set", "21", "--extension", "31", "--name", "Anna B.")
    assert [user["extension"] for user in office("user", "list")] == ["22", "31"]
    assert office("phone", "list")[0] | {"username": phone["username"]} == office("phone", "list")[0]
    assert office("phone", "list")[0]["extension"] == "31"
    assert office("group", "list")[0]["members"] == ["22", "31"]
    assert [message["extension"] for message in office("voicemail", "list", "31")] == ["31"]
    assert [task["extension"] for task in office("tasks", "31")] == ["31"]


def test_a_group_takes_its_numbers_along_to_a_new_extension(office: Run) -> None:
    office("group", "set", "30", "--extension", "31")
    assert office("number", "list")[0]["to"] == ["31"]


def test_a_person_somebody_still_names_is_not_removed(office: Run, refused: Run) -> None:
    office("number", "set", "+4930123450", "--to", "21,30")
    sentence = refused("user", "remove", "21")
    assert "the group Sales (30) and the number +4930123450" in sentence
    assert "the number +4930123450" in refused("group", "remove", "30")


def test_a_person_is_removed_with_phones_and_his_tasks_become_the_office_s(
    office: Run, data: Path, refused: Run
) -> None:
    office("user", "add", "Carl", "--extension", "40")
    office("phone", "add", "40")
    leave_message(data, "40")
    assert "messages (1)" in refused("user", "remove", "40")
    assert office("user", "remove", "40", "--with-messages")["name"] == "Carl"
    assert office("phone", "list") == []
    assert [task["extension"] for task in office("tasks")] == [""]
    assert list((data / "mailboxes" / "40").iterdir()) == []


def test_unknown_people_and_groups_are_named_with_those_there_are(office: Run, refused: Run) -> None:
    assert "21, 22" in refused("user", "set", "99", "--name", "X")
    assert "is the group Sales" in refused("user", "remove", "30")
    assert "Anna's" in refused("group", "set", "21", "--name", "X")
    assert "Nobody" in refused("voicemail", "list", "99")
    assert "Nobody" in refused("tasks", "99")
    assert "Nobody" in refused("phone", "list", "99")
