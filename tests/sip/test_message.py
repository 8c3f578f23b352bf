"""RFC 3261, section 7, and the rows of threats.md on what cannot be parsed."""

import time
from contextlib import suppress
from dataclasses import replace

import pytest
import sipmessage
from hypothesis import given
from hypothesis import strategies as st

from pbx.sip.address import Address
from pbx.sip.headers import Headers
from pbx.sip.message import LARGEST, CSeq, ParseError, Request, Response, parse
from pbx.sip.uri import Uri
from tests.torture.messages import MESSAGES, Case

INVITE = (
    "INVITE sip:bob@biloxi.example.com SIP/2.0\r\n"
    "Via: SIP/2.0/UDP 192.0.2.4:5060;branch=z9hG4bK74bf9;rport\r\n"
    "Via: SIP/2.0/TCP 192.0.2.5;branch=z9hG4bKabc\r\n"
    "Max-Forwards: 70\r\n"
    'From: "Alice" <sip:alice@atlanta.example.com>;tag=9fxced76sl\r\n'
    "To: Bob <sip:bob@biloxi.example.com>\r\n"
    "Call-ID: 3848276298220188511@atlanta.example.com\r\n"
    "CSeq: 1 INVITE\r\n"
    "Contact: <sip:alice@192.0.2.4;transport=udp>, <sip:alice@192.0.2.5>;q=0.1\r\n"
    "Record-Route: <sip:p2.example.com;lr>, <sip:p1.example.com;lr>\r\n"
    "Timestamp: 54\r\n"
    "Content-Type: Application/SDP ; charset=utf-8\r\n"
    "Content-Length: 5\r\n"
    "\r\n"
    "v=0\r\n"
)


def invite(old: str = "", new: str = "") -> Request:
    assert old in INVITE
    message = parse(INVITE.replace(old, new, 1).encode())
    assert isinstance(message, Request)
    return message


def refused(old: str, new: str | bytes) -> ParseError:
    assert old in INVITE
    data = INVITE.encode().replace(old.encode(), new.encode() if isinstance(new, str) else new, 1)
    with pytest.raises(ParseError) as error:
        parse(data)
    return error.value


def test_typed_fields() -> None:
    message = invite()
    assert message.method == "INVITE"
    assert str(message.uri) == "sip:bob@biloxi.example.com"
    assert [via.host for via in message.vias] == ["192.0.2.4", "192.0.2.5"]
    assert message.via.branch == "z9hG4bK74bf9"
    assert (message.from_.display, message.from_.tag, message.to.tag) == ("Alice", "9fxced76sl", "")
    assert message.call_id == "3848276298220188511@atlanta.example.com"
    assert message.cseq == CSeq(1, "INVITE")
    assert [contact.uri.host for contact in message.contacts] == ["192.0.2.4", "192.0.2.5"]
    assert [route.uri.host for route in message.record_routes] == ["p2.example.com", "p1.example.com"]
    assert (message.routes, message.star, message.max_forwards, message.expires) == ((), False, 70, None)
    assert (message.content_type, message.sdp, message.body) == ("application/sdp", b"v=0\r\n", b"v=0\r\n")


def test_a_field_is_read_once() -> None:
    message = invite()
    assert message.vias is message.vias


def test_a_response() -> None:
    message = parse(
        INVITE.replace("INVITE sip:bob@biloxi.example.com SIP/2.0", "SIP/2.0 183 Session Progress").encode()
    )
    assert isinstance(message, Response)
    assert (message.status, message.reason) == (183, "Session Progress")
    assert parse(bytes(message)) == message


def test_remove_all_bindings() -> None:
    message = invite("<sip:alice@192.0.2.4;transport=udp>, <sip:alice@192.0.2.5>;q=0.1", "*")
    assert message.star
    assert message.contacts == ()


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("60", 60), ("0", 0), ("9" * 500, 2**32 - 1), ("+5", 3600), ("\u0665", 3600), ("never", 3600), ("", 3600)],
)
def test_expires(text: str, seconds: int) -> None:
    assert invite("Timestamp: 54", f"Expires: {text}").expires == seconds


def test_folded_lines_and_line_ends_of_one_character() -> None:
    assert invite("CSeq: 1 INVITE", "CSeq:\r\n\t1\r\n  INVITE").cseq == CSeq(1, "INVITE")
    assert parse(INVITE.replace("\r\n", "\n").replace("Length: 5", "Length: 4").encode()).call_id
    assert parse(b"\r\n\r\n" + INVITE.encode()) == invite()


