"""A session that stands: changes from either side, glare, session timers, strangers, the end."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from pbx.sip.events import Answered, Confirmed, Ended, Informed, OfferAnswered, OfferDeclined, Offered
from pbx.sip.flow import Flow
from pbx.sip.limits import SipLimits
from pbx.sip.message import Request
from pbx.sip.session import Session
from tests.sip.pair import ANSWER, OFFER, End, Pair
from tests.sip.wire import OUR_SDP, OURS, SDP, STRANGER, Wire

CONTACT = "Contact: <sip:theirs@127.0.0.9:5070>"
UPDATES = "Allow: INVITE, ACK, BYE, UPDATE"


def inside(
    wire: Wire,
    session: Session,
    method: str,
    *fields: str,
    cseq: int,
    body: str = "",
    branch: str = "",
    flow: Flow | None = None,
) -> str:
    """Send a request of theirs in the session's dialog; its branch comes back."""
    return wire.request(method, *fields, cseq=cseq, body=body, branch=branch, flow=flow, **wire.inside(session))


# --- changes of theirs -----------------------------------------------------------------------------------------------


def test_a_reinvite_is_offered_and_accepted() -> None:
    wire = Wire()
    session = wire.took()
    inside(wire, session, "INVITE", "Contact: <sip:moved@127.0.0.9:5070>", cseq=2, body=SDP)
    assert wire.last(Offered).sdp == SDP.encode()
    assert str(session.dialog.target) == "sip:theirs@127.0.0.9:5070", "nothing changes before it is accepted"
    session.accept_offer(OUR_SDP)
    session.accept_offer(OUR_SDP)
    wire.wait(1)
    assert wire.lines() == ["200 INVITE", "200 INVITE"]
    inside(wire, session, "ACK", cseq=2)
    assert str(session.dialog.target) == "sip:moved@127.0.0.9:5070"
    assert len(wire.all(Confirmed)) == 1
    session.hang_up()
    wire.ends()


def test_of_two_reinvites_with_one_number_the_last_answer_is_acknowledged_and_the_first_forgotten() -> None:
    wire = Wire()
    session = wire.took()
    for _ in range(2):
        inside(wire, session, "INVITE", cseq=2, body=SDP)
        session.accept_offer(OUR_SDP)
    inside(wire, session, "ACK", cseq=2)
    wire.lines()
    wire.wait(40)
    assert wire.lines() == []
    session.hang_up()
    wire.ends()


def test_a_reinvite_that_asks_for_an_offer_gets_one() -> None:
    wire = Wire()
    session = wire.took()
    inside(wire, session, "INVITE", cseq=2)
    assert wire.last(Offered).sdp == b""
    session.accept_offer(OUR_SDP)
    wire.collect()
    assert wire.response().body == OUR_SDP
    inside(wire, session, "ACK", cseq=2, body=SDP)
    assert wire.last(OfferAnswered).sdp == SDP.encode()


def test_a_declined_change_leaves_all_as_it_was() -> None:
    wire = Wire()
    session = wire.took()
    branch = inside(wire, session, "INVITE", "Contact: <sip:moved@127.0.0.9:5070>", cseq=2, body=SDP)
    session.decline_offer(488)
    wire.collect()
    inside(wire, session, "ACK", cseq=2, branch=branch)
    assert wire.lines() == ["488 INVITE"]
    assert str(session.dialog.target) == "sip:theirs@127.0.0.9:5070"
    inside(wire, session, "INVITE", cseq=3, body=SDP)
    assert len(wire.all(Offered)) == 2


def test_an_update_changes_the_session_and_an_empty_one_refreshes_it() -> None:
    wire = Wire()
    session = wire.answered()
    inside(wire, session, "UPDATE", CONTACT, cseq=2, body=SDP)
    session.accept_offer(OUR_SDP)
    wire.collect()
    assert (wire.response().status, wire.response().body) == (200, OUR_SDP)
    inside(wire, session, "UPDATE", "Contact: <sip:moved@127.0.0.9:5070>", cseq=3)
    assert wire.response().body == b""
    assert str(session.dialog.target) == "sip:moved@127.0.0.9:5070"
    assert len(wire.all(Offered)) == 1


def test_a_second_change_before_the_first_is_answered_is_500() -> None:
    wire = Wire()
    session = wire.took()
    inside(wire, session, "INVITE", cseq=2, body=SDP)
    inside(wire, session, "INVITE", cseq=3, body=SDP)
    assert wire.response().status == 500
    assert "Retry-After" in wire.response().headers
    inside(wire, session, "UPDATE", cseq=4, body=SDP)
    assert wire.response().status == 500
    assert len(wire.all(Offered)) == 1


