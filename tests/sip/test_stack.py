"""What the stack does with requests before anybody above hears of them (RFC 3261, 8.2)."""

from __future__ import annotations

from typing import Any

import pytest

from pbx.sip.digest import Credentials
from pbx.sip.events import Ended, Invited, Rejected, Replied, Requested, TurnedAway, Unanswered
from pbx.sip.flow import Flow
from pbx.sip.headers import Headers
from pbx.sip.limits import SipLimits
from pbx.sip.message import Request, Response
from pbx.sip.uri import Uri
from tests.sip.wire import OURS, SDP, STRANGER, THEIRS, Wire


def test_a_request_outside_dialogs_is_told_and_its_answer_goes_back_where_it_came_from() -> None:
    wire = Wire()
    wire.request("OPTIONS")
    asked = wire.last(Requested)
    wire.stack.reply(asked.transaction, asked.request.reply(200))
    wire.collect()
    response = wire.response()
    assert (response.status, wire.flows[-1]) == (200, wire.flow)
    assert (response.via.rport, response.via.received) == (5070, "127.0.0.9")
    assert response.to.tag
    wire.ends()


def test_the_source_is_noted_in_the_via_even_without_rport() -> None:
    wire = Wire()
    wire.hear(
        "OPTIONS sip:a@127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/UDP phone.example;branch=z9hG4bKx\r\nMax-Forwards: 9\r\n"
        "From: <sip:b@c>;tag=1\r\nTo: <sip:a@127.0.0.1>\r\nCall-ID: x\r\nCSeq: 1 OPTIONS\r\n\r\n"
    )
    assert wire.last(Requested).request.via.received == "127.0.0.9"


def test_over_ipv6_addresses_stand_in_brackets_where_they_must() -> None:
    wire = Wire()
    wire.flow = Flow("udp", ("::1", 5060), ("fd00::9", 5070))
    wire.request("OPTIONS")
    via = wire.last(Requested).request.via
    assert (via.received, via.rport) == ("fd00::9", 5070)
    wire.call()
    invite = wire.newest("INVITE")
    assert (invite.via.host, invite.via.port) == ("::1", 5060)
    assert str(invite.contacts[0].uri) == "sip:ours@[::1]:5060"


def test_a_copy_gets_the_same_answer_and_is_told_once() -> None:
    wire = Wire()
    branch = wire.request("OPTIONS")
    asked = wire.last(Requested)
    wire.request("OPTIONS", branch=branch)
    wire.stack.reply(asked.transaction, asked.request.reply(200))
    wire.stack.reply(asked.transaction, asked.request.reply(404))
    wire.request("OPTIONS", branch=branch)
    assert wire.lines() == ["200 OPTIONS", "200 OPTIONS"]
    assert len(wire.all(Requested)) == 1
    wire.ends()


def test_a_copy_from_another_host_is_no_copy() -> None:
    wire = Wire()
    branch = wire.request("OPTIONS")
    wire.request("OPTIONS", branch=branch, call_id="another", flow=STRANGER)
    assert len(wire.all(Requested)) == 2


def test_a_challenge_answered_under_the_same_branch_is_no_copy_of_what_was_challenged() -> None:
    """pyVoIP does that: only the CSeq number tells the second INVITE from the first."""
    wire = Wire()
    branch = wire.request("INVITE", body=SDP)
    wire.last(Invited).session.refuse(401)
    wire.request("ACK", branch=branch)
    wire.request("INVITE", body=SDP, branch=branch, cseq=2)
    assert len(wire.all(Invited)) == 2


def test_elements_older_than_branches_are_told_apart_by_their_fields() -> None:
    wire = Wire()
    wire.request("OPTIONS", branch="1")
    wire.request("OPTIONS", branch="1")
    wire.request("OPTIONS", branch="1", cseq=2)
    assert len(wire.all(Requested)) == 2


@pytest.mark.parametrize(
    ("method", "fields", "options", "status", "answer"),
    [
        ("PUBLISH", (), {}, 405, "Allow"),
        ("invite", (), {}, 405, "Allow"),
        ("OPTIONS", ("Require: fly, 100rel",), {}, 420, "Unsupported"),
        ("OPTIONS", ("Max-Forwards: 0",), {}, 483, ""),
        ("OPTIONS", (), {"uri": "mailto:a@b"}, 416, ""),
        ("INVITE", ("Content-Type: text/html",), {"body": "<p>"}, 415, "Accept"),
        ("INVITE", ("Content-Encoding: gzip", "Content-Type: application/sdp"), {"body": SDP}, 415, "Accept-Encoding"),
        ("INVITE", ("Contact: *",), {}, 400, ""),
        ("INVITE", ("Contact: <sip:a@b>, <sip:c@d>",), {}, 400, ""),
        ("INVITE", ("Supported: timer", "Session-Expires: 30"), {}, 422, "Min-SE"),
        ("INVITE", (), {"to": "<sip:a@b>;tag=gone"}, 481, ""),
        ("BYE", (), {"to": "<sip:a@b>;tag=gone"}, 481, ""),
        ("OPTIONS", (), {"to": "<sip:a@b>;tag=gone"}, 481, ""),
        ("BYE", (), {}, 481, ""),
        ("UPDATE", (), {}, 481, ""),
        ("CANCEL", (), {}, 481, ""),
    ],
)
def test_what_goes_no_further(
    method: str, fields: tuple[str, ...], options: dict[str, Any], status: int, answer: str
) -> None:
    wire = Wire()
    wire.request(method, *fields, **options)
    response = wire.response()
    assert response.status == status
    assert not answer or answer in response.headers
    assert response.to.tag
    of_new_call = method == "INVITE" and "tag" not in options.get("to", "") and status != 422
    assert [event.status for event in wire.all(TurnedAway)] == ([status] if of_new_call else [])
    assert not [event for event in wire.events if not isinstance(event, TurnedAway)]
    if method == "INVITE":
        wire.hear(bytes(response_ack(response)))
    wire.ends()


