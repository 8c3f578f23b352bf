"""Who finds which calls, what is told of one, and of the wire."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pbx.administration.commands import perform
from pbx.administration.desk.desk import Desk, open_desk
from pbx.administration.history.quality import grade
from pbx.control.protocol import Refused
from pbx.exchange.calls.leg import Party
from pbx.exchange.calls.traced import WireCapture
from pbx.sip.flow import Flow
from pbx.store.rows import (
    CallRecord,
    CallTrace,
    LegQuality,
    LegQualityPoint,
    LegQualityPoints,
    Step,
    TracedDialog,
    TracedMessage,
)
from tests.leftovers import CALLER, call_record
from tests.live import Lines, lasting
from tests.store.sound import write_sound
from tests.webui.office import PASSWORD

OTHER = "+4989555666"
NOON = 1_700_000_000.0
HARMLESS = (
    'INVITE sip:21@192.0.2.1 SIP/2.0\nCall-ID: c1\nReason: SIP;cause=200;text="Call completed elsewhere"\n\nv=0\n'
)


class Office:
    """Anna 21, Bert 22, Sales 30 (both), Carl 23; each with an account, and an admin."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.lines = Lines()
        desk.live = self.lines
        self.tokens: dict[str, str] = {}
        for name, extension in (("Anna", "21"), ("Bert", "22"), ("Carl", "23")):
            self.do("user add", name=name, extension=extension)
        self.do("group add", name="Sales", extension="30", members=["21", "22"])
        self.do("account add", name="chef", password=PASSWORD, role="admin", language="en")
        for extension in ("21", "22", "23"):
            self.do("account add", name=f"u{extension}", password=PASSWORD, extension=extension, language="en")
        for who in ("chef", "u21", "u22", "u23"):
            given = {"name": who, "password": PASSWORD, "source": "127.0.0.1"}
            self.tokens[who] = perform(desk, "session open", given)["token"]

    def do(self, verb: str, who: str = "", **given: Any) -> Any:
        return perform(self.desk, verb, given, self.tokens[who] if who else None)

    def keep(self, id: str, **fields: Any) -> CallRecord:
        usual: dict[str, Any] = {
            "from_name": "Meier", "outcome": "answered", "started": NOON, "answered": NOON + 4, "ended": NOON + 60,
            "story": "Told.",
            "steps": (Step(NOON, "dialled", {"digits": "21"}), Step(NOON + 4, "answered", {"extension": "21"})),
        }  # fmt: skip
        record = call_record(id, **usual | fields)
        self.desk.records.add_call(record, self.desk.office.names)
        return record

    def found(self, who: str = "", **given: Any) -> list[str]:
        return [call["id"] for call in self.do("history", who, **given)["calls"]]


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    desk = open_desk(tmp_path_factory.mktemp("office"))
    yield Office(desk)
    desk.close()


@pytest.fixture
def office(opened: Office) -> Iterator[Office]:
    """Scrypt takes its time: one office for all, without the calls of the test before."""
    yield opened
    opened.desk.records.history.remove(range(1000))
    for message in opened.desk.records.messages():
        opened.desk.mailboxes.remove(message)
    opened.lines.tapped = None


def test_a_number_is_found_however_it_is_written(office: Office) -> None:
    office.keep("a")
    office.keep("b", from_=OTHER)
    ways = (
        "+49 170 123 45 67",
        "0170 1234567",
        "0049 170/1234567",
        "(0170) 1234-567",
        "170123",
        "0170",
        "1234567",
        CALLER,
    )
    for way in ways:
        assert office.found(search=way) == ["a"], way
    assert office.found(search="0171") == []
    assert office.found(search="   ") == ["b", "a"]


def test_names_of_contacts_colleagues_and_words_of_the_story_are_found_together(office: Office) -> None:
    office.do("contact add", name="Zahnarzt Doktor Weiß", number=OTHER)
    office.keep("a", story="Left a message (4 s).")
    office.keep("b", from_=OTHER, from_name="", extension="22", steps=())
    assert office.found(search="doktor") == ["b"]
    assert office.found(search="WEIß bert") == ["b"]
    assert office.found(search="weiß anna") == []
    assert office.found(search="message") == ["a"]
    assert office.found(search="21") == ["a"]
    assert office.found(search="meier 0170") == ["a"]
    office.do("contact remove", name="Zahnarzt Doktor Weiß")


