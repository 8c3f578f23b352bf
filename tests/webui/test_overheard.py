"""A page with passwords or PINs, typed or shown, that others could read along says so and leads to one they cannot."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.webui.forms import form_to
from tests.webui.office import Web, opened

SAID = "not encrypted"
HTTPS = {"wsgi.url_scheme": "https"}
TYPED = (
    *("/access/own", "/backup", "/mine/pin", "/people/21"),
    *("/providers/other", "/trunks/amt", "/wizard/line/other", "/wizard/line/easybell"),
)
"""Pages of somebody who is logged in."""


@pytest.fixture
def office(web: Web) -> Web:
    web.do("trunk add", name="amt", register="u@sip.example.net", password="secret")
    web.do("account add", name="chef", password="rotes-Fahrrad-im-Regen", role="admin", extension="21", language="en")
    return web


def test_visitors_are_told_wherever_they_type_a_password(office: Web) -> None:
    for path in ("/login", "/welcome", office.do("account invite", extension="22")["path"]):
        assert SAID in office.visitor.get(path).text
        assert SAID not in office.visitor.get(path, extra_environ=HTTPS).text


def test_the_first_visit_is_told_too_and_led_on_with_its_code(tmp_path: Path) -> None:
    with opened(tmp_path) as web:
        web.app.site.tls_port = 443
        page = web.visitor.get("/welcome?code=ABCDE")
        assert SAID in page.text
        assert 'href="https://localhost/welcome?code=ABCDE"' in page.text


@pytest.mark.parametrize("path", TYPED)
def test_who_is_logged_in_is_told_wherever_a_password_or_pin_is_typed(office: Web, path: str) -> None:
    page = office.log_in("chef").get(path)
    assert 'type="password"' in page.text
    assert page.text.count(SAID) == 1


@pytest.mark.parametrize(
    "path", ["/now", "/tasks", "/people", "/groups", "/phones", "/numbers/new", "/history", "/changes"]
)
def test_nobody_is_told_where_there_is_nothing_to_hide(office: Web, path: str) -> None:
    page = office.log_in("chef").get(path)
    assert 'type="password"' not in page.text
    assert SAID not in page.text


def test_a_password_that_is_shown_can_be_read_along_too(office: Web) -> None:
    admin = office.log_in("chef")
    account = form_to(admin.get("/people/21"), "/phones").submit()
    cards = form_to(admin.get("/wizard/phones"), "/wizard/phones").submit("do", value="new")
    link = form_to(admin.get("/people/23"), "/access/invite").submit()
    for page in (account, cards, link):
        assert SAID in page.text


def test_what_was_typed_wrong_is_asked_again_with_the_warning(office: Web) -> None:
    form = form_to(office.visitor.get("/login"), "/login")
    form["name"], form["password"] = "chef", "wrong"
    assert SAID in form.submit(status=422).text
