"""Messages of whom wants to stay unnamed, as they may be kept."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pbx.sip.message import parse
from pbx.sip.privacy import is_withheld, numbers_of, unnamed, without
from pbx.sip.redaction import redacted

NUMBER = "+498912345678"
TEXT = f"""{{first}}
Via: SIP/2.0/UDP 192.0.2.7:5060;branch=z9hG4bK1
From: {{from_}};tag=a
To: {{to}}
Call-ID: c1
CSeq: 1 INVITE
{{header}}
Max-Forwards: 70
Content-Type: application/sdp

v=0
o={NUMBER} 1 1 IN IP4 192.0.2.7
s=Moritz
m=audio 4000 RTP/AVP 8"""
THEM, US = f'"Moritz" <sip:{NUMBER}@p.test>', "<sip:+4930555@box>"
RINGING, BYE = "SIP/2.0 180 Ringing", f"BYE sip:{NUMBER}@192.0.2.7 SIP/2.0"


def message(
    first: str = "INVITE sip:+4930555@box SIP/2.0", from_: str = THEM, to: str = US, header: str = "X: y"
) -> bytes:
    return TEXT.format(first=first, from_=from_, to=to, header=header).replace("\n", "\r\n").encode()


NAMES = ["Contact", "m", "P-Asserted-Identity", "Remote-Party-ID", "Diversion", "History-Info", "Referred-By", "b",
         "Record-Route", "Call-Info", "Subject", "Organization", "Geolocation", "Identity-Info", "X-New"]  # fmt: skip
SPELLINGS = [f"<sip:{NUMBER}@p.test>", f"<tel:{NUMBER};x=y>", f"Moritz <sips:%2B49-89-{NUMBER[5:]}:pw@[::1]:5061;a>",
             f'"{NUMBER}" <urn:x>', NUMBER, "no address of Moritz"]  # fmt: skip


@given(st.sampled_from(NAMES), st.sampled_from(SPELLINGS), st.sampled_from([": ", " :\t", ":\n "]))
def test_of_a_header_that_may_name_them_only_the_host_is_kept(name: str, value: str, colon: str) -> None:
    text = unnamed(redacted(message(header=f"{name}{colon}{value}")), sent=False)
    assert NUMBER[5:] not in text
    assert "Moritz" not in text
    assert "INVITE sip:+4930555@box" in text
    assert "<sip:***@p.test>;tag=a" in text


@pytest.mark.parametrize(
    ("data", "sent"),
    [
        (message(), False),
        (message(RINGING), True),
        (message(BYE, US, THEM), True),
        (message("SIP/2.0 200 OK", US, THEM, f"Contact: <sip:{NUMBER}@192.0.2.7>"), False),
    ],
    ids=["their request", "our response", "our request", "their response"],
)
def test_their_side_is_hidden_whoever_speaks_and_ours_stays(data: bytes, sent: bool) -> None:
    if sent:
        data = data.replace(b"Moritz\r\nm=", b"-\r\nm=").replace(f"o={NUMBER}".encode(), b"o=-")
    text = unnamed(redacted(data), sent)
    assert NUMBER[5:] not in text
    assert "Moritz" not in text
    assert "+4930555@box" in text


def test_a_number_is_taken_out_of_every_other_place_too() -> None:
    found = numbers_of(parse(message(header=f"P-Asserted-Identity: <tel:{NUMBER}>")))
    text = without(f"089{NUMBER[5:]} a{NUMBER}b 0049 12345 {NUMBER[:-1]}0 +4930555", found)
    assert text == f"*** a***b 0049 12345 {NUMBER[:-1]}0 +4930555"


@given(st.binary(max_size=300), st.booleans())
def test_whatever_was_said_can_be_hidden(data: bytes, sent: bool) -> None:
    assert isinstance(unnamed(redacted(data), sent), str)


def test_an_answer_may_ask_for_privacy_and_a_plain_one_does_not() -> None:
    assert not is_withheld(parse(message(RINGING, US, '"Anonymous" <sip:anonymous@x>')))
    assert is_withheld(parse(message(RINGING, header="Privacy: id")))
