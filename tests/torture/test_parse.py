"""What the parser makes of RFC 4475 and RFC 5118."""

import pytest

from pbx.sip.message import ParseError, Request, Response, parse
from tests.torture.messages import MESSAGES, Case, named


def request(name: str) -> Request:
    message = parse(named(name))
    assert isinstance(message, Request)
    return message


def test_all_forty_nine_messages_of_rfc_4475_are_here() -> None:
    assert len({case.name for case in MESSAGES if not case.section.startswith("5118")}) == 49


@pytest.mark.parametrize("case", [case for case in MESSAGES if case.valid], ids=lambda case: case.name)
def test_a_valid_message_is_read_and_survives_being_written(case: Case) -> None:
    message = parse(case.data)
    again = parse(bytes(message))
    assert again == message
    assert bytes(again) == bytes(message)


@pytest.mark.parametrize("case", [case for case in MESSAGES if not case.valid], ids=lambda case: case.name)
def test_an_invalid_message_is_answered_as_the_rfc_says_or_dropped(case: Case) -> None:
    with pytest.raises(ParseError) as error:
        parse(case.data)
    broken = error.value.recoverable
    if broken is None:
        assert None in case.answers
        return
    assert error.value.status in case.answers
    head = bytes(broken.reply(error.value.status, tag="ours"))
    assert head.startswith(b"SIP/2.0 %d " % error.value.status)
    for name in ("Via", "From", "Call-ID", "CSeq"):
        assert broken.headers.all(name)


def test_white_space_wherever_it_may_be() -> None:
    message = request("wsinv")
    assert message.to.tag == "1918181833n"
    assert message.from_.display == 'J Brandt \\"'
    assert message.from_.tag == "98asjd8"
    assert message.max_forwards == 68
    assert (message.cseq.number, message.cseq.method) == (9, "INVITE")
    assert [via.transport for via in message.vias] == ["UDP", "TCP", "UDP"]
    assert [via.branch for via in message.vias] == ["390skdjuw", "z9hG4bK9ikj8", "z9hG4bK30239"]
    assert message.headers.get("Subject") == ""
    assert message.headers.get("newfangledheader") == "newfangled value continued newfangled value"
    assert message.routes[0].uri.param("lr") == ""
    assert message.routes[0].uri.param("unknownwith") == "value"
    contact = message.contacts[0]
    assert (contact.display, contact.param("newparam"), contact.param("q")) == ('Quoted string ""', "newvalue", "0.33")
    assert contact.param("secondparam") == ""
    assert message.sdp.startswith(b"v=0")


def test_every_character_that_is_allowed() -> None:
    message = request("intmeth")
    assert message.method == "!odd-Method0123456789_*+`.%indeed'~"
    assert message.uri.user == "1_unusual.URI~(to-be!sure)&isn't+it$/crazy?,/;;*"
    assert message.uri.password == "&it+has=1,weird!*pas$wo~d_too.(doesn't-it)"
    assert message.to.display == "BEL:\ufffd NUL:\ufffd DEL:\ufffd"
    assert message.from_.display == "token1~` token2'+_ token3*%!.-"
    assert message.from_.tag == "_token~1'+`*%!-."
    assert message.headers.get("extensionHeader-!.%*+_`'~") == "\ufeff大停電"
    assert message.max_forwards == 255


def test_escapes_are_undone_once() -> None:
    message = request("esc01")
    assert message.uri.user == "sips:user@example.com"
    assert message.to.uri.user == "user"
    assert message.from_.uri.user == "I have spaces"
    contact = message.contacts[0].uri
    assert contact.user == "caller"
    assert contact.param("lr") == ""
    assert contact.param("name") == "value%41"


def test_an_escaped_nul_never_becomes_one() -> None:
    message = request("escnull")
    assert message.to.uri.user == "null-%00-null"
    assert [str(contact.uri) for contact in message.contacts] == [
        "sip:%00@host5.example.net",
        "sip:%00%00@host5.example.net",
    ]


def test_a_percent_sign_that_escapes_nothing() -> None:
    message = request("esc02")
    assert message.method == "RE%47IST%45R"
    assert message.to.display == "%Z%45"
    assert [contact.uri.user for contact in message.contacts] == ["alias1", "alias3"]


def test_no_space_before_the_bracket() -> None:
    assert request("lwsdisp").from_.display == "caller"


def test_long_values() -> None:
    message = request("longreq")
    assert len(message.vias) == 7
    assert message.from_.tag == f"12{'982' * 50}424"
    assert message.to.uri.port == 6000
    assert message.via.branch == ""


def test_the_second_request_in_a_datagram_is_ignored() -> None:
    message = request("dblreq")
    assert message.method == "REGISTER"
    assert message.body == b""


def test_a_semicolon_in_the_user_part_begins_no_parameter() -> None:
    message = request("semiuri")
    assert message.uri.user == "user;par=u@example.net"
    assert message.uri.params == ()
    assert message.headers.values("Accept")[-1] == "message/sipfrag"


def test_reasons_of_any_kind() -> None:
    one, other = parse(named("unreason")), parse(named("noreason"))
    assert isinstance(one, Response)
    assert isinstance(other, Response)
    assert one.reason == "= 2**3 * 5**2 но сто девяносто девять - простое"
    assert (other.status, other.reason) == (100, "")


def test_binary_parts_of_a_body_stay_as_they_are() -> None:
    message = request("mpart01")
    assert bytes(range(256)) in message.body
    assert message.content_type == "multipart/mixed"


def test_unknown_schemes_are_kept_whole() -> None:
    message = request("unksm2")
    assert message.to.uri.scheme == "isbn"
    assert message.to.uri.opaque == "2983792873"
    assert str(message.from_.uri) == "http://www.example.com"


def test_parameters_inside_and_outside_of_brackets() -> None:
    outside, inside = request("cparam01").contacts[0], request("cparam02").contacts[0]
    assert outside.param("unknownparam") == ""
    assert outside.uri.params == ()
    assert inside.params == ()
    assert inside.uri.param("unknownparam") == ""


def test_headers_in_a_contact() -> None:
    assert request("regescrt").contacts[0].uri.headers == (("Route", "<sip:sip.example.com>"),)


def test_syntax_of_rfc_2543() -> None:
    message = request("inv2543")
    assert message.max_forwards is None
    assert message.via.branch == message.from_.tag == ""
    assert message.to.param("user") == "phone"
    assert message.sdp.startswith(b"v=0")


def test_ipv6_addresses_lose_their_brackets_inside_only() -> None:
    assert request("valid reference").uri.host == "2001:db8::10"
    assert request("port ambiguous").uri.host == "2001:db8::10:5070"
    assert request("port ambiguous").uri.port is None
    assert request("port unambiguous").uri.port == 5070
    assert str(request("valid reference").contacts[0].uri) == "sip:caller@[2001:db8::1]"
    assert request("received in brackets").via.received == "2001:db8::9:255"
    assert request("received without brackets").via.received == "2001:db8::9:255"
    assert request("mapped address").vias[0].host == "::ffff:192.0.2.10"
    assert request("several addresses in headers").vias[2].received == "192.0.2.200"


def test_the_third_colon_of_rfc_3261s_grammar_is_forgiven() -> None:
    assert request("three colons").uri.host == request("two colons").uri.host == "2001:db8::192.0.2.1"
