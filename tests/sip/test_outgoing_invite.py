"""The calling side: early dialogs, forks, CANCEL races, challenges, late offers, PRACK."""

from __future__ import annotations

import pytest

from pbx.sip.digest import Credentials
from pbx.sip.events import Answered, Ended, OfferAnswered, Progressed, Rejected
from pbx.sip.flow import Flow
from pbx.sip.limits import SipLimits
from pbx.sip.message import Response
from tests.sip.wire import OUR_SDP, OURS, SDP, THEIRS, Wire

CONTACT = "Contact: <sip:theirs@127.0.0.9:5070>"
RELIABLE = "Require: 100rel"


def test_a_call_rings_is_answered_and_hung_up() -> None:
    wire = Wire()
    session = wire.call()
    invite = wire.newest("INVITE")
    assert invite.contacts[0].uri.host == "127.0.0.1"
    assert (invite.sdp, invite.headers.get("Supported")) == (OUR_SDP, "100rel, timer")
    wire.respond(invite, 100, tag="")
    assert not wire.events
    wire.respond(invite, 180, CONTACT)
    assert (wire.last(Progressed).status, session.state) == (180, "early")
    wire.respond(invite, 200, CONTACT, "Record-Route: <sip:last;lr>, <sip:first;lr>", body=SDP)
    assert (wire.last(Answered).sdp, session.state) == (SDP.encode(), "confirmed")
    ack = wire.newest("ACK")
    assert ack.cseq.number == invite.cseq.number
    assert ack.via.branch != invite.via.branch
    assert str(ack.uri) == "sip:theirs@127.0.0.9:5070"
    assert [str(route) for route in ack.routes] == ["<sip:first;lr>", "<sip:last;lr>"]
    session.hang_up("that was all")
    wire.collect()
    bye = wire.newest("BYE")
    assert bye.headers.get("Reason") == 'SIP;text="that was all"'
    assert bye.cseq.number == invite.cseq.number + 1
    assert wire.last(Ended).cause == "closed"
    wire.respond(bye, 200)
    wire.ends()


def test_strict_routers_get_their_uri_on_top() -> None:
    wire = Wire()
    session = wire.call()
    wire.respond(wire.newest("INVITE"), 200, CONTACT, "Record-Route: <sip:loose;lr>, <sip:strict>", body=SDP)
    session.hang_up()
    wire.collect()
    bye = wire.newest("BYE")
    assert str(bye.uri) == "sip:strict"
    assert [str(route) for route in bye.routes] == ["<sip:loose;lr>", "<sip:theirs@127.0.0.9:5070>"]


def test_routes_and_headers_of_the_caller_are_sent() -> None:
    wire = Wire()
    wire.call(routes=("<sip:proxy;lr>",), headers=(("Allow", "INVITE, BYE"), ("Privacy", "id")), max_forwards=12)
    invite = wire.newest("INVITE")
    assert invite.headers.all("Route") == ("<sip:proxy;lr>",)
    assert invite.headers.all("Allow") == ("INVITE, BYE",)
    assert (invite.headers.get("Privacy"), invite.max_forwards) == ("id", 12)


def test_a_repeated_answer_is_acknowledged_again_and_told_once() -> None:
    wire = Wire()
    wire.call()
    invite = wire.newest("INVITE")
    for _ in range(3):
        wire.respond(invite, 200, CONTACT, body=SDP)
    assert wire.lines() == ["INVITE", "ACK", "ACK", "ACK"]
    assert len(wire.all(Answered)) == 1


def test_a_refusal_is_acknowledged_and_told() -> None:
    wire = Wire()
    session = wire.call()
    invite = wire.newest("INVITE")
    wire.respond(invite, 302, "Contact: <sip:elsewhere>")
    wire.respond(invite, 302, "Contact: <sip:elsewhere>")
    assert wire.lines() == ["INVITE", "ACK", "ACK"]
    rejected = wire.last(Rejected)
    assert rejected.status == 302
    assert rejected.response is not None
    assert rejected.response.contacts[0].uri.host == "elsewhere"
    assert not wire.all(Ended)
    session.hang_up()
    session.cancel()
    session.offer_again(OUR_SDP)
    wire.collect()
    assert not wire.sent
    wire.ends()


