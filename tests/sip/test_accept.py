"""Accept: bodies of ours that somebody does not take are not sent (RFC 3261, 20.1 and 21.4.7)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pbx.sip.accept import accepts
from pbx.sip.events import Invited, Offered
from pbx.sip.headers import Headers
from tests.sip.wire import OUR_SDP, SDP, Wire

TAKEN = [
    (),
    ("application/sdp",),
    ("Application / SDP ; level=1",),
    ("text/plain, application/sdp",),
    ("text/plain", "application/sdp"),
    ("application/*",),
    ("*/*",),
    ("*",),
    ("text/plain;q=0, */*;q=0.1",),
    ("*/*;q=0, application/sdp",),
    ("application/sdp;q=0.001",),
    ("application/sdp;q=abc",),
    ('text/x;note="a, b", application/sdp',),
]
REFUSED = [
    ("text/plain",),
    ("",),
    ("text/plain", "text/html;q=1"),
    ("text/*",),
    ("application/sdpx, application/isup",),
    ("multipart/mixed",),
    ("application/sdp;q=0",),
    ("application/sdp;q=0.000, */*",),
    ("application/*;q=0", "*/*"),
    ("*/*;q=0",),
    ('text/x;note="application/sdp"',),
]


@pytest.mark.parametrize("lines", TAKEN)
def test_who_takes_a_session_description(lines: tuple[str, ...]) -> None:
    assert accepts(Headers([("Accept", line) for line in lines]), "application/sdp")


@pytest.mark.parametrize("lines", REFUSED)
def test_who_does_not(lines: tuple[str, ...]) -> None:
    assert not accepts(Headers([("Accept", line) for line in lines]), "application/sdp")


@given(st.lists(st.text('*/;=q01.,"<> abpplication/sdp', max_size=30), max_size=3))
def test_whatever_stands_there_it_is_yes_or_no(lines: list[str]) -> None:
    assert accepts(Headers([("Accept", line) for line in lines]), "application/sdp") in (True, False)


@pytest.mark.parametrize("body", [SDP, ""], ids=["offer", "no offer"])
@pytest.mark.parametrize("lines", REFUSED)
def test_an_invite_whose_answer_nobody_could_read_is_406(lines: tuple[str, ...], body: str) -> None:
    wire = Wire()
    wire.request("INVITE", *(f"Accept: {line}" for line in lines), body=body)
    response = wire.response()
    assert (response.status, response.headers.get("Accept")) == (406, "application/sdp")
    assert not wire.all(Invited)


@pytest.mark.parametrize("lines", TAKEN)
def test_other_invites_are_calls(lines: tuple[str, ...]) -> None:
    wire = Wire()
    wire.request("INVITE", *(f"Accept: {line}" for line in lines), body=SDP)
    assert wire.all(Invited)


@pytest.mark.parametrize("method", ["INVITE", "UPDATE"])
def test_a_change_is_refused_alike_and_the_call_goes_on(method: str) -> None:
    wire = Wire()
    session = wire.took()
    wire.request(method, "Accept: text/plain", body=SDP, cseq=2, **wire.inside(session))
    assert wire.lines() == [f"406 {method}"]
    assert (session.state, wire.all(Offered)) == ("confirmed", [])
    wire.request(method, "Accept: text/plain, application/sdp", body=SDP, cseq=3, **wire.inside(session))
    session.accept_offer(OUR_SDP)
    wire.collect()
    assert f"200 {method}" in wire.lines()


def test_what_is_answered_without_a_body_is_not_refused() -> None:
    wire = Wire()
    session = wire.took()
    for number, method in enumerate(("UPDATE", "OPTIONS", "INFO", "BYE"), 2):
        wire.request(method, "Accept: text/plain", cseq=number, **wire.inside(session))
        assert wire.response().status == 200
