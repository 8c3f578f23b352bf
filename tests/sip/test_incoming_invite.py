"""The called side: ringing, PRACK, answering, CANCEL, the ACK that comes late or never."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from pbx.sip.events import Confirmed, Ended, Invited, OfferAnswered, Offered
from pbx.sip.incoming_invite import IncomingInvite
from pbx.sip.limits import SipLimits
from pbx.sip.session import Session
from tests.sip.wire import OUR_SDP, SDP, STRANGER, Wire


def invited(wire: Wire, *fields: str, body: str = SDP) -> Session:
    wire.request("INVITE", *fields, body=body)
    return wire.last(Invited).session


def test_an_invite_is_told_after_its_100() -> None:
    wire = Wire()
    session = invited(wire, "Record-Route: <sip:proxy;lr>")
    assert wire.lines() == ["100 INVITE"]
    assert (session.incoming, session.state, session.offer) == (True, "invited", SDP.encode())
    session.ring()
    wire.collect()
    ringing = wire.response()
    assert ringing.to.tag == session.dialog.local_tag
    assert str(ringing.contacts[0].uri) == "sip:ours@127.0.0.1:5060"
    assert ringing.headers.get("Record-Route") == "<sip:proxy;lr>"
    session.ring(OUR_SDP)
    session.answer(OUR_SDP)
    wire.collect()
    answer = wire.response()
    assert (answer.sdp, answer.content_type) == (OUR_SDP, "application/sdp")
    assert "UPDATE" in (answer.headers.get("Allow") or "")
    assert wire.lines() == ["180 INVITE", "183 INVITE", "200 INVITE"]
    wire.request("ACK", **wire.inside(session))
    assert (session.state, wire.last(Confirmed).sdp) == ("confirmed", b"")
    wire.request("BYE", cseq=2, **wire.inside(session))
    assert wire.last(Ended).cause == "hung-up"
    assert wire.lines() == ["200 BYE"]
    wire.ends()


def test_a_copy_of_the_invite_gets_the_latest_answer() -> None:
    wire = Wire()
    branch = wire.request("INVITE", body=SDP)
    wire.request("INVITE", branch=branch, body=SDP)
    wire.last(Invited).session.ring()
    wire.request("INVITE", branch=branch, body=SDP)
    assert wire.lines() == ["100 INVITE", "100 INVITE", "180 INVITE", "180 INVITE"]
    wire.last(Invited).session.refuse(486)
    wire.request("INVITE", branch=branch, body=SDP)
    assert wire.lines() == ["486 INVITE", "486 INVITE"]
    wire.request("ACK", branch=branch)
    wire.wait(4)
    assert wire.lines() == []
    wire.ends()


def test_a_refusal_is_repeated_until_it_is_acknowledged_and_may_carry_headers() -> None:
    wire = Wire()
    session = invited(wire)
    session.refuse(
        407, headers=(("Proxy-Authenticate", 'Digest realm="a"'), ("Proxy-Authenticate", 'Digest realm="b"'))
    )
    wire.wait(33)
    assert wire.response().headers.all("Proxy-Authenticate") == ('Digest realm="a"', 'Digest realm="b"')
    assert wire.lines() == ["100 INVITE"] + ["407 INVITE"] * 11
    assert wire.last(Ended).cause == "closed"
    wire.ends()


def at_once(wire: Wire, act: Callable[[Session], None]) -> None:
    """An INVITE comes, and what is done about it goes out together with what the stack says by itself."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(wire, "collect", lambda: None)
        wire.request("INVITE", body=SDP)
        [event] = wire.stack.events
        assert isinstance(event, Invited)
        act(event.session)
    wire.collect()


def test_a_refusal_that_follows_at_once_needs_no_100_before_it() -> None:
    wire = Wire()
    at_once(wire, lambda session: session.refuse(401))
    assert wire.lines() == ["401 INVITE"]


def test_ringing_that_follows_at_once_leaves_the_100_alone() -> None:
    wire = Wire()
    at_once(wire, lambda session: session.ring())
    assert wire.lines() == ["100 INVITE", "180 INVITE"]


def test_a_200_is_repeated_until_the_ack() -> None:
    wire = Wire()
    session = invited(wire)
    session.answer(OUR_SDP)
    wire.wait(3)
    assert wire.lines() == ["100 INVITE"] + ["200 INVITE"] * 3
    wire.request("ACK", **wire.inside(session))
    wire.request("ACK", **wire.inside(session))
    wire.wait(30)
    assert wire.lines() == []
    assert len(wire.all(Confirmed)) == 1


def test_an_ack_in_the_invites_own_transaction_counts_too() -> None:
    wire = Wire()
    branch = wire.request("INVITE", body=SDP)
    session = wire.last(Invited).session
    session.answer(OUR_SDP)
    wire.collect()
    wire.request("ACK", branch=branch, **wire.inside(session))
    assert session.state == "confirmed"