def test_a_reinvite_while_our_answer_is_still_due_is_500() -> None:
    wire = Wire()
    wire.request("INVITE", body=SDP)
    session = next(iter(wire.stack.sessions.values()))
    inside(wire, session, "INVITE", cseq=2, body=SDP)
    assert wire.response().status == 500


def test_a_cancelled_reinvite_is_487_and_the_session_goes_on() -> None:
    wire = Wire()
    session = wire.took()
    branch = inside(wire, session, "INVITE", cseq=2, body=SDP)
    inside(wire, session, "CANCEL", cseq=2, branch=branch)
    session.accept_offer(OUR_SDP)
    wire.collect()
    assert wire.lines() == ["200 CANCEL", "487 INVITE"]
    assert session.state == "confirmed"


def test_a_bye_answers_what_is_pending() -> None:
    wire = Wire()
    session = wire.took()
    inside(wire, session, "INVITE", cseq=2, body=SDP)
    inside(wire, session, "BYE", cseq=3)
    assert wire.lines() == ["200 BYE", "487 INVITE"]
    inside(wire, session, "INFO", cseq=4)
    assert wire.lines() == ["481 INFO"]


def test_old_numbers_are_500() -> None:
    wire = Wire()
    session = wire.took()
    inside(wire, session, "INFO", cseq=9)
    inside(wire, session, "BYE", cseq=5)
    assert wire.lines() == ["200 INFO", "500 BYE"]
    assert session.state == "confirmed"


def test_info_and_options_are_answered() -> None:
    wire = Wire()
    session = wire.took()
    inside(wire, session, "INFO", "Content-Type: application/dtmf-relay", cseq=2, body="Signal=5")
    informed = wire.last(Informed)
    assert (informed.content_type, informed.body) == ("application/dtmf-relay", b"Signal=5")
    inside(wire, session, "OPTIONS", cseq=3)
    assert "Allow" in wire.response().headers
    assert wire.lines() == ["200 INFO", "200 OPTIONS"]


@pytest.mark.parametrize("method", ["BYE", "INFO", "INVITE", "UPDATE", "REFER", "OPTIONS", "PRACK"])
def test_for_strangers_there_is_no_dialog(method: str) -> None:
    wire = Wire()
    session = wire.took()
    before = len(wire.events)
    inside(wire, session, method, cseq=2, flow=STRANGER)
    inside(wire, session, method, cseq=99999, flow=STRANGER)
    assert wire.lines() == [f"481 {method}"] * 2
    assert (len(wire.events), session.flow, session.state) == (before, wire.flow, "confirmed")
    inside(wire, session, "BYE", cseq=2)
    assert wire.lines() == ["200 BYE"]


def test_the_dialog_follows_its_host_to_another_port() -> None:
    wire = Wire()
    session = wire.took()
    moved = Flow("udp", OURS, ("127.0.0.9", 6000))
    inside(wire, session, "INFO", cseq=2, flow=moved)
    session.hang_up()
    wire.collect()
    assert wire.flows[-1] == moved


# --- changes of ours -------------------------------------------------------------------------------------------------


def test_our_reinvite_is_answered_and_acknowledged() -> None:
    wire = Wire()
    session = wire.answered()
    session.offer_again(b"v=0 new")
    session.offer_again(b"v=0 newer")
    wire.collect()
    invite = wire.newest("INVITE")
    assert invite.body == b"v=0 new"
    assert invite.headers.get("Supported") == "timer"
    wire.respond(invite, 200, CONTACT, body=SDP)
    assert wire.last(OfferAnswered).sdp == SDP.encode()
    assert wire.newest("INVITE").body == b"v=0 newer", "the one that waited"
    assert wire.lines() == ["INVITE", "ACK", "INVITE"]
    wire.respond(invite, 200, CONTACT, body=SDP)
    assert wire.lines() == ["ACK"]


def test_a_change_waits_for_the_ack() -> None:
    wire = Wire()
    wire.request("INVITE", body=SDP)
    session = next(iter(wire.stack.sessions.values()))
    session.offer_again(b"v=0 new")
    session.answer(OUR_SDP)
    wire.collect()
    assert wire.lines() == ["100 INVITE", "200 INVITE"]
    inside(wire, session, "ACK", cseq=1)
    assert wire.lines() == ["INVITE"]


@pytest.mark.parametrize("status", [488, 403, 500, 603])
def test_a_refused_change_leaves_all_as_it_was(status: int) -> None:
    wire = Wire()
    session = wire.answered()
    session.offer_again(b"v=0 new")
    wire.collect()
    wire.respond(wire.newest("INVITE"), status)
    assert wire.last(OfferDeclined).status == status
    assert (session.state, session.local_sdp) == ("confirmed", OUR_SDP)


