"""How long things are kept, and everything about one number, on the page."""

from __future__ import annotations

import io
import zipfile
from typing import Any

import pytest

from tests.leftovers import CALLER, call_record
from tests.store.sound import write_sound
from tests.webui.office import Web

NOON = 1_763_722_800.0


@pytest.fixture
def office(web: Web) -> Web:
    """With a caller who left a message."""
    record = call_record("a", from_=CALLER, from_name="Meier <b>", outcome="voicemail", started=NOON)
    web.desk.records.add_call(record, web.desk.office.names)
    spool = web.desk.mailboxes.spool("21", CALLER, "a", NOON)
    write_sound(spool, 2.0)
    assert web.desk.mailboxes.keep(spool)
    web.desk.records.add_task("21", "voicemail", CALLER, "a", NOON)
    return web


def text_of(page: Any, where: str) -> str:
    return " ".join(page.html.select_one(where).text.split())


def test_times_are_set_and_what_cannot_be_is_said_at_its_field(office: Web) -> None:
    page = office.admin.get("/privacy")
    form = page.forms["times"]
    shown = [form[name].value for name in ("keep_history_days", "keep_messages_days", "keep_done_tasks_days")]
    assert shown == ["365", "0", "90"]
    form["keep_messages_days"] = "90"
    assert "Saved" in form.submit().follow()
    assert office.desk.office.keep_messages_days == 90
    for wrong in ("-1", "99999", "soon"):
        form = office.admin.get("/privacy").forms["times"]
        form["keep_history_days"] = wrong
        answer = form.submit(status=422)
        assert answer.html.select_one("#f-keep_history_days-error")
        assert answer.forms["times"]["keep_history_days"].value == wrong


def test_two_admins_who_change_the_times_are_told(office: Web) -> None:
    first = office.admin.get("/privacy").forms["times"]
    office.do("retention set", keep_history_days=100)
    first["keep_history_days"] = "200"
    answer = first.submit(status=409)
    assert answer.html.select_one("#f-keep_history_days-theirs")
    assert office.desk.office.keep_history_days == 100


def test_what_is_known_is_said_in_words(office: Web) -> None:
    page = office.admin.get("/privacy", {"number": "0170 1234567"})
    shown = text_of(page, "#known")
    for words in ("+49 170 1234567", "One call", "One message (0:02)", "One task", "Earlier backups"):
        assert words in shown
    assert "<b>" not in page.html.select_one("#known").decode()
    assert "Nothing is stored" in office.admin.get("/privacy", {"number": "089 555"})


@pytest.mark.parametrize("typed", ["21", "hello", "+"])
def test_what_is_no_number_is_said_at_its_field_and_stays(office: Web, typed: str) -> None:
    page = office.admin.get("/privacy", {"number": typed}, status=422)
    assert page.html.select_one("#f-number-error")
    assert page.forms["find"]["number"].value == typed


def test_everything_is_downloaded_as_one_file(office: Web) -> None:
    form = office.admin.get("/privacy", {"number": CALLER}).forms["export"]
    answer = form.submit()
    assert answer.content_type == "application/zip"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="durchwahl-491701234567.zip"'
    names = zipfile.ZipFile(io.BytesIO(answer.body)).namelist()
    assert "read-me.txt" in names
    assert any(name.endswith(".wav") for name in names)


def test_nothing_goes_before_the_last_digits_are_typed(office: Web) -> None:
    form = office.admin.get("/privacy", {"number": CALLER}).forms["erase"]
    form["digits"] = "1234"
    answer = form.submit(status=422)
    assert "last 4 digits" in text_of(answer, "#f-digits-error")
    assert answer.forms["erase"]["digits"].value == "1234"
    assert office.desk.records.call("a") is not None
    form = answer.forms["erase"]
    form["digits"] = "4567"
    assert "has been erased" in form.submit().follow()
    assert office.desk.records.call("a") is None
    assert office.desk.records.messages() == ()


def test_only_admins_come_here(office: Web) -> None:
    assert office.user("21").get("/privacy", status=403)
    form = office.admin.get("/privacy", {"number": CALLER}).forms["export"]
    fields = dict(form.submit_fields())
    for path in ("/privacy", "/privacy/export", "/privacy/erase"):
        assert office.user("21").post(path, fields, status=403)
        assert office.admin.post(path, {"number": CALLER, "digits": "4567"}, status=403)
    assert office.desk.records.call("a") is not None
