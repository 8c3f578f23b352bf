"""What goes on now, as each who asks may see it."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pbx.administration.access import sessions
from pbx.administration.commands import perform
from pbx.administration.desk.desk import Desk, open_desk
from pbx.administration.desk.live import RunningCall
from pbx.administration.desk.rights import Actor
from pbx.administration.now import now
from pbx.sentence import english
from pbx.store.models import Account, Contact, Group, Language, Number, Person, Phone, Role, Trunk
from pbx.store.rows import CallDirection, Step
from tests.box import pi
from tests.live import Lines

CALLER = "+4989123456"
GREETED = (Step(1.0, "called", {"number": "+49301"}), Step(2.0, "greeted"))
RINGING = (*GREETED, Step(3.0, "dialled", {"digits": "21"}), Step(4.0, "rang", {"extension": "21"}))
ANSWERED = (*RINGING, Step(9.0, "answered", {"extension": "21"}))


def call(
    *parties: str,
    extension: str = "21",
    direction: CallDirection = "in",
    steps: tuple[Step, ...] = RINGING,
    **more: Any,
) -> RunningCall:
    """A call that lasts."""
    facts: dict[str, Any] = {"from_": CALLER, "from_name": "", "to": "+49301", "trunk": "t", "answered": None} | more
    return RunningCall(
        id="c", direction=direction, extension=extension, started=1.0, parties=parties, steps=steps, **facts
    )


class OfficeOnAPi:
    """An office with three people, a group and an exchange, on a Pi that is well."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.live = Lines()
        self.live.shining = {"21": ("free", 100.0), "22": ("talking", 200.0), "23": ("offline", None)}
        self.live.trunks = {"t": ("registered", "")}
        desk.live = self.live
        desk.folder.settings.put(
            Person("21", "Anna"),
            Person("22", "Bert"),
            Person("23", "Carl", outbound_only=True),
            Phone("anna", "21", "x"),
            Group("30", "Sales", ("22", "21")),
            Trunk("t", peer="192.0.2.1:5060"),
            Number("+49301", "t", ("21", "30")),
            Contact("Meier", CALLER),
            Account("chef", "scrypt$x", "admin"),
        )

    def now(self, extension: str | None = None, language: Language = "en", role: Role = "user") -> dict[str, Any]:
        """As root sees it, or somebody with an account."""
        session = None
        if extension is not None:
            name = f"{role}{extension}{language}"
            self.desk.folder.settings.put(Account(name, "scrypt$x", role, extension, language))
            session = sessions.enter(self.desk, self.desk.office.accounts[name])["token"]
        found: dict[str, Any] = perform(self.desk, "now", {}, session)
        return found