@pytest.mark.parametrize("end", [lambda wire: wire.respond(wire.newest("INVITE"), 481), lambda wire: wire.wait(33)])
def test_a_dialog_that_the_peer_lost_is_over(end: Callable[[Wire], None]) -> None:
    wire = Wire()
    session = wire.answered()
    session.offer_again(b"v=0 new")
    wire.collect()
    end(wire)
    assert wire.last(Ended).cause == "lost"
    assert wire.lines()[-1] == "BYE"
    wire.ends()


def test_a_busy_peer_is_asked_again_later_but_not_for_ever() -> None:
    wire = Wire()
    session = wire.answered()
    session.offer_again(b"v=0 new")
    wire.collect()
    tries = 0
    while not wire.all(OfferDeclined):
        wire.respond(wire.newest("INVITE"), 491)
        tries += 1
        assert wire.lines()[-1] == "ACK"
        wire.wait(2.0)
        assert not wire.sent, "the owner of the Call-ID waits at least 2.1 seconds"
        wire.wait(2.1)
        if not wire.sent:
            break
    assert tries == 9
    assert wire.last(OfferDeclined).status == 491


def test_a_peer_that_asks_for_ever_longer_intervals_is_not_followed_for_ever() -> None:
    wire = Wire()
    session = wire.answered("Session-Expires: 100;refresher=uac", UPDATES)
    session.offer_again(b"v=0 new")
    wire.collect()
    for number in range(100, 200):
        if wire.all(OfferDeclined):
            break
        wire.respond(wire.newest("INVITE"), 422, f"Min-SE: {number}")
    assert len(wire.all(OfferDeclined)) == 1


def test_both_change_at_once_and_both_get_through() -> None:
    pair = Pair()
    ours, theirs = pair.established()

    def accept(end: End) -> None:
        def react(event: object) -> None:
            if isinstance(event, Offered):
                event.session.accept_offer(ANSWER)

        end.react = react

    accept(pair.alice)
    accept(pair.bob)
    pair.line.delay = (0.05, 0.05)
    ours.offer_again(b"v=0 from alice")
    theirs.offer_again(b"v=0 from bob")
    pair.run(10)
    assert pair.wire()["491 INVITE"] == 2
    assert len(pair.alice.all(OfferAnswered)) == len(pair.bob.all(OfferAnswered)) == 1
    assert len(pair.alice.all(Offered)) == len(pair.bob.all(Offered)) == 1
    ours.hang_up()
    pair.ends()


def test_byes_that_cross_are_both_answered() -> None:
    pair = Pair()
    pair.line.delay = (0.05, 0.05)
    ours = pair.call()
    pair.run(0.2)
    pair.bob.session.answer(ANSWER)
    pair.run(1)
    ours.hang_up()
    pair.bob.session.hang_up()
    pair.run(1)
    assert pair.wire()["200 BYE"] == 2
    pair.ends()


def test_hanging_up_during_our_reinvite_still_acknowledges_its_answer() -> None:
    wire = Wire()
    session = wire.answered()
    session.offer_again(b"v=0 new")
    session.hang_up()
    wire.collect()
    invite = wire.newest("INVITE")
    wire.respond(invite, 200, CONTACT, body=SDP)
    assert wire.lines() == ["INVITE", "BYE", "ACK"]
    assert not wire.all(OfferAnswered)
    wire.ends()


def test_info_of_ours_is_sent_in_the_dialog() -> None:
    wire = Wire()
    session = wire.answered()
    session.info("application/dtmf-relay", b"Signal=1\r\n")
    wire.collect()
    info = wire.newest("INFO")
    assert (info.content_type, info.body) == ("application/dtmf-relay", b"Signal=1\r\n")
    wire.respond(info, 200)
    assert session.state == "confirmed"
    session.info("application/dtmf-relay", b"Signal=2\r\n")
    wire.collect()
    wire.respond(wire.newest("INFO"), 481)
    assert wire.last(Ended).cause == "lost"


# --- session timers --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("allow", [(UPDATES,), ("Allow: INVITE", "Allow: ACK,UPDATE"), ("Allow: INVITE, , UPDATE;x",)])
def test_we_refresh_by_update_when_that_is_our_part(allow: tuple[str, ...]) -> None:
    wire = Wire()
    session = wire.answered("Session-Expires: 200;refresher=uac", *allow)
    wire.wait(99)
    assert not wire.sent
    wire.wait(1)
    update = wire.newest("UPDATE")
    assert update.headers.get("Session-Expires") == "200;refresher=uac"
    assert not update.body
    wire.respond(update, 200, CONTACT, "Session-Expires: 200;refresher=uac")
    wire.wait(100)
    assert wire.lines() == ["UPDATE", "UPDATE"]
    assert session.state == "confirmed"
    assert not wire.all(OfferAnswered)


