"""My page: the extension on top, what waits, calls, PIN and announcement."""

from __future__ import annotations

from webtest import Upload

from pbx.store.secrets.pins import pin_matches
from tests.leftovers import message, missed
from tests.sound_files import sound_file
from tests.webui.forms import form_to
from tests.webui.office import Web


def test_ones_own_extension_is_on_top(web: Web) -> None:
    page = web.user("21").get("/mine")
    assert page.html.find(class_="extension").text == "21"
    assert page.html.find("h1").text == "Anna Adler"


def test_what_waits_is_there(web: Web) -> None:
    web.do("phone add", extension="21", name="Desk")
    missed(web.desk, "21", name="Frau Meier")
    message(web.desk, "30")
    page = web.user("21").get("/mine").html
    assert "Frau Meier" in page.find(id="my-tasks").text
    assert "0:02" in page.find(id="my-messages").text
    assert "Frau Meier" in page.find(id="my-calls").text
    assert "Desk" in page.find(id="my-phones").text
    assert page.find(id="my-phones").find(class_="offline") is not None


def test_a_name_is_typed_and_ones_phone_rings(web: Web) -> None:
    web.do("phone add", extension="21")
    call = form_to(web.user("21").get("/mine"), "/mine/call")
    web.live.asked.clear()
    call["number"] = "bert braun"
    assert "Your phone is ringing" in call.submit().follow()
    assert web.live.asked == [("call", "21", "22", "")]


def test_whom_nobody_knows_is_said_at_the_field_and_kept(web: Web) -> None:
    call = form_to(web.user("21").get("/mine"), "/mine/call")
    call["number"] = "Nobody <b>"
    page = call.submit(status=422)
    assert "Nobody is called" in page.html.find(id="f-number-error").text
    assert page.html.find(id="f-number")["value"] == "Nobody <b>"


def test_the_pin_is_changed_and_removed(web: Web) -> None:
    anna = web.user("21")
    pin = form_to(anna.get("/mine/pin"), "")
    pin["pin"], pin["again"] = "2580", "2580"
    assert "changed" in pin.submit().follow().html.find(class_="flash").text
    assert pin_matches(web.desk.office.people["21"].pin, "2580")
    form_to(anna.get("/mine/pin"), "/mine/pin/remove").submit()
    assert web.desk.office.people["21"].pin == ""


def test_a_pin_that_cannot_be_is_refused_at_its_field(web: Web) -> None:
    anna = web.user("21")
    for pin, again, field in (("1234", "1234", "pin"), ("2580", "2581", "again"), ("", "", "pin"), ("x", "x", "pin")):
        typed = form_to(anna.get("/mine/pin"), "")
        typed["pin"], typed["again"] = pin, again
        page = typed.submit(status=422)
        assert page.html.find(id=f"f-{field}-error") is not None
        assert web.desk.office.people["21"].pin == ""
        assert not [each for each in page.html.find_all("input", type="password") if each.get("value")]


def test_ones_announcement_is_uploaded_heard_and_taken_back(web: Web) -> None:
    anna = web.user("21")
    sent = form_to(anna.get("/mine/announcement"), "")
    sent["announcement_file"] = Upload("away.m4a", sound_file("m4a"))
    assert "Saved" in sent.submit().follow()
    assert web.desk.office.people["21"].announcement.startswith("person-21-")
    assert anna.get("/mine/announcement/sound").body[:4] == b"RIFF"
    back = form_to(anna.get("/mine/announcement"), "")
    back["announcement_default"] = True
    back.submit()
    assert web.desk.office.people["21"].announcement == ""


def test_a_file_that_is_no_sound_is_refused_at_the_field(web: Web) -> None:
    sent = form_to(web.user("21").get("/mine/announcement"), "")
    sent["announcement_file"] = Upload("away.mp3", b"junk")
    sent["announcement_text"] = "Typed as well"
    page = sent.submit(status=422)
    assert "cannot read this sound file" in page.html.find(id="f-announcement-error").text
    assert "Typed as well" in page.html.find("textarea").text


def test_an_account_without_extension_has_a_page_too(web: Web) -> None:
    missed(web.desk, "")
    page = web.admin.get("/mine")
    assert "no extension" in page
    assert "+49" in page.html.find(id="my-tasks").text
    assert web.admin.get("/mine/announcement", status=404)


def test_two_browsers_that_change_one_announcement_are_told(web: Web) -> None:
    anna = web.user("21")
    first = form_to(anna.get("/mine/announcement"), "")
    web.do("user set", person="21", name="Anna Neu")
    first["announcement_file"] = Upload("away.mp3", sound_file("mp3"))
    assert "changed" in first.submit(status=409).html.find(class_="error").text
