"""RFC 3261, sections 20.10, 20.20, 20.39 and 20.42."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pbx.sip.address import Address
from pbx.sip.grammar import ParseError
from pbx.sip.uri import Uri
from pbx.sip.via import Via

BOB = Uri("sip", "bob", host="example.com")


def test_a_name_in_quotes_and_one_without() -> None:
    assert Address.parse('"Bob \\"B\\" \\\\ Bell" <sip:bob@example.com>;tag=1') == Address(
        BOB, 'Bob "B" \\ Bell', (("tag", "1"),)
    )
    assert Address.parse("Bob  Bell <sip:bob@example.com>").display == "Bob  Bell"
    assert Address.parse("<sip:bob@example.com>").display == ""
    assert Address.parse("Jürgen Groß <sip:bob@example.com>").display == "Jürgen Groß"


def test_parameters_of_a_bare_uri_are_the_headers() -> None:
    address = Address.parse("sip:bob@example.com;tag=a6c85cf ; q=0.5")
    assert address.uri == BOB
    assert (address.tag, address.param("q"), address.param("expires")) == ("a6c85cf", "0.5", None)


def test_a_comma_in_a_name_or_uri_parts_nothing() -> None:
    one, two = Address.parse_list('"Bell, Bob" <sip:bob,1@example.com;a>;x="1,2" , <sip:b@example.com>')
    assert (one.display, one.uri.user, one.param("x")) == ("Bell, Bob", "bob,1", "1,2")
    assert two.uri.user == "b"


def test_values_that_need_quotes_get_them() -> None:
    text = '<sip:bob@example.com>;+sip.instance="<urn:uuid:1>";tag=a/b==;x=""'
    address = Address.parse(text)
    assert address.param("+sip.instance") == "<urn:uuid:1>"
    assert str(address) == text


def test_with_param_sets_in_place() -> None:
    address = Address.parse("<sip:bob@example.com>;tag=1;q=1")
    assert str(address.with_param("tag", "2")) == "<sip:bob@example.com>;tag=2;q=1"
    assert str(address.with_param("isfocus")) == "<sip:bob@example.com>;tag=1;q=1;isfocus"


def test_names_cannot_carry_line_ends_out_or_in() -> None:
    assert "\n" not in str(Address(BOB, "Bob\r\nVia: x"))
    assert Address.parse('"a\\\x00b\x85\u2028c" <sip:bob@example.com>').display == "a\ufffdb\ufffd\ufffdc"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "<>",
        "Bob",
        '"Bob <sip:bob@example.com>',
        "<sip:bob@example.com",
        "< sip:bob@example.com >",
        "Bell, Bob <sip:bob@example.com>",
        "<sip:bob@example.com>;;",
        "<sip:bob@example.com> x",
        '<sip:bob@example.com>;tag="1',
        "sip:bob@example.com?Route=x",
        "<sip:a@b><sip:c@d>",
        "<sip:b\x0bob@example.com>",
        "<sip:b\u2028ob@example.com>",
        "<tel:\x855>",
        "<sip:bob@example.com>\u2028;tag=1",
    ],
)
def test_what_is_no_address_is_refused(text: str) -> None:
    with pytest.raises(ParseError):
        Address.parse(text)


def test_an_unclosed_quote_spoils_the_list() -> None:
    with pytest.raises(ParseError):
        Address.parse_list('<sip:a@b>, "Bob <sip:bob@example.com>, <sip:c@d>')


@given(st.text(), st.lists(st.tuples(st.text("abc-.", min_size=1), st.none() | st.text()), max_size=3))
def test_what_is_written_is_read_again(display: str, params: list[tuple[str, str | None]]) -> None:
    once = Address.parse(str(Address(BOB, display, tuple(params))))
    assert once.uri == BOB
    assert Address.parse(str(once)) == once
    if display.isprintable():
        assert once.display == display


@given(st.text() | st.from_regex(r'["<>sip:a@b;,=\\ \t]{0,30}', fullmatch=True))
def test_only_a_parse_error_leaves_it(text: str) -> None:
    for parse in (Address.parse_list, Via.parse_list):
        try:
            for value in parse(text):
                assert type(value).parse(str(value)) == value
        except ParseError:
            pass


def test_via() -> None:
    via = Via.parse("SIP/2.0/udp [2001:DB8::1]:5060;branch=z9hG4bKx;rport=1024;received=192.0.2.7")
    assert (via.transport, via.host, via.port, via.branch) == ("UDP", "2001:db8::1", 5060, "z9hG4bKx")
    assert (via.wants_rport, via.rport, via.received) == (True, 1024, "192.0.2.7")
    assert str(via) == "SIP/2.0/UDP [2001:db8::1]:5060;branch=z9hG4bKx;rport=1024;received=192.0.2.7"


def test_rport_is_asked_for_and_filled_in() -> None:
    via = Via.parse("SIP/2.0/UDP example.com;rport;branch=z9hG4bKx")
    assert via.wants_rport
    assert via.rport is None
    assert via.received == ""
    assert Via.parse("SIP/2.0/UDP example.com;rport=5070;branch=z9hG4bKx").rport == 5070
    assert not Via.parse("SIP/2.0/UDP example.com").wants_rport
    assert Via.parse("SIP/2.0/UDP example.com;rport=\u0665").rport is None


@pytest.mark.parametrize(
    "text",
    [
        "",
        "SIP/2.0/UDP",
        "SIP/3.0/UDP a",
        "SIP/2.0/UDP a:0",
        "SIP/2.0/UDP a:99999",
        "SIP/2.0/UDP a:b",
        "SIP/2.0/UDP a,b",
        "HTTP/2.0/UDP a",
        "SIP/2.0/UDP [::x]",
        "SIP/2.0/UDP 2001:db8::1",
        "SIP/2.0/UDP a;;",
        "SIP/2.0/UDP a b",
    ],
)
def test_what_is_no_via_is_refused(text: str) -> None:
    with pytest.raises(ParseError):
        Via.parse(text)
