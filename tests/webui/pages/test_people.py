"""The pages of people: the extension first, a clash named with its owner, kept input, two admins."""

from __future__ import annotations

import re

import pytest

from pbx.store.secrets.pins import pin_matches
from tests.webui.forms import csrf, form_to
from tests.webui.office import Web

LIST = "Dora Dachs; 25\n\nEmil Esel\t26\nFritz <fritz@example.org>\n"


def test_everybody_is_listed_by_extension_and_found_by_a_search(web: Web) -> None:
    page = web.admin.get("/people")
    assert re.findall(r'class="extension">(\d+)<', page.text) == ["21", "22", "23"]
    assert "no phone yet" in page.text
    found = web.admin.get("/people?search=bRAu")
    assert "Bert Braun" in found.text
    assert "Anna Adler" not in found.text
    assert "No person matches" in web.admin.get("/people?search=xyz").text


def test_lamps_say_in_words_who_is_free_and_whose_phone_is_away(web: Web) -> None:
    phone = web.do("phone add", extension="21")
    assert '<span class="lamp offline">not registered</span>' in web.admin.get("/people").text
    web.live.registered = {phone["username"]: ["sip:x@192.0.2.9"]}
    assert '<span class="lamp free">free</span>' in web.admin.get("/people").text


def test_the_free_extension_stands_in_the_form_and_is_given(web: Web) -> None:
    form = form_to(web.admin.get("/people"), "/people")
    assert form["extension"].value == "100"
    form["name"] = "Dora Dachs"
    answer = form.submit()
    assert answer.location.endswith("/people/100")
    assert "Dora Dachs now has extension 100." in answer.follow().text


def test_a_clash_is_named_with_its_owner_and_a_press_takes_the_free_one(web: Web) -> None:
    page = web.admin.get("/people")
    form = form_to(page, "/people")
    form["name"], form["extension"] = "Dora Dachs", "22"
    refused = form.submit(status=422)
    assert "Extension 22 belongs to Bert Braun." in refused.text
    assert 'aria-invalid="true"' in refused.text
    again = form_to(refused, "/people")
    assert (again["name"].value, again["extension"].value) == ("Dora Dachs", "22")
    again.submit("take", index=0).follow()
    assert web.desk.office.people["100"].name == "Dora Dachs"


def test_a_name_is_needed(web: Web) -> None:
    page = web.admin.get("/people")
    refused = form_to(page, "/people").submit(status=422)
    assert "This field is required." in refused.text


def test_a_script_is_told_while_an_extension_is_typed(web: Web) -> None:
    assert web.admin.get("/people/free").json == {"wrong": "", "free": "100"}
    assert "Bert Braun" in web.admin.get("/people/free?extension=22&person=21").json["wrong"]
    assert web.admin.get("/people/free?extension=21&person=21").json["wrong"] == ""
    assert "emergency" in web.admin.get("/people/free?extension=112").json["wrong"]


def test_a_pasted_list_is_shown_with_its_extensions_before_it_becomes_people(web: Web) -> None:
    page = form_to(web.admin.get("/people/paste"), "/people/paste")
    page["names"] = LIST
    looked = page.submit("step", value="look")
    assert re.findall(r'class="extension">(\w+)<', looked.text) == ["25", "26", "100"]
    assert set(web.desk.office.people) == {"21", "22", "23"}
    form = form_to(looked, "/people/paste")
    assert "3 people have been added." in form.submit("step", value="add").follow().text
    assert {"25", "26", "100"} < set(web.desk.office.people)
    assert web.desk.office.people["100"].name == "Fritz"


def test_a_wrong_line_is_named_and_adds_nobody(web: Web) -> None:
    page = web.admin.get("/people/paste")
    form = form_to(page, "/people/paste")
    form["names"] = "Dora; 22\nEmil"
    looked = form.submit("step", value="look")
    assert "Line 1:" in looked.text
    assert "Bert Braun" in looked.text
    assert 'value="add"' not in looked.text
    forced = web.admin.post("/people/paste", {"csrf": csrf(page), "names": "Dora; 22\nEmil", "step": "add"}, status=422)
    assert "Line 1 cannot be used" in forced.text
    assert set(web.desk.office.people) == {"21", "22", "23"}


