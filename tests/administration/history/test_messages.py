"""Messages: only those who may hear a mailbox hear it, and the phones' lamps follow."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from pathlib import Path

import pytest

from pbx.administration.history import messages
from tests.administration.colleagues import Colleagues


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Colleagues]:
    messages.peaks.cache_clear()
    colleagues = Colleagues(tmp_path)
    yield colleagues
    colleagues.desk.close()


def test_everybody_hears_their_own_their_groups_and_what_they_were_allowed(office: Colleagues) -> None:
    for extension in ("21", "23", "30"):
        office.message(extension)
    office.ask("24", "mine")
    office.do("account set", account="24", mailboxes=["23"])
    heard = {
        who: [message["extension"] for message in office.ask(who, "message list")["messages"]]
        for who in ("21", "22", "23", "24", "chef")
    }
    assert {who: sorted(boxes) for who, boxes in heard.items()} == {
        "21": ["21", "30"], "22": ["30"], "23": ["23"], "24": ["23"], "chef": [],
    }  # fmt: skip
    assert [box["extension"] for box in office.ask("24", "message list")["mailboxes"]] == ["24", "23"]


def test_an_admin_hears_nobody_s_messages_unless_they_were_allowed(office: Colleagues) -> None:
    message = office.message("21")
    for verb in ("message sound", "message heard", "message remove"):
        assert office.refuses("chef", verb, message=message.id).code == 2
    office.ask("chef", "mine")
    office.do("account set", account="chef", mailboxes=["21"])
    assert office.ask("chef", "message sound", message=message.id)["id"] == message.id


@pytest.mark.parametrize("verb", ["message sound", "message heard", "message remove"])
def test_nobody_gets_another_s_message_by_its_number(office: Colleagues, verb: str) -> None:
    annas = office.message("21")
    foreign = office.refuses("23", verb, message=annas.id)
    missing = office.refuses("23", verb, message=9999)
    assert str(foreign).replace(str(annas.id), "N") == str(missing).replace("9999", "N")
    assert foreign.said["say"] == missing.said["say"]
    assert office.desk.records.message(annas.id) == annas
    assert office.refuses("23", "message list", extension="21").field == "extension"
    for odd in (0, -1, 10**30):
        assert office.refuses("23", verb, message=odd).code == 2


def test_somebody_who_gets_another_extension_keeps_their_messages(office: Colleagues) -> None:
    message = office.message("21")
    office.ask("21", "mine")
    office.do("user set", person="21", extension="25")
    assert office.ask("21", "message sound", message=message.id)["extension"] == "25"


def test_the_sound_comes_with_a_drawing_and_a_harmless_name(office: Colleagues) -> None:
    message = office.message("21", seconds=1.5)
    found = office.ask("21", "message sound", message=message.id)
    assert base64.b64decode(found["sound"])[:4] == b"RIFF"
    assert len(found["peaks"]) == 200
    assert all(0.5 < peak <= 1 for peak in found["peaks"])
    assert found["name"].endswith(" +491701234567.wav")
    spool = office.desk.mailboxes.spool("21", '../"\r\nX: <b>', "c", 1000.0)
    spool.write_bytes(office.desk.mailboxes.path(message).read_bytes())
    hostile = office.desk.mailboxes.keep(spool)
    assert hostile is not None
    assert office.ask("21", "message sound", message=hostile.id)["name"].endswith(" unknown.wav")


def test_hearing_and_deleting_light_the_lamps_anew(office: Colleagues) -> None:
    message = office.message("30")
    assert office.ask("22", "message heard", message=message.id)["heard"] is True
    office.ask("22", "message heard", message=message.id)
    assert office.ask("21", "message heard", message=message.id, heard=False)["heard"] is False
    office.ask("21", "message remove", message=message.id)
    assert office.lines.asked == [("mailbox_changed", "30")] * 3
    assert office.topics == ["messages"] * 3
    assert office.ask("22", "message list")["messages"] == []
    assert not office.desk.mailboxes.path(message).exists()


def test_a_message_whose_sound_is_gone_is_told_and_can_be_deleted(office: Colleagues) -> None:
    message = office.message("21")
    office.desk.mailboxes.path(message).unlink()
    assert office.ask("21", "message list", drawn=True)["messages"][0]["peaks"] is None
    assert "missing or damaged" in str(office.refuses("21", "message sound", message=message.id))
    office.ask("21", "message remove", message=message.id)


def test_many_messages_come_in_parts_the_newest_first(office: Colleagues) -> None:
    for number in range(5):
        office.message("21", f"c{number}", 1.0)
    first = office.ask("21", "message list", most=2)
    last = office.ask("21", "message list", most=2, before=3)
    assert ([each["call"] for each in first["messages"]], first["more"]) == (["c4", "c3"], True)
    assert ([each["call"] for each in last["messages"]], last["more"]) == (["c1", "c0"], False)


def test_my_page_has_what_waits_for_me(office: Colleagues) -> None:
    office.do("phone add", extension="21", name="Desk")
    office.message("30")
    heard = office.message("21")
    office.ask("21", "message heard", message=heard.id)
    office.missed("21")
    mine = office.ask("21", "mine")
    assert (mine["person"]["extension"], mine["person"]["phones"][0]["label"]) == ("21", "Desk")
    assert [message["extension"] for message in mine["messages"]] == ["30"]
    assert [group["name"] for group in mine["groups"]] == ["Sales"]
    assert (len(mine["tasks"]), len(mine["calls"])) == (1, 1)
    assert "legs" not in mine["calls"][0]
    assert (office.ask("chef", "mine")["person"], office.ask("chef", "mine")["calls"]) == (None, [])
