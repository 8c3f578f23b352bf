"""The pages of phones: a password once, a code that works once, and what to type where."""

from __future__ import annotations

from xml.etree import ElementTree as xml

import pytest

from pbx.store.rows import Binding
from tests.webui.forms import form_to
from tests.webui.office import Web
from webui.parts.softphone import NAMESPACE, code, provisioning, sip_address

ACCOUNT = {"username": "kwz12345", "password": "g&<>\"'", "domain": "192.0.2.10", "extension": "21", "name": 'A "B" \\'}


def test_a_new_phone_s_account_is_shown_once_with_what_to_type_where(web: Web) -> None:
    form = form_to(web.admin.get("/people/21"), "/phones")
    form["name"] = "Desk"
    shown = form.submit()
    (phone,) = web.desk.office.phones.values()
    password = web.desk.folder.vault.password_of(phone)
    assert (phone.extension, phone.label) == ("21", "Desk")
    for text in (
        phone.username,
        password,
        "192.0.2.10",
        "Yealink",
        "Register Name",
        "Snom",
        "Grandstream",
        "Gigaset",
        "Fanvil",
    ):
        assert text in shown.text
    assert shown.text.count('<svg role="img"') == 2
    for path in ("/people/21", "/phones", f"/phones/{phone.username}"):
        shown = web.admin.get(path).text
        assert password not in shown
        assert phone.password not in shown


def test_a_person_must_be_chosen(web: Web) -> None:
    form = form_to(web.admin.get("/phones"), "/phones")
    form["extension"].force_value("99")
    assert "Please choose one of the options." in form.submit(status=422).text
    assert web.desk.office.phones == {}


def test_a_linphone_fetches_the_account_once(web: Web) -> None:
    made = web.do("phone add", extension="21")
    username = made["username"]
    page = web.admin.get(f"/phones/{username}")
    shown = form_to(page, f"/phones/{username}/code").submit()
    address = shown.html.find("code").text
    assert address.startswith("http://192.0.2.10/softphone/")
    path = address.removeprefix("http://192.0.2.10")
    answer = web.visitor.get(path)
    assert answer.content_type == "application/xml"
    assert answer.headers["Cache-Control"] == "no-store"
    entries = {entry.get("name"): entry.text for entry in xml.fromstring(answer.body).iter(f"{{{NAMESPACE}}}entry")}
    assert entries["username"] == username
    assert entries["passwd"] == made["password"]
    used, unknown = web.visitor.get(path, status=404), web.visitor.get("/softphone/abc", status=404)
    assert (used.body, used.headers["Content-Type"]) == (unknown.body, unknown.headers["Content-Type"])


def test_nobody_outside_the_network_fetches_an_account(web: Web) -> None:
    username = web.do("phone add", extension="21")["username"]
    token = web.do("phone ticket", username=username)["token"]
    web.app._allow_all = True
    web.visitor.get(f"/softphone/{token}", extra_environ={"REMOTE_ADDR": "198.51.100.7"}, status=404)
    assert web.visitor.get(f"/softphone/{token}", extra_environ={"REMOTE_ADDR": "192.168.1.9"}).status_code == 200


def test_a_code_ends_with_the_password_it_was_made_for(web: Web) -> None:
    username = web.do("phone add", extension="21")["username"]
    token = web.do("phone ticket", username=username)["token"]
    page = web.admin.get(f"/phones/{username}")
    before = web.desk.folder.vault.password_of(web.desk.office.phones[username])
    shown = form_to(page, f"/phones/{username}/renew").submit()
    after = web.desk.folder.vault.password_of(web.desk.office.phones[username])
    assert after != before
    assert after in shown.text
    web.visitor.get(f"/softphone/{token}", status=404)


def test_a_phone_is_renamed_and_removed(web: Web) -> None:
    username = web.do("phone add", extension="21")["username"]
    form = form_to(web.admin.get(f"/phones/{username}"), f"/phones/{username}")
    form["name"] = "Keller"
    assert "Saved." in form.submit().follow().text
    assert "Keller" in web.admin.get("/phones").text
    form["name"] = "Dach"
    conflict = form.submit(status=409)
    assert "Keller" in conflict.text
    page = web.admin.get(f"/phones/{username}")
    assert "Keller has been removed." in form_to(page, f"/phones/{username}/remove").submit().follow().text
    web.admin.get(f"/phones/{username}", status=404)


def test_devices_are_shown_with_make_and_address_and_found_by_them(web: Web) -> None:
    username = web.do("phone add", extension="21", name="Desk")["username"]
    web.do("phone add", extension="22", name="Kitchen")
    _register(web, username, "Yealink <b>T46</b>")
    web.live.registered = {username: ["sip:x@192.0.2.77"]}
    page = web.admin.get("/phones")
    assert "Yealink &lt;b&gt;T46&lt;/b&gt; · 192.0.2.77" in page.text
    assert '<span class="push lamp free">registered</span>' in page.text
    found = web.admin.get("/phones?search=yealink")
    assert "Desk" in found.text
    assert "Kitchen" not in found.text


def test_only_admins_open_these_pages(web: Web) -> None:
    username = web.do("phone add", extension="22")["username"]
    for path in ("/phones", f"/phones/{username}"):
        web.user("22").get(path, status=403)


def test_the_file_for_linphone_holds_any_name_and_password() -> None:
    root = xml.fromstring(provisioning(ACCOUNT))
    entries = {entry.get("name"): entry.text for entry in root.iter(f"{{{NAMESPACE}}}entry")}
    assert entries["passwd"] == ACCOUNT["password"]
    assert entries["reg_identity"] == '"A \\"B\\" \\\\" <sip:kwz12345@192.0.2.10>'
    assert entries["domain"] == "192.0.2.10"
    assert all(entry.get("overwrite") == "true" for entry in root.iter(f"{{{NAMESPACE}}}entry"))


@pytest.mark.parametrize(
    ("domain", "host"),
    [("192.0.2.10:5070", "192.0.2.10"), ("[2001:db8::1]", "[2001:db8::1]"), ("pbx.example", "pbx.example")],
)
def test_the_file_for_linphone_names_the_server_with_its_port(domain: str, host: str) -> None:
    root = xml.fromstring(provisioning(ACCOUNT | {"domain": domain}))
    entries = {entry.get("name"): entry.text for entry in root.iter(f"{{{NAMESPACE}}}entry")}
    assert (entries["reg_proxy"], entries["domain"]) == (f"<sip:{domain};transport=tcp>", host)


def test_codes_are_drawings_without_styles() -> None:
    drawn = code(sip_address(ACCOUNT | {"password": "geheim"}), "A <title>")
    assert drawn.startswith('<svg role="img"')
    assert "<title>A &lt;title&gt;</title>" in drawn
    assert "style" not in drawn


def _register(web: Web, username: str, agent: str) -> None:
    binding = Binding(
        username, "sip:x@192.0.2.77", "c", 1, 1e12, "udp", ("192.0.2.10", 5060), ("192.0.2.77", 5060), user_agent=agent
    )
    web.desk.records.save_bindings({username: [binding]})