def test_one_person_s_page_has_the_extension_first(web: Web) -> None:
    page = web.admin.get("/people/21")
    assert page.text.index('class="extension big">21<') < page.text.index("<h1>Anna Adler")
    assert page.text.index('id="f-extension"') < page.text.index('id="f-name"')
    assert "Sales" in page.text
    assert "has no phone yet" in page.text


def test_everything_of_a_person_is_saved(web: Web) -> None:
    web.do("trunk add", name="provider", peer="127.0.0.1")
    web.do("number add", number="+4930123450", trunk="provider", to=["30"])
    page = web.admin.get("/people/21")
    form = form_to(page, "/people/21")
    form["extension"], form["name"], form["ring"] = "31", "Anna Berg", "12,5"
    form["number"], form["language"], form["pin"] = "+4930123450", "en", "2580"
    form.get("reachable", index=1).checked = False
    form.get("outbound_only", index=1).checked = True
    form.get("voicemail", index=1).checked = False
    answer = form.submit()
    assert answer.location.endswith("/people/31")
    saved = web.desk.office.people["31"]
    assert (saved.name, saved.ring_seconds, saved.number, saved.language) == ("Anna Berg", 12.5, "+4930123450", "en")
    assert (saved.reachable, saved.outbound_only, saved.voicemail) == (False, True, False)
    assert pin_matches(saved.pin, "2580")
    assert web.desk.office.groups["30"].members == ("31", "22")
    shown = answer.follow()
    assert "2580" not in shown.text
    assert saved.pin not in shown.text
    assert "A PIN is set" in shown.text


def test_only_the_office_s_numbers_that_are_nobody_else_s_can_be_shown(web: Web) -> None:
    web.do("trunk add", name="provider", peer="127.0.0.1")
    for number in ("+4930123450", "+4930123451"):
        web.do("number add", number=number, trunk="provider", to=["30"])
    web.do("user set", person="22", number="+4930123451")
    page = web.admin.get("/people/21")
    form = form_to(page, "/people/21")
    assert [value for value, _, _ in form["number"].options] == ["", "+4930123450"]
    form["number"].force_value("+4930123451")
    assert "Please choose one of the options." in form.submit(status=422).text
    assert web.desk.office.people["21"].number == ""


def test_an_error_stands_at_its_field_and_what_was_typed_is_kept(web: Web) -> None:
    page = web.admin.get("/people/21")
    form = form_to(page, "/people/21")
    form["extension"], form["name"], form["ring"] = "22", "Anna Berg", "soon"
    refused = form.submit(status=422)
    assert "Please enter a number." in refused.text
    again = form_to(refused, "/people/21")
    assert (again["name"].value, again["ring"].value, again["extension"].value) == ("Anna Berg", "soon", "22")
    again["ring"] = "20"
    clash = again.submit(status=422)
    assert "Extension 22 belongs to Bert Braun." in clash.text
    form_to(clash, "/people/21").submit("take")
    assert web.desk.office.people["100"].name == "Anna Berg"


@pytest.mark.parametrize(("field", "value"), [("pin", "4321"), ("name", "x" * 81), ("ring", "0"), ("extension", "110")])
def test_what_cannot_be_is_said_at_the_field(web: Web, field: str, value: str) -> None:
    page = web.admin.get("/people/21")
    form = form_to(page, "/people/21")
    form[field] = value
    refused = form.submit(status=422)
    assert f'id="f-{field}-error"' in refused.text
    if field == "pin":
        assert value not in refused.text


