"""The accounts of phones."""

from pathlib import Path

import pytest

from pbx.administration.commands import perform
from pbx.administration.desk.desk import open_desk
from pbx.administration.desk.tickets import LASTS, MOST, Tickets
from pbx.administration.office import phones
from pbx.control.protocol import Refused
from pbx.sentence import english
from pbx.sip.digest import hashed
from pbx.store.secret_forms import REALM
from pbx.store.settings.settings import read_office
from tests.commands import Run
from tests.line import Clock


def test_a_phone_s_password_is_shown_when_it_is_made_and_never_again(office: Run, data: Path) -> None:
    phone = office("phone", "add", "21", "--name", "Desk")
    assert phone.keys() >= {"extension", "username", "password", "domain", "registered", "contacts"}
    assert len(phone["password"]) == 20
    assert not phone["username"].isdigit()
    assert phone["password"] not in (data / "settings.json").read_text()
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


def test_a_new_password_is_shown_once_and_the_old_one_is_gone(office: Run, data: Path, refused: Run) -> None:
    phone = office("phone", "add", "21")
    renewed = office("phone", "renew", phone["username"])
    assert renewed["password"] != phone["password"]
    kept = read_office(data / "settings.json").phones[phone["username"]]
    for algorithm in ("MD5", "SHA-256"):
        right, old = (hashed(algorithm, kept.username, REALM, each["password"]) for each in (renewed, phone))
        assert kept.h_a1(REALM, algorithm) == right != old
    assert "no phone" in refused("phone", "renew", "abc")
    assert office("phone", "set", phone["username"], "--name", "Mobile")["name"] == "Mobile"
    assert office("phone", "list")[0]["version"] != phone["version"]


def test_a_ticket_opens_an_account_once_and_not_for_long() -> None:
    clock = Clock()
    tickets = Tickets(lambda: clock.now)
    token = tickets.issue("anna")
    assert tickets.redeem("x" * 24) is None
    assert tickets.redeem(token) == "anna"
    assert tickets.redeem(token) is None
    late, replaced, void = tickets.issue("anna"), tickets.issue("bert"), tickets.issue("carl")
    tickets.issue("bert")
    tickets.void("carl")
    assert [tickets.redeem(each) for each in (replaced, void)] == [None, None]
    clock.now += LASTS
    assert tickets.redeem(late) is None


def test_tickets_are_bounded_and_kept_as_hashes() -> None:
    tickets = Tickets()
    tokens = [tickets.issue(f"phone{number}") for number in range(MOST + 1)]
    assert tickets.redeem(tokens[0]) is None
    assert tickets.redeem(tokens[1]) == "phone1"
    assert tokens[2] not in repr(vars(tickets))


def test_whatever_is_wrong_with_a_ticket_is_said_in_the_same_words(office: Run, data: Path) -> None:
    made = office("phone", "add", "21")
    username = made["username"]
    desk = open_desk(data)
    token = perform(desk, "phone ticket", {"username": username})["token"]
    account = perform(desk, "softphone", {"token": token}, "")
    assert account["password"] == made["password"]
    gone = perform(desk, "phone ticket", {"username": username})["token"]
    renewed = perform(desk, "phone ticket", {"username": username})["token"]
    perform(desk, "phone renew", {"username": username})
    said = set()
    for wrong in (token, gone, renewed, "", "x", "ä\udcff" * 100):
        with pytest.raises(Refused) as refused:
            perform(desk, "softphone", {"token": wrong}, "")
        said.add((str(refused.value), refused.value.code, refused.value.field))
    assert len(said) == 1
    with pytest.raises(Refused) as refused:
        perform(desk, "phone ticket", {"username": username}, "")
    assert refused.value.code == 4
    desk.close()


def test_an_address_that_no_phone_reaches_is_told_as_that(office: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(phones, "own_address", lambda: "192.0.2.10")
    phone = office("phone", "add", "21")
    assert "note" not in phone
    monkeypatch.setattr(phones, "own_address", lambda: "127.0.0.1")
    for found in (office("phone", "add", "21"), office("phone", "renew", phone["username"])):
        assert found["domain"] == "127.0.0.1"
        assert "cannot reach 127.0.0.1: the box has no address" in english(found["note"])
    office("office", "set", "--domain", "pbx.example")
    assert "note" not in office("phone", "add", "21")
