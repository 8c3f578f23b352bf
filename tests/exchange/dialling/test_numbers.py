"""Telephone numbers as people and providers write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pbx.exchange.dialling.numbers import (
    BadNumber,
    CalledNumber,
    Outside,
    Service,
    as_typed,
    called_number,
    caller_number,
    split_contact,
    to_e164,
)
from pbx.store.models import Number, Office

BERLIN = Office(country="DE", area_code="30")
NOWHERE = Office(country="DE")
WIEN = Office(country="AT", area_code="1")


@pytest.mark.parametrize(
    "text",
    [
        "+49 30 123456", "0049 30 123456", "030 123456", "(030) 12 34-56", "030/123456", "+49 (0)30 123456",
        "+49(0)30-12.34.56", "tel:+49-30-123456", "123456", "030\u00a0123456", " 030 1234 56 ", "030\u2013123456",
    ],
)  # fmt: skip
def test_one_number_has_one_form_inside(text: str) -> None:
    assert to_e164(text, BERLIN) == "+4930123456"


def test_numbers_of_other_countries_and_places() -> None:
    assert to_e164("0043 1 5123456", BERLIN) == "+4315123456"
    assert to_e164("0170 1234567", BERLIN) == "+491701234567"
    assert to_e164("01 5123456", WIEN) == "+4315123456"
    assert to_e164("5123456", WIEN) == "+4315123456"
    assert to_e164("493012345678", BERLIN) == "+493012345678"
    assert to_e164("212 555 0100", Office(country="US")) == "+12125550100"
    assert to_e164("+1 212 555 0100", Office(country="")) == "+12125550100"


@pytest.mark.parametrize(
    "text",
    [
        "", "hello", "+", "+49", "030 12x", "0", "12", "1234", "+4930'; DROP", "+49 30 123456 78901234", "++4930123",
        "٠٣٠١٢٣٤٥٦", "+0 30 1", "030 123456;21", "sip:030123456@example", "\x00030123456",
    ],
)  # fmt: skip
def test_what_is_no_number_is_refused_with_a_sentence(text: str) -> None:
    with pytest.raises(BadNumber, match=r"\.$"):
        to_e164(text, BERLIN)


@pytest.mark.parametrize(
    "text",
    [
        "030 55521 / 55522", "030 55521/030 55522", "+49 30 55521 / 55522", "0049 30 55521/55522",
        "(030) 55521 / 55522", "030 55521, 030 55522", "030 55521; +49 30 55522",
    ],
)  # fmt: skip
def test_two_numbers_in_one_field_are_not_glued_together(text: str) -> None:
    with pytest.raises(BadNumber, match="more than one number"):
        to_e164(split_contact(text)[0], BERLIN)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("033056/12345", "+493305612345"), ("+49 33056 / 12345", "+493305612345"),
        ("0049 33056/12345", "+493305612345"), ("+49 (0)33056/12345", "+493305612345"),
        ("030/123456/78", "+493012345678"), ("0171/1234567", "+491711234567"),
    ],
)  # fmt: skip
def test_a_slash_may_stand_behind_the_area_code_or_before_an_extension(text: str, number: str) -> None:
    assert to_e164(text, BERLIN) == number


def test_a_number_in_town_needs_the_offices_area_code() -> None:
    with pytest.raises(BadNumber, match="area code"):
        to_e164("123456", NOWHERE)
    with pytest.raises(BadNumber, match="country code"):
        to_e164("030 123456", Office(country=""))


def test_what_a_keypad_means() -> None:
    assert as_typed("030123456", BERLIN) == Outside("+4930123456")
    assert as_typed("030123456#", BERLIN) == Outside("+4930123456")
    assert as_typed("116117", BERLIN) == Service("116117")
    assert as_typed("115", BERLIN) == Service("115")
    assert as_typed("225800", BERLIN) == Outside("+4930225800")
    for wrong in ("*21*030123456#", "030 123456", "0301a", "", "1" * 40, "&", "%26", "030123456;phone-context=+1"):
        with pytest.raises(BadNumber):
            as_typed(wrong, BERLIN)


@given(st.text("0123456789*#+", max_size=33) | st.text(max_size=12))
def test_anything_dialled_is_a_plain_number_or_refused(dialled: str) -> None:
    try:
        meant = as_typed(dialled, BERLIN)
    except BadNumber:
        return
    number = meant.e164 if isinstance(meant, Outside) else meant.number
    assert number.removeprefix("+").isascii()
    assert number.removeprefix("+").isdigit()
    assert isinstance(meant, Outside) == number.startswith("+")


@given(st.text(max_size=40))
def test_nothing_but_a_bad_number_leaves_the_readers(text: str) -> None:
    for read in (lambda: to_e164(text, BERLIN), lambda: split_contact(text), lambda: caller_number(text, BERLIN)):
        try:
            read()
        except BadNumber:
            continue
    called_number([text], {"+4930123450": Number("+4930123450", "t", ())}, "DE", "30")


@pytest.mark.parametrize(
    ("text", "number", "extension"),
    [
        ("+49 30 123456;21", "+49 30 123456", "21"),
        ("030 123456#21", "030 123456", "21"),
        ("030 123456,21", "030 123456", "21"),
        ("030 123456,,2 1", "030 123456", "21"),
        ("tel:+49-30-123456;ext=21", "+49-30-123456", "21"),
        ("+49 30 123456 ; ext = 21", "+49 30 123456", "21"),
        ("tel:123456;phone-context=+4930;ext=21", "+4930123456", "21"),
        ("tel:+4930123456;isub=12;phone-context=example.com", "+4930123456", ""),
        ("030 123456", "030 123456", ""),
        ("030 123456;", "030 123456", ""),
    ],
)
def test_a_contacts_extension_stands_behind_the_number(text: str, number: str, extension: str) -> None:
    assert split_contact(text) == (number, extension)


@pytest.mark.parametrize("text", ["", ";21", "030 123456;2x", "030;1;2", "030 123456;ext=", "030;" + "1" * 20])
def test_a_contact_that_cannot_be_dialled_is_refused(text: str) -> None:
    with pytest.raises(BadNumber):
        split_contact(text)


MAIN = Number("+49301234560", "provider", ("21",))
FAX = Number("+4930999888", "provider", ("22",))
BOTH = {number.e164: number for number in (MAIN, FAX)}


@pytest.mark.parametrize(
    "form",
    ["+49301234560", "0049301234560", "49301234560", "0301234560", "301234560", "1234560", "+49 30 123 456 0"],
)
def test_a_providers_form_of_the_number_does_not_matter(form: str) -> None:
    assert called_number([form], BOTH, "DE", "30") == CalledNumber(MAIN)


@pytest.mark.parametrize(
    ("candidates", "called"),
    [
        (["s-7f3a9", "+4930999888"], CalledNumber(FAX)),
        (["0049309998885"], CalledNumber(FAX, "5")),
        (["+493012345621"], CalledNumber(MAIN, "21")),
        (["03012345621;npdi=yes"], CalledNumber(MAIN, "21")),
        (["560"], CalledNumber(MAIN)),
        (["888"], CalledNumber(FAX)),
        (["21"], None),
        (["+4930123456"], CalledNumber(MAIN)),
        (["+4989123456"], None),
        (["anonymous", ""], None),
        ([], None),
        (["1" * 500], None),
    ],
)
def test_which_number_a_trunk_call_is_for(candidates: list[str], called: CalledNumber | None) -> None:
    assert called_number(candidates, BOTH, "DE", "30") == called


def test_a_lone_block_takes_the_bare_extension_part() -> None:
    assert called_number(["21"], {MAIN.e164: MAIN}, "DE", "30") == CalledNumber(MAIN, "21")
    assert called_number(["0"], {MAIN.e164: MAIN}, "DE", "30") == CalledNumber(MAIN)
    assert called_number(["21"], {}, "DE", "30") is None


def test_an_exact_number_in_a_later_field_goes_before_a_block_in_an_earlier_one() -> None:
    assert called_number(["+493012345621", "+4930999888"], BOTH, "DE", "30") == CalledNumber(FAX)


@pytest.mark.parametrize(
    ("user", "number"),
    [
        ("+491701234567", "+491701234567"),
        ("00491701234567", "+491701234567"),
        ("01701234567", "+491701234567"),
        ("491701234567", "+491701234567"),
        ("7654321", "+49307654321"),
        ("110", "110"),
        ("anonymous", ""),
        ("", ""),
        ("alice", ""),
        ("=cmd|x", ""),
        ("+491701234567;isub=1", "+491701234567"),
    ],
)
def test_a_callers_number(user: str, number: str) -> None:
    assert caller_number(user, BERLIN) == number
