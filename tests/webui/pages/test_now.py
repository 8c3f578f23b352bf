"""The page that is open all day."""

from __future__ import annotations

import re
import shutil
import time

import pytest

from pbx.administration.desk.live import RunningCall
from pbx.store.rows import Step
from tests.box import pi
from tests.webui.office import Web

CALLER = "+4989123456"
STEPS = (
    Step(1.0, "called", {"number": "+4930123450"}),
    Step(2.0, "greeted"),
    Step(3.0, "dialled", {"digits": "21"}),
    Step(4.0, "rang", {"extension": "21"}),
)


def running(*parties: str, answered: float | None = None) -> RunningCall:
    """A call from outside to Anna."""
    return RunningCall(
        id="c", direction="in", from_=CALLER, from_name="Meier <b>", to="+4930123450", extension="21", trunk="t",
        started=time.time() - 65, answered=answered, steps=STEPS, parties=parties,
    )  # fmt: skip


@pytest.fixture
def office(web: Web, monkeypatch: pytest.MonkeyPatch) -> Web:
    """Everybody's phone is there but Clara's."""
    monkeypatch.setattr(shutil, "disk_usage", pi.disk(50))
    web.desk.host.root = pi.make(web.desk.data / "pi")
    for extension in ("21", "22", "23"):
        web.do("phone add", extension=extension)
    web.live.shining = {"21": ("free", time.time() - 65), "22": ("talking", time.time() - 5), "23": ("offline", None)}
    return web


def test_everybody_has_an_honest_lamp_with_a_word(office: Web) -> None:
    page = office.user("21").get("/now")
    lamps = [" ".join(lamp.text.split()) for lamp in page.html.select("#people .lamp")]
    assert re.fullmatch(r"free 1:0\d, talking 0:0\d, not registered", ", ".join(lamps)), lamps
    assert [lamp["class"][1] for lamp in page.html.select("#people .lamp")] == ["free", "talking", "offline"]


def test_a_group_shows_its_members(office: Web) -> None:
    members = office.user("21").get("/now").html.select("#groups .members li")
    assert [" ".join(member.text.split()) for member in members] == ["Anna Adler free", "Bert Braun talking"]


def test_who_only_calls_out_or_is_not_reachable_is_said(office: Web) -> None:
    office.do("user set", person="22", outbound_only=True)
    office.do("user set", person="23", reachable=False)
    page = office.user("21").get("/now")
    assert "outgoing calls only" in page
    assert "internal calls only" in page


def test_a_call_s_story_grows_on_the_page_and_what_callers_call_themselves_is_harmless(office: Web) -> None:
    office.live.calls = [running("21")]
    page = office.user("21").get("/now")
    assert [line.text for line in page.html.select("#calls .story li")][2:] == [
        "dialled 21 during the greeting",
        "rang Anna Adler (21)",
    ]
    assert "Meier &lt;b&gt;" in page.text
    assert "+49 89 123456" in page
    assert page.html.select_one("#calls .lamp")["class"] == ["lamp", "ringing"]
    office.live.calls = [running("21", answered=time.time() - 3)]
    lamp = " ".join(office.user("21").get("/now").html.select_one("#calls .lamp").text.split())
    assert re.fullmatch(r"talking 0:0\d", lamp), "how long they talk, not how long the call lasts"


def test_a_colleague_s_caller_is_nobody_s_business(office: Web) -> None:
    office.live.calls = [running("21")]
    for path in ("/now",):
        page = office.user("22").get(path)
        assert "You are not on the phone at the moment." in page
        assert "89 123456" not in page
        assert "Meier" not in page
    assert "Meier" in office.admin.get("/now")


def test_a_click_rings_one_s_own_phone_and_then_the_colleague_s(office: Web) -> None:
    page = office.user("21").get("/now")
    forms = [form for form in page.forms.values() if form.action == "/now/call"]
    assert [form["extension"].value for form in forms] == ["22", "30"], "Clara has no phone, Anna is oneself"
    answer = forms[0].submit()
    assert office.live.asked[-1] == ("call", "21", "22", "")
    assert "Your phone is ringing" in answer.follow()


def test_a_click_that_cannot_be_is_told_on_the_page(office: Web) -> None:
    form = next(f for f in office.user("21").get("/now").forms.values() if f.action == "/now/call")
    form["extension"].force_value("99")
    answer = form.submit(status=422)
    assert answer.html.select_one(".notice.bad").text.strip()
    assert office.live.asked[-1][0] != "call"


def test_nobody_clicks_who_has_no_phone_that_could_ring(office: Web) -> None:
    page = office.user("23").get("/now")
    assert not [form for form in page.forms.values() if form.action == "/now/call"]


def test_the_lamps_on_the_box_are_drawn_with_their_rhythm_and_what_it_means(office: Web) -> None:
    leds = office.user("21").get("/now").html.select("#front .led")
    assert [led.strong.text for led in leds] == ["Ready", "Line", "Call", "Message", "Trouble"]
    assert [led["class"][-1] for led in leds] == ["slow", "off", "steady", "off", "off"]
    assert "Somebody is on the phone." in leds[2].text
    assert "blinks slowly" in leds[0].text
    assert leds[0].select_one("path[d^=M0]")


def test_an_admin_sees_how_the_box_is_and_what_to_do_next(office: Web) -> None:
    page = office.admin.get("/now")
    health = {item.select_one(".name").text: item.text for item in page.html.select("#box li")}
    first = ["Processor", "Memory", "Disk space", "Memory card"]
    assert list(health) == [*first, "Temperature", "Power supply", "Clock", "Uptime"]
    assert "48 °C" in health["Temperature"]
    assert "Connect the box to your telephone provider." in page.html.select_one("#todo").text
    assert page.html.select_one("#todo a")["href"] == "/trunks"
    assert not office.user("21").get("/now").html.select("#box")


def test_trunks_are_told_in_words(office: Web) -> None:
    office.do("trunk add", name="sipgate", register="me@192.0.2.7", password="x")
    office.live.trunks = {"sipgate": ("failed", "403 Forbidden")}
    page = office.user("21").get("/now")
    assert "not connected" in page.html.select_one("#trunks").text
    assert "the provider rejects the user name" in page.html.select_one("#trunks").text


def test_every_part_that_changes_is_fetched_again_by_itself(office: Web) -> None:
    office.do("trunk add", name="sipgate", register="me@192.0.2.7", password="x")
    live = {part["id"]: set(part["data-live"].split()) for part in office.admin.get("/now").html.select("[data-live]")}
    assert live["people"] >= {"lines", "phones", "settings"}
    assert live["groups"] >= {"lines", "phones", "settings"}
    assert live["calls"] >= {"calls"}
    assert live["trunks"] >= {"trunks"}
    assert live["box"] >= {"health"}
    assert live["front"] >= {"lines", "calls", "trunks", "messages", "tasks", "health"}


def test_the_whole_page_is_there_in_german(office: Web) -> None:
    office.live.calls = [running("21", answered=time.time() - 3)]
    office.do(
        "account add", name="berta", password="rotes-Fahrrad-im-Regen", extension="22", role="admin", language="de"
    )
    page = office.log_in("berta").get("/now")
    lamps = ("frei", "im Gespräch", "nicht angemeldet", "Lampen an der Anlage")
    for words in (*lamps, "wählte während der Begrüßung die 21"):
        assert words in page, words
    for words in ("free", "talking", "Lamps on the box", "The box", "does not report", "Somebody"):
        assert words not in page.html.main.text, words
