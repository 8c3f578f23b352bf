"""The lamp of every person, and since when."""

from dataclasses import replace

from pbx.exchange.phones.lamps import Lamp, Lamps
from pbx.exchange.phones.lines import Lines
from pbx.store.models import Office, Person, Phone

OFFICE = Office(
    people={"21": Person("21", "Anna"), "22": Person("22", "Bert")},
    phones={"anna": Phone("anna", "21", "a"), "anna2": Phone("anna2", "21", "a"), "bert": Phone("bert", "22", "b")},
)


class Rig:
    """An office with lamps, on a clock by hand."""

    def __init__(self) -> None:
        self.now = 100.0
        self.office = OFFICE
        self.registered: set[str] = set()
        self.changes = 0
        self.lines = Lines(lambda: self.now, lambda extension: self.lamps.look(extension))
        self.lamps = Lamps(
            lambda: self.office, self.lines, self.registered.__contains__, lambda: self.now, self._changed
        )
        self.lamps.look_at_all()
        self.changes = 0

    def _changed(self) -> None:
        self.changes += 1

    def register(self, *usernames: str) -> None:
        self.registered.update(usernames)
        self.lamps.look("21")

    @property
    def anna(self) -> Lamp:
        return self.lamps.all()["21"]


def test_who_has_no_registered_phone_is_offline_and_since_when_is_not_made_up() -> None:
    rig = Rig()
    assert rig.lamps.all() == {"21": Lamp("offline"), "22": Lamp("offline")}
    rig.now = 130.0
    rig.register("anna")
    assert rig.anna == Lamp("free", 130.0)


def test_a_lamp_rings_talks_and_goes_out_and_each_change_is_told_once() -> None:
    rig = Rig()
    rig.register("anna", "anna2")
    for act, lamp, now in (
        (rig.lines.rings, Lamp("ringing", 140.0), 140.0),
        (rig.lines.talks, Lamp("talking", 150.0), 150.0),
        (rig.lines.rang, Lamp("talking", 150.0), 155.0),
        (rig.lines.talked, Lamp("free", 160.0), 160.0),
    ):
        rig.now = now
        act("21")
        assert rig.anna == lamp
    assert rig.changes == 4


def test_two_phones_that_ring_are_one_lamp() -> None:
    rig = Rig()
    rig.register("anna", "anna2")
    rig.lines.rings("21")
    rig.lines.rings("21")
    assert rig.changes == 2
    rig.lines.rang("21")
    assert rig.anna.state == "ringing"


def test_a_phone_whose_registration_ran_out_in_mid_call_is_still_talking() -> None:
    rig = Rig()
    rig.register("anna")
    rig.lines.talks("21")
    rig.registered.clear()
    rig.lamps.look("21")
    assert rig.anna == Lamp("talking", 100.0)
    rig.lines.talked("21")
    assert rig.anna == Lamp("offline", 100.0)


def test_numbers_outside_have_no_lamp() -> None:
    rig = Rig()
    rig.lines.rings("+4930123456")
    assert rig.changes == 0
    assert list(rig.lamps.all()) == ["21", "22"]


def test_people_who_come_get_a_lamp_and_those_who_leave_lose_it() -> None:
    rig = Rig()
    rig.office = replace(OFFICE, people={"22": OFFICE.people["22"], "23": Person("23", "Carl")})
    rig.lamps.look_at_all()
    assert rig.lamps.all() == {"22": Lamp("offline"), "23": Lamp("offline")}
