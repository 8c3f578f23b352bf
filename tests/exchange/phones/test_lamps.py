"""The lamp of every person, and since when."""

from dataclasses import replace

from pbx.exchange.phones.lamps import Lamp, Presence
from pbx.exchange.phones.lines import Lines
from pbx.store.models import Office, Person, Phone

OFFICE = Office(
    people={"21": Person("21", "Anna"), "22": Person("22", "Bert")},
    phones={"anna": Phone("anna", "21", "a"), "anna2": Phone("anna2", "21", "a"), "bert": Phone("bert", "22", "b")},
)


class House:
    """An office with lamps, on a clock by hand."""

    def __init__(self) -> None:
        self.now = 100.0
        self.office = OFFICE
        self.registered: set[str] = set()
        self.told = 0
        self.lines = Lines(lambda: self.now, lambda extension: self.presence.look(extension))
        self.presence = Presence(
            lambda: self.office, self.lines, self.registered.__contains__, lambda: self.now, self._told
        )
        self.presence.look_at_all()
        self.told = 0

    def _told(self) -> None:
        self.told += 1

    def register(self, *usernames: str) -> None:
        self.registered.update(usernames)
        self.presence.look("21")

    @property
    def anna(self) -> Lamp:
        return self.presence.lamps()["21"]


def test_who_has_no_registered_phone_is_offline_and_since_when_is_not_made_up() -> None:
    house = House()
    assert house.presence.lamps() == {"21": Lamp("offline"), "22": Lamp("offline")}
    house.now = 130.0
    house.register("anna")
    assert house.anna == Lamp("free", 130.0)


def test_a_lamp_rings_talks_and_goes_out_and_each_change_is_told_once() -> None:
    house = House()
    house.register("anna", "anna2")
    for act, lamp, now in (
        (house.lines.rings, Lamp("ringing", 140.0), 140.0),
        (house.lines.talks, Lamp("talking", 150.0), 150.0),
        (house.lines.rang, Lamp("talking", 150.0), 155.0),
        (house.lines.talked, Lamp("free", 160.0), 160.0),
    ):
        house.now = now
        act("21")
        assert house.anna == lamp
    assert house.told == 4


def test_two_phones_that_ring_are_one_lamp() -> None:
    house = House()
    house.register("anna", "anna2")
    house.lines.rings("21")
    house.lines.rings("21")
    assert house.told == 2
    house.lines.rang("21")
    assert house.anna.state == "ringing"


def test_a_phone_whose_registration_ran_out_in_mid_call_is_still_talking() -> None:
    house = House()
    house.register("anna")
    house.lines.talks("21")
    house.registered.clear()
    house.presence.look("21")
    assert house.anna == Lamp("talking", 100.0)
    house.lines.talked("21")
    assert house.anna == Lamp("offline", 100.0)


def test_numbers_outside_have_no_lamp() -> None:
    house = House()
    house.lines.rings("+4930123456")
    assert house.told == 0
    assert list(house.presence.lamps()) == ["21", "22"]


def test_people_who_come_get_a_lamp_and_those_who_leave_lose_it() -> None:
    house = House()
    house.office = replace(OFFICE, people={"22": OFFICE.people["22"], "23": Person("23", "Carl")})
    house.presence.look_at_all()
    assert house.presence.lamps() == {"22": Lamp("offline"), "23": Lamp("offline")}
