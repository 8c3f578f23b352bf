"""Forms, tried on a page of the tests' own: what was typed, what is wrong with it, whether it was sent from here."""

from __future__ import annotations

import html
import re

import pytest

from pbx.control.client import ask
from tests.webui.office import ADMIN, PASSWORD, Web
from tests.webui.sample import error_at, framed, log_in

__all__ = ["framed"]


# --- forms ----------------------------------------------------------------------------------------------------------


def test_a_change_is_saved_and_said_once(framed: Web) -> None:
    page = log_in(framed).get("/sample/21")
    form = page.forms[1]
    voicemail = form.fields["voicemail"][1]
    assert (form["name"].value, form["extension"].value, voicemail.checked) == ("Anna Adler", "21", True)
    form["name"], form["extension"], voicemail.checked = "Anna Berg", "27", False
    answer = form.submit(status=303)
    assert answer.location == "/sample/27"
    page = answer.follow()
    assert "Tasks" in page.text[page.text.index('role="status"') :]
    assert page.forms[1]["name"].value == "Anna Berg"
    assert not page.forms[1].fields["voicemail"][1].checked
    assert "data-flash" not in page.test_app.get("/sample/27").text


def test_what_is_wrong_is_said_at_the_field_and_what_was_typed_is_kept(framed: Web) -> None:
    form = log_in(framed).get("/sample/21").forms[1]
    form["name"], form["extension"], form["language"] = "Anna Berg", "22", "en"
    page = form.submit(status=422)
    kept = page.forms[1]
    assert (kept["name"].value, kept["extension"].value, kept["language"].value) == ("Anna Berg", "22", "en")
    assert "Bert Braun" in error_at(page.text, "extension")
    assert error_at(page.text, "name") == ""
    assert re.search(r'id="f-extension"[^>]*aria-describedby="f-extension-help f-extension-error"', page.text)
    assert re.search(r'id="f-extension"[^>]*aria-invalid="true"', page.text)


@pytest.mark.parametrize(
    ("field", "typed", "sentence"),
    [
        ("name", "  ", "field is required"),
        ("ring", "soon", "enter a number"),
        ("ring", "٣", "enter a number"),
        ("ring", "1e999", "enter a number"),
        ("ring", "1_0", "enter a number"),
    ],
)
def test_what_no_daemon_needs_to_see_is_said_at_once(framed: Web, field: str, typed: str, sentence: str) -> None:
    form = log_in(framed).get("/sample/21").forms[1]
    form[field] = typed
    page = form.submit(status=422)
    assert sentence in error_at(page.text, field)
    assert page.forms[1][field].value == typed.strip()


def test_a_choice_that_was_never_offered_is_refused(framed: Web) -> None:
    form = log_in(framed).get("/sample/21").forms[1]
    form["language"].force_value("xx")
    assert "choose one" in error_at(form.submit(status=422).text, "language")


def test_a_password_is_never_shown_again(framed: Web) -> None:
    form = log_in(framed).get("/sample/21").forms[1]
    form["pin"], form["extension"] = "7391", "22"
    page = form.submit(status=422)
    assert "7391" not in page.text


def test_two_admins_who_change_the_same_are_told(framed: Web) -> None:
    one, other = (log_in(framed).get("/sample/21").forms[1] for _ in range(2))
    one["name"] = "Anna One"
    one.submit(status=303)
    other["name"] = "Anna Other"
    page = other.submit(status=409)
    assert "Currently saved: Anna One" in html.unescape(page.text)
    again = page.forms[1]
    assert again["name"].value == "Anna Other"
    again.submit(status=303)
    assert framed.do("user list")[0]["name"] == "Anna Other"


def test_whatever_comes_from_outside_is_text(framed: Web) -> None:
    framed.do("user set", person="21", name='"><img src=x onerror=alert(1)>')
    page = log_in(framed).get("/sample/21")
    assert "<script>alert" not in page.text
    assert "<img" not in page.text
    assert page.forms[1]["name"].value == '"><img src=x onerror=alert(1)>'


# --- forgery --------------------------------------------------------------------------------------------------------


def test_a_form_without_our_token_changes_nothing(framed: Web) -> None:
    admin = log_in(framed)
    mine = admin.get("/sample/21").forms[1]["csrf"].value
    theirs = log_in(framed, "22").get("/sample/21").forms[1]["csrf"].value
    visitors = framed.visitor.get("/nowhere", status=404).forms[0]["csrf"].value
    for token in ("", "x", theirs, visitors, mine[:-1] + ("0" if mine[-1] != "0" else "1"), mine.split(".")[1]):
        admin.post("/sample/21", {"name": "Forged", "csrf": token}, status=403)
    assert framed.do("user list")[0]["name"] == "Anna Adler"
    admin.post("/sample/21", {"name": "Mine", "csrf": mine}, status=303)


def test_a_get_changes_nothing(framed: Web) -> None:
    log_in(framed).get("/sample/21?name=Forged&csrf=x")
    log_in(framed).get("/language?language=de", status=405)
    assert framed.do("user list")[0]["name"] == "Anna Adler"


def test_a_form_of_a_session_that_ended_is_kept_and_sent_again(framed: Web) -> None:
    admin = log_in(framed)
    form = admin.get("/sample/21").forms[1]
    form["name"], form["pin"] = "Anna Later", "7391"
    ask(framed.socket, "session close", {}, session=admin.cookies["session-80"].strip('"'))
    page = form.submit(status=403, headers={"Origin": "http://localhost"})
    assert "logged out" in page.text
    assert 'value="Anna Later"' in page.text
    assert "7391" not in page.text
    admin.set_cookie("session-80", framed.do("session open", name=ADMIN, password=PASSWORD)["token"])
    again = next(each for each in page.forms.values() if "name" in each.fields)
    page = again.submit(status=403, headers={"Origin": "http://localhost"})
    again = next(each for each in page.forms.values() if "name" in each.fields)
    again.submit(status=303, headers={"Origin": "http://localhost"})
    assert framed.do("user list")[0]["name"] == "Anna Later"


def test_a_form_that_may_be_forged_is_not_offered_again(framed: Web) -> None:
    page = log_in(framed).post("/sample/21", {"name": "Forged"}, status=403)
    assert "Forged" not in page.text
    page = log_in(framed).post("/sample/21", {"name": "Forged"}, status=403, headers={"Origin": "http://evil.example"})
    assert "Forged" not in page.text


def test_nobody_is_sent_elsewhere(framed: Web) -> None:
    for back in ("//evil.example", "https://evil.example", "/\\evil.example", "evil", ""):
        app = framed.visitor
        token = app.get("/nowhere", status=404).forms[0]["csrf"].value
        assert app.post("/language", {"csrf": token, "language": "de", "back": back}).location == "/"