def test_a_word_that_many_contacts_are_called_by_finds_the_calls_of_all_of_them(office: Office) -> None:
    names = [f"Kunde {each} GmbH" for each in range(200)]
    for each, name in enumerate(names):
        office.do("contact add", name=name, number=f"+4989{555000 + each}")
    for each in (0, 49, 50, 199):
        office.keep(f"of-{each}", from_=f"+4989{555000 + each}", from_name="", story="Nobody.")
    office.keep("other", from_="+4989556000")
    assert office.found(search="gmbh") == ["of-199", "of-50", "of-49", "of-0"]
    assert office.found(search="gmbh 199") == ["of-199"]
    for name in names:
        office.do("contact remove", name=name)


def test_a_user_sees_their_own_calls_and_their_groups_and_no_others(office: Office) -> None:
    office.keep("annas")
    office.keep("berts", extension="22", steps=())
    office.keep("groups", extension="30", steps=())
    office.keep("internal", direction="internal", from_="23", to="22", extension="22", steps=())
    assert office.found("u21") == ["groups", "annas"]
    assert office.found("u22") == ["internal", "groups", "berts"]
    assert office.found("u23") == ["internal"]
    assert office.found("u21", extension="22") == []
    assert office.found("chef") == ["internal", "groups", "berts", "annas"]
    for who, id in (("u21", "berts"), ("u23", "annas"), ("u21", "never")):
        with pytest.raises(Refused, match=r"This call does not exist\."):
            office.do("history call", who, id=id)
    assert office.do("history call", "u21", id="groups")["call"]["id"] == "groups"
    for verb in ("history", "history call", "trace", "privacy show"):
        given = {"id": "annas"} if verb == "history call" else {"number": CALLER} if verb == "privacy show" else {}
        with pytest.raises(Refused) as refused:
            perform(office.desk, verb, given, "")
        assert refused.value.code == 4
    with pytest.raises(Refused, match="Only admins"):
        office.do("trace", "u21")


def test_pages_lead_from_the_newest_to_the_oldest(office: Office) -> None:
    for number in range(7):
        office.keep(str(number))
    seen: list[str] = []
    page = office.do("history", limit=3)
    while True:
        seen += [call["id"] for call in page["calls"]]
        if not page["more"]:
            break
        page = office.do("history", limit=3, before=page["calls"][-1]["place"])
    assert seen == list("6543210")
    for limit in (0, -1, 501):
        with pytest.raises(Refused):
            office.do("history", limit=limit)
    for wrong in ({"direction": "sideways"}, {"outcome": "fine"}, {"before": "x; DROP"}):
        with pytest.raises(Refused):
            office.do("history", **wrong)


def test_a_call_is_told_in_the_readers_language_with_the_names_of_then(office: Office) -> None:
    office.keep("a")
    office.do("user set", person="21", name="Anna Neu")
    shown = office.do("history call", "u21", id="a")
    assert shown["story"] == "Dialled 21 during the greeting, Anna (21) answered."
    assert [step["words"] for step in shown["steps"]] == ["dialled 21 during the greeting", "Anna (21) answered"]
    assert shown["call"]["extension_name"] == "Anna"
    assert office.do("history call", id="a")["story"] == "Wählte während der Begrüßung die 21, Anna (21) nahm ab."
    office.do("user set", person="21", name="Anna")


TRACE = CallTrace(
    (TracedDialog("c1", CALLER, True), TracedDialog("c2", "21", False)),
    (
        TracedMessage(NOON, False, "udp", "192.0.2.9:5060", 0, HARMLESS),
        TracedMessage(NOON, False, "udp", "192.0.2.9:5060", 0, HARMLESS),
        TracedMessage(NOON + 1, True, "tls", "192.0.2.21:40001", 1, "INVITE sip:21@192.0.2.21 SIP/2.0\n"),
        TracedMessage(NOON + 2, False, "tls", "192.0.2.21:40001", 1, "SIP/2.0 180 Ringing\n"),
        TracedMessage(NOON + 2, True, "udp", "192.0.2.22:5060", 1, "INVITE sip:21@192.0.2.22 SIP/2.0\n"),
    ),
)


def test_the_messages_of_a_call_have_a_lane_for_each_device_and_texts_for_admins(office: Office) -> None:
    office.keep("a")
    office.desk.records.traces.add("a", NOON, TRACE)
    for who in ("chef", "u21"):
        shown = office.do("history call", who, id="a")
        assert [(lane["party"], lane["outside"]) for lane in shown["lanes"]] == [
            (CALLER, True),
            ("21", False),
            ("21", False),
        ]
        assert [message["lane"] for message in shown["messages"]] == [0, 0, 1, 1, 2]
        assert [message["summary"] for message in shown["messages"]] == [
            *("INVITE + SDP", "INVITE + SDP", "INVITE", "180 Ringing", "INVITE"),
        ]
        assert [message["again"] for message in shown["messages"]] == [False, True, False, False, False]
        assert shown["messages"][0]["reason"] == "Call completed elsewhere"
        assert ("192.0.2." in str(shown)) == (who == "chef")


