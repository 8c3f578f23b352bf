"""The greetings page: every number's greeting and every announcement, heard and changed by admins."""

from __future__ import annotations

import pytest
from webtest import Upload

from tests.sound_files import sound_file
from tests.webui.forms import form_to
from tests.webui.office import Web

NUMBER = "+4930123450"


@pytest.fixture
def office(web: Web) -> Web:
    web.do("trunk add", name="provider", peer="127.0.0.1:5090")
    web.do("number add", number=NUMBER, trunk="provider", to=["21"])
    return web


def test_every_greeting_is_heard(office: Web) -> None:
    page = office.admin.get("/greetings")
    sources = [audio["src"] for audio in page.html.find_all("audio")]
    assert sources == [
        f"/greetings/number/{NUMBER}/sound",
        *(f"/greetings/person/{e}/sound" for e in ("21", "22", "23")),
    ]
    for source in sources:
        assert office.admin.get(source).body[:4] == b"RIFF"


def test_a_number_s_greeting_is_brought_as_a_file_and_taken_back(office: Web) -> None:
    sent = form_to(office.admin.get(f"/greetings/number/{NUMBER}"), "")
    sent["greeting_file"] = Upload("../hello.ogg", sound_file("ogg"))
    page = sent.submit().follow()
    assert "Saved" in page
    assert office.desk.office.numbers[NUMBER].greeting.startswith("number-4930123450-")
    back = form_to(page, "")
    back["greeting_default"] = True
    back.submit()
    assert office.desk.office.numbers[NUMBER].greeting == ""


def test_a_take_that_was_heard_is_saved(office: Web) -> None:
    sent = form_to(office.admin.get("/greetings/person/22"), "")
    posted = {"csrf": sent["csrf"].value, "sound": Upload("blob", sound_file("webm"))}
    sent["announcement_taken"].force_value(office.admin.post("/sound/decode", posted).json["id"])
    sent.submit()
    assert office.desk.office.people["22"].announcement.startswith("person-22-")


def test_saving_nothing_changes_nothing(office: Web) -> None:
    assert form_to(office.admin.get(f"/greetings/number/{NUMBER}"), "").submit().status_code == 303
    assert office.desk.office.numbers[NUMBER].greeting == ""


def test_a_take_that_is_gone_is_told_at_the_field(office: Web) -> None:
    sent = form_to(office.admin.get(f"/greetings/number/{NUMBER}"), "")
    sent["greeting_taken"].force_value('gone"><script>')
    page = sent.submit(status=422)
    assert "no longer exists" in page.html.find(id="f-greeting-error").text
    assert "<script>" not in page.text.replace("<script type", "")


def test_users_have_no_business_there(office: Web) -> None:
    anna = office.user("21")
    for path in ("/greetings", f"/greetings/number/{NUMBER}", f"/greetings/number/{NUMBER}/sound"):
        anna.get(path, status=403)
    csrf = anna.get("/mine").forms[0]["csrf"].value
    anna.post("/greetings/person/22", {"csrf": csrf, "announcement_text": "Ha"}, status=403)
    assert office.desk.office.people["22"].announcement == ""


def test_what_is_not_there_is_not_found(office: Web) -> None:
    for path in ("/greetings/person/99", "/greetings/number/+4912345", "/greetings/group/30"):
        office.admin.get(path, status=404)