def test_names_in_utf_8_and_latin_1() -> None:
    for encoding in ("utf-8", "latin-1"):
        message = parse(INVITE.replace("Alice", "Jürgen Groß").encode(encoding))
        assert message.from_.display == "Jürgen Groß"
        assert parse(bytes(message)) == message


def test_content_length_may_be_missing_or_too_small() -> None:
    assert invite("Content-Length: 5\r\n").body == b"v=0\r\n"
    assert invite("Content-Length: 5", "l: 3").body == b"v=0"
    assert invite("Content-Length: 5", "Content-Length: 5\r\nl: 5").body == b"v=0\r\n"


def test_content_length_is_no_header_but_written() -> None:
    assert "Content-Length" not in invite().headers
    assert b"\r\nContent-Length: 5\r\n\r\nv=0\r\n" in bytes(invite())
    wrong = invite().with_headers(Headers([*invite().headers, ("l", "99")]))
    assert bytes(wrong).count(b"Content-Length") == 1


def test_methods_have_a_case() -> None:
    assert parse(INVITE.replace("INVITE", "invite").encode()) != invite()
    assert refused("1 INVITE", "1 invite").recoverable


def test_several_challenges_stay_apart() -> None:
    message = invite(
        "Timestamp: 54", 'WWW-Authenticate: Digest realm="a", nonce="1"\r\nWWW-Authenticate: Digest realm="b"'
    )
    assert message.headers.all("www-authenticate") == ('Digest realm="a", nonce="1"', 'Digest realm="b"')


def test_the_session_description_of_a_multipart_body() -> None:
    body = (
        "preamble\r\n--frontier\r\nContent-Type: text/plain\r\n\r\nhello\r\n"
        "--frontier\r\nContent-Disposition: session\r\ncontent-type : application/sdp\r\n\r\n"
        "v=0\r\ns=-\r\n\r\n--frontier--\r\n"
    )

    def described(kind: str, text: str = body) -> bytes:
        return replace(invite(), headers=invite().headers.with_("Content-Type", kind), body=text.encode()).sdp

    for boundary in ("frontier", '"frontier"'):
        assert described(f"multipart/mixed; boundary={boundary}") == b"v=0\r\ns=-\r\n"
    assert described("multipart/mixed") == b""
    assert described("text/plain") == b""
    assert described("application/sdp", "") == b""


def test_a_reply_copies_what_it_must() -> None:
    answer = invite().reply(180, tag="ours", headers=[("Contact", "<sip:us@192.0.2.1>")])
    assert (answer.status, answer.reason, answer.body) == (180, "Ringing", b"")
    assert answer.vias == invite().vias
    assert (answer.from_, answer.call_id, answer.cseq) == (invite().from_, invite().call_id, invite().cseq)
    assert answer.to == invite().to.with_param("tag", "ours")
    assert answer.record_routes == invite().record_routes
    assert answer.headers.get("Timestamp") == "54"
    assert answer.headers.get("Contact") == "<sip:us@192.0.2.1>"
    assert parse(bytes(answer)) == answer


def test_a_tag_that_is_there_stays() -> None:
    message = invite("To: Bob <sip:bob@biloxi.example.com>", "To: sip:bob@biloxi.example.com;tag=a")
    assert message.reply(200, tag="ours").to.tag == "a"


def test_a_semicolon_too_many_does_not_spoil_the_tag() -> None:
    message = invite("To: Bob <sip:bob@biloxi.example.com>", "To: Bob <sip:bob@biloxi.example.com> ; ")
    assert parse(bytes(message.reply(200, tag="ours"))).to.tag == "ours"


def test_a_control_character_is_no_part_of_a_branch() -> None:
    assert refused("z9hG4bK74bf9", b"z9\x85hG4bK").recoverable is None


def test_only_what_makes_a_dialog_records_routes() -> None:
    assert invite().reply(200).record_routes
    assert not invite().reply(100).record_routes
    assert not invite().reply(486).record_routes
    assert not parse_request(INVITE.replace("INVITE", "OPTIONS")).reply(200).record_routes