def response_ack(response: Response) -> Request:
    headers = Headers([(name, response.headers.get(name) or "") for name in ("Via", "From", "To", "Call-ID")])
    return Request("ACK", Uri.parse("sip:ours@127.0.0.1"), headers.adding("CSeq", f"{response.cseq.number} ACK"))


def test_an_optional_body_of_an_unknown_kind_is_ignored() -> None:
    wire = Wire()
    wire.request("INVITE", "Content-Type: text/html", "Content-Disposition: session ; handling = optional", body="<p>")
    assert wire.last(Invited).session.offer == b""


@pytest.mark.parametrize("method", ["SUBSCRIBE", "NOTIFY", "MESSAGE", "REFER"])
def test_other_usages_of_dialogs_are_told(method: str) -> None:
    wire = Wire()
    session = wire.took()
    wire.request(method, cseq=2, **wire.inside(session))
    assert wire.last(Requested).request.method == method
    wire.request(method, cseq=3, to="<sip:a@b>;tag=a-subscription")
    assert len(wire.all(Requested)) == 2


def test_a_request_that_came_two_ways_is_taken_once() -> None:
    wire = Wire()
    wire.request("INVITE", body=SDP)
    wire.request("INVITE", body=SDP)
    assert wire.lines() == ["100 INVITE", "482 INVITE"]
    assert len(wire.all(Invited)) == 1


def test_a_repeated_registration_is_no_loop_once_the_first_was_answered() -> None:
    wire = Wire()
    for _ in range(2):
        wire.request("REGISTER")
        asked = wire.last(Requested)
        wire.stack.reply(asked.transaction, asked.request.reply(401))
    assert len(wire.all(Requested)) == 2


def test_a_request_that_is_never_answered_above_is_forgotten() -> None:
    wire = Wire()
    wire.request("MESSAGE")
    wire.wait(33)
    assert not wire.stack.transactions
    wire.stack.reply(wire.last(Requested).transaction, wire.last(Requested).request.reply(200))
    wire.collect()
    assert not wire.sent


def test_a_route_that_names_us_is_taken_off() -> None:
    wire = Wire()
    wire.request("OPTIONS", "Route: <sip:127.0.0.1;lr>, <sip:elsewhere;lr>")
    assert wire.last(Requested).request.headers.all("Route") == ("<sip:elsewhere;lr>",)


def test_nothing_answers_strays() -> None:
    wire = Wire()
    wire.request("ACK", to="<sip:a@b>;tag=x")
    wire.request("ACK")
    wire.hear(
        "SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP 127.0.0.1;branch=z9hG4bKguess\r\nFrom: <sip:a@b>;tag=1\r\n"
        "To: <sip:a@b>;tag=2\r\nCall-ID: x\r\nCSeq: 1 INVITE\r\n\r\n"
    )
    assert not wire.sent
    assert wire.stack.counters == {"stray ACK": 2, "stray response": 1}


@pytest.mark.parametrize("data", [b"", b"\r\n\r\n", b"\0\0\0\0"])
def test_keep_alives_are_no_mistakes(data: bytes) -> None:
    wire = Wire()
    wire.hear(data)
    assert wire.stack.counters == {"keep-alive": 1}


def test_what_cannot_be_read_gets_400_if_it_can_be_answered_at_all() -> None:
    wire = Wire()
    wire.hear(b"\xff\xfe not SIP at all")
    assert not wire.sent
    wire.request("INVITE", "Max-Forwards: many")
    assert wire.response().status == 400
    assert wire.flows == [wire.flow]
    assert wire.stack.counters["malformed"] == 2
    assert not wire.stack.transactions


def test_a_mistake_above_the_parser_ends_in_500_and_not_in_silence(monkeypatch: pytest.MonkeyPatch) -> None:
    wire = Wire()
    monkeypatch.setattr(wire.stack, "_receive_invite", None)
    wire.stack.receive(
        b"INVITE sip:a@127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/UDP c;branch=z9hG4bKx\r\nContact: <sip:b@c>\r\n"
        b"From: <sip:b@c>;tag=1\r\nTo: <sip:a@127.0.0.1>\r\nCall-ID: x\r\nCSeq: 1 INVITE\r\n\r\n",
        wire.flow,
    )
    assert wire.stack.counters["fault"] == 1
    sent = wire.stack.outgoing[0].message
    assert isinstance(sent, Response)
    assert sent.status == 500