def test_a_200_that_is_never_acknowledged_ends_in_a_bye() -> None:
    wire = Wire()
    session = invited(wire)
    session.answer(OUR_SDP)
    wire.wait(31.9)
    assert not wire.all(Ended)
    wire.wait(0.2)
    assert wire.last(Ended).cause == "no-ack"
    assert wire.lines()[-1] == "BYE"
    assert not session.dialog.routes
    wire.ends()


def test_hanging_up_waits_for_the_ack() -> None:
    wire = Wire()
    session = invited(wire)
    session.answer(OUR_SDP)
    session.hang_up("changed my mind")
    wire.collect()
    assert wire.last(Ended).cause == "closed"
    assert not wire.stack.sessions
    assert wire.lines() == ["100 INVITE", "200 INVITE"]
    wire.request("ACK", **wire.inside(session))
    assert wire.newest("BYE").headers.get("Reason") == 'SIP;text="changed my mind"'
    wire.respond(wire.newest("BYE"), 200)
    assert len(wire.all(Ended)) == 1
    assert not wire.all(Confirmed)
    wire.ends()


def test_hanging_up_while_it_rings_is_480() -> None:
    wire = Wire()
    session = invited(wire)
    session.ring()
    session.hang_up()
    wire.collect()
    assert wire.lines() == ["100 INVITE", "180 INVITE", "480 INVITE"]
    assert wire.last(Ended).cause == "closed"
    wire.ends()


@pytest.mark.parametrize(
    ("fields", "elsewhere"),
    [
        ((), False),
        (('Reason: SIP;cause=200;text="Call completed elsewhere"',), True),
        (("Reason: Q.850 ; cause=26",), True),
        (("Reason: Q.850;cause=200",), False),
        (('Reason: X;text="a, b", SIP ;text="x" ;cause=200',), True),
        (("Reason: Q.850;cause=16", "Reason: sip;CAUSE=200"), True),
        (("Reason: SIP;cause=487, Q.850;cause=200",), False),
        (('Reason: SIP;text="cause=200";cause=480',), False),
        (("Reason: SIP;cause=2000",), False),
    ],
)
def test_a_cancel_ends_the_ringing(fields: tuple[str, ...], elsewhere: bool) -> None:
    wire = Wire()
    branch = wire.request("INVITE", body=SDP)
    wire.last(Invited).session.ring()
    wire.request("CANCEL", *fields, branch=branch)
    assert wire.lines() == ["100 INVITE", "180 INVITE", "200 CANCEL", "487 INVITE"]
    assert (wire.last(Ended).cause, wire.last(Ended).elsewhere) == ("cancelled", elsewhere)
    wire.last(Invited).session.answer(OUR_SDP)
    wire.collect()
    assert wire.lines() == []
    wire.ends()


def test_a_cancel_that_crosses_the_answer_changes_nothing() -> None:
    wire = Wire()
    branch = wire.request("INVITE", body=SDP)
    session = wire.last(Invited).session
    session.answer(OUR_SDP)
    wire.request("CANCEL", branch=branch)
    assert wire.lines() == ["100 INVITE", "200 INVITE", "200 CANCEL"]
    assert session.state == "accepted"
    assert not wire.all(Ended)


def test_a_bye_while_it_rings_ends_it() -> None:
    wire = Wire()
    session = invited(wire)
    session.ring()
    wire.collect()
    wire.request("BYE", cseq=2, **wire.inside(session))
    assert wire.lines() == ["100 INVITE", "180 INVITE", "487 INVITE", "200 BYE"]
    assert wire.last(Ended).cause == "hung-up"
    wire.ends()


def test_ringing_is_repeated_every_minute_and_not_for_ever() -> None:
    wire = Wire(limits=SipLimits(patience=130))
    session = invited(wire)
    session.ring()
    wire.wait(125)
    assert wire.lines() == ["100 INVITE"] + ["180 INVITE"] * 3
    wire.wait(10)
    assert wire.lines()[0] == "480 INVITE"
    assert wire.last(Ended).cause == "closed"


def test_an_invite_without_offer_gets_ours_and_the_ack_brings_the_answer() -> None:
    wire = Wire()
    session = invited(wire, body="")
    session.ring(OUR_SDP)
    session.answer(OUR_SDP)
    wire.collect()
    assert wire.lines() == ["100 INVITE", "180 INVITE", "200 INVITE"], "an unreliable response makes no offer"
    wire.request("ACK", body=SDP, **wire.inside(session))
    assert wire.last(Confirmed).sdp == SDP.encode()
    assert session.dialog.offering == "idle"


def test_strangers_cannot_acknowledge_or_hang_up() -> None:
    wire = Wire()
    session = invited(wire)
    session.answer(OUR_SDP)
    wire.collect()
    wire.lines()
    wire.request("ACK", flow=STRANGER, **wire.inside(session))
    wire.request("BYE", cseq=2, flow=STRANGER, **wire.inside(session))
    assert session.state == "accepted"
    assert wire.lines() == ["481 BYE"]
    assert session.flow == wire.flow
    session.trusted |= {"127.0.0.66"}
    wire.request("BYE", cseq=2, flow=STRANGER, **wire.inside(session))
    assert wire.last(Ended).cause == "hung-up"


