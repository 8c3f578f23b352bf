"""The way from an empty box to the first call that is answered."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from webtest import TestResponse

from pbx.store.rows import Step
from tests.leftovers import call_record
from tests.live import lasting
from tests.webui.office import Web, opened

TRADE = re.compile(r"\b(SIP|trunk|registrar|proxy|codec|INVITE|realm|peer|DID|PBX)\b", re.IGNORECASE)
CALLER = "+491711234567"


@pytest.fixture
def box(tmp_path: Path, spoken: list[tuple[str, str]]) -> Iterator[Web]:
    """A box that was just unpacked, with a speech engine that needs no program."""
    with opened(tmp_path) as page:
        page.do("office set", country="DE", area_code="30")
        yield page


def words(page: TestResponse) -> str:
    """What the page says, without the frame around it and without the provider's own words."""
    main = page.html.select_one("main")
    for quoted in main.select("code, .field label, .list a, .list small"):
        quoted.decompose()
    said: str = main.get_text(" ", strip=True)
    return said


def connected(box: Web) -> None:
    form = box.admin.get("/wizard/line/sipgate-trunk").forms["line"]
    form["account"], form["password"] = "1234567t0", "secret"
    form.submit()


def peopled(box: Web) -> None:
    form = box.admin.get("/wizard/people").forms["people"]
    form["names"] = "Anna Adler\nBert Braun; 22\n"
    form.submit("step", value="look").forms["people"].submit("step", value="add")


def numbered(box: Web) -> None:
    form = box.admin.get("/wizard/numbers").forms["numbers"]
    form["name"], form["numbers"] = "Example Ltd", "123450"
    form.submit()


def test_a_newcomer_goes_all_the_way(box: Web) -> None:
    admin = box.admin
    page = admin.get("/wizard").follow()
    assert page.request.path == "/wizard/line"
    form = page.click("sipgate trunk").forms["line"]
    form["account"], form["password"] = "1234567t0", "secret"
    page = form.submit().follow()
    assert "sipgate trunk" in page
    box.live.trunks["sipgate trunk"] = ("registered", "")
    assert "is connected, but no call has come in or gone out" in admin.get("/wizard/line")

    form = admin.get("/wizard/line").forms["access"]
    assert form["access_digit"].value == ""
    form["access_digit"] = "0"
    page = form.submit().follow()
    assert box.desk.office.access_digit == "0"
    form = page.forms["people"]
    form["names"] = "Anna Adler\nBert Braun; 22\n"
    looked = form.submit("step", value="look")
    assert re.findall(r"[0-9]{2,3}", " ".join(e.text for e in looked.html.select("#people .extension"))) == [
        "100",
        "22",
    ]
    assert not box.desk.office.people
    page = looked.forms["people"].submit("step", value="add").follow()

    form = page.forms["numbers"]
    assert [box_.checked for box_ in form.fields["to"] if box_.attrs.get("type") == "checkbox"] == [True, True]
    form["name"], form["numbers"] = "Example Ltd", "123450\n030 123451"
    page = form.submit().follow()
    assert {e164: number.to for e164, number in box.desk.office.numbers.items()} == {
        "+4930123450": ("22", "100"), "+4930123451": ("22", "100"),
    }  # fmt: skip

    form = page.forms["greeting"]
    assert form["greeting_text"].value.strip().startswith("Guten Tag, hier ist Example Ltd. Wenn Sie die Durchwahl")
    page = form.submit().follow()
    assert all(number.greeting for number in box.desk.office.numbers.values())

    sheet = page.forms["make"].submit("do", value="new")
    phones = box.desk.office.phones.values()
    assert {phone.extension for phone in phones} == {"100", "22"}
    for phone in phones:
        assert phone.username in sheet
        assert box.desk.folder.vault.password_of(phone) in sheet
    assert len(sheet.html.select("figure.qr svg")) == 2
    assert box.desk.folder.vault.password_of(phone) not in admin.get("/wizard/phones")

    page = admin.get("/wizard").follow()
    assert page.request.path == "/wizard/test"
    assert "No call has come in yet." in page
    assert "+49 30 123450" in page
    assert page.html.select_one("#trial")["data-live"]
    assert page.click("Done").request.path == "/now"


def test_the_digit_for_an_outside_line_is_asked_before_there_are_extensions(box: Web) -> None:
    connected(box)
    form = box.admin.get("/wizard/line").forms["access"]
    form["access_digit"] = "1"
    page = form.submit().follow()
    form = page.forms["people"]
    form["names"] = "Anna Adler\nBert Braun; 12\n"
    looked = form.submit("step", value="look")
    assert [each.text for each in looked.html.select("#people .extension")] == ["12", "200"]  # what is wrong first
    assert "gets an outside line" in looked
    form = looked.forms["people"]
    form["names"] = "Anna Adler; 44"
    form.submit("step", value="look").forms["people"].submit("step", value="add").follow()
    form = box.admin.get("/wizard/line").forms["access"]
    form["access_digit"] = "4"
    answer = form.submit(status=422)
    assert "44" in answer.html.select_one("#f-access_digit-error").text
    assert box.desk.office.access_digit == "1"