@pytest.mark.parametrize("allow", ["Allow: INVITE, ACK, BYE, CANCEL", "Allow: INVITE, X-UPDATE"])
def test_we_refresh_by_reinvite_when_the_peer_knows_no_update(allow: str) -> None:
    wire = Wire()
    session = wire.answered("Session-Expires: 200;refresher=uac", allow)
    wire.wait(100)
    invite = wire.newest("INVITE")
    assert invite.body == OUR_SDP
    wire.respond(invite, 200, CONTACT, "Session-Expires: 200;refresher=uac", body=SDP)
    assert not wire.all(OfferAnswered), "the same answer as before is no news"
    wire.wait(100)
    wire.respond(wire.newest("INVITE"), 200, CONTACT, body=SDP.replace("9 1", "9 2"))
    assert len(wire.all(OfferAnswered)) == 1
    wire.wait(4000)
    assert session.state == "confirmed", "the last answer named no interval: the session does not expire"


def test_a_peer_whose_update_fails_is_refreshed_by_reinvite() -> None:
    wire = Wire()
    wire.answered("Session-Expires: 200;refresher=uac", UPDATES)
    wire.wait(100)
    wire.respond(wire.newest("UPDATE"), 501)
    assert wire.lines() == ["UPDATE", "INVITE"]


def test_a_refresh_that_nobody_answers_ends_the_call() -> None:
    wire = Wire()
    wire.answered("Session-Expires: 200;refresher=uac", UPDATES)
    wire.wait(133)
    assert wire.last(Ended).cause == "lost"
    wire.ends()


def test_refreshes_that_are_refused_again_and_again_let_the_session_expire() -> None:
    wire = Wire()
    session = wire.answered("Session-Expires: 200;refresher=uac")
    for _ in range(200):
        wire.wait(1)
        for message in list(wire.sent):
            if isinstance(message, Request) and message.method == "INVITE":
                wire.respond(message, 488)
        wire.lines()
    assert wire.last(Ended).cause == "expired"
    assert session.state == "ended"


def test_a_session_whose_refresher_fell_silent_expires() -> None:
    wire = Wire()
    session = wire.took("Supported: timer", "Session-Expires: 300;refresher=uac")
    wire.wait(250)
    inside(wire, session, "UPDATE", "Supported: timer", "Session-Expires: 300;refresher=uac", cseq=2)
    assert wire.response().headers.get("Session-Expires") == "300;refresher=uac"
    wire.wait(260)
    assert not wire.all(Ended)
    wire.wait(9)
    assert wire.last(Ended).cause == "expired"
    assert wire.newest("BYE").headers.get("Reason") == 'SIP;text="session timer expired"'
    wire.ends()


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ((), None),
        (("Supported: timer",), "1800;refresher=uas"),
        (("Supported: timer", "Session-Expires: 600"), "600;refresher=uac"),
        (("Supported: timer", "Session-Expires: 600;refresher=uas"), "600;refresher=uas"),
        (("k: timer", "x: 600;refresher=uac"), "600;refresher=uac"),
        (("Session-Expires: 600",), "600;refresher=uas"),
        (("Session-Expires: 20",), None),
        (("Supported: timer", "Session-Expires: nonsense"), "1800;refresher=uas"),
        (("Supported: timer", "Min-SE: 4000"), "4000;refresher=uas"),
    ],
)
def test_who_refreshes_a_call_that_we_take(fields: tuple[str, ...], expected: str | None) -> None:
    wire = Wire()
    wire.request("INVITE", *fields, body=SDP)
    next(iter(wire.stack.sessions.values())).answer(OUR_SDP)
    wire.collect()
    headers = wire.response().headers
    assert headers.get("Session-Expires") == expected
    assert ("timer" in headers.all("Require")) == (expected is not None and expected.endswith("uac"))


def test_two_of_us_keep_a_long_call_alive() -> None:
    pair = Pair(limits=SipLimits(session_expires=100))
    ours, theirs = pair.established()
    pair.run(1000)
    assert (ours.state, theirs.state) == ("confirmed", "confirmed")
    assert pair.wire()["UPDATE"] >= 19
    assert not pair.alice.all(Offered)
    ours.hang_up()
    pair.ends()


def test_a_peer_that_vanished_is_noticed_by_the_session_timer() -> None:
    pair = Pair(limits=SipLimits(session_expires=200))
    pair.established()
    pair.lose = lambda message: True
    pair.run(400)
    assert {event.cause for event in pair.alice.all(Ended)} == {"lost"}
    assert {event.cause for event in pair.bob.all(Ended)} == {"expired"}
    pair.ends()


def test_late_offers_between_two_of_us() -> None:
    pair = Pair()
    ours, theirs = pair.established(b"")
    assert pair.alice.last(Answered).sdp == ANSWER
    assert pair.bob.last(Confirmed).sdp == OFFER
    theirs.hang_up()
    pair.run()
    assert ours.state == "ended"
    pair.ends()
