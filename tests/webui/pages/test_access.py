"""Accounts, invitations, one's own password: by pages."""

from __future__ import annotations

import re

import pytest
from webtest.forms import Checkbox

from tests.webui.forms import csrf, form_to
from tests.webui.office import ADMIN, PASSWORD, Web

OTHER = "gruene-Lampe-ohne-Strom"


def test_everybody_with_an_account_is_listed(web: Web) -> None:
    web.user("21")
    page = web.admin.get("/access")
    assert "Anna Adler" in page.text
    assert "logs in as user-21" in page.text
    assert ADMIN in page.text


def test_a_colleague_is_invited_chooses_a_password_and_is_logged_in(web: Web) -> None:
    form = form_to(web.admin.get("/access"), "/access/invite")
    form["extension"] = "22"
    invitation = form.submit()
    (path,) = set(re.findall(r"/invitation/[A-Z2-9]{10}", invitation.text))
    assert "<svg" in invitation.text
    assert "invitation valid until" in web.admin.get("/access").text
    browser = web.visitor
    chosen = form_to(browser.get(path), path)
    chosen["password"] = "kurz"
    chosen = form_to(chosen.submit(status=422), path)
    chosen["password"] = OTHER
    chosen.submit()
    assert browser.get("/").location.endswith("/mine")
    assert browser.get("/access/own").text.count("Bert Braun")
    assert web.visitor.get(path, expect_errors=True).status_int == 404


def test_the_invitation_s_link_is_one_that_a_colleague_s_device_can_open(web: Web) -> None:
    web.desk.host.pages = ("http://192.0.2.10:8080/",)
    page = web.admin.get("/access")
    invited = web.admin.post("/access/invite", {"csrf": csrf(page), "extension": "22"})
    assert "http://192.0.2.10:8080/invitation/" in invited.text
    elsewhere = {"Host": "192.0.2.11", "Cookie": f"session-80={web.admin.cookies['session-80']}"}
    invited = web.visitor.post("/access/invite", {"csrf": csrf(page), "extension": "23"}, elsewhere)
    assert "http://192.0.2.11/invitation/" in invited.text


def test_an_invitation_is_withdrawn(web: Web) -> None:
    code = web.do("account invite", extension="22")["path"]
    form = form_to(web.admin.get("/access/account?name=Bert+Braun"), "/access/invite")
    page = web.admin.post("/access/withdraw", {"csrf": form["csrf"].value, "account": "Bert Braun"})
    assert "has been withdrawn" in page.follow().text
    assert web.visitor.get(code, expect_errors=True).status_int == 404


def test_an_account_s_role_and_what_it_may_hear_are_changed(web: Web) -> None:
    web.user("21")
    action = "/access/account?name=user-21"
    form = form_to(web.admin.get(action), action)
    ticks = [each for each in form.fields["mailboxes"] if isinstance(each, Checkbox)]
    assert [each._value for each in ticks] == ["22", "23", "30"]
    form["role"] = "admin"
    ticks[0].checked = True
    form.submit().follow()
    account = web.desk.office.accounts["user-21"]
    assert (account.role, account.mailboxes, account.extension) == ("admin", ("22",), "21")


def test_a_name_with_any_signs_leads_to_its_account(web: Web) -> None:
    name = "A&B =/? Öl"
    web.do("account add", name=name, password=PASSWORD, role="admin")
    page = web.admin.get("/access").click(re.escape("A&amp;B"))
    form = next(form for form in page.forms.values() if "role" in form.fields)
    form["language"] = "en"
    assert "Saved." in form.submit().follow().text


def test_two_admins_who_change_an_account_are_told(web: Web) -> None:
    web.user("21")
    action = "/access/account?name=user-21"
    form = form_to(web.admin.get(action), action)
    web.do("account set", account="user-21", language="de")
    form["role"] = "admin"
    shown = form.submit(status=409)
    assert form_to(shown, action)["role"].value == "admin"


def test_the_only_admin_cannot_be_removed_and_others_can(web: Web) -> None:
    web.user("21")
    page = web.admin.get(f"/access/account?name={ADMIN}")
    refused = form_to(page, "/access/remove").submit(expect_errors=True)
    assert "the only admin" in refused.text
    form_to(web.admin.get("/access/account?name=user-21"), "/access/remove").submit()
    assert list(web.desk.office.accounts) == [ADMIN]


def test_an_admin_without_extension_is_added_and_invited(web: Web) -> None:
    form = form_to(web.admin.get("/access"), "/access/admin")
    form["name"] = "Fernwartung"
    assert "/invitation/" in form.submit().text
    assert web.desk.office.accounts["Fernwartung"].role == "admin"


def test_one_changes_one_s_own_password(web: Web) -> None:
    form = form_to(web.user("21").get("/access/own"), "/access/own/password")
    form["old"], form["new"] = "wrong", OTHER
    refused = form.submit(status=422)
    assert 'id="f-old-error"' in refused.text
    form["old"] = PASSWORD
    assert "new password has been saved" in form.submit().follow().text
    assert web.log_in("user-21", OTHER)


def test_one_s_own_language_is_spoken_at_once(web: Web) -> None:
    form = form_to(web.user("21").get("/access/own"), "/access/own")
    form["language"] = "de"
    assert "Gespeichert" in form.submit().follow().text


@pytest.mark.parametrize("path", ["/access", "/access/account?name=user-22"])
def test_colleagues_do_not_see_the_office_s_accounts(web: Web, path: str) -> None:
    web.user("22")
    assert web.user("21").get(path, expect_errors=True).status_int == 403


@pytest.mark.parametrize("path", ["/access/invite", "/access/admin", "/access/withdraw", "/access/remove"])
def test_colleagues_and_visitors_change_nothing_there(web: Web, path: str) -> None:
    web.user("22")
    web.user("21")
    before = web.desk.office
    sent = {"csrf": csrf(web.user("21").get("/access/own")), "account": "user-22", "extension": "23", "name": "x"}
    assert web.user("21").post(path, sent, expect_errors=True).status_int == 403
    web.visitor.post(path, sent, expect_errors=True)
    assert web.desk.office == before


def test_a_guessed_invitation_is_not_found_and_guessing_gets_slow(web: Web) -> None:
    for _ in range(5):
        assert web.visitor.get("/invitation/AAAAAAAAAA", expect_errors=True).status_int == 404
    assert "Too many failed attempts" in web.visitor.get("/invitation/AAAAAAAAAA", expect_errors=True).text