def test_no_word_of_the_trade_is_needed(box: Web) -> None:
    connected(box)
    peopled(box)
    numbered(box)
    pages = ["line", "line/easybell", "line/box", "people", "numbers", "greeting", "phones", "test"]
    for name in pages:
        found = set(TRADE.findall(words(box.admin.get(f"/wizard/{name}"))))
        assert found <= ({"trunk"} if name == "line" else set()), name  # a provider calls its offer “sipgate trunk”


def test_each_step_can_be_come_back_to_and_shows_what_is_set(box: Web) -> None:
    connected(box)
    peopled(box)
    numbered(box)
    line = box.admin.get("/wizard/line/sipgate-trunk").forms["line"]
    assert (line["account"].value, line["password"].value) == ("1234567t0", "")
    line["account"] = "1234567t1"
    line.submit().follow()
    assert box.desk.office.trunks["sipgate trunk"].user == "1234567t1"
    form = box.admin.get("/wizard/numbers").forms["numbers"]
    assert (form["name"].value, form["numbers"].value.strip()) == ("Example Ltd", "+49 30 123450")
    form.set("to", False, 2)
    form.submit().follow()
    assert box.desk.office.numbers["+4930123450"].to == ("22",)
    assert box.admin.get("/wizard/people").html.select("#people")


def test_a_step_that_needs_another_leads_there(box: Web) -> None:
    assert box.admin.get("/wizard/numbers").location == "/wizard"
    assert box.admin.get("/wizard/greeting").location == "/wizard"
    page = box.admin.get("/wizard/phones").follow()
    assert page.request.path == "/wizard/people"
    assert "Please complete this step first" in page.html.find(role="status").text


def test_another_provider_takes_the_place_of_one_that_does_not_work(box: Web) -> None:
    connected(box)
    peopled(box)
    numbered(box)
    box.live.trunks["sipgate trunk"] = ("failed", "403 Forbidden")
    assert "rejects the user name or the password" in box.admin.get("/wizard/line")
    page = box.admin.get("/wizard/line/easybell")
    assert "This line replaces sipgate trunk" in page
    form = page.forms["line"]
    form["account"], form["password"] = "493012345", "secret"
    form.submit().follow()
    assert list(box.desk.office.trunks) == ["easybell"]
    assert box.desk.office.numbers["+4930123450"].trunk == "easybell"


def test_a_line_that_works_stays_beside_a_second_one(box: Web) -> None:
    connected(box)
    box.live.trunks["sipgate trunk"] = ("registered", "")
    form = box.admin.get("/wizard/line/easybell").forms["line"]
    form["account"], form["password"] = "493012345", "secret"
    form.submit().follow()
    assert sorted(box.desk.office.trunks) == ["easybell", "sipgate trunk"]


def test_a_wrong_number_is_told_at_its_field_and_the_rest_stays_typed(box: Web) -> None:
    connected(box)
    peopled(box)
    form = box.admin.get("/wizard/numbers").forms["numbers"]
    form["name"], form["numbers"] = "Example", "123450\n12"
    answer = form.submit(status=422)
    assert answer.html.select_one("#f-numbers-error")
    assert answer.forms["numbers"]["numbers"].value.split() == ["123450", "12"]


def test_cards_of_phones_that_never_came_are_printed_again_with_new_passwords(box: Web) -> None:
    connected(box)
    peopled(box)
    form = box.admin.get("/wizard/phones").forms["make"]
    form.submit("do", value="new")
    before = {phone.username: box.desk.folder.vault.password_of(phone) for phone in box.desk.office.phones.values()}
    there = next(iter(before))
    box.live.registered[there] = ["sip:x"]
    sheet = box.admin.get("/wizard/phones").forms["make"].submit("do", value="again")
    after = {phone.username: box.desk.folder.vault.password_of(phone) for phone in box.desk.office.phones.values()}
    assert after[there] == before[there]
    assert there not in sheet
    for username in after.keys() - {there}:
        assert after[username] != before[username]
        assert after[username] in sheet


def test_only_admins_come_in(box: Web) -> None:
    peopled(box)
    for path in ("/wizard", "/wizard/line", "/wizard/phones", "/wizard/test"):
        box.user("22").get(path, status=403)


# --- the test call (what is said of it: tests/administration/doctor/test_test_call.py) -----------------------------


def test_a_call_is_told_while_it_lasts_and_afterwards(box: Web) -> None:
    connected(box)
    peopled(box)
    numbered(box)
    box.live.trunks["sipgate trunk"] = ("registered", "")
    steps: tuple[Step, ...] = (Step(0.0, "called", {"number": "+4930123450"}), Step(1.0, "greeted"))
    box.live.calls = [lasting("c1", from_=CALLER, started=0.0, steps=steps)]
    page = box.admin.get("/wizard/test")
    assert "Heard the greeting." in page
    assert "A call from +49 171 1234567 is coming in." in page

    box.live.calls = []
    now = box.desk.host.clock()
    steps += (Step(2.0, "dialled", {"digits": "22"}), Step(3.0, "answered", {"extension": "22"}))
    box.desk.records.add_call(
        call_record(
            "c1", from_=CALLER, extension="22", outcome="answered", started=now - 20, answered=now - 15, steps=steps
        )
    )
    page = box.admin.get("/wizard/test")
    assert "It works: you were connected to Bert Braun." in page
    assert "Dialled 22 during the greeting." in page
