"""RFC 3261, section 18.3, and the keep-alives of RFC 5626."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pbx.sip.framing import Framer, FramingError, Ping

SHORT = b"OPTIONS sip:a@b SIP/2.0\r\nCall-ID: 1\r\nContent-Length: 0\r\n\r\n"
LONG = b"INFO sip:a@b SIP/2.0\r\nl :  12\r\nCall-ID: 2\r\n\r\nSignal=5\r\n\r\n"
FOLDED = b"INFO sip:a@b SIP/2.0\r\nSubject: x\r\n Content-Length: 99\r\nCONTENT-LENGTH:\r\n 3\r\n\r\nabc"
BARE = b"INFO sip:a@b SIP/2.0\nContent-Length: 2\n\nab"


def test_one_message_in_one_piece() -> None:
    assert Framer().feed(SHORT) == [SHORT]


def test_several_messages_in_one_piece() -> None:
    assert Framer().feed(SHORT + LONG + FOLDED + BARE + SHORT) == [SHORT, LONG, FOLDED, BARE, SHORT]


@given(st.lists(st.sampled_from([SHORT, LONG, FOLDED, BARE]), max_size=5), st.lists(st.integers(1, 40)))
def test_pieces_of_any_size_give_the_same_messages(messages: list[bytes], sizes: list[int]) -> None:
    framer, stream, found = Framer(), b"".join(messages), []
    for size in sizes:
        found += framer.feed(stream[:size])
        stream = stream[size:]
    assert found + framer.feed(stream) == messages


@pytest.mark.parametrize("line", [b"SIP/2.0", b"sIp/a0", b"SIP/", b"SIP/2.0\tOK 1"])
@pytest.mark.parametrize("size", [1, 7, 100])
def test_a_status_line_without_a_blank_begins_no_message_in_whatever_pieces_it_comes(line: bytes, size: int) -> None:
    stream, framer = line + b"\r\nContent-Length: 0\r\n\r\n", Framer()
    pieces = [stream[at : at + size] for at in range(0, len(stream), size)]
    with pytest.raises(FramingError):
        _ = [framer.feed(piece) for piece in pieces]


def test_a_double_line_end_between_messages_is_a_ping() -> None:
    framer = Framer()
    assert framer.feed(SHORT + b"\r\n\r\n" + LONG) == [SHORT, Ping(), LONG]
    assert framer.feed(b"\r\n\r\n") == [Ping()]


def test_a_ping_in_four_pieces() -> None:
    framer = Framer()
    assert [framer.feed(piece) for piece in (b"\r", b"\n", b"\r", b"\n")] == [[], [], [], [Ping()]]
    assert framer.feed(b"\r\n\r\n\r") == [Ping()]
    assert framer.feed(b"\n\r\n") == [Ping()]


def test_a_single_line_end_is_the_answer_to_our_ping_and_says_nothing() -> None:
    framer = Framer()
    assert framer.feed(b"\r\n") == []
    assert not framer.halfway
    assert framer.feed(SHORT) == [SHORT]


def test_a_flood_of_pings_is_one_ping() -> None:
    assert Framer().feed(b"\r\n" * 20_000) == [Ping()]


def test_an_empty_line_inside_a_body_is_no_ping() -> None:
    message = b"INFO sip:a@b SIP/2.0\r\nContent-Length: 8\r\n\r\n\r\n\r\n\r\n\r\n"
    assert Framer().feed(message) == [message]


def test_halfway_tells_of_a_message_that_has_begun() -> None:
    framer = Framer()
    assert not framer.halfway
    framer.feed(SHORT[:10])
    assert framer.halfway
    framer.feed(SHORT[10:])
    assert not framer.halfway


@pytest.mark.parametrize(
    "length",
    [
        b"",
        b"Content-Length: \r\n",
        b"Content-Length: -1\r\n",
        b"Content-Length: +5\r\n",
        b"Content-Length: 5 6\r\n",
        b"Content-Length: 0\r\nl: 1\r\n",
        b"Content-Length: 99999999999999999999\r\n",
        b"Content-Length: 65536\r\n",
        b"Content-Length: \xd9\xa1\r\n",
        b"Content-Length: 1\r\n 2\r\n",
        b"X: y\r\n Content-Length: 1\r\n",
    ],
)
def test_without_one_clear_length_the_connection_is_lost(length: bytes) -> None:
    with pytest.raises(FramingError):
        Framer().feed(b"INFO sip:a@b SIP/2.0\r\n" + length + b"\r\n")


def test_the_same_length_twice_is_clear() -> None:
    message = b"INFO sip:a@b SIP/2.0\r\nContent-Length: 1\r\nl: 1\r\n\r\nx"
    assert Framer().feed(message) == [message]


def test_a_header_without_an_end_is_cut_off_at_the_limit() -> None:
    framer = Framer(1000)
    framer.feed(b"a" * 1000)
    with pytest.raises(FramingError):
        framer.feed(b"a")


def test_a_byte_at_a_time_takes_no_quadratic_time() -> None:
    framer, message = Framer(), b"INFO sip:a@b SIP/2.0\r\nX: " + b"x" * 20_000 + b"\r\nl: 0\r\n\r\n"
    begin = time.process_time()
    found = [item for at in range(len(message)) for item in framer.feed(message[at : at + 1])]
    assert found == [message]
    assert time.process_time() - begin < 2


@given(
    st.lists(st.binary(max_size=60) | st.sampled_from([SHORT, LONG, b"\r\n", b"\r\n\r\n", b"l: 1\r\n"]), max_size=20)
)
def test_only_a_framing_error_leaves_it(pieces: list[bytes]) -> None:
    framer = Framer(500)
    try:
        for piece in pieces:
            for found in framer.feed(piece):
                assert isinstance(found, Ping) or len(found) <= 500
    except FramingError:
        pass


RUBBISH = {
    "no length": b"OPTIONS sip:a@b SIP/2.0\r\nCall-ID: 1\r\n\r\n",
    "two lengths": b"OPTIONS sip:a@b SIP/2.0\r\nl: 1\r\nContent-Length: 2\r\n\r\nab",
    "no number": b"SIP/2.0 200 OK\r\nContent-Length: many\r\n\r\n",
    "too large": b"OPTIONS sip:a@b SIP/2.0\r\nl: 65535\r\n\r\n",
    "never ends": b"OPTIONS sip:a@b SIP/2.0\r\nX: " + b"x" * 70_000,
    "binary": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
    "a word": b"\xe2\x98\x8e",
    "another protocol": b"GET / HTTP/1.1\r\nHost: x\r\n",
    "prose": b"so this is no message\r\n",
    "zeros": b"\0\0\0\0",
}


@pytest.mark.parametrize("kind", RUBBISH)
@pytest.mark.parametrize("before", [[SHORT], [SHORT, LONG, BARE], [SHORT, b"\r\n\r\n", LONG, b"\r\n\r\n"], []])
def test_what_came_whole_before_rubbish_is_not_lost(kind: str, before: list[bytes]) -> None:
    with pytest.raises(FramingError) as lost:
        Framer().feed(b"".join(before) + RUBBISH[kind])
    assert list(lost.value.whole) == [Ping() if item.isspace() else item for item in before]


@given(st.lists(st.sampled_from([SHORT, LONG, BARE, FOLDED]), max_size=4), st.sampled_from(sorted(RUBBISH)), st.data())
def test_wherever_the_stream_is_cut_the_same_messages_are_whole(
    messages: list[bytes], kind: str, data: st.DataObject
) -> None:
    framer, stream, found = Framer(), b"".join(messages) + RUBBISH[kind], []
    cuts = data.draw(st.lists(st.integers(0, min(len(stream), 600)), max_size=6).map(sorted))
    pieces = [stream[start:end] for start, end in zip([0, *cuts], [*cuts, len(stream)], strict=True)]

    def come() -> None:
        for piece in pieces:
            found.extend(framer.feed(piece))

    with pytest.raises(FramingError) as lost:
        come()
    assert [*found, *lost.value.whole] == messages
