"""Offer and answer of one audio stream."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pbx.sdp.description import Direction, NotAcceptable, SdpError, parse
from pbx.sdp.negotiation import (
    Agreed,
    Local,
    agreed,
    answer,
    offer,
    offered_codecs,
)

US = Local("198.51.100.1", 20_000, session_id=7, version=1)
THEM = Local("192.0.2.10", 30_000, session_id=3, version=1)
ALL = ("G722", "PCMA", "PCMU")


def described(*lines: str, host: str = "192.0.2.10") -> bytes:
    head = ("v=0", f"o=- 1 1 IN IP4 {host}", "s=-", f"c=IN IP{6 if ':' in host else 4} {host}", "t=0 0")
    return "".join(f"{line}\r\n" for line in (*head, *lines)).encode()


def test_an_offer_and_its_answer_come_to_the_same_on_both_sides() -> None:
    offered = offer(THEM, ("PCMU", "PCMA"), event_payload_type=96)
    answered, ours = answer(offered, US, ("PCMA", "PCMU"))
    theirs = agreed(offered, answered)
    assert ours == Agreed(
        codec="PCMA",
        payload_type=8,
        receive_payload_type=8,
        event_payload_type=96,
        event_receive=96,
        remote=("192.0.2.10", 30_000),
        rtcp=("192.0.2.10", 30_001),
        direction="sendrecv",
        on_hold=False,
    )
    assert theirs == replace(ours, remote=("198.51.100.1", 20_000), rtcp=("198.51.100.1", 20_001))
    assert [media.formats for media in parse(answered).media] == [("8", "96")]


def test_static_payload_types_need_no_rtpmap_and_names_have_no_case() -> None:
    assert offered_codecs(described("m=audio 4000 RTP/AVP 0 8 9 3")) == ("PCMU", "PCMA", "G722")
    bare = described("m=audio 4000 RTP/AVP 105 8", "a=rtpmap:105 pcmu/8000", "a=rtpmap:8 pcma/8000/1")
    assert offered_codecs(bare) == ("PCMU", "PCMA")
    answered, ours = answer(bare, US, ("PCMU",))
    assert (ours.payload_type, ours.receive_payload_type) == (105, 105)
    assert b"a=rtpmap:105 PCMU/8000" in answered


def test_a_static_number_that_was_given_another_meaning_is_not_ours() -> None:
    assert offered_codecs(described("m=audio 4000 RTP/AVP 8 0", "a=rtpmap:8 opus/48000/2")) == ("PCMU",)


def test_the_peer_may_answer_with_other_numbers() -> None:
    offered = offer(US, ("PCMA",))
    answered = described("m=audio 4000 RTP/AVP 97 98", "a=rtpmap:97 PCMA/8000", "a=rtpmap:98 telephone-event/8000")
    ours = agreed(offered, answered)
    assert (ours.payload_type, ours.receive_payload_type) == (97, 8)
    assert (ours.event_payload_type, ours.event_receive) == (98, 101)


def test_all_that_either_side_lists_may_come_and_a_number_means_what_we_said_first() -> None:
    offered = described(
        "m=audio 4000 RTP/AVP 8 0 105 101 96 3",
        "a=rtpmap:105 G722/8000",
        "a=rtpmap:101 telephone-event/8000",
        "a=rtpmap:96 telephone-event/8000",
    )
    _, ours = answer(offered, US, ("PCMA",))
    assert dict(ours.listed) == {8: "PCMA", 0: "PCMU", 105: "G722", 101: None, 96: None}
    offered = offer(US, ("PCMA", "PCMU"), event_payload_type=101)
    answered = described(
        "m=audio 4000 RTP/AVP 97 0 101 98",
        "a=rtpmap:97 PCMA/8000",
        "a=rtpmap:101 PCMU/8000",
        "a=rtpmap:98 telephone-event/8000",
    )
    assert dict(agreed(offered, answered).listed) == {8: "PCMA", 0: "PCMU", 101: None, 97: "PCMA", 98: None}
    one_of_many = agreed(offer(US, ALL), described("m=audio 4000 RTP/AVP 8"))
    assert dict(one_of_many.listed) == {9: "G722", 8: "PCMA", 0: "PCMU", 101: None}


def test_no_telephone_events_where_one_side_has_none() -> None:
    _, ours = answer(offer(THEM, ALL, event_payload_type=None), US, ALL)
    assert (ours.event_payload_type, ours.event_receive) == (None, None)
    ours = agreed(offer(US, ALL), described("m=audio 4000 RTP/AVP 8"))
    assert (ours.event_payload_type, ours.event_receive) == (None, 101)
    wide_band = described("m=audio 4000 RTP/AVP 8 101", "a=rtpmap:101 telephone-event/48000")
    assert answer(wide_band, US, ALL)[1].event_payload_type is None


@pytest.mark.parametrize(
    "lines",
    [
        ("m=audio 4000 RTP/AVP 101", "a=rtpmap:101 telephone-event/8000"),
        ("m=audio 4000 RTP/SAVP 8",),
        ("m=audio 0 RTP/AVP 8",),
        ("m=video 4000 RTP/AVP 8",),
        ("m=audio 4000 RTP/AVP 3 18",),
        ("m=image 4000 udptl t38",),
        (),
    ],
)
def test_an_offer_without_a_stream_for_us_is_not_acceptable(lines: tuple[str, ...]) -> None:
    with pytest.raises(NotAcceptable):
        answer(described(*lines), US, ALL)
    with pytest.raises(NotAcceptable):
        agreed(offer(US, ALL), described(*lines))


def test_other_streams_are_refused_in_their_place() -> None:
    many = described(
        "m=audio 4000 RTP/SAVP 8",
        "m=video 4002 RTP/AVP 99",
        "m=audio 4004 RTP/AVP 8",
        "m=image 4006 udptl t38",
        "m=audio 4008 RTP/AVP 8",
    )
    answered, ours = answer(many, US, ALL)
    assert [(media.kind, media.port) for media in parse(answered).media] == [
        ("audio", 0), ("video", 0), ("audio", 20_000), ("image", 0), ("audio", 0),
    ]  # fmt: skip
    assert ours.remote == ("192.0.2.10", 4004)
    again = offer(US.next(), ("PCMA",), after=answered)
    assert [media.port for media in parse(again).media] == [0, 0, 20_000, 0, 0]
    assert parse(again).origin.version == 2


def test_streams_that_are_off_keep_their_place_their_kind_and_one_format_at_least() -> None:
    many = described(
        "m=video 0 RTP/AVP",
        "m=audio 0 RTP/AVP",
        "m=audio 4004 RTP/AVP 8",
        "m=image 0 udptl t38",
        "m=video none RTP/AVPF 97 98",
    )
    answered, ours = answer(many, US, ALL)
    lines = [line for line in answered.decode().splitlines() if line.startswith("m=")]
    assert lines == [
        "m=video 0 RTP/AVP 0", "m=audio 0 RTP/AVP 0", "m=audio 20000 RTP/AVP 8", "m=image 0 udptl t38",
        "m=video 0 RTP/AVPF 97 98",
    ]  # fmt: skip
    assert ours.remote == ("192.0.2.10", 4004)
    again = offer(US.next(), ("PCMA",), after=answered)
    assert (
        agreed(again, described("m=video 0", "m=audio 0", "m=audio 4004 RTP/AVP 8", "m=image 0", "m=video 0")).codec
        == "PCMA"
    )


def test_a_later_offer_keeps_what_payload_types_mean() -> None:
    first = described("m=audio 4000 RTP/AVP 105 8 96", "a=rtpmap:105 pcmu/8000", "a=rtpmap:96 telephone-event/8000")
    answered, _ = answer(first, US, ("PCMU",))
    again = parse(offer(US.next(), ("PCMA", "PCMU"), after=answered)).media[0]
    assert again.formats == ("8", "105", "96")
    assert again.rtpmaps[96].name == "TELEPHONE-EVENT"


def test_a_payload_type_never_has_two_meanings() -> None:
    answered, _ = answer(described("m=audio 4000 RTP/AVP 101", "a=rtpmap:101 PCMU/8000"), US, ("PCMU",))
    assert parse(offer(US.next(), ("PCMA", "PCMU"), after=answered)).media[0].formats == ("8", "101", "96")


def test_an_offer_of_what_we_cannot_speak_is_a_mistake() -> None:
    for codecs in ((), ("GSM",), ("PCMA", "PCMA")):
        with pytest.raises(ValueError, match="codecs"):
            offer(US, codecs)


@pytest.mark.parametrize(
    ("theirs", "wish", "ours", "on_hold"),
    [
        ("sendrecv", "sendrecv", "sendrecv", False),
        ("sendonly", "sendrecv", "recvonly", True),
        ("recvonly", "sendrecv", "sendonly", False),
        ("inactive", "sendrecv", "inactive", True),
        ("sendrecv", "sendonly", "sendonly", False),
        ("sendonly", "sendonly", "inactive", True),
    ],
)
def test_hold_turns_the_direction_round(theirs: Direction, wish: Direction, ours: Direction, on_hold: bool) -> None:
    offered = offer(THEM, ALL, direction=theirs)
    answered, seen = answer(offered, US, ALL, direction=wish)
    assert (seen.direction, seen.on_hold) == (ours, on_hold)
    assert f"a={ours}\r\n".encode() in answered


def test_a_session_direction_holds_for_its_streams() -> None:
    assert answer(described("a=inactive", "m=audio 4000 RTP/AVP 8"), US, ALL)[1].direction == "inactive"


@pytest.mark.parametrize("nowhere", ["0.0.0.0", "::", "::ffff:0.0.0.0"])
def test_the_old_hold_gives_nowhere_to_send(nowhere: str) -> None:
    _, ours = answer(described("m=audio 4000 RTP/AVP 8", host=nowhere), US, ALL)
    assert (ours.direction, ours.on_hold, ours.remote, ours.rtcp) == ("recvonly", True, None, None)


@pytest.mark.parametrize("host", ["224.0.0.1", "255.255.255.255", "media.example", "2001:db8::1", "ff02::1"])
def test_media_is_never_sent_to_groups_names_or_the_other_ip(host: str) -> None:
    with pytest.raises(NotAcceptable):
        answer(described("m=audio 4000 RTP/AVP 8", host=host), US, ALL)


def test_ipv6_works_like_ipv4() -> None:
    offered = offer(Local("2001:db8::10", 4000), ALL)
    assert b"c=IN IP6 2001:db8::10\r\n" in offered
    answered, ours = answer(offered, Local("2001:db8::1", 5000), ALL)
    assert ours.remote == ("2001:db8::10", 4000)
    assert agreed(offered, answered).remote == ("2001:db8::1", 5000)


@pytest.mark.parametrize(
    ("line", "rtcp"),
    [
        ("a=rtcp:4005", ("192.0.2.10", 4005)),
        ("a=rtcp:4005 IN IP4 192.0.2.99", ("192.0.2.99", 4005)),
        ("a=rtcp:4005 IN IP4 224.0.0.1", ("192.0.2.10", 4005)),
        ("a=rtcp:70000", ("192.0.2.10", 4001)),
        ("a=rtcp-mux", ("192.0.2.10", 4001)),
    ],
)
def test_rtcp_goes_where_the_peer_says(line: str, rtcp: tuple[str, int]) -> None:
    answered, ours = answer(described("m=audio 4000 RTP/AVP 8", line), US, ALL)
    assert ours.rtcp == rtcp
    assert b"rtcp" not in answered


def test_an_answer_cannot_bring_in_a_codec_nobody_offered() -> None:
    with pytest.raises(NotAcceptable):
        agreed(offer(US, ("PCMA",)), described("m=audio 4000 RTP/AVP 0 9"))
    assert agreed(offer(US, ("PCMA",)), described("m=audio 4000 RTP/AVP 0 8")).codec == "PCMA"


_lines = st.sampled_from(
    [
        "m=audio 4000 RTP/AVP 8 0 101", "m=audio 0 RTP/AVP 8", "m=audio 1 RTP/SAVP 9", "m=video 2 RTP/AVP 99",
        "m=video 0 RTP/AVP", "m=audio 0", "m=text x y",
        "m=audio 4002 RTP/AVPF 9 96", "a=rtpmap:101 telephone-event/8000", "a=rtpmap:96 G722/8000", "a=sendonly",
        "a=rtpmap:8 PCMU/8000", "a=inactive", "a=ptime:33", "c=IN IP4 0.0.0.0", "c=IN IP6 ::1", "c=IN IP4 224.1.1.1",
        "a=rtcp:9 IN IP4 1.2.3.4", "a=rtpmap:٣ x/8", "a=rtcp:999999", "m=audio 65535 RTP/AVP 8", "m=image 3 udptl t38",
    ]
)  # fmt: skip


@given(st.lists(_lines, max_size=12), st.permutations(ALL))
def test_every_offer_is_answered_in_its_shape_or_refused(lines: list[str], codecs: list[str]) -> None:
    offered = described(*lines)
    try:
        answered, ours = answer(offered, US, codecs)
    except SdpError:
        return
    theirs, mine = parse(offered), parse(answered)
    assert [media.kind for media in mine.media] == [media.kind for media in theirs.media]
    assert sum(1 for media in mine.media if media.port) == 1
    assert ours.codec in offered_codecs(offered) or len(theirs.media) > 1
    assert agreed(offered, answered).codec == ours.codec
    if ours.direction in ("sendrecv", "sendonly"):
        assert ours.remote is not None
