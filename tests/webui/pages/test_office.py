"""The office's own settings."""

from __future__ import annotations

from tests.webui.office import Web


def test_the_office_is_changed(web: Web) -> None:
    form = web.admin.get("/office").forms["office"]
    form["name"], form["country"], form["area_code"], form["language"] = "Example Ltd", "AT", "01", "en"
    form["dial_pause"] = "2,5"
    assert "Saved" in form.submit().follow()
    office = web.desk.office
    assert (office.name, office.country, office.area_code, office.language) == ("Example Ltd", "AT", "1", "en")
    assert office.dial_pause == 2.5


def test_what_is_wrong_stands_at_its_field_and_nothing_is_saved(web: Web) -> None:
    form = web.admin.get("/office").forms["office"]
    form["area_code"], form["name"] = "abc", "New"
    answer = form.submit(status=422)
    assert answer.html.select_one("#f-area_code-error")
    assert answer.forms["office"]["name"].value == "New"
    assert web.desk.office.name == ""
    form["area_code"], form["digit_silence"] = "30", "3600"
    assert form.submit(status=422).html.select_one("#f-digit_silence-error")


def test_a_country_whose_emergency_number_somebody_has_is_refused(web: Web) -> None:
    web.do("user add", name="Dora", extension="911")
    form = web.admin.get("/office").forms["office"]
    form["country"] = "US"
    assert "911" in form.submit(status=422).html.select_one("#f-country-error").text


def test_the_digit_for_an_outside_line_hides_nobody(web: Web) -> None:
    web.do("user add", name="Dora", extension="94")
    form = web.admin.get("/office").forms["office"]
    assert form["access_digit"].value == ""
    assert [value for value, *_ in form["access_digit"].options][:3] == ["", "0", "9"]
    form["access_digit"] = "9"
    answer = form.submit(status=422)
    assert "94" in answer.html.select_one("#f-access_digit-error").text
    form = answer.forms["office"]
    form["access_digit"] = "0"
    form.submit().follow()
    assert web.desk.office.access_digit == "0"
    form = web.admin.get("/office").forms["office"]
    form["access_digit"] = ""
    form.submit().follow()
    assert web.desk.office.access_digit == ""


def test_two_admins_are_told(web: Web) -> None:
    form = web.admin.get("/office").forms["office"]
    web.do("office set", name="Theirs")
    form["name"] = "Mine"
    answer = form.submit(status=409)
    assert "Theirs" in answer
    assert answer.forms["office"]["name"].value == "Mine"


def test_only_admins_see_it(web: Web) -> None:
    web.user("21").get("/office", status=403)
