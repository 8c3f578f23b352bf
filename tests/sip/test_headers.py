"""RFC 3261, section 7.3."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pbx.sip.grammar import ParseError, number, split
from pbx.sip.headers import Headers, canonical

SOME = Headers([("v", "1"), ("From", "a"), ("VIA", "2"), ("x-new-THING", "b"), ("Via", "3")])


def test_names_are_one_however_they_are_spelled() -> None:
    assert SOME.all("via") == SOME.all("Via") == SOME.all("V") == ("1", "2", "3")
    assert [name for name, _ in SOME] == ["Via", "From", "Via", "X-New-Thing", "Via"]
    for name in (
        "Call-ID",
        "CSeq",
        "WWW-Authenticate",
        "RSeq",
        "RAck",
        "Min-SE",
        "MIME-Version",
        "P-Asserted-Identity",
    ):
        assert canonical(name.upper()) == canonical(name.lower()) == name


def test_every_compact_form() -> None:
    assert [canonical(letter) for letter in "ceikflmorstuvx"] == [
        "Content-Type",
        "Content-Encoding",
        "Call-ID",
        "Supported",
        "From",
        "Content-Length",
        "Contact",
        "Event",
        "Refer-To",
        "Subject",
        "To",
        "Allow-Events",
        "Via",
        "Session-Expires",
    ]


def test_the_first_value_or_none() -> None:
    assert (SOME.get("via"), SOME.get("to")) == ("1", None)
    assert "VIA" in SOME
    assert "To" not in SOME
    assert len(SOME) == 5


def test_items_of_all_lines() -> None:
    headers = Headers([("Supported", "timer , 100rel,,"), ("k", ""), ("k", 'x="a,b", <sip:c,d>')])
    assert headers.values("Supported") == ("timer", "100rel", 'x="a,b"', "<sip:c,d>")


def test_an_unclosed_quote_is_an_error_when_items_are_asked_for() -> None:
    with pytest.raises(ParseError):
        Headers([("Supported", 'a, "b, c')]).values("Supported")


def test_each_change_is_another_value() -> None:
    assert next(iter(SOME.prepending("Via", "0"))) == ("Via", "0")
    assert SOME.prepending("From", "b").all("From") == ("b", "a")
    assert next(iter(SOME.prepending("Route", "r"))) == ("Route", "r")
    assert SOME.adding("from", "z").all("From") == ("a", "z")
    assert SOME.without("via").all("Via") == ()
    assert [value for _, value in SOME.with_("VIA", "8", "9")] == ["8", "9", "a", "b"]
    assert list(SOME.with_("To", "t"))[-1] == ("To", "t")
    assert SOME.with_("To") == SOME
    assert SOME.all("Via") == ("1", "2", "3")


def test_equal_headers_are_equal() -> None:
    assert Headers([("v", "1")]) == Headers([("Via", "1")])
    assert hash(Headers([("v", "1")])) == hash(Headers([("Via", "1")]))
    assert Headers([("v", "1")]) != Headers([("Via", "2")])
    assert Headers() != "x"


@given(st.text('a,"<>\\ ', max_size=30))
def test_splitting_loses_nothing_but_white_space_at_the_edges(text: str) -> None:
    try:
        items = list(split(text))
    except ParseError:
        return
    assert ",".join(items).replace(" ", "") == text.replace(" ", "")


@pytest.mark.parametrize("text", ["", "+5", " 5", "5 ", "-1", "\u0665", "\u00b2", "1_0", "0x1", "5.0", "9" * 5000])
def test_what_python_would_take_for_a_number_and_is_none(text: str) -> None:
    with pytest.raises(ParseError):
        number(text)


def test_numbers_have_a_limit() -> None:
    assert number("0068") == 68
    assert number("70", 70) == 70
    with pytest.raises(ParseError):
        number("71", 70)


LISTS = {
    "one line": ["100rel, timer"],
    "lines": ["100rel", "timer"],
    "an empty item": ["100rel, , timer,"],
    "a parameter": ["x;a=1,Timer ; b=2", "100REL"],
    "a comma in quotes": ['x;a="1,2", timer', "100rel"],
    "never closed": ['x "100rel, timer', "100rel,timer"],
}


@pytest.mark.parametrize("form", LISTS)
def test_a_list_of_words_is_the_same_over_lines_and_commas(form: str) -> None:
    words = Headers([("k", line) for line in LISTS[form]]).words("Supported")
    assert {"100rel", "timer"} <= set(words)
    assert not {"", "2"} & set(words)


@given(st.lists(st.text('ab,;"<>\\ \t', max_size=12), max_size=4))
def test_a_list_that_can_be_read_is_read_alike_and_no_other_raises(lines: list[str]) -> None:
    headers = Headers([("Supported", line) for line in lines])
    found = headers.items("Supported")
    try:
        assert found == headers.values("Supported")
    except ParseError:
        assert all(found)
