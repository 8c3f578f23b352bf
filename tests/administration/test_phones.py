"""The accounts of phones."""

from pathlib import Path

from tests.commands import Run


def test_a_phone_s_password_is_shown_when_it_is_made_and_never_again(office: Run, data: Path) -> None:
    phone = office("phone", "add", "21", "--name", "Desk")
    assert phone.keys() >= {"extension", "username", "password", "domain", "registered", "contacts"}
    assert len(phone["password"]) == 20
    assert not phone["username"].isdigit()
    assert (data / "settings.json").read_text().count(phone["password"]) == 1
    (listed,) = office("phone", "list")
    assert "password" not in listed
    assert (listed["username"], listed["registered"], listed["contacts"]) == (phone["username"], False, [])
    assert office("phone", "remove", phone["username"])["extension"] == "21"
    assert office("phone", "list") == []


def test_phones_belong_to_people(office: Run, refused: Run) -> None:
    assert "group" in refused("phone", "add", "30")
    assert "Nobody" in refused("phone", "add", "99")
    assert "no phone" in refused("phone", "remove", "abc")
    assert refused("phone", "add", "21", "--name", "x" * 100)


def test_phones_are_told_the_office_s_domain(office: Run) -> None:
    office("office", "set", "--domain", "pbx.example.org")
    assert office("phone", "add", "21")["domain"] == "pbx.example.org"
