"""What a phone's digits ask for, and whom callers from outside may dial."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pbx.exchange.dialling.dialplan import (
    ToEmergency,
    ToGroup,
    ToOutside,
    ToPerson,
    ToVoicemail,
    Undialable,
    caller_number,
    dialable,
    plan,
    reachable,
)
from pbx.store.models import ExtensionDialling, Group, Number, Office, Person, RetiredExtension, Trunk

ANNA = Person("21", "Anna", number="+493012345621")
BERND = Person("22", "Bernd")
CALLS_ONLY = Person("23", "Door", outbound_only=True, number="+493012345623")
HIDDEN = Person("24", "Dora", reachable=False)
OFFICE = Office(
    country="DE",
    area_code="30",
    people={person.extension: person for person in (ANNA, BERND, CALLS_ONLY, HIDDEN)},
    groups={"30": Group("30", "Sales", ("21", "22"))},
    trunks={"provider": Trunk("provider", peer="192.0.2.1")},
    numbers={
        number.e164: number
        for number in (
            Number("+4930123456", "provider", ("30",)),
            Number("+493012345622", "provider", ("22",)),
            Number("+4930777", "provider", ("21", "22")),
        )
    },
)


@pytest.mark.parametrize(
    ("dialled", "expected"),
    [
        ("22", ToPerson("22")),
        ("22#", ToPerson("22")),
        ("24", ToPerson("24")),
        ("30", ToGroup("30")),
        ("*97", ToVoicemail("21")),
        ("110", ToEmergency("110", "+493012345621")),
        ("0112", ToEmergency("112", "+493012345621")),
        ("0170 1", Undialable("bad-number")),
        ("01701234567", ToOutside("+491701234567", "+493012345621")),
        ("+4903012345622", ToPerson("22")),  # +49 (0)30 ..., as many write it
        ("+431512345", ToOutside("+431512345", "+493012345621")),
        ("00431512345", ToOutside("+431512345", "+493012345621")),
        ("765432", ToOutside("+4930765432", "+493012345621")),
        ("115", ToOutside("115", "+493012345621")),
        ("03012345622", ToPerson("22")),
        ("12345622", ToPerson("22")),
        ("+4930123456", ToGroup("30")),
        ("030777", ToOutside("+4930777", "+493012345621")),
        ("03012345623", ToOutside("+493012345623", "+493012345621")),
        ("21", Undialable("own-extension")),
        ("23", Undialable("not-reachable")),
        ("99", Undialable("no-such-extension")),
        ("*21*030123#", Undialable("unknown-code")),
        ("#", Undialable("unknown-code")),
        ("*", Undialable("unknown-code")),
    ],
)
def test_what_annas_phone_asks_for(dialled: str, expected: object) -> None:
    assert plan(dialled, ANNA, OFFICE) == expected


@pytest.mark.parametrize(
    "dialled", ["", "21&22", "%26", "21;phone-context=+1", "a", "21@evil", "٢١", "2 1", "1" * 33, "21\n"]
)
def test_what_no_keypad_sends_is_refused(dialled: str) -> None:
    assert isinstance(plan(dialled, ANNA, OFFICE), Undialable)


def test_emergency_calls_go_before_everything_from_everybody() -> None:
    by_hand = replace(
        OFFICE,
        people={**OFFICE.people, "112": Person("112", "Wrong")},
        trunks={},
        groups={"110": Group("110", "X", ())},
    )
    for person in OFFICE.people.values():
        for dialled in ("110", "112", "112#", "0112", "+49112"):
            assert isinstance(plan(dialled, person, by_hand), ToEmergency)


def test_without_a_trunk_nothing_goes_out_but_colleagues_still_ring() -> None:
    alone = replace(OFFICE, trunks={})
    assert plan("01701234567", ANNA, alone) == Undialable("no-trunk")
    assert plan("03012345622", ANNA, alone) == ToPerson("22")


def test_calls_to_somebody_who_left_go_to_whoever_took_them_over() -> None:
    former = (
        RetiredExtension("41", "Emil", to="22"),
        RetiredExtension("42", "Frida"),
        RetiredExtension("43", "Gero", "24"),
        RetiredExtension("44", "H", "23"),
    )
    office = replace(OFFICE, former={each.extension: each for each in former})
    assert plan("41", ANNA, office) == ToPerson("22")
    assert plan("42", ANNA, office) == Undialable("no-such-extension")
    assert plan("44", ANNA, office) == Undialable("not-reachable")
    everybody, distributed = (
        Number("+4930777", "provider", ("21",), extensions=way) for way in ("all", "distribution")
    )
    assert dialable(everybody, office) == {"21", "22", "24", "30", "41", "43"}
    assert [reachable(extension, everybody, office) for extension in ("41", "42", "43", "44")] == [True, *[False] * 3]
    assert not reachable("41", distributed, office)
    assert reachable("41", replace(distributed, to=("30",)), office)


def test_the_callers_number_is_always_the_offices_own() -> None:
    assert caller_number(ANNA, OFFICE) == "+493012345621"
    assert caller_number(BERND, OFFICE) == "+4930123456"
    assert caller_number(BERND, replace(OFFICE, number="+4930777")) == "+4930777"
    assert caller_number(BERND, OFFICE, trunk="other") == ""
    assert caller_number(BERND, Office()) == ""


@pytest.mark.parametrize(
    ("switch", "reached", "meant"),
    [
        ("off", set(), set()),
        ("all", {"21", "22", "30"}, {"21", "22", "24", "30"}),
        ("distribution", {"21", "22", "30"}, {"21", "22", "24", "30"}),
    ],
)
def test_whom_callers_may_dial(switch: ExtensionDialling, reached: set[str], meant: set[str]) -> None:
    number = Number("+4930123456", "provider", ("30", "24"), extensions=switch)
    everybody = ["21", "22", "23", "24", "30", "99", ""]
    assert {each for each in everybody if reachable(each, number, OFFICE)} == reached
    assert dialable(number, OFFICE) == meant


def test_a_distribution_without_a_person_does_not_reach_them() -> None:
    number = Number("+4930123456", "provider", ("22",), extensions="distribution")
    assert not reachable("21", number, OFFICE)
    assert reachable("22", number, OFFICE)


@given(st.text("0123456789*#+", max_size=34) | st.text(max_size=10))
def test_every_plan_is_a_plain_one(dialled: str) -> None:
    asked = plan(dialled, ANNA, OFFICE)
    if isinstance(asked, ToOutside | ToEmergency):
        assert asked.number.removeprefix("+").isdigit()
        assert asked.number.isascii()
    if isinstance(asked, ToPerson):
        assert asked.extension in OFFICE.people
        assert not OFFICE.people[asked.extension].outbound_only