@pytest.fixture
def office(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[OfficeOnAPi]:
    monkeypatch.setattr(shutil, "disk_usage", pi.disk(50))
    opened = open_desk(tmp_path / "office")
    opened.host.root = pi.make(tmp_path / "pi")
    yield OfficeOnAPi(opened)
    opened.close()


def test_everybody_sees_who_is_free_and_since_when(office: OfficeOnAPi) -> None:
    for found in (office.now(), office.now("22")):
        assert [(p["extension"], p["state"], p["since"], p["outbound_only"]) for p in found["people"]] == [
            ("21", "free", 100.0, False),
            ("22", "talking", 200.0, False),
            ("23", "offline", None, True),
        ]


def test_a_group_is_as_free_as_its_freest_member(office: OfficeOnAPi) -> None:
    [group] = office.now()["groups"]
    assert (group["name"], group["state"], [m["name"] for m in group["members"]]) == ("Sales", "free", ["Bert", "Anna"])
    office.live.shining |= {"21": ("offline", None)}
    assert office.now()["groups"][0]["state"] == "talking"


def test_a_call_tells_its_story_in_the_language_of_who_asks(office: OfficeOnAPi) -> None:
    office.live.calls = [call("21", steps=ANSWERED, answered=9.0)]
    [english], [german] = office.now("21", "en")["calls"], office.now("21", "de")["calls"]
    assert english["story"][2:] == [
        "dialled 21 during the greeting",
        "rang Anna (21)",
        "Anna (21) answered after 5 s",
    ]
    assert german["story"][-1] == "Anna (21) nahm nach 5 s ab"
    assert (english["state"], english["from"], english["from_name"], english["extension_name"]) == (
        "talking",
        CALLER,
        "Meier",
        "Anna",
    )


@pytest.mark.parametrize(
    ("steps", "stage"),
    [
        ((), "begins"),
        (GREETED, "greeting"),
        (RINGING, "ringing"),
        ((*RINGING, Step(5.0, "no-answer"), Step(6.0, "announced")), "voicemail"),
    ],
)
def test_a_call_says_what_it_is_at(office: OfficeOnAPi, steps: tuple[Step, ...], stage: str) -> None:
    office.live.calls = [call(steps=steps)]
    assert office.now()["calls"][0]["state"] == stage


@pytest.mark.parametrize(
    ("running", "seen_by"),
    [
        (call(extension="", steps=GREETED), ""),
        (call("21"), "21"),
        (call("21", answered=9.0), "21"),
        (call("22", extension="21", answered=9.0), "22"),
        (call("21", "22", extension="30"), "21 22"),
        (call("22", extension="30"), "21 22"),
        (call("22", extension="30", answered=9.0), "22"),
        (call(extension="30", steps=(*RINGING, Step(9.0, "announced"))), "21 22"),
        (call(extension="", direction="out", from_="23", to=CALLER), "23"),
        (call("21", "22", extension="22", direction="internal", from_="21", to="22", answered=9.0), "21 22"),
        (call(extension="", from_="21", steps=GREETED), ""),
    ],
)
def test_users_see_their_own_calls_and_nothing_of_others(
    office: OfficeOnAPi, running: RunningCall, seen_by: str
) -> None:
    office.live.calls = [running]
    for extension in ("21", "22", "23"):
        found = office.now(extension)
        assert bool(found["calls"]) == (extension in seen_by.split()), extension
        assert found["calls"] or CALLER not in str(found)
    assert len(office.now("23", role="admin")["calls"]) == 1
    assert len(office.now()["calls"]) == 1


def test_somebody_without_an_extension_sees_no_call_of_a_withheld_number(office: OfficeOnAPi) -> None:
    office.live.calls = [call(extension="", from_="", steps=GREETED)]
    assert now(office.desk.by(Actor("chef", "user")))["calls"] == []


def test_how_full_a_mailbox_is_only_those_know_who_may_hear_it(office: OfficeOnAPi) -> None:
    office.desk.records.add_message("21", CALLER, "c", 1.0, 2.0, "21/m.wav")
    assert [person["voicemail_new"] for person in office.now("21")["people"]] == [1, None, None]
    assert [person["voicemail_new"] for person in office.now("22", role="admin")["people"]] == [None, 0, None]
    assert [person["voicemail_new"] for person in office.now()["people"]] == [1, 0, 0]


def test_trunks_are_told_in_words_and_numbers_with_whom_they_ring(office: OfficeOnAPi) -> None:
    found = office.now("21")
    assert [(trunk["name"], trunk["state"]) for trunk in found["trunks"]] == [("t", "registered")]
    words = found["trunks"][0]["words"]
    assert english(words) == "t is connected, but no call has come in or gone out yet."
    assert found["numbers"] == [{"number": "+49301", "to": ["Anna", "Sales"]}]


def test_the_lamps_on_the_box_are_shown_with_what_they_mean(office: OfficeOnAPi) -> None:
    found = office.now("21")
    assert found["lamps"] == {
        "ready": "steady", "trunk": "steady", "call": "steady", "message": "off", "trouble": "off",
    }  # fmt: skip
    assert found["lamp_words"]["call"]["say"] == "Somebody is on the phone."
    office.desk.records.add_task("21", "missed", CALLER, "c", 1.0)
    office.live.trunks = {"t": ("failed", "no answer")}
    assert (office.now()["lamps"]["message"], office.now()["lamps"]["trunk"]) == ("steady", "fast")
    office.desk.records.add_message("21", CALLER, "c", 1.0, 2.0, "21/m.wav")
    assert office.now()["lamps"]["message"] == "slow"


@pytest.mark.parametrize(
    ("files", "trouble"),
    [
        ({"sys/devices/platform/soc/soc:firmware/get_throttled": "50005"}, "pulse"),
        ({"sys/devices/platform/soc/soc:firmware/get_throttled": "50000"}, "slow"),
        ({"sys/class/thermal/thermal_zone0/temp": "85000"}, "pulse"),
        ({"proc/meminfo": "MemTotal: 1000 kB\nMemAvailable: 40 kB"}, "fast"),
    ],
)
def test_a_machine_in_trouble_lights_the_trouble_lamp(office: OfficeOnAPi, files: dict[str, str], trouble: str) -> None:
    pi.make(office.desk.host.root, files)
    assert office.now()["lamps"]["trouble"] == trouble


def test_only_admins_see_the_box_s_health_and_what_is_to_be_done(office: OfficeOnAPi) -> None:
    assert (office.now("21")["health"], office.now("21")["todo"]) == ({}, [])
    found = office.now("21", role="admin")
    assert list(found["health"]) == ["load", "memory", "disk", "card", "temperature", "power", "clock", "uptime"]
    assert found["health"]["temperature"]["said"]["with"] == {"degrees": 48}
    assert found["todo"] == []


def test_an_empty_office_is_told_what_to_do_next(tmp_path: Path) -> None:
    desk = open_desk(tmp_path / "office")

    def pages() -> list[str]:
        return [step["page"] for step in perform(desk, "now", {})["todo"]]

    try:
        assert perform(desk, "now", {})["lamps"]["ready"] == "off", "the exchange does not run"
        assert pages() == ["/people", "/trunks"]
        desk.folder.settings.put(Person("21", "Anna"), Trunk("t", peer="192.0.2.1"))
        assert pages() == ["/phones", "/numbers"]
        desk.folder.settings.put(Phone("anna", "21", "x"), Number("+49301", "t", ("21",)))
        assert pages() == ["/phones"]
        desk.live = lines = Lines()
        lines.shining = {"21": ("free", None)}
        assert pages() == []
        assert perform(desk, "now", {})["lamps"]["ready"] == "slow", "nobody has set it up"
    finally:
        desk.close()