def test_a_second_fork_that_answers_too_is_sent_away() -> None:
    wire = Wire()
    session = wire.call()
    invite = wire.newest("INVITE")
    wire.respond(invite, 180, CONTACT, tag="a")
    wire.respond(invite, 180, CONTACT, tag="b")
    wire.respond(invite, 200, CONTACT, body=SDP, tag="a")
    wire.lines()
    wire.respond(invite, 200, CONTACT, body=SDP, tag="b")
    wire.respond(invite, 200, CONTACT, body=SDP, tag="b")
    bye = wire.newest("BYE")
    assert bye.to.tag == "b"
    assert wire.lines() == ["ACK", "BYE", "ACK"]
    assert (session.dialog.remote_tag, session.state) == ("a", "confirmed")
    wire.respond(bye, 200, tag="b")
    assert len(wire.all(Answered)) == 1
    session.hang_up()
    wire.ends()


def test_forks_without_end_are_ignored() -> None:
    wire = Wire(limits=SipLimits(forks=3))
    wire.call()
    invite = wire.newest("INVITE")
    for number in range(50):
        wire.respond(invite, 180, CONTACT, tag=f"early{number}")
    assert len(wire.all(Progressed)) == 3
    for number in range(50):
        wire.respond(invite, 200, CONTACT, tag=f"late{number}", body=SDP)
    assert wire.lines().count("BYE") < 5


# --- CANCEL ----------------------------------------------------------------------------------------------------------


def test_cancel_waits_for_the_first_sign_of_life() -> None:
    wire = Wire()
    session = wire.call()
    session.cancel(elsewhere=True)
    wire.collect()
    assert wire.lines()[0] == "INVITE"
    invite = session.request
    wire.respond(invite, 180, CONTACT)
    cancel = wire.newest("CANCEL")
    assert cancel.via == invite.via
    assert (cancel.cseq.number, cancel.uri) == (invite.cseq.number, invite.uri)
    assert cancel.headers.all("Reason") == ('SIP;cause=200;text="Call completed elsewhere"', "Q.850;cause=26")
    assert not wire.all(Progressed)
    wire.respond(cancel, 200)
    wire.respond(invite, 487)
    assert wire.last(Rejected).status == 487
    assert wire.lines() == ["CANCEL", "ACK"]
    wire.ends()


def test_an_answer_that_crosses_the_cancel_is_acknowledged_and_hung_up() -> None:
    wire = Wire()
    session = wire.call()
    invite = wire.newest("INVITE")
    wire.respond(invite, 180, CONTACT)
    session.hang_up()
    wire.respond(invite, 200, CONTACT, body=SDP)
    assert wire.lines() == ["INVITE", "CANCEL", "ACK", "BYE"]
    assert wire.last(Rejected).status == 487
    assert not wire.all(Answered)
    wire.ends()


def test_every_fork_whose_answer_crosses_the_cancel_is_hung_up() -> None:
    wire = Wire()
    session = wire.call()
    invite = wire.newest("INVITE")
    wire.respond(invite, 180, CONTACT, tag="a")
    wire.respond(invite, 180, CONTACT, tag="b")
    session.cancel()
    wire.collect()
    wire.lines()
    for tag in "aabb":
        wire.respond(invite, 200, CONTACT, body=SDP, tag=tag)
    assert wire.lines() == ["ACK", "BYE", "ACK", "ACK", "BYE", "ACK"]
    wire.ends()


def test_a_cancelled_call_that_nobody_ends_is_given_up() -> None:
    wire = Wire()
    session = wire.call()
    wire.respond(wire.newest("INVITE"), 180, CONTACT)
    session.cancel()
    wire.wait(33)
    assert wire.last(Rejected).status == 487
    wire.ends()


def test_ringing_for_ever_is_cancelled() -> None:
    wire = Wire(limits=SipLimits(patience=60))
    wire.call()
    invite = wire.newest("INVITE")
    wire.respond(invite, 180, CONTACT)
    wire.wait(59)
    wire.respond(invite, 180, CONTACT)
    wire.wait(59)
    assert "CANCEL" not in wire.lines()
    wire.wait(2)
    assert "CANCEL" in wire.lines()
    wire.ends()


def test_silence_is_408_and_a_broken_flow_503() -> None:
    wire = Wire()
    wire.call()
    wire.wait(33)
    assert wire.lines() == ["INVITE"] * 7
    assert wire.last(Rejected).status == 408
    wire.call()
    wire.stack.flow_failed(Flow("udp", OURS, THEIRS), "connection refused")
    wire.collect()
    assert (wire.last(Rejected).status, wire.last(Rejected).reason) == (503, "connection refused")
    wire.ends()


def test_a_bye_before_the_answer_is_answered_and_gives_the_call_up() -> None:
    wire = Wire()
    session = wire.call()
    invite = wire.newest("INVITE")
    wire.respond(invite, 180, CONTACT)
    wire.request("BYE", cseq=5, **wire.inside(session))
    assert wire.lines() == ["INVITE", "200 BYE", "CANCEL"]
    wire.respond(invite, 487)
    assert wire.last(Rejected).status == 487
    wire.ends()