def test_a_caller_whose_connection_broke_is_not_rung_for_any_longer() -> None:
    wire = Wire("tcp")
    session = invited(wire)
    wire.stack.flow_failed(STRANGER, "someone else")
    wire.stack.flow_failed(wire.flow, "reset")
    wire.collect()
    assert (session.state, wire.last(Ended).cause) == ("ended", "lost")
    wire.ends()


def test_a_call_that_stands_survives_its_connection() -> None:
    wire = Wire("tcp")
    session = wire.took()
    wire.stack.flow_failed(wire.flow, "reset")
    wire.collect()
    assert session.state == "confirmed"
    wire.request("BYE", cseq=2, flow=replace(wire.flow, connection=8), **wire.inside(session))
    assert wire.last(Ended).cause == "hung-up"


# --- reliable provisional responses ----------------------------------------------------------------------------------


def prack(wire: Wire, session: Session, rseq: int, *fields: str, cseq: int = 2, body: str = "") -> None:
    wire.request("PRACK", f"RAck: {rseq} 1 INVITE", *fields, cseq=cseq, body=body, **wire.inside(session))


def rseq(wire: Wire) -> int:
    return int(wire.response("INVITE").headers.get("RSeq") or 0)


def test_required_reliability_repeats_the_ringing_until_the_prack() -> None:
    wire = Wire()
    session = invited(wire, "Require: 100rel")
    session.ring()
    wire.wait(4)
    assert wire.lines() == ["100 INVITE"] + ["180 INVITE"] * 4
    session.ring()
    number = rseq_of(session)
    prack(wire, session, number + 1)
    assert wire.lines() == ["481 PRACK"]
    prack(wire, session, number, cseq=3)
    assert wire.lines() == ["200 PRACK", "180 INVITE"], "the second ringing waited for its turn"
    assert rseq_of(session) == number + 1
    prack(wire, session, number + 1, cseq=4)
    prack(wire, session, number + 1, cseq=5)
    assert wire.lines() == ["200 PRACK", "481 PRACK"]
    wire.wait(20)
    assert wire.lines() == []


def rseq_of(session: Session) -> int:
    assert isinstance(session, IncomingInvite)
    return session._rseq


def test_the_answer_waits_until_early_media_has_arrived_and_is_not_given_twice() -> None:
    wire = Wire()
    session = invited(wire, "Require: 100rel")
    session.ring(OUR_SDP)
    session.answer(OUR_SDP)
    wire.collect()
    number = rseq(wire)
    assert wire.lines() == ["100 INVITE", "183 INVITE"]
    prack(wire, session, number)
    assert wire.lines() == ["200 PRACK", "200 INVITE"]
    assert session.dialog.offering == "idle"
    wire.request("ACK", **wire.inside(session))
    assert wire.last(Confirmed).sdp == b""
    session.hang_up()
    wire.ends()


def test_the_answer_does_not_wait_for_plain_ringing() -> None:
    wire = Wire()
    session = invited(wire, "Require: 100rel")
    session.ring()
    session.answer(OUR_SDP)
    wire.collect()
    assert wire.lines() == ["100 INVITE", "180 INVITE", "200 INVITE"]
    prack(wire, session, rseq_of(session))
    assert wire.lines() == ["200 PRACK"], "it was on its way when we answered"


def test_an_early_offer_is_answered_by_the_prack() -> None:
    wire = Wire()
    session = invited(wire, "Require: 100rel", body="")
    session.ring(OUR_SDP)
    wire.collect()
    prack(wire, session, rseq(wire), body=SDP)
    assert wire.last(OfferAnswered).sdp == SDP.encode()
    session.answer(OUR_SDP)
    wire.collect()
    assert wire.response("INVITE").body == b""


def test_a_prack_may_bring_a_new_offer() -> None:
    wire = Wire()
    session = invited(wire, "Require: 100rel")
    session.ring(OUR_SDP)
    wire.collect()
    number = rseq(wire)
    wire.lines()
    prack(wire, session, number, body=SDP)
    assert wire.lines() == []
    assert wire.last(Offered).sdp == SDP.encode()
    session.accept_offer(OUR_SDP)
    wire.collect()
    assert wire.response().body == OUR_SDP
    assert wire.lines() == ["200 PRACK"]


def test_ringing_that_is_never_acknowledged_is_given_up() -> None:
    wire = Wire()
    session = invited(wire, "Require: 100rel")
    session.ring()
    wire.wait(33)
    assert "504 INVITE" in wire.lines()
    assert wire.last(Ended).cause == "no-ack"
    wire.ends()


@pytest.mark.parametrize("rack", ["", "1", "x y INVITE", "1 1 BYE", "99999999999999999999999 1 INVITE"])
def test_nonsense_in_a_prack_acknowledges_nothing(rack: str) -> None:
    wire = Wire()
    session = invited(wire, "Require: 100rel")
    session.ring()
    wire.collect()
    wire.lines()
    wire.request("PRACK", f"RAck: {rack}", cseq=2, **wire.inside(session))
    assert wire.lines() == ["481 PRACK"]
