"""Logging in and out at the page."""

from __future__ import annotations

import pytest
from webtest import TestApp, TestResponse

from tests.webui.forms import csrf, form_to
from tests.webui.office import ADMIN, PASSWORD, Web


def log_in(browser: TestApp, name: str, password: str = PASSWORD, after: str = "") -> TestResponse:
    form = form_to(browser.get("/login" + (f"?next={after}" if after else "")), "/login")
    form["name"], form["password"] = name, password
    return form.submit(expect_errors=True)


@pytest.fixture
def accounts(web: Web) -> Web:
    """An admin, and Anna."""
    web.do("account add", name=ADMIN, password=PASSWORD, role="admin", language="en")
    web.do("account add", name="anna", password=PASSWORD, extension="21", language="en")
    return web


def test_after_login_everybody_comes_to_their_own_start_page(accounts: Web) -> None:
    for name, home in ((ADMIN, "/now"), ("anna", "/mine"), ("21", "/mine")):
        browser = accounts.visitor
        answer = log_in(browser, name)
        assert answer.status_int == 303
        assert browser.get("/").location.endswith(home)


def test_one_gets_where_one_wanted_to_but_never_elsewhere(accounts: Web) -> None:
    assert accounts.visitor.get("/people").location.endswith("/login?next=/people")
    assert log_in(accounts.visitor, ADMIN, after="/people").location.endswith("/people")
    for elsewhere in ("https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:alert(1)", "/logout"):
        assert log_in(accounts.visitor, ADMIN, after=elsewhere).location == "/"


def test_a_wrong_password_keeps_the_name_and_not_the_password(accounts: Web) -> None:
    refused = log_in(accounts.visitor, "anna", "not her password")
    assert refused.status_int == 422
    assert "The name or the password is wrong." in refused.text
    assert form_to(refused, "/login")["name"].value == "anna"
    assert "not her password" not in refused.text


def test_an_unknown_name_is_answered_like_a_known_one(accounts: Web) -> None:
    known, unknown = (log_in(accounts.visitor, name, "wrong").text for name in ("anna", "otto"))
    assert "The name or the password is wrong." in known
    assert "The name or the password is wrong." in unknown


def test_who_guesses_is_told_to_wait(accounts: Web) -> None:
    for _ in range(5):
        log_in(accounts.visitor, "anna", "wrong")
    assert "Too many failed attempts" in log_in(accounts.visitor, "anna").text


def test_logging_out_ends_the_session_also_for_who_kept_the_cookie(accounts: Web) -> None:
    browser, thief = accounts.visitor, accounts.visitor
    log_in(browser, "anna")
    thief.set_cookie("session-80", browser.cookies["session-80"])
    page = browser.get("/mine", expect_errors=True)
    assert browser.post("/logout", {"csrf": csrf(page)}).location.endswith("/login")
    for each in (browser, thief):
        assert "/login" in each.get("/mine").location


def test_nobody_is_logged_out_by_a_link_or_another_s_form(accounts: Web) -> None:
    browser = accounts.visitor
    log_in(browser, "anna")
    assert browser.get("/logout", expect_errors=True).status_int in (404, 405)
    browser.post("/logout", {"csrf": "x"}, expect_errors=True)
    assert browser.get("/").location.endswith("/mine")


def test_the_cookie_cannot_be_read_by_scripts(accounts: Web) -> None:
    answer = log_in(accounts.visitor, "anna")
    (cookie,) = [value for value in answer.headers.getall("Set-Cookie") if value.startswith("session")]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie


def test_the_page_says_that_it_is_not_encrypted_and_where_it_would_be(accounts: Web) -> None:
    page = accounts.visitor.get("/login")
    assert "not encrypted" in page.text
    accounts.app.site.tls_port = 8443
    page = accounts.visitor.get("/login")
    assert 'href="https://localhost:8443/login"' in page.text
    encrypted = accounts.visitor.get("/login", extra_environ={"wsgi.url_scheme": "https"})
    assert "not encrypted" not in encrypted.text


def test_the_login_speaks_german(accounts: Web) -> None:
    page = accounts.visitor.get("/login", headers={"Accept-Language": "de-DE,de;q=0.9"})
    assert "Anmelden" in page.text
    assert "Kennwort" in page.text or "Passwort" in page.text
