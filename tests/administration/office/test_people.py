"""People: extensions, PINs, what moves along with them, and what keeps them from being removed."""

from pathlib import Path

import pytest

from pbx.administration.commands import perform
from pbx.administration.desk.desk import open_desk
from pbx.administration.desk.rights import Actor
from pbx.administration.office import person
from pbx.control.protocol import Refused
from pbx.store.secrets.pins import pin_matches
from pbx.store.settings.settings import read_office
from tests.administration.sample import leave_message
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
    assert "number of Anna" in refused("user", "set", "22", "--number", "030 123456")
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


def test_a_person_is_removed_with_phones_and_their_tasks_become_the_office_s(
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
    assert "belongs to Anna" in refused("group", "set", "21", "--name", "X")
    assert "Nobody" in refused("voicemail", "list", "99")
    assert "Nobody" in refused("tasks", "99")
    assert "Nobody" in refused("phone", "list", "99")


def test_two_admins_who_change_the_same_person_are_told(office: Run, data: Path) -> None:
    desk = open_desk(data)
    seen = perform(desk, "user show", {"person": "21"})["version"]
    assert perform(desk, "user set", {"person": "21", "name": "Anna B.", "seen": seen})["version"] != seen
    for verb, arguments in (("user set", {"name": "Zoë"}), ("user remove", {})):
        with pytest.raises(Refused) as refused:
            perform(desk, verb, {"person": "21", "seen": seen} | arguments)
        assert refused.value.code == 3
    desk.close()


@pytest.mark.parametrize(
    ("arguments", "field"),
    [
        ({"extension": "22"}, "extension"),
        ({"extension": "110"}, "extension"),
        ({"name": " "}, "name"),
        ({"ring": 0}, "ring"),
        ({"ring": 601}, "ring"),
        ({"number": "12"}, "number"),
        ({"number": "+4930123459"}, "number"),
        ({"pin": "1234"}, "pin"),
        ({"person": "99"}, "person"),
        ({"language": "fr"}, "language"),
    ],
)
def test_what_is_wrong_is_said_of_its_argument(
    office: Run, data: Path, arguments: dict[str, object], field: str
) -> None:
    office("user", "set", "22", "--number", "+4930123459")
    desk = open_desk(data)
    with pytest.raises(Refused) as refused:
        perform(desk, "user set", {"person": "21"} | arguments)
    assert refused.value.field == field
    desk.close()


def test_a_person_is_shown_with_all_that_names_them(office: Run, data: Path) -> None:
    office("user", "set", "21", "--number", "+4930123450")
    office("phone", "add", "21", "--name", "Desk")
    office("user", "add", "Carl", "--extension", "23")
    leave_message(data, "21")
    office("user", "leave", "23", "--extension-to", "21")
    shown = office("user", "show", "21")
    assert shown["groups"] == [{"extension": "30", "name": "Sales", "place": 2, "of": 2}]
    assert (shown["numbers"], shown["own_numbers"], shown["calls_of"]) == (["+4930123450"], ["+4930123450"], ["23"])
    assert [phone["name"] for phone in shown["phones"]] == ["Desk"]
    assert (shown["messages"], shown["tasks"], shown["account"], shown["clashes"]) == (1, 1, None, [])
    assert office("user", "show", "22")["own_numbers"] == []


@pytest.mark.parametrize(
    ("command", "words"),
    [
        (("user", "add", "Carl", "--extension", "211"), "Callers who dial {short} wait"),
        (("user", "set", "21", "--outbound-only"), "only makes outgoing calls, so the phone does not ring"),
        (("number", "set", "+4930123450", "--extensions", "off"), "Callers cannot dial any extension"),
        (("phone", "list"), "has no phone yet"),
    ],
)
def test_what_does_not_fit_together_about_a_person_is_said(office: Run, command: tuple[str, ...], words: str) -> None:
    office(*command)
    assert any(words in clash["say"] for clash in office("user", "show", "21")["clashes"])


def test_a_person_in_no_distribution_cannot_be_dialled_where_only_those_can(office: Run) -> None:
    office("number", "set", "+4930123450", "--extensions", "distribution", "--to", "22")
    assert any("because no number rings there" in clash["say"] for clash in office("user", "show", "21")["clashes"])
    assert not any("no number rings" in clash["say"] for clash in office("user", "show", "22")["clashes"])


def test_a_user_sees_only_their_own_portrait(office: Run, data: Path) -> None:
    desk = open_desk(data)
    own = desk.by(Actor("anna", "user", "21"))
    assert person.show(own, "21")["name"] == "Anna"
    with pytest.raises(Refused) as refused:
        person.show(own, "22")
    assert refused.value.code == 4
    desk.close()


def test_a_free_extension_is_found_and_a_wanted_one_judged(office: Run) -> None:
    assert office("user", "free") == {"extension": "100"}
    assert office("user", "free", "24")["wrong"] is None
    assert "belongs to" in str(office("user", "free", "22")["wrong"])


LIST = """Dora Dachs
Emil Esel; 24
"Fritz";fritz@example.org
Gabi\tGans\t25

Berg, Hans,26
Anna\r
Ida <ida@example.org>"""


def test_a_pasted_list_is_tried_dry_and_then_added_in_one_write(office: Run, data: Path) -> None:
    before = (data / "settings.json").read_bytes()
    (data / "list.txt").write_text(LIST)
    dry = office("user", "paste", str(data / "list.txt"), "--dry")
    assert [(each["extension"], each["name"]) for each in dry] == [
        ("100", "Dora Dachs"),
        ("24", "Emil Esel"),
        ("101", "Fritz"),
        ("25", "Gabi Gans"),
        ("26", "Berg, Hans"),
        ("21", "Anna"),
        ("102", "Ida"),
    ]
    assert [each["known"] for each in dry] == [False] * 5 + [True, False]
    assert (data / "settings.json").read_bytes() == before
    added = office("user", "paste", str(data / "list.txt"))
    assert [each["extension"] for each in added] == [each["extension"] for each in dry]
    assert [user["extension"] for user in office("user", "list")] == ["21", "22", "24", "25", "26", "100", "101", "102"]
    assert all(each["known"] for each in office("user", "paste", str(data / "list.txt")))


@pytest.mark.parametrize(
    ("lines", "wrong"),
    [
        ("Dora; 22", [1]),
        ("Dora; 30", [1]),
        ("Dora; 110\nEmil", [1]),
        ("Dora; 40\nEmil; 40", [2]),
        ("; 40", [1]),
        ("x" * 81, [1]),
        ("Dora\nA\x1b[31m", [2]),
        ("Dora; 12345", [1]),
    ],
)
def test_one_wrong_line_adds_nobody_and_is_named(office: Run, data: Path, lines: str, wrong: list[int]) -> None:
    desk = open_desk(data)
    before = desk.office
    dry = perform(desk, "user paste", {"names": lines, "dry": True})
    assert [each["line"] for each in dry if each["wrong"]] == wrong
    with pytest.raises(Refused) as refused:
        perform(desk, "user paste", {"names": lines})
    assert (refused.value.field, f"Line {wrong[0]}" in str(refused.value)) == ("names", True)
    assert desk.office is before
    desk.close()


@pytest.mark.parametrize("names", ["", " \n;\n\t", "\n".join(f"Person {number}" for number in range(501))])
def test_a_list_without_names_or_without_end_is_refused(office: Run, data: Path, names: str) -> None:
    desk = open_desk(data)
    with pytest.raises(Refused) as refused:
        perform(desk, "user paste", {"names": names})
    assert refused.value.field == "names"
    assert ("The list has 501 people, but only 500" in str(refused.value)) == ("Person" in names)
    desk.close()