# --- challenges ------------------------------------------------------------------------------------------------------

CHALLENGE = 'Digest realm="prov", nonce="n1", qop="auth", algorithm=MD5'


def test_a_challenged_invite_is_sent_again_and_its_ack_carries_the_credentials() -> None:
    wire = Wire()
    session = wire.call(credentials=Credentials("u", "secret", "prov"))
    first = wire.newest("INVITE")
    wire.respond(first, 407, f"Proxy-Authenticate: {CHALLENGE}", tag="proxy")
    again = wire.newest("INVITE")
    assert wire.lines() == ["INVITE", "ACK", "INVITE"]
    assert again.cseq.number == first.cseq.number + 1
    assert (again.call_id, again.from_, again.body) == (first.call_id, first.from_, first.body)
    wire.respond(again, 200, CONTACT, body=SDP)
    ack = wire.newest("ACK")
    assert ack.headers.get("Proxy-Authorization") == again.headers.get("Proxy-Authorization") is not None
    session.hang_up()
    wire.collect()
    bye = wire.newest("BYE")
    assert bye.cseq.number == again.cseq.number + 1
    wire.respond(bye, 407, f"Proxy-Authenticate: {CHALLENGE}")
    assert "Proxy-Authorization" in wire.newest("BYE").headers
    wire.ends()


@pytest.mark.parametrize("pinned", ["prov", None])
def test_a_realm_that_turns_up_later_gets_no_credentials(pinned: str | None) -> None:
    wire = Wire()
    session = wire.call(credentials=Credentials("u", "secret", pinned))
    wire.respond(wire.newest("INVITE"), 401, f"WWW-Authenticate: {CHALLENGE}")
    wire.respond(wire.newest("INVITE"), 200, CONTACT, body=SDP)
    session.hang_up()
    wire.collect()
    bye = wire.newest("BYE")
    wire.lines()
    wire.respond(bye, 401, f"WWW-Authenticate: {CHALLENGE}".replace("prov", "evil"))
    assert not wire.sent
    wire.ends()


def test_a_bye_is_no_occasion_to_learn_a_realm() -> None:
    wire = Wire()
    session = wire.call(credentials=Credentials("u", "secret"))
    wire.respond(wire.newest("INVITE"), 200, CONTACT, body=SDP)
    session.hang_up()
    wire.collect()
    bye = wire.newest("BYE")
    wire.lines()
    wire.respond(bye, 401, f"WWW-Authenticate: {CHALLENGE}")
    assert not wire.sent


def test_challenges_without_end_are_a_refusal() -> None:
    wire = Wire()
    wire.call(credentials=Credentials("u", "secret"))
    for number in range(5):
        challenge = f"WWW-Authenticate: {CHALLENGE}, stale=true".replace("n1", f"n{number}")
        wire.respond(wire.newest("INVITE"), 401, challenge)
    assert wire.lines().count("INVITE") == 3
    assert wire.last(Rejected).status == 401
    wire.ends()


def test_a_longer_session_interval_is_asked_for_when_the_peer_wants_it() -> None:
    wire = Wire()
    wire.call()
    wire.respond(wire.newest("INVITE"), 422, "Min-SE: 7200")
    again = wire.newest("INVITE")
    assert (again.headers.get("Session-Expires"), again.headers.get("Min-SE")) == ("7200", "7200")
    wire.respond(again, 422, "Min-SE: 7200")
    assert wire.last(Rejected).status == 422


# --- offers ----------------------------------------------------------------------------------------------------------


def test_an_offer_in_the_200_is_answered_in_the_ack() -> None:
    wire = Wire()
    session = wire.call(b"")
    invite = wire.newest("INVITE")
    assert not invite.body
    wire.respond(invite, 200, CONTACT, body=SDP)
    assert wire.last(Answered).sdp == SDP.encode() == session.offer
    wire.respond(invite, 200, CONTACT, body=SDP)
    assert wire.lines() == ["INVITE"]
    session.accept_offer(OUR_SDP)
    wire.respond(invite, 200, CONTACT, body=SDP)
    assert [message.body for message in wire.sent] == [OUR_SDP, OUR_SDP]
    assert session.state == "confirmed"


def test_an_offer_in_the_200_that_does_not_fit_ends_the_call() -> None:
    wire = Wire()
    session = wire.call(b"")
    wire.respond(wire.newest("INVITE"), 200, CONTACT, body=SDP)
    session.decline_offer()
    wire.collect()
    assert wire.lines() == ["INVITE", "ACK", "BYE"]
    assert wire.last(Ended).cause == "closed"
    wire.ends()


