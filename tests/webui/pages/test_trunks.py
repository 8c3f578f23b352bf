"""The pages of the ways to the telephone network."""

from __future__ import annotations

import time

import pytest

from pbx.exchange.trunks.turned_away import Refusal
from tests.leftovers import call_record
from tests.webui.office import Web

SECRET = "kommt-nie-auf-die-Seite"


@pytest.fixture
def line(web: Web) -> Web:
    """An account at sipgate that brings a number."""
    web.do("trunk add", provider="sipgate-trunk", account="1234567t0", password=SECRET)
    web.do("number add", number="+4930123450", trunk="sipgate trunk", to=["30"])
    return web


def test_without_a_trunk_the_page_says_what_that_means(web: Web) -> None:
    assert "nobody can call in or out" in web.admin.get("/trunks")


def test_a_trunk_s_state_is_told_in_words_and_its_password_never(line: Web) -> None:
    line.live.trunks["sipgate trunk"] = ("failed", "403 Forbidden")
    for path in ("/trunks", "/trunks/sipgate trunk"):
        page = line.admin.get(path)
        assert "rejects the user name or the password" in page
        assert "not connected" in page
        assert SECRET not in page
    line.live.trunks["sipgate trunk"] = ("registered", "")
    assert "no call has come in or gone out yet" in line.admin.get("/trunks/sipgate trunk")
    call = call_record(direction="out", outcome="answered", started=1.0, ended=2.0, trunk="sipgate trunk")
    line.desk.records.add_call(call, {})
    for path in ("/trunks", "/trunks/sipgate trunk"):
        assert "calls go out, but none has come in yet" in line.admin.get(path)


def test_calls_that_were_refused_stand_on_the_trunk_s_page_with_their_reasons(line: Web) -> None:
    assert not line.admin.get("/trunks/sipgate trunk").html.select("#refused")
    line.live.turned_away["sipgate trunk"] = [
        Refusal(time.time(), "+4930123450", "encryption", "udp 192.0.2.1:5060", 3),
        Refusal(time.time() - 60, "<b>", "420", "udp 192.0.2.1:5060"),
    ]
    rows = line.admin.get("/trunks/sipgate trunk").html.select("#refused li")
    shown = [each.get_text(" ", strip=True) for each in rows]
    assert "to +49 30 123450: the other side asked for encrypted voice 3 times udp 192.0.2.1:5060" in shown[0]
    assert "to <b>: the call needs something this box cannot do udp" in shown[1]


def test_a_trunk_is_made_in_the_words_of_its_provider(web: Web) -> None:
    choice = web.admin.get("/providers")
    assert choice.text.index("Germany") < choice.text.index("In every country") < choice.text.index("Austria")
    page = choice.click("sipgate trunk")
    assert "SIP-ID" in page
    form = page.forms["trunk"]
    form["account"], form["password"] = "1234567t0", SECRET
    assert "being connected" in form.submit().follow()
    assert web.desk.office.trunks["sipgate trunk"].domain == "sipconnect.sipgate.de"


def test_what_is_wrong_stands_at_its_field_and_what_was_typed_stays(web: Web) -> None:
    page = web.admin.get("/providers/box")
    form = page.forms["trunk"]
    form["server"], form["account"], form["password"] = "127.0.0.1", "office", "secret"
    answer = form.submit(status=422)
    assert "is the box itself" in answer
    assert answer.forms["trunk"]["account"].value == "office"
    assert answer.forms["trunk"]["password"].value == ""
    assert not web.desk.office.trunks


def test_another_provider_is_the_only_place_with_the_trade_s_words(web: Web) -> None:
    assert "Registrar" in web.admin.get("/providers/other")
    assert "Registrar" not in web.admin.get("/providers/easybell")


def test_a_provider_that_cannot_be_used_yet_says_why(web: Web) -> None:
    page = web.admin.get("/providers")
    assert "only accepts encrypted calls" in page
    assert not page.html.select('a[href="/providers/swisscom"]')


def test_a_change_keeps_the_password(line: Web) -> None:
    form = line.admin.get("/trunks/sipgate trunk").forms["trunk"]
    form["account"] = "1234567t1"
    assert "Saved" in form.submit().follow()
    trunk = line.desk.office.trunks["sipgate trunk"]
    assert (trunk.user, line.desk.folder.vault.password_of(trunk)) == ("1234567t1", SECRET)


def test_two_admins_are_told(line: Web) -> None:
    form = line.admin.get("/trunks/sipgate trunk").forms["trunk"]
    line.do("trunk set", trunk="sipgate trunk", account="7654321t0")
    form["account"] = "1111111t0"
    answer = form.submit(status=409)
    assert "7654321t0" in answer
    assert answer.forms["trunk"]["account"].value == "1111111t0"


def test_a_trunk_in_use_stays_and_the_numbers_are_named(line: Web) -> None:
    answer = line.admin.get("/trunks/sipgate trunk").forms["remove"].submit(status=422)
    assert "+4930123450" in answer
    line.do("number remove", number="+4930123450")
    assert "has been removed" in line.admin.get("/trunks/sipgate trunk").forms["remove"].submit().follow()
    assert not line.desk.office.trunks


def test_a_peer_is_changed_by_its_address(web: Web) -> None:
    web.do("trunk add", name="peer", peer="198.51.100.1")
    form = web.admin.get("/trunks/peer").forms["trunk"]
    form["peer"] = "198.51.100.2:5090"
    form.submit().follow()
    assert web.desk.office.trunks["peer"].peer == "198.51.100.2:5090"


def test_only_admins_see_them(line: Web) -> None:
    for path in ("/trunks", "/trunks/sipgate trunk", "/providers", "/providers/box"):
        line.user("21").get(path, status=403)
    line.user("21").post("/trunks/sipgate trunk/remove", status=403)
    assert line.desk.office.trunks