def test_a_reply_with_a_body() -> None:
    answer = invite().reply(200, "Fine", body=b"v=0\r\n", content_type="application/sdp")
    assert (answer.reason, answer.sdp) == ("Fine", b"v=0\r\n")


def parse_request(text: str) -> Request:
    message = parse(text.encode())
    assert isinstance(message, Request)
    return message


def test_a_value_of_ours_never_becomes_a_header() -> None:
    message = invite().with_headers(invite().headers.adding("Subject", "x\r\nEvil: 1\n\nbody\rx"))
    again = parse(bytes(message))
    assert "Evil" not in again.headers
    assert again.headers.get("Subject") == "x Evil: 1 body x"
    assert again.body == b"v=0\r\n"


def test_a_lone_surrogate_is_written_as_something() -> None:
    assert b"Subject: ?\r\n" in bytes(invite().with_headers(invite().headers.adding("Subject", "\ud800")))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("SIP/2.0\r\n", "SIP/2.0 \r\n"),
        ("INVITE sip", "INVITE\tsip"),
        ("INVITE sip", "INV\u0130TE sip"),
        ("INVITE sip:bob@biloxi.example.com", "INVITE <sip:bob@biloxi.example.com>"),
        ("Max-Forwards: 70", "Max-Forwards: +70"),
        ("Max-Forwards: 70", "Max-Forwards: 256"),
        ("Max-Forwards: 70", "Max-Forwards: \u0667"),
        ("Max-Forwards: 70", "Max-Forwards: 70\r\nMax-Forwards: 70"),
        ("CSeq: 1 INVITE", "CSeq: 2147483648 INVITE"),
        ("CSeq: 1 INVITE", "CSeq: " + "9" * 5000 + " INVITE"),
        ("CSeq: 1 INVITE", "CSeq: 1 BYE"),
        ("Content-Length: 5", "Content-Length: 6"),
        ("Content-Length: 5", "Content-Length: -5"),
        ("Content-Length: 5", "Content-Length: 5\r\nContent-Length: 4"),
        ("Content-Length: 5", "Content-Length: " + "0" * 5000 + "5"),
        ("Timestamp: 54", "Timestamp 54"),
        ("Timestamp: 54", ": 54"),
        ("Timestamp: 54", "Time stamp: 54"),
        ("Timestamp: 54", "Tim\u00e9: 54"),
        ("Timestamp: 54", "X: a\rEvil: b"),
        ("Timestamp: 54", "X: a\x0bb"),
        ("Timestamp: 54", "X: a\x00b"),
        ("Timestamp: 54", "X: a\\\\\x00b"),
        ("Timestamp: 54", "Contact: *"),
        ("Timestamp: 54", "Route: sip:x y"),
        ("Timestamp: 54", "Route: " + "<sip:a>," * 101 + "<sip:a>"),
        ("Timestamp: 54", "Route: <sip:a>\r\n" * 101 + "X: y"),
        ("To: Bob", 'To: "Bob'),
        ("To: Bob <sip:bob@biloxi.example.com>\r\n", ""),
        ("branch=z9hG4bK74bf9", "branch=z9hG4bK"),
        ("\r\n\r\nv=0\r\n", "\r\n"),
    ],
)
def test_a_broken_request_can_be_answered(old: str, new: str) -> None:
    error = refused(old, new)
    assert error.status == 400
    assert error.recoverable is not None
    broken = error.recoverable
    assert broken.via.branch.startswith("z9hG4bK")
    assert broken.call_id == "3848276298220188511@atlanta.example.com"
    assert isinstance(broken.from_, Address)
    assert isinstance(broken.to, Address)
    assert broken.cseq.number >= 0
    assert bytes(broken.reply(400, tag="x")).startswith(b"SIP/2.0 400 Bad Request\r\n")


