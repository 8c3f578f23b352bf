"""RFC 3261, section 19.1."""

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pbx.sip.grammar import ParseError
from pbx.sip.uri import Uri


def test_all_parts() -> None:
    uri = Uri.parse("sips:alice:secret@Example.COM:5061;Transport=TCP;lr?Subject=a%20b&Priority=urgent")
    assert (uri.scheme, uri.user, uri.password, uri.host, uri.port) == ("sips", "alice", "secret", "example.com", 5061)
    assert uri.params == (("transport", "TCP"), ("lr", None))
    assert uri.headers == (("Subject", "a b"), ("Priority", "urgent"))
    assert (uri.param("transport"), uri.param("lr"), uri.param("maddr")) == ("TCP", "", None)


def test_a_parsed_one_prints_as_it_was_written() -> None:
    text = "SIP:%61lice@EXAMPLE.com;Foo=%62ar"
    assert str(Uri.parse(text)) == text
    assert Uri.parse(text) == Uri.parse("sip:alice@example.com;foo=bar")


def test_a_changed_one_prints_its_change() -> None:
    uri = Uri.parse("sip:%61lice@example.com;lr")
    assert str(uri.with_param("transport", "tcp")) == "sip:alice@example.com;lr;transport=tcp"
    assert str(uri.with_param("lr", "on")) == "sip:alice@example.com;lr=on"
    assert str(dataclasses.replace(uri, user="bob")) == "sip:bob@example.com;lr"


def test_escapes_of_control_characters_and_of_no_utf_8_stay() -> None:
    for user in ("%00", "a%0d%0Ab", "%7F", "%E9", "%C2%85", "%E2%80%A8"):
        uri = Uri.parse(f"sip:{user}@example.com")
        assert uri.user == user
        assert str(uri.with_param("lr")) == f"sip:{user}@example.com;lr"
    assert Uri.parse("sip:%C3%BC%20%00@h").user == "%C3%BC %00"
    assert Uri.parse("sip:%C3%BC%20@h").user == "ü "


def test_what_phones_dial_is_read() -> None:
    assert Uri.parse("sip:*97#@192.0.2.1").user == "*97#"
    assert str(Uri("sip", "*97#", host="192.0.2.1")) == "sip:*97%23@192.0.2.1"
    assert Uri.parse("sip:+49%2030@h").user == "+49 30"


def test_other_schemes_are_kept_whole() -> None:
    uri = Uri.parse("TEL:+49-30-1234;phone-context=example.com")
    assert (uri.scheme, uri.opaque) == ("tel", "+49-30-1234;phone-context=example.com")
    assert (uri.user, uri.host) == (None, "")
    assert str(Uri("urn", opaque="service:sos")) == "urn:service:sos"


def test_ipv6() -> None:
    uri = Uri.parse("sip:a@[2001:DB8::1]:5060")
    assert (uri.host, uri.port) == ("2001:db8::1", 5060)
    assert str(dataclasses.replace(uri, port=None)) == "sip:a@[2001:db8::1]"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "sip",
        "sip:",
        "sip:@",
        "sip:alice@",
        "sip: alice@example.com",
        "sip:alice@exa mple.com",
        "sip:alice@example.com:",
        "sip:alice@example.com:0",
        "sip:alice@example.com:65536",
        "sip:alice@example.com:+5060",
        "sip:alice@example.com: 5060",
        "sip:alice@example.com:\u0665\u0660",
        "sip:alice@example.com:" + "5" * 5000,
        "sip:alice@b@c",
        "sip:alice@[::1",
        "sip:alice@[1]",
        "sip:alice@[::g]",
        "sip:alice@2001:db8::1",
        "sip:alice@ex\u00e4mple.com",
        "sip:alice@example.com;;",
        "sip:alice@example.com\r\nVia: x",
        "sip:alice@example.com\u2028",
        "<sip:alice@example.com>",
        "alice@example.com",
        "1tel:5",
        "tel:5 6",
    ],
)
def test_what_is_no_uri_is_refused(text: str) -> None:
    with pytest.raises(ParseError):
        Uri.parse(text)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("sip:%61lice@atlanta.com;transport=TCP", "sip:alice@AtlanTa.CoM;Transport=tcp"),
        ("sip:carol@chicago.com", "sip:carol@chicago.com;newparam=5"),
        ("sip:carol@chicago.com;security=on", "sip:carol@chicago.com;newparam=5"),
        ("sip:alice@atlanta.com?subject=x&priority=urgent", "sip:alice@atlanta.com?priority=urgent&subject=x"),
    ],
)
def test_what_rfc_3261_calls_equal(one: str, other: str) -> None:
    assert Uri.parse(one).matches(Uri.parse(other))
    assert Uri.parse(other).matches(Uri.parse(one))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("sip:alice@atlanta.com", "sip:ALICE@atlanta.com"),
        ("sip:bob@biloxi.com", "sip:bob@biloxi.com:5060"),
        ("sip:bob@biloxi.com", "sip:bob@biloxi.com;transport=udp"),
        ("sip:bob@biloxi.com", "sips:bob@biloxi.com"),
        ("sip:carol@chicago.com", "sip:carol@chicago.com?Subject=next"),
        ("sip:carol@chicago.com;security=on", "sip:carol@chicago.com;security=off"),
        ("sip:bob@biloxi.com", "sip:bob@biloxi.com;maddr=192.0.2.1"),
        ("sip:bob@biloxi.com", "sip:biloxi.com"),
    ],
)
def test_what_rfc_3261_calls_different(one: str, other: str) -> None:
    assert not Uri.parse(one).matches(Uri.parse(other))
    assert not Uri.parse(other).matches(Uri.parse(one))


PRINTABLE = st.text(st.characters(codec="utf-8").filter(str.isprintable), min_size=1).filter(
    lambda text: "%" not in text
)
NAMES = st.text("abcdefghij-_.!~*'()", min_size=1, max_size=8)


@given(
    st.none() | PRINTABLE,
    st.none() | PRINTABLE,
    st.sampled_from(["example.com", "192.0.2.1", "2001:db8::1"]),
    st.none() | st.integers(1, 65535),
    st.lists(st.tuples(NAMES, st.none() | PRINTABLE), max_size=4),
    st.lists(st.tuples(NAMES, PRINTABLE), max_size=4),
)
def test_what_is_written_is_read_again(
    user: str | None,
    password: str | None,
    host: str,
    port: int | None,
    params: list[tuple[str, str | None]],
    headers: list[tuple[str, str | None]],
) -> None:
    uri = Uri("sip", user, None if user is None else password, host, port, tuple(params), tuple(headers))
    assert Uri.parse(str(uri)) == uri
    assert uri.matches(uri)


@given(st.text() | st.from_regex(r"sips?:[ -~]{0,20}@[ -~]{0,20}", fullmatch=True))
def test_only_a_parse_error_leaves_it(text: str) -> None:
    try:
        uri = Uri.parse(text)
    except ParseError:
        return
    assert str(uri) == text
    assert Uri.parse(str(uri)) == uri
    rebuilt = dataclasses.replace(uri)
    assert Uri.parse(str(rebuilt)).host == uri.host
