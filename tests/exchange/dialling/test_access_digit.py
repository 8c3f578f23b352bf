"""A digit for an outside line: what goes out with it, what without it, and what is told when it is wrong."""

from __future__ import annotations

import re
from dataclasses import replace

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pbx.exchange.dialling.dialled import keys
from pbx.exchange.dialling.dialplan import (
    Plan,
    ToEmergency,
    ToGroup,
    ToOutside,
    ToPerson,
    ToVoicemail,
    Undialable,
    plan,
)
from pbx.exchange.dialling.emergency import emergency_numbers
from pbx.exchange.dialling.extensions import BadExtension, check_extension, free_extension
from pbx.exchange.dialling.numbers import Emergency, Outside, UnknownAbroad, WithDigit, as_written, to_e164
from pbx.exchange.story import story as sentence
from pbx.store.models import Office, Person
from tests.exchange.dialled_numbers import EVERYTHING, OFFICE
from tests.exchange.peers import polite, said
from tests.exchange.rig import OFFICE as AT_WORK
from tests.exchange.rig import Rig
from tests.line import play

MOBILE = "+4915112345678"
DIGITS = "0123456789"
COUNTRIES = st.sampled_from(["DE", "AT", "CH", "FR", "IT", "GB", "US", "PL", ""])


def asked(dialled: str, digit: str = "", office: Office = OFFICE) -> Plan:
    return plan(dialled, office.people["21"], replace(office, access_digit=digit))


def number(dialled: str, digit: str = "", office: Office = OFFICE) -> str:
    """The number that goes out; the reason why none does."""
    planned = asked(dialled, digit, office)
    assert isinstance(planned, ToOutside | Undialable), planned
    return planned.number if isinstance(planned, ToOutside) else planned.reason


@pytest.mark.parametrize("digit", DIGITS)
def test_behind_the_digit_an_outside_number_means_what_it_always_does(digit: str) -> None:
    office = replace(OFFICE, people={"21": Person("21", "Anna")}, groups={}, numbers={})
    assert number(f"{digit}015112345678", digit, office) == MOBILE
    assert number(f"{digit}04012345678", digit, office) == "+494012345678"
    assert number(f"{digit}0015112345678", digit, office) == "+15112345678", "behind the digit nothing is guessed"
    assert number(f"{digit}0043512345678", digit, office) == "+43512345678"
    assert number(f"{digit}{MOBILE}", digit, office) == MOBILE
    assert number(f"{digit}765432", digit, office) == "+4930765432"
    assert number(f"{digit}115", digit, office) == "115"
    assert number(f"{digit}116117#", digit, office) == "116117"
    assert number(digit, digit, office) == "bad-number"
    assert number(f"{digit}*97", digit, office) == "unknown-code"


@pytest.mark.parametrize("digit", ["0", "9", "5"])
def test_without_the_digit_nothing_goes_out_but_what_has_a_plus(digit: str) -> None:
    assert number(MOBILE, digit) == MOBILE
    assert number("+19995551234", digit) == "+19995551234"
    assert number("+15112345678", digit) == "with-access-digit", "as softphones make it of 0 and 0151 12345678"
    missing = Undialable("without-access-digit", digit=digit)
    assert asked("765432", digit) == missing
    assert asked("116117", digit) == missing
    if digit != "0":
        assert asked("015112345678", digit) == missing
        assert asked("0043512345678", digit) == missing
    assert asked("77", digit) == Undialable("no-such-extension")


def test_inside_the_digit_is_never_dialled() -> None:
    for digit in ("0", "9"):
        assert asked("22", digit) == ToPerson("22")
        assert asked("30", digit) == ToGroup("30")
        assert asked("*97", digit) == ToVoicemail("21")
        assert isinstance(asked(f"{digit}22", digit), Undialable)
        assert isinstance(asked(f"{digit}*97", digit), Undialable)
        assert asked(f"{digit}030123450", digit) == ToGroup("30"), "the office's own number needs no line"


