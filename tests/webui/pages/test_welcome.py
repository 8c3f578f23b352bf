"""The first visit, and a forgotten password."""

from __future__ import annotations

import pytest

from tests.webui.forms import form_to
from tests.webui.office import ADMIN, PASSWORD, Web

OTHER = "gruene-Lampe-ohne-Strom"


@pytest.fixture
def code(web: Web) -> str:
    """What the box shows."""
    return str(web.do("code show")["code"])


def test_a_box_without_admin_asks_everybody_in(web: Web) -> None:
    assert web.visitor.get("/").location.endswith("/welcome")


def test_the_first_visit_makes_an_admin_and_goes_on_to_the_wizard(web: Web, code: str) -> None:
    browser = web.visitor
    form = form_to(browser.get("/welcome"), "/welcome")
    form["code"], form["name"], form["password"] = code.lower(), "Dora Dachs", OTHER
    form["language"], form["country"], form["number"] = "en", "AT", "01 2345678"
    assert form.submit().location.endswith("/wizard")
    assert browser.get("/").location.endswith("/now")
    office = web.desk.office
    assert (office.country, office.number, office.area_code) == ("AT", "+4312345678", "1")
    assert office.accounts["Dora Dachs"].role == "admin"


def test_what_is_wrong_is_said_at_its_field_and_what_was_typed_stays(web: Web, code: str) -> None:
    form = form_to(web.visitor.get("/welcome"), "/welcome")
    form["code"], form["name"], form["password"], form["number"] = code, "Dora", "kurz", "030 12345"
    refused = form.submit(status=422)
    assert "at least 10 characters" in refused.text
    again = form_to(refused, "/welcome")
    assert (again["code"].value, again["name"].value, again["number"].value) == (code, "Dora", "030 12345")
    again["password"], again["number"] = OTHER, "12"
    refused = again.submit(status=422)
    assert 'id="f-number-error"' in refused.text
    assert not web.desk.office.accounts


def test_a_wrong_code_is_refused_at_the_code(web: Web, code: str) -> None:
    form = form_to(web.visitor.get("/welcome"), "/welcome")
    form["code"], form["name"], form["password"] = "AAAAA-AAAAA", "Dora", OTHER
    assert 'id="f-code-error"' in form.submit(status=422).text


def test_the_code_is_filled_in_after_the_button_or_from_its_qr_code_and_else_not_shown(web: Web, code: str) -> None:
    assert code not in web.visitor.get("/welcome").text
    scanned = form_to(web.visitor.get("/welcome?code=" + code.replace("-", "")), "/welcome")
    assert scanned["code"].value == code.replace("-", "")
    web.do("code press")
    pressed = web.visitor.get("/welcome")
    assert form_to(pressed, "/welcome")["code"].value == code
    assert "You have pressed the button" in pressed.text


def test_the_countries_are_named_in_the_visitor_s_language(web: Web) -> None:
    page = web.visitor.get("/welcome", headers={"Accept-Language": "de"})
    options = [label for _, _, label in form_to(page, "/welcome")["country"].options]
    assert options[:3] == ["Deutschland", "Österreich", "Schweiz"]
    assert form_to(page, "/welcome")["country"].value == "DE"
    assert form_to(page, "/welcome")["language"].value == "de"


def test_later_the_code_gives_an_admin_a_new_password_and_asks_nothing_else(web: Web) -> None:
    web.do("account add", name=ADMIN, password=PASSWORD, role="admin")
    browser = web.visitor
    form = form_to(browser.get("/welcome"), "/welcome")
    assert "country" not in form.fields
    form["code"], form["name"], form["password"] = web.do("code show")["code"], ADMIN, OTHER
    assert form.submit().location == "/"
    assert browser.get("/").location.endswith("/now")
    assert web.log_in(ADMIN, OTHER)