def test_enter_in_a_field_saves_and_neither_takes_the_free_extension_nor_the_pin_away(web: Web) -> None:
    web.do("user set", person="21", pin="2580")
    page = web.admin.get("/people/21")
    form_to(page, "/people/21")["extension"] = "22"
    clash = form_to(page, "/people/21").submit(status=422)
    for each in (page, clash):
        first = next(button for form in each.html.find_all("form", action="/people/21") for button in form("button"))
        assert (first.get("name"), first.get("formaction"), first.get("aria-hidden")) == (None, None, "true")
    assert clash.text.index('name="take"') < clash.text.index('id="f-name"'), "the offer stands beside its field"


def test_two_admins_who_change_the_same_person_are_told(web: Web) -> None:
    page = web.admin.get("/people/21")
    form = form_to(page, "/people/21")
    web.do("user set", person="21", name="Anna von nebenan")
    form["name"] = "Anna Berg"
    conflict = form.submit(status=409)
    assert "Anna von nebenan" in conflict.text
    again = form_to(conflict, "/people/21")
    assert again["name"].value == "Anna Berg"
    again.submit(status=303)
    assert web.desk.office.people["21"].name == "Anna Berg"


def test_a_pin_can_be_removed(web: Web) -> None:
    web.do("user set", person="21", pin="2580")
    page = web.admin.get("/people/21")
    web.admin.post("/people/21/pin", {"csrf": csrf(page)}, status=303)
    assert web.desk.office.people["21"].pin == ""


def test_an_announcement_is_typed_and_taken_back(web: Web, spoken: list[tuple[str, str]]) -> None:
    page = web.admin.get("/people/21")
    form = page.forms["announcement"]
    empty = form.submit(status=422)
    assert "Please type a text" in empty.text
    form["announcement_text"] = "Anna is on holiday."
    form.submit(status=303)
    assert web.desk.office.people["21"].announcement.startswith("person-21-")
    page = web.admin.get("/people/21")
    form = page.forms["announcement"]
    form["announcement_default"] = True
    form.submit(status=303)
    assert web.desk.office.people["21"].announcement == ""


def test_somebody_who_is_not_there_is_not_found(web: Web) -> None:
    assert web.admin.get("/people/99", status=404)
    assert web.admin.get("/people/30", status=404)


def test_only_admins_open_these_pages(web: Web) -> None:
    for path in ("/people", "/people/21", "/people/paste", "/people/free", "/people/21/leave"):
        web.user("22").get(path, status=403)
        assert "/login" in web.visitor.get(path, status=303).location


def test_names_from_outside_are_harmless(web: Web) -> None:
    web.do("user add", name="<script>alert(1)</script>", extension="66")
    for path in ("/people", "/people/66", "/people/66/leave", "/people?search=<script>alert(1)</script>"):
        assert "<script>alert" not in web.admin.get(path).text


def test_extensions_of_who_left_are_listed_and_released(web: Web) -> None:
    web.do("user leave", person="23", extension_to="22")
    page = web.admin.get("/people")
    assert "Calls go to Bert Braun (22)." in page.text
    form = form_to(page, "/people/release/23")
    assert "23 is free again." in form.submit().follow().text
    assert web.desk.office.former == {}


def test_a_colleague_is_invited_to_the_page(web: Web) -> None:
    page = web.admin.get("/people/21")
    assert "No login yet" in page.text
    invitation = form_to(page, "/access/invite").submit()
    assert "/invitation/" in invitation.text
    page = web.admin.get("/people/21")
    assert "Invited, but has not chosen a password yet." in page.text
    assert "/invitation/" in form_to(page, "/access/invite").submit().text


def test_what_is_to_be_done_with_a_long_list_stands_above_it_and_what_is_wrong_comes_first(web: Web) -> None:
    form = form_to(web.admin.get("/people/paste"), "/people/paste")
    form["names"] = "".join(f"Person {each}\n" for each in range(200))
    looked = form.submit("step", value="look")
    assert looked.text.index('value="add"') < looked.text.index('<span class="name">Person 0<')
    form = form_to(looked, "/people/paste")
    form["names"] = "".join(f"Person {each}\n" for each in range(200)) + "Somebody; 12345\n"
    looked = form.submit("step", value="look")
    assert "Line 201:" in looked.html.select("ul.list li")[0].text
    assert 'value="add"' not in looked