def test_another_version_of_sip() -> None:
    error = refused("SIP/2.0\r\n", "SIP/3.0\r\n")
    assert error.status == 505
    assert error.recoverable


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("Via: SIP/2.0/UDP", "Via: SIP/2.0"),
        ("From: ", "Form: "),
        ("Call-ID: 3848276298220188511@atlanta.example.com", "Call-ID:"),
        ("CSeq: 1", "CSeq: one"),
        ("INVITE sip:bob@biloxi.example.com SIP/2.0", "ACK sip:bob@biloxi.example.com SIP/3.0"),
        ("INVITE sip:bob@biloxi.example.com SIP/2.0", "SIP/2.0 99 Too low"),
        ("INVITE sip:bob@biloxi.example.com SIP/2.0", "SIP/2.0 700 Too high"),
        ("INVITE sip:bob@biloxi.example.com SIP/2.0", "SIP/2.0 +200 OK"),
        ("INVITE sip:bob@biloxi.example.com SIP/2.0", "SIP/2.0 \u0662\u0660\u0660 OK"),
        ("INVITE sip:bob@biloxi.example.com SIP/2.0", "SIP/3.0 200 OK"),
        ("INVITE sip:bob@biloxi.example.com SIP/2.0", "sip/2.0  200 OK"),
        ("CSeq: 1 INVITE", "CSeq: 1 ACK"),
    ],
)
def test_what_cannot_be_answered_is_not_recovered(old: str, new: str) -> None:
    assert refused(old, new).recoverable is None


@pytest.mark.parametrize(
    "data", [b"", b"\r\n", b"\r\n\r\n\r\n", b"\x00" * 100, b"\xff" * 100, b" ", b"x" * (LARGEST + 1)]
)
def test_what_is_nothing_at_all(data: bytes) -> None:
    with pytest.raises(ParseError) as error:
        parse(data)
    assert error.value.recoverable is None


def test_separators_of_other_standards_end_no_line() -> None:
    for text in ("\x85", "\u2028", "\u2029", "\x1c", "\x0c"):
        try:
            message = invite("Timestamp: 54", f"X: a{text}Evil: b{text}c")
        except ParseError:
            continue
        assert "Evil" not in message.headers
        assert parse(bytes(message)) == message


WORDS = st.text("abcdefghijklmnopqrstuvwxyz0123456789-", min_size=1, max_size=12)
URIS = st.builds(
    Uri,
    st.sampled_from(["sip", "sips"]),
    st.none() | st.text(min_size=1, max_size=8).filter(lambda text: text.isprintable() and "%" not in text),
    host=st.sampled_from(["example.com", "2001:db8::1", "192.0.2.1"]),
    port=st.none() | st.integers(1, 65535),
    params=st.lists(st.tuples(WORDS, st.none() | WORDS), max_size=2).map(tuple),
)
NAMES = st.text(st.characters(codec="utf-8"), max_size=10)
ADDRESSES = st.builds(Address, URIS, NAMES, st.lists(st.tuples(WORDS, st.none() | NAMES), max_size=2).map(tuple))
VALUES = st.text(st.characters(codec="utf-8", exclude_categories=["Cc"]), max_size=20).map(str.strip)
METHODS = st.sampled_from(["INVITE", "ACK", "BYE", "CANCEL", "REGISTER", "OPTIONS", "x-y"])


@st.composite
def messages(draw: st.DrawFn) -> Request | Response:
    method = draw(METHODS)
    items = [
        ("Via", f"SIP/2.0/UDP {draw(WORDS)}:{draw(st.integers(1, 65535))};branch=z9hG4bK{draw(WORDS)};rport"),
        ("From", str(draw(ADDRESSES))),
        ("To", str(draw(ADDRESSES))),
        ("Call-ID", draw(WORDS)),
        ("CSeq", f"{draw(st.integers(0, 2**31 - 1))} {method}"),
        ("Max-Forwards", str(draw(st.integers(0, 255)))),
        *draw(st.lists(st.tuples(st.sampled_from(["Subject", "X-a", "k", "Allow"]), VALUES), max_size=4)),
        *(("Contact", str(address)) for address in draw(st.lists(ADDRESSES, max_size=2))),
    ]
    headers, body = Headers(items), draw(st.binary(max_size=40))
    if draw(st.booleans()):
        return Request(method, draw(URIS), headers, body)
    return Response(draw(st.integers(100, 699)), draw(VALUES), headers, body)


@given(messages())
def test_what_is_written_is_read_again(message: Request | Response) -> None:
    again = parse(bytes(message))
    assert again == message
    assert bytes(again) == bytes(message)
    assert again.contacts == message.contacts