def test_a_number_that_was_dialled_without_the_0_is_no_number_in_town() -> None:
    assert asked("015112345678", "0") == Undialable("without-access-digit", digit="0")
    assert asked("015112345678", "0", replace(OFFICE, area_code="")) == Undialable("without-access-digit", digit="0")
    assert number("0765432", "0") == "+4930765432"
    assert number("0040301234567", "0") == "+4940301234567", "Hamburg, not Romania"


@pytest.mark.parametrize(
    ("dialled", "expected"),
    [
        ("0015112345678", "with-access-digit"),  # 0 and 0151 12345678, not +1 511 234-5678
        ("+15112345678", "with-access-digit"),  # as some softphones send it
        ("00040212345678", "with-access-digit"),  # 0 and Romania
        ("0004315123456", "with-access-digit"),  # 0 and 0043 1 5123456
        ("001999", "bad-number"),
        ("0019995551234", "unknown-abroad"),
        ("+19995551234", "+19995551234"),  # as a caller's number is shown: whoever called can be called back
        ("0012125550100", "+12125550100"),
        ("01599999999", "+491599999999"),  # at home the newest numbers are not known yet
        ("015112345678", MOBILE),
        ("0043512345678", "+43512345678"),
    ],
)
def test_without_a_digit_a_number_abroad_that_nobody_knows_is_refused_with_a_hint(dialled: str, expected: str) -> None:
    assert number(dialled) == expected


def test_the_hint_names_the_digit_that_was_dialled() -> None:
    assert asked("0015112345678") == Undialable("with-access-digit", "0")
    usa = replace(OFFICE, country="US", area_code="", numbers={})
    planned = asked("912125550100", office=usa)
    assert isinstance(planned, Undialable)
    assert (planned.reason, planned.digit) == ("with-access-digit", "9")


@pytest.mark.parametrize("typed", ["0 0151 12345678", "0-0151/12345678", "0 (0151) 123 456 78"])
def test_whoever_types_a_number_is_told_too(typed: str) -> None:
    for read in (to_e164, as_written):
        with pytest.raises(WithDigit, match="with a 0 for an outside line"):
            read(typed, OFFICE)
        with pytest.raises(WithDigit):
            read(typed, replace(OFFICE, access_digit="0"))


def test_what_is_typed_needs_no_digit_whatever_is_set() -> None:
    for digit in ("", "0", "9"):
        office = replace(OFFICE, access_digit=digit)
        for typed in ("0151 12345678", "+49 151 12345678", "+49 (0)151 12345678", MOBILE):
            assert as_written(typed, office) == Outside(MOBILE)
        assert as_written("+19995551234", office) == Outside("+19995551234")
        assert to_e164("0019995551234", office) == "+19995551234", "kept, as it may be right; dialling asks"
        with pytest.raises(UnknownAbroad, match="with \\+"):
            as_written("0019995551234", office)
        assert as_written(f"{digit}112", office) == Emergency("112")


@given(COUNTRIES, st.sampled_from(["", *DIGITS]), st.integers(0, 9), st.sampled_from(["", "#"]), st.booleans())
def test_every_emergency_number_goes_out_with_and_without_the_digit(
    country: str, digit: str, index: int, end: str, separated: bool
) -> None:
    """Also where somebody's extension was written over it by hand."""
    emergencies = sorted(emergency_numbers(country))
    wanted = emergencies[index % len(emergencies)]
    written = "-".join(wanted) if separated else wanted
    by_hand = {each: Person(each, "By hand") for each in (wanted, digit + wanted, "21")}
    office = Office(country=country, access_digit=digit, people=by_hand)
    for before in ("", digit):
        planned = plan(keys(f"{before} {written}{end}"), by_hand["21"], office)
        assert isinstance(planned, ToEmergency)
        assert planned.number == wanted


