"""The doctor's page: what is so, what to do, and where."""

from __future__ import annotations

import pytest

from pbx.administration.desk.live import DoctorCheck
from pbx.administration.doctor import network
from pbx.sentence import Sentence
from tests.box import pi
from tests.webui.office import Web


@pytest.fixture
def patient(web: Web, monkeypatch: pytest.MonkeyPatch) -> Web:
    """An office on a Pi that is well."""
    monkeypatch.setattr(network, "own_address", lambda: "192.0.2.10")
    web.desk.host.root = pi.make(web.desk.data / "pi")
    return web


def test_every_check_says_what_is_so_and_what_to_do_and_leads_there(patient: Web) -> None:
    page = patient.admin.get("/doctor")
    [check] = [item for item in page.html.select(".checks li") if "There is no line yet" in item.text]
    assert "warn" in check["class"]
    assert "Add a line with your provider." in check.text
    assert check.a["href"] == "/trunks"
    assert "The processor is at 48 °C." in page
    assert "durchwahl " not in page.html.main.text


def test_the_worst_comes_first_and_is_counted(patient: Web) -> None:
    pi.make(patient.desk.host.root, {"sys/class/thermal/thermal_zone0/temp": "85000"})
    page = patient.admin.get("/doctor")
    assert "1 thing is not working." in page.html.select_one(".notice.bad").text
    assert page.html.select_one("section h2").text == "The box"
    assert "too hot" in page.html.select_one(".checks li").text


def test_what_the_running_exchange_found_is_shown_even_if_nobody_knows_its_kind(patient: Web) -> None:
    patient.live.checks = [
        DoctorCheck("novel", "warn", Sentence("Phones may come encrypted, by port {port}.", port="5061"))
    ]
    page = patient.admin.get("/doctor")
    assert "by port 5061" in page
    assert len(page.html.select(".checks li")) == len(patient.do("doctor"))


def test_the_doctor_speaks_german(patient: Web) -> None:
    patient.do("account add", name="berta", password="rotes-Fahrrad-im-Regen", role="admin", language="de")
    page = patient.log_in("berta").get("/doctor")
    for words in (
        "Es gibt noch keine Leitung",
        "Der Prozessor ist 48\u202f°C warm.",
        "SIP-Protokoll herunterladen",
        "Diese Personen haben noch kein Telefon: Anna Adler (21)",
    ):
        assert words in page, words
    left = [item.text for item in page.html.select(".checks .grows") if " is " in item.text or " the " in item.text]
    assert left == []


def test_a_trace_is_downloaded_by_admins_alone(patient: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("webui.request.ask", lambda socket, verb, given, session: _answer(verb))
    answer = patient.admin.get("/doctor/trace")
    assert answer.content_type == "text/plain"
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.text == "REGISTER sip:x"


def _answer(verb: str) -> object:
    if verb == "trace":
        return {"text": "REGISTER sip:x", "messages": 1}
    return {"name": "chef", "person": "chef", "role": "admin", "extension": "", "language": "en"}


def test_users_are_not_let_in(patient: Web) -> None:
    patient.user("21").get("/doctor", status=403)
    patient.user("21").get("/doctor/trace", status=403)