def test_a_call_that_has_just_ended_is_drawn_before_its_trace_is_written(office: Office) -> None:
    office.keep("a")
    flow = Flow("udp", ("192.0.2.1", 5060), ("192.0.2.9", 5060))
    data = b'BYE sip:x SIP/2.0\r\nCall-ID: c1\r\nAuthorization: Digest response="geheim"\r\n\r\n'
    wire = WireCapture({"c1": Party(CALLER, outside=True)}, [(NOON, False, flow, data, b"c1")])
    office.lines.tapped = wire
    shown = office.do("history call", "chef", id="a")
    assert [message["summary"] for message in shown["messages"]] == ["BYE"]
    assert "geheim" not in str(shown)
    text = office.do("trace")["text"]
    assert re.match(
        r"--- 20\d\d-\d\d-\d\d \d\d:\d\d:\d\d\.\d\d\d udp from 192\.0\.2\.9:5060\nBYE sip:x SIP/2\.0\n", text
    )
    assert "geheim" not in text


def test_the_voice_is_told_leg_by_leg_and_for_the_time_between_two_samples(office: Office) -> None:
    legs = (LegQuality(CALLER, "PCMA", 500, 480, 20, 0.004, 3, 0.02), LegQuality("21", "PCMA", 500, 0))
    office.keep("a", legs=legs)
    samples = (
        LegQualityPoint(NOON + 5, 250, 0, 0.001, 0.02, None),
        LegQualityPoint(NOON + 10, 480, 20, 0.04, 0.02, 3),
        LegQualityPoint(NOON + 15, 480, 20, 0.04, 0.02, 3),
    )
    office.desk.records.traces.add_quality_points("a", (LegQualityPoints(CALLER, samples),))
    caller, anna = office.do("history call", id="a")["quality"]
    assert [(each["received"], each["lost"]) for each in caller["samples"]] == [(250, 0), (230, 20), (0, 0)]
    assert [each["grade"] for each in caller["samples"]] == ["good", "poor", "silent"]
    assert (caller["loss"], caller["grade"], caller["jitter_ms"]) == (0.04, "poor", 4.0)
    assert (anna["grade"], anna["samples"]) == ("silent", [])


def test_grades_are_what_is_heard() -> None:
    assert grade(0.0, 0.0, None) == "good"
    assert grade(0.02, 0.01, 0.1) == "fair"
    assert grade(0.0, 0.05, None) == "fair"
    assert grade(0.0, 0.0, 0.6) == "poor"
    assert grade(0.05, 0.0, None) == "poor"


def test_a_message_is_named_only_to_those_who_may_hear_it(office: Office) -> None:
    office.keep("a", outcome="voicemail")
    spool = office.desk.mailboxes.spool("21", CALLER, "a", NOON)
    write_sound(spool, 2.0)
    message = office.desk.mailboxes.keep(spool)
    assert message is not None
    assert [each["id"] for each in office.do("history call", "u21", id="a")["voicemail"]] == [message.id]
    assert office.do("history call", "chef", id="a")["voicemail"] == []


def test_times_to_keep_things_are_set_within_reason(office: Office) -> None:
    shown = office.do("retention show")
    days = [shown[f"keep_{what}_days"] for what in ("history", "messages", "done_tasks", "traces")]
    assert days == [365, 0, 90, 30]
    changed = office.do("retention set", "chef", keep_messages_days=60, seen=shown["version"])
    assert (changed["keep_messages_days"], changed["keep_history_days"]) == (60, 365)
    for wrong in (-1, 3651):
        with pytest.raises(Refused, match="0 to keep everything"):
            office.do("retention set", "chef", keep_history_days=wrong)
    with pytest.raises(Refused) as refused:
        office.do("retention set", "chef", keep_messages_days=0, seen=shown["version"])
    assert refused.value.code == 3
    with pytest.raises(Refused):
        office.do("retention set", "u21", keep_messages_days=0)
    office.do("retention set", keep_messages_days=0)


def test_a_call_that_lasts_is_not_in_the_history_yet(office: Office, tmp_path: Path) -> None:
    office.lines.calls = [lasting("now", from_=CALLER)]
    with pytest.raises(Refused, match="still in progress"):
        office.do("history call", id="now")
    office.lines.calls = []