@given(messages())
def test_sipmessage_agrees(message: Request | Response) -> None:
    try:
        other = sipmessage.Message.parse(bytes(message))
        their_to, their_from, their_cseq, their_vias = other.to_address, other.from_address, other.cseq, other.via
    except ValueError:
        return  # what it refuses it refuses
    if not all(text.isascii() for _, text in message.headers):
        return
    assert other.call_id == message.call_id
    assert (their_cseq.sequence, their_cseq.method) == (message.cseq.number, message.cseq.method)
    assert [(via.transport, via.host.strip("[]"), via.port) for via in their_vias] == [
        (via.transport, via.host, via.port) for via in message.vias
    ]
    assert (their_to.uri.scheme, their_to.uri.host.strip("[]"), their_to.uri.port) == (
        message.to.uri.scheme,
        message.to.uri.host,
        message.to.uri.port,
    )
    assert (their_from.parameters.get("tag") or "") == message.from_.tag
    assert other.body == message.body


BYTES = st.binary(max_size=6) | st.sampled_from(
    [
        b"\r\n",
        b"\n",
        b"\r",
        b":",
        b",",
        b";",
        b'"',
        b"<",
        b">",
        b"\\",
        b" ",
        b"%00",
        b"\x00",
        b"@",
        b"*",
        b"9" * 40,
        b"\xff",
    ]
)


@given(st.sampled_from(MESSAGES), st.lists(st.tuples(st.integers(0, 1500), st.integers(0, 9), BYTES), max_size=4))
def test_only_a_parse_error_leaves_it_and_no_field_raises(case: Case, edits: list[tuple[int, int, bytes]]) -> None:
    data = case.data
    for at, length, new in edits:
        data = data[:at] + new + data[at + length :]
    try:
        message = parse(data)
    except ParseError as error:
        if error.recoverable is None:
            return
        message = error.recoverable
        bytes(message.reply(error.status, tag="x"))
    for name in ("via", "from_", "to", "call_id", "cseq", "contacts", "star", "routes", "record_routes", "sdp"):
        getattr(message, name)
    assert message.max_forwards is None or 0 <= message.max_forwards <= 255
    assert message.expires is None or 0 <= message.expires < 2**32
    assert isinstance(message.content_type, str)


@given(messages())
def test_what_was_accepted_can_be_written_and_read(message: Request | Response) -> None:
    if isinstance(message, Request):
        answer = message.reply(200, tag="x")
        assert parse(bytes(answer)) == answer


FILLERS = {
    "one long value": "X: " + "x" * 64_000 + "\r\n",
    "many short headers": "a:\r\n" * 16_000,
    "many different headers": "".join(f"h{number}: x\r\n" for number in range(6_000)),
    "folded lines": "X: a" + "\r\n b" * 16_000 + "\r\n",
    "quotes": 'X: "' + '"\\' * 30_000 + "\r\n",
    "contacts": "Contact: " + ",".join(["<sip:a>"] * 8_000) + "\r\n",
    "quotes in contact": "Contact: " + '"' * 64_001 + "\r\n",
    "brackets in contact": "Contact: " + "<" * 64_000 + "\r\n",
    "commas in route": "Route: " + "," * 64_000 + "\r\n",
    "parameters": "Route: <sip:a>" + ";a" * 30_000 + "\r\n",
    "parameters of a URI": "Route: <sip:a" + ";a=b" * 16_000 + ">\r\n",
    "escapes": "Route: <sip:" + "%41" * 21_000 + "@b>\r\n",
    "escapes of nothing": "Route: <sip:" + "%00" * 21_000 + "@b>\r\n",
    "colons": "Route: <sip:" + "a:" * 32_000 + "@b>\r\n",
    "spaces": "Route: <sip:a>" + " " * 64_000 + "x\r\n",
    "spaces before a bracket": "Route: " + "a " * 32_000 + "\r\n",
    "backslashes": "X: " + "\\" * 64_000 + "\x00\r\n",
    "vias": "Via: " + ",".join(["SIP/2.0/UDP a"] * 4_000) + "\r\n",
    "authorization": "Authorization: Digest " + "a=b," * 16_000 + "\r\n",
}


@pytest.mark.parametrize("name", FILLERS)
def test_64_kilobytes_of_anything_take_no_longer_than_they_may(name: str) -> None:
    data = INVITE.replace("Timestamp: 54\r\n", FILLERS[name]).encode()
    assert len(data) <= LARGEST
    best = 9.0
    for _ in range(3):  # the machine is shared: the quickest of three is what the code takes
        begin = time.process_time()
        with suppress(ParseError):
            bytes(parse(data))
        best = min(best, time.process_time() - begin)
    assert best < 0.05