def test_reliable_ringing_is_acknowledged_in_order() -> None:
    wire = Wire()
    session = wire.call()
    invite = wire.newest("INVITE")
    wire.respond(invite, 183, CONTACT, RELIABLE, "RSeq: 7", body=SDP)
    prack = wire.newest("PRACK")
    assert prack.headers.get("RAck") == f"7 {invite.cseq.number} INVITE"
    assert wire.last(Progressed).sdp == SDP.encode()
    wire.respond(prack, 200)
    wire.lines()
    wire.respond(invite, 183, CONTACT, RELIABLE, "RSeq: 7", body=SDP)
    wire.respond(invite, 180, CONTACT, RELIABLE, "RSeq: 9")
    assert not wire.sent, "a copy, and one whose predecessor is missing"
    wire.respond(invite, 180, CONTACT, RELIABLE, "RSeq: 8")
    assert wire.newest("PRACK").cseq.number == prack.cseq.number + 1
    wire.respond(invite, 200, CONTACT, body=SDP)
    assert wire.last(Answered).sdp == b"", "it was answered in the 183"
    assert session.remote_sdp == SDP.encode()
    assert wire.newest("ACK").cseq.number == invite.cseq.number


def test_an_early_offer_is_answered_in_the_prack() -> None:
    wire = Wire()
    session = wire.call(b"")
    invite = wire.newest("INVITE")
    wire.respond(invite, 183, CONTACT, RELIABLE, "RSeq: 1", body=SDP)
    assert wire.lines() == ["INVITE"]
    session.accept_offer(OUR_SDP)
    wire.collect()
    assert wire.newest("PRACK").body == OUR_SDP
    wire.respond(invite, 200, CONTACT)
    assert session.state == "confirmed"
    assert wire.lines() == ["PRACK", "ACK"]


def test_update_before_the_answer_when_the_early_media_is_agreed() -> None:
    wire = Wire()
    session = wire.call()
    invite = wire.newest("INVITE")
    wire.respond(invite, 183, CONTACT, RELIABLE, "RSeq: 1", "Allow: INVITE, UPDATE", body=SDP)
    session.offer_again(b"v=0 other")
    wire.collect()
    update = wire.newest("UPDATE")
    assert update.body == b"v=0 other"
    wire.respond(update, 200, CONTACT, body=SDP)
    assert wire.last(OfferAnswered).sdp == SDP.encode()
    wire.respond(invite, 200, CONTACT)
    assert session.state == "confirmed"
    session.hang_up()
    wire.ends()


def test_requests_of_an_early_fork_are_known_by_its_tag() -> None:
    wire = Wire()
    session = wire.call()
    invite = wire.newest("INVITE")
    wire.respond(invite, 180, CONTACT, tag="a")
    wire.respond(invite, 180, CONTACT, tag="b")
    wire.lines()
    names = wire.inside(session)
    wire.request("INFO", cseq=3, to=names["to"], call_id=names["call_id"], from_="<sip:t@t>;tag=a")
    wire.request("INFO", cseq=3, to=names["to"], call_id=names["call_id"], from_="<sip:t@t>;tag=nobody")
    assert wire.lines() == ["200 INFO", "481 INFO"]


def test_a_connection_that_was_opened_for_the_call_carries_the_rest_of_it() -> None:
    wire = Wire("tcp")
    wire.flow = Flow("tcp", OURS, THEIRS, 0)
    session = wire.call()
    invite = wire.newest("INVITE")
    assert str(invite.contacts[0].uri) == "sip:ours@127.0.0.1:5060;transport=tcp"
    wire.respond(invite, 200, CONTACT, body=SDP, flow=Flow("tcp", OURS, THEIRS, 42))
    session.hang_up()
    wire.collect()
    assert wire.flows[-1].connection == 42
    wire.respond(wire.newest("BYE"), 200)
    wire.ends()


def test_the_answer_may_say_nothing_new_after_unreliable_early_media() -> None:
    wire = Wire()
    session = wire.call()
    invite = wire.newest("INVITE")
    wire.respond(invite, 183, CONTACT, body=SDP)
    assert wire.last(Progressed).sdp == SDP.encode()
    wire.respond(invite, 200, CONTACT)
    assert wire.last(Answered).sdp == b""
    assert session.state == "confirmed"


def test_copies_of_ringing_are_told_once() -> None:
    wire = Wire()
    wire.call()
    invite = wire.newest("INVITE")
    for _ in range(3):
        wire.respond(invite, 180, CONTACT)
    assert len(wire.all(Progressed)) == 1
    assert isinstance(wire.sent[0], Response) is False
