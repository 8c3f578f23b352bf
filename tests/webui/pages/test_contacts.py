"""Contacts: found, called by a click, changed, brought in from files and taken out as a table."""

from __future__ import annotations

import pytest

from tests.webui.office import Web

TABLE = "Vorname;Nachname;Telefon;Durchwahl\nJörg;Müller;+49 89 765432;21\nEva;Fischer;somewhere;\n"


@pytest.fixture
def office(web: Web) -> Web:
    """Meier behind extension 21, and a colleague Anna with a phone."""
    web.do("contact add", name="Meier & Söhne <x>", number="+49 89 123456;21")
    web.do("contact add", name="Adler", number="+49 30 987654")
    web.do("phone add", extension="21")
    return web


def test_contacts_are_found_and_shown_harmlessly(office: Web) -> None:
    page = office.user("21").get("/contacts")
    assert "Meier &amp; Söhne &lt;x&gt;" in page
    assert "<x>" not in page
    found = office.user("21").get("/contacts?search=meier")
    assert "Adler" not in found.html.select_one("#contacts").text
    assert "No contact has this name or number" in office.user("21").get("/contacts?search=xyz")


def test_a_click_rings_one_s_own_phone_and_goes_straight_through(office: Web) -> None:
    page = office.user("21").get("/contacts?search=meier")
    form = next(form for form in page.forms.values() if form.action == "/contacts/call")
    answer = form.submit("name").follow()
    assert ("call", "21", "+4989123456", "21") in office.live.asked
    assert "Your phone is ringing" in answer
    assert answer.html.select_one("#search")["value"] == "meier"


def test_nobody_calls_from_another_s_phone(office: Web) -> None:
    page = office.user("22").get("/contacts")
    form = next(form for form in page.forms.values() if form.action == "/contacts/call")
    form.submit("name", status="*")
    assert not [call for call in office.live.asked if call[0] == "call" and call[1] != "22"]


def test_who_has_no_extension_sees_no_button(office: Web) -> None:
    assert not [form for form in office.admin.get("/contacts").forms.values() if form.action == "/contacts/call"]


def test_a_contact_is_added_changed_and_removed(office: Web) -> None:
    browser = office.user("21")
    form = browser.get("/contacts/new?number=%2B4989777").forms["contact"]
    assert form["number"].value == "+4989777"
    form["name"] = "A/B ?&"
    assert "has been added to the contacts" in form.submit().follow()
    form = browser.get("/contacts/edit?name=A/B%20%3F%26").forms["contact"]
    form["number"] = "+49 89 778#5"
    assert "Saved" in form.submit().follow()
    assert office.desk.office.contacts["A/B ?&"].extension == "5"
    browser.get("/contacts/edit?name=A/B%20%3F%26").forms["remove"].submit().follow()
    assert "A/B ?&" not in office.desk.office.contacts


def test_what_is_wrong_stands_at_its_field(office: Web) -> None:
    form = office.user("21").get("/contacts/new").forms["contact"]
    form["name"], form["number"] = "Adler", "12;x"
    answer = form.submit(status=422)
    assert answer.html.select_one("#f-name-error") or answer.html.select_one("#f-number-error")
    assert answer.forms["contact"]["number"].value == "12;x"


def test_the_table_is_harmless_in_a_spreadsheet(office: Web) -> None:
    office.do("contact add", name="=1+1", number="+49891234567")
    answer = office.user("21").get("/contacts/export")
    lines = answer.body.decode("utf-8-sig").splitlines()
    assert lines[0] == "Name,Number,Extension"
    assert any(line.startswith("'=1+1,'+49891234567") for line in lines)


def test_a_file_is_looked_at_first_and_then_taken(office: Web) -> None:
    form = office.admin.get("/contacts/import").forms["file"]
    form["file"] = ("contacts.csv", TABLE.encode("cp1252"))
    looked = form.submit()
    assert "1 contact will be added" in looked
    assert "Not usable: 1" in looked
    assert len(office.desk.office.contacts) == 2
    form = looked.forms["take"]
    assert [field.value for field in form.fields["role"]] == ["first", "last", "phone", "extension"]
    form.set("role", "", 3)
    again = form.submit("do", value="look")
    assert again.forms["take"].fields["role"][3].value == ""
    done = again.forms["take"].submit("do", value="take").follow()
    assert "1 contact was added" in done
    assert office.desk.office.contacts["Jörg Müller"].extension == ""


def test_a_long_file_is_looked_at_in_pages_with_the_button_above_them(office: Web) -> None:
    form = office.admin.get("/contacts/import").forms["file"]
    lines = "".join(f"Kunde {each:04};+49 30 {2_000_000 + each}\n" for each in range(300))
    form["file"] = ("contacts.csv", f"Name;Telefon\n{lines}".encode())
    looked = form.submit()
    shown = looked.html.select("#preview tbody tr")
    assert len(shown) == 50
    assert looked.text.index('value="take"') < looked.text.index("<table")
    assert "1\N{EN DASH}50 of 300" in looked
    assert not looked.html.select(".pages a"), "a link would lose the file"
    later = looked.forms["take"].submit("page", value="6")
    assert "Kunde 0299" in later
    assert "251\N{EN DASH}300 of 300" in later
    assert len(office.desk.office.contacts) == 2
    assert "300 contacts were added" in later.forms["take"].submit("do", value="take").follow()
    assert len(office.desk.office.contacts) == 302
    for odd in ("-1", "x", "9" * 5000, "²", ""):
        form = office.admin.get("/contacts/import").forms["file"]
        form["file"] = ("contacts.csv", f"Name;Telefon\n{lines}".encode())
        assert office.admin.post("/contacts/import", {"csrf": form["csrf"].value, "page": odd,
                                                      "data": "TmFtZTtUZWxlZm9uCkE7MDMwIDEyMzQ1Ngo="})  # fmt: skip


def test_what_there_is_no_room_for_is_said_with_numbers(office: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pbx.administration.office.contacts_import.MOST", 5)
    form = office.admin.get("/contacts/import").forms["file"]
    lines = "".join(f"Kunde {each:04};+49 30 {2_000_000 + each}\n" for each in range(1300))
    form["file"] = ("contacts.csv", f"Name;Telefon\n{lines}".encode())
    looked = form.submit()
    assert "3 contacts will be added" in looked
    said = "1,297 contacts do not fit: the limit is 5, and there are 2 already."
    assert said in looked
    done = looked.forms["take"].submit("do", value="take").follow()
    assert "3 contacts were added." in done
    assert said in done


def test_vcards_need_no_columns(office: Web) -> None:
    form = office.admin.get("/contacts/import").forms["file"]
    form["file"] = ("x.vcf", b"BEGIN:VCARD\nVERSION:3.0\nFN:Otto\nTEL;TYPE=CELL:+49171123456\nEND:VCARD\n")
    looked = form.submit()
    assert "role" not in looked.forms["take"].fields
    looked.forms["take"].submit("do", value="take").follow()
    assert "Otto" in office.desk.office.contacts


def test_a_file_that_is_none_is_refused_with_a_sentence(office: Web) -> None:
    form = office.admin.get("/contacts/import").forms["file"]
    form["file"] = ("x.bin", b"\0\1\2")
    assert form.submit(status=422).html.select_one("[role=alert]")


def test_files_are_for_admins(office: Web) -> None:
    office.user("21").get("/contacts/import", status=403)