def test_a_full_stack_says_so_without_remembering() -> None:
    wire = Wire(limits=SipLimits(transactions=1))
    wire.request("OPTIONS")
    wire.request("OPTIONS", call_id="another")
    assert wire.response().status == 503
    assert wire.stack.transactions == 1


def test_too_many_calls_are_refused_both_ways() -> None:
    wire = Wire(limits=SipLimits(sessions=1))
    wire.request("INVITE")
    wire.request("INVITE", call_id="another")
    assert wire.response().status == 503
    session = wire.call()
    assert wire.last(Rejected).session is session
    assert session.state == "ended"
    assert len(wire.stack.sessions) == 1


def test_storms_of_answered_requests_are_forgotten_oldest_first() -> None:
    wire = Wire(limits=SipLimits(answered=3))
    for number in range(10):
        wire.request("REGISTER", cseq=number)
        asked = wire.last(Requested)
        wire.stack.reply(asked.transaction, asked.request.reply(401))
    assert wire.stack.transactions == 3
    wire.ends()


def test_a_cancel_from_another_host_is_unknown() -> None:
    wire = Wire()
    branch = wire.request("INVITE")
    wire.request("CANCEL", branch=branch, flow=STRANGER)
    assert wire.response().status == 481
    assert not wire.all(Ended)


# --- requests of ours ------------------------------------------------------------------------------------------------

REGISTER = Headers([("From", "<sip:u@prov>;tag=f"), ("To", "<sip:u@prov>"), ("Call-ID", "reg"), ("CSeq", "7 REGISTER")])
CHALLENGE = 'WWW-Authenticate: Digest realm="prov", nonce="n1", qop="auth", algorithm=MD5'


def ask(wire: Wire, credentials: Credentials | None = None) -> Request:
    wire.stack.request(
        Request("REGISTER", Uri.parse("sip:prov"), REGISTER), wire.flow, token="me", credentials=credentials
    )
    wire.collect()
    return wire.newest("REGISTER")


def test_a_request_gets_its_via_and_its_answer_comes_with_the_token() -> None:
    wire = Wire()
    sent = ask(wire)
    assert (sent.via.host, sent.via.port, sent.via.wants_rport) == (*OURS, True)
    assert (sent.max_forwards, sent.headers.get("User-Agent")) == (70, "ours")
    wire.respond(sent, 200)
    assert wire.last(Replied).token == "me"
    assert wire.last(Replied).response.status == 200
    wire.ends()


def test_a_challenge_of_the_right_realm_is_answered_once() -> None:
    wire = Wire()
    sent = ask(wire, Credentials("u", "secret", "prov"))
    wire.respond(sent, 401, CHALLENGE)
    again = wire.newest("REGISTER")
    assert again.cseq.number == 8
    assert again.via.branch != sent.via.branch
    assert 'username="u"' in (again.headers.get("Authorization") or "")
    wire.respond(again, 401, CHALLENGE.replace("n1", "n2"))
    assert wire.last(Replied).response.status == 401, "the password is wrong: no use asking again"
    wire.ends()


def test_a_stale_nonce_is_answered_once_more_but_not_for_ever() -> None:
    wire = Wire()
    request = ask(wire, Credentials("u", "secret"))
    for number in range(4):
        wire.respond(request, 401, CHALLENGE.replace("n1", f"n{number}") + ", stale=true")
        request = wire.newest("REGISTER")
    assert wire.lines() == ["REGISTER"] * 3
    assert wire.last(Replied).response.status == 401


def test_a_challenge_of_another_realm_gets_nothing() -> None:
    wire = Wire()
    sent = ask(wire, Credentials("u", "secret", "prov"))
    wire.respond(sent, 401, CHALLENGE.replace("prov", "evil"))
    assert wire.last(Replied).response.status == 401
    assert wire.lines() == ["REGISTER"]


def test_silence_and_broken_flows_end_a_request() -> None:
    wire = Wire()
    ask(wire)
    wire.wait(33)
    assert wire.lines() == ["REGISTER"] * 11
    assert wire.last(Unanswered).token == "me"
    ask(wire)
    wire.stack.flow_failed(Flow("udp", OURS, ("127.0.0.9", 1)), "another port")
    wire.collect()
    assert len(wire.all(Unanswered)) == 1
    wire.stack.flow_failed(Flow("udp", OURS, THEIRS), "refused")
    wire.collect()
    assert wire.last(Unanswered).reason == "refused"
    wire.ends()


def test_who_calls_by_sips_gets_a_sips_contact() -> None:
    """RFC 3261, section 12.1.1."""
    wire = Wire("tls")
    for scheme in ("sips", "sip"):
        wire.request("INVITE", body=SDP, call_id=scheme, uri=f"{scheme}:ours@127.0.0.1")
        wire.last(Invited).session.ring()
        wire.collect()
        assert wire.response("INVITE").contacts[0].uri == Uri.parse(f"{scheme}:ours@127.0.0.1:5060;transport=tls")