@given(COUNTRIES, st.sampled_from(["", *DIGITS]), EVERYTHING)
def test_whatever_is_dialled_only_plain_numbers_come_near_a_trunk(country: str, digit: str, text: str) -> None:
    office = replace(OFFICE, country=country, access_digit=digit)
    planned = plan(keys(text), office.people["21"], office)
    if isinstance(planned, ToOutside | ToEmergency):
        assert re.fullmatch(r"\+?[0-9]{1,20}", planned.number, re.ASCII)
    if isinstance(planned, ToOutside):
        known = planned.number.startswith("+")
        assert not known or phonenumbers.is_possible_number(phonenumbers.parse(planned.number))


@given(st.sampled_from(["", "0", "9"]), st.text(DIGITS, min_size=5, max_size=15))
def test_what_goes_out_is_called_again_by_its_number(digit: str, dialled: str) -> None:
    """A phone's list of calls, and the page, have the canonical number: it means the same, whatever is set."""
    planned = asked(dialled, digit)
    if isinstance(planned, ToOutside) and planned.number.startswith("+") and digit:
        assert asked(planned.number, digit) == planned


@given(st.sampled_from(DIGITS), st.lists(st.from_regex("[1-9][0-9]{1,3}", fullmatch=True), max_size=20))
def test_no_extension_that_is_given_out_begins_with_the_digit(digit: str, used: list[str]) -> None:
    office = Office(country="DE", access_digit=digit, people={each: Person(each, each) for each in used})
    free = free_extension(office)
    assert not free.startswith(digit)
    with pytest.raises(BadExtension, match="outside line" if digit != "0" else "begin with 0"):
        check_extension(office, f"{digit}11")


def test_callers_without_a_country_code_are_shown_so_that_they_can_be_called_back() -> None:
    """The police may call as 110, the health office as 115."""
    shown: list[str] = []

    async def script() -> None:
        rig = Rig(replace(AT_WORK, access_digit="9"))
        await rig.open("anna", "bert")
        polite(rig.peers.values(), anna=486, bert=486)
        for caller in ("115", "+491701234567", "anonymous"):
            rig.call("provider", "+4930123452", caller=caller)
            await rig.settle(1)
            invite = rig.peers["anna"].last.invite
            assert invite is not None
            shown.append(invite.from_.uri.user or "")
            assert plan(shown[-1], AT_WORK.people["22"], rig.office) != Undialable("without-access-digit", digit="9")
        rig.call("bert", "21")
        await rig.settle(1)
        invite = rig.peers["anna"].last.invite
        assert invite is not None
        shown.append(invite.from_.uri.user or "")
        await rig.settle(300)

    play(script())
    assert shown == ["9115", "+491701234567", "anonymous", "22"]


def test_a_refused_call_tells_of_the_digit_in_its_story() -> None:
    sentences: list[list[str]] = []

    async def script() -> None:
        for digit, dialled in (("", "0015112345678"), ("9", "015112345678"), ("", "0019995551234")):
            rig = Rig(replace(AT_WORK, access_digit=digit))
            await rig.open("bert")
            line = rig.call("bert", dialled)
            await rig.quiet()
            assert said(line)[-1] == "404"
            assert rig.record.outcome == "refused"
            sentences.append([sentence(rig.record.steps, language) for language in ("en", "de")])

    play(script())
    assert sentences == [
        [
            "Could not be connected (apparently dialled with a 0 for an outside line).",
            "Konnte nicht verbunden werden (wohl mit einer 0 für Anrufe nach draußen gewählt).",
        ],
        [
            "Could not be connected (the 9 for an outside line was missing).",
            "Konnte nicht verbunden werden (die 9 für Anrufe nach draußen fehlte).",
        ],
        [
            "Could not be connected (not a known foreign number).",
            "Konnte nicht verbunden werden (keine bekannte Rufnummer im Ausland).",
        ],
    ]
