"""Whom requests inside a dialog are sent to (RFC 3261, 12.2.1.1), and whom never."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pbx.sip.digest import Credentials
from pbx.sip.events import Offered
from pbx.sip.flow import Flow, TransportName
from pbx.sip.next_hop import towards
from pbx.sip.session import Session
from pbx.sip.uri import Uri
from tests.sip.wire import OUR_SDP, OURS, SDP, STRANGER, THEIRS, Wire

THERE = "Contact: <sip:theirs@127.0.0.9:5099>"
UPDATE = "Allow: INVITE, UPDATE"


def places(wire: Wire) -> list[tuple[str, TransportName, int]]:
    """What was sent since the last look, and where to."""
    found = [(line, flow.transport, flow.remote[1]) for line, flow in zip(wire.lines(), wire.flows, strict=True)]
    wire.flows.clear()
    return found


def called_out(*fields: str, transport: TransportName = "udp") -> tuple[Wire, Session]:
    """A call of ours that they took with these header fields; the ACK is looked at next."""
    wire = Wire(transport)
    session = wire.call()
    invite = wire.newest("INVITE")
    places(wire)
    wire.respond(invite, 200, *fields, body=SDP)
    return wire, session


def called_in(*fields: str, transport: TransportName = "udp") -> tuple[Wire, Session]:
    """A call of theirs that we took."""
    wire = Wire(transport)
    session = wire.took(*fields)
    wire.flows.clear()
    return wire, session


@pytest.mark.parametrize(
    ("transport", "fields", "way"),
    [
        ("udp", [THERE], ("udp", 5099)),
        ("udp", ["Contact: <sip:theirs@127.0.0.9>"], ("udp", 5060)),
        ("udp", ["Contact: <sip:theirs@127.0.0.9:5070;transport=tcp>"], ("tcp", 5070)),
        ("tcp", ["Contact: <sip:theirs@127.0.0.9:5099;transport=TCP>"], ("tcp", 5099)),
        ("tcp", ["Contact: <sip:theirs@127.0.0.9:5099;transport=udp>"], ("udp", 5099)),
        ("tcp", [THERE], ("tcp", 5099)),
        ("udp", ["Contact: <sip:theirs@127.0.0.66:5099>"], ("udp", 5070)),
        ("udp", ["Contact: <sip:theirs@127.0.0.9:5099;maddr=127.0.0.66>"], ("udp", 5070)),
        ("udp", ["Contact: <sip:theirs@127.0.0.9:5099;transport=sctp>"], ("udp", 5070)),
        ("udp", ["Contact: <sips:theirs@127.0.0.9:5099>"], ("udp", 5070)),
        ("udp", ["Contact: <sip:theirs@phone.test:5099>"], ("udp", 5070)),
        ("udp", ["Contact: <tel:+4930123>"], ("udp", 5070)),
        ("udp", [THERE, "Record-Route: <sip:127.0.0.9:5088;lr>"], ("udp", 5088)),
        ("udp", [THERE, "Record-Route: <sip:127.0.0.66;lr>, <sip:127.0.0.9:5088;lr>"], ("udp", 5088)),
        ("udp", [THERE, "Record-Route: <sip:127.0.0.66;lr>", "Record-Route: <sip:127.0.0.9:5088>"], ("udp", 5088)),
        ("udp", [THERE, "Record-Route: <sip:127.0.0.66;lr>"], ("udp", 5070)),
        ("udp", [THERE, "Record-Route: <sip:127.0.0.1:5060;lr>"], ("udp", 5070)),
    ],
)  # fmt: skip
def test_what_they_answered_says_where_ack_and_bye_go(
    transport: TransportName, fields: list[str], way: tuple[str, int]
) -> None:
    wire, session = called_out(*fields, transport=transport)
    session.hang_up()
    wire.collect()
    assert places(wire) == [("ACK", *way), ("BYE", *way)]


@pytest.mark.parametrize(
    ("fields", "way"),
    [
        ([THERE], ("udp", 5099)),
        (["Contact: <sip:theirs@127.0.0.9:5099;transport=tcp>"], ("tcp", 5099)),
        (["Contact: <sip:theirs@127.0.0.66>"], ("udp", 5070)),
        ([THERE, "Record-Route: <sip:127.0.0.9:5088;lr>, <sip:127.0.0.66;lr>"], ("udp", 5088)),
        ([THERE, "Record-Route: <sip:127.0.0.66;lr>, <sip:127.0.0.9:5088;lr>"], ("udp", 5070)),
    ],
)
def test_who_calls_is_hung_up_on_where_they_say_they_are(fields: list[str], way: tuple[str, int]) -> None:
    wire, session = called_in(*fields)
    session.hang_up()
    wire.collect()
    assert places(wire) == [("BYE", *way)]


def test_where_the_host_of_a_trunk_has_a_name_and_several_addresses() -> None:
    wire, session = called_in("Contact: <sip:theirs@edge.test:5099>")
    session.trusted |= {"127.0.0.10"}
    session.names = {"edge.test": ("127.0.0.10",)}
    session.hang_up()
    wire.collect()
    assert wire.flows[-1] == Flow("udp", OURS, ("127.0.0.10", 5099))


@pytest.mark.parametrize("method", ["INVITE", "UPDATE"])
def test_a_change_of_theirs_moves_them_once_it_is_accepted(method: str) -> None:
    wire, session = called_in()
    wire.request(method, THERE, body=SDP, cseq=2, **wire.inside(session))
    assert wire.last(Offered)
    session.accept_offer(OUR_SDP)
    wire.collect()
    if method == "INVITE":
        wire.request("ACK", cseq=2, **wire.inside(session))
    session.hang_up()
    wire.collect()
    assert places(wire)[-1] == ("BYE", "udp", 5099)


def test_a_refused_change_moves_nobody() -> None:
    wire, session = called_in()
    wire.request("INVITE", THERE, body=SDP, cseq=2, **wire.inside(session))
    session.decline_offer()
    session.hang_up()
    wire.collect()
    assert places(wire)[-1] == ("BYE", "udp", 5070)


def test_the_answer_to_a_change_of_ours_moves_them_before_its_ack() -> None:
    wire = Wire()
    session = wire.answered()
    session.offer_again(OUR_SDP + b"new")
    wire.collect()
    invite = wire.newest("INVITE")
    wire.flows.clear()
    wire.sent.clear()
    wire.respond(invite, 200, THERE, body=SDP)
    ack = wire.newest("ACK")
    assert str(ack.uri) == "sip:theirs@127.0.0.9:5099"
    assert places(wire) == [("ACK", "udp", 5099)]


def test_an_answer_that_is_repeated_is_acknowledged_where_it_comes_from_as_well() -> None:
    wire, _ = called_out(THERE)
    wire.sent.clear()
    wire.flows.clear()
    invite = wire.stack.sessions[next(iter(wire.stack.sessions))].request
    wire.respond(invite, 200, THERE, body=SDP)
    assert sorted(places(wire)) == [("ACK", "udp", 5070), ("ACK", "udp", 5099)]


@pytest.mark.parametrize("how", ["refused", "silence"])
def test_who_is_not_where_they_say_is_hung_up_on_where_they_speak_from(how: str) -> None:
    wire, session = called_in(THERE)
    session.hang_up()
    wire.collect()
    ((*_, port),) = places(wire)
    assert port == 5099
    if how == "refused":
        wire.stack.flow_failed(Flow("udp", OURS, (THEIRS[0], 5099)), "Connection refused")
        wire.collect()
    else:
        wire.wait(32)
    bye = wire.newest("BYE")
    assert places(wire)[-1] == ("BYE", "udp", 5070)
    wire.respond(bye, 200)
    wire.ends()


def test_early_dialogs_are_spoken_with_where_they_are() -> None:
    wire = Wire()
    session = wire.call()
    invite = wire.newest("INVITE")
    wire.flows.clear()
    wire.sent.clear()
    wire.respond(invite, 183, THERE, UPDATE, "Require: 100rel", "RSeq: 1", body=SDP)
    session.cancel()
    wire.collect()
    assert places(wire) == [("PRACK", "udp", 5099), ("CANCEL", "udp", 5070)]


@pytest.mark.parametrize("what", ["cancel", "challenge"])
def test_what_belongs_to_an_invite_goes_where_it_went_wherever_the_peer_is_meanwhile(what: str) -> None:
    wire = Wire()
    session = wire.call(credentials=Credentials("ours", "secret"))
    invite = wire.newest("INVITE")
    wire.respond(invite, 183, UPDATE)
    wire.request("UPDATE", **wire.inside(session), flow=Flow("udp", OURS, (THEIRS[0], 5099)))
    assert wire.response("UPDATE").status == 200
    wire.flows.clear()
    wire.sent.clear()
    if what == "cancel":
        session.cancel()
        wire.collect()
        assert places(wire) == [("CANCEL", "udp", 5070)]
    else:
        wire.respond(invite, 401, 'WWW-Authenticate: Digest realm="theirs", nonce="n"')
        assert places(wire) == [("ACK", "udp", 5070), ("INVITE", "udp", 5070)]


def test_a_phone_is_spoken_with_where_it_speaks_from_unless_a_proxy_stands_there() -> None:
    wire, session = called_in(THERE)
    session.is_phone = True
    session.hang_up()
    wire.collect()
    assert places(wire) == [("BYE", "udp", 5070)]
    wire, session = called_in(THERE, "Record-Route: <sip:127.0.0.9:5088;lr>")
    session.is_phone = True
    session.hang_up()
    wire.collect()
    assert places(wire) == [("BYE", "udp", 5088)]


HERE = Flow("udp", OURS, THEIRS)
SIX = Flow("udp", ("2001:db8::1", 5060), ("2001:db8::9", 5060))
LOCAL = Flow("udp", ("fe80::1%eth0", 5060), ("fe80::9%eth0", 5060))
SAFE = Flow("tls", ("127.0.0.1", 5061), ("127.0.0.9", 5061), 7, "provider.test")


@pytest.mark.parametrize(
    ("flow", "uri", "place"),
    [
        (SIX, "sip:x@[2001:DB8:0:0::9]:5099", ("2001:db8::9", 5099)),
        (SIX, "sip:x@[2001:db8::66]:5099", None),
        (LOCAL, "sip:x@[fe80::9]:5099", ("fe80::9%eth0", 5099)),
        (SAFE, "sip:x@127.0.0.9:5099;transport=tls", ("127.0.0.9", 5099)),
        (SAFE, "sips:x@127.0.0.9:5099;transport=tcp", ("127.0.0.9", 5099)),
        (SAFE, "sip:x@127.0.0.9:5099", None),
        (SAFE, "sip:x@127.0.0.9:5060;transport=udp", None),
        (HERE, "sip:x@127.0.0.9:5060;transport=tls", None),
        (HERE, "sip:127.0.0.1:5060", None),
    ],
)
def test_addresses_of_all_kinds(flow: Flow, uri: str, place: tuple[str, int] | None) -> None:
    found = towards(Uri.parse(uri), flow, {flow.remote[0], OURS[0]}, {})
    wanted = flow if place is None else Flow(flow.transport, flow.local, place, 0, flow.tls_name)
    assert found == wanted


HOSTS = st.sampled_from(
    ["127.0.0.9", "127.0.0.10", "127.0.0.66", "127.0.0.1", "[2001:db8::9]", "edge.test", "evil.test"]
)
URIS = st.builds(
    "{}:x@{}{}{}".format,
    st.sampled_from(["sip", "sips"]),
    HOSTS,
    st.sampled_from(["", ":5060", ":5070", ":65535"]),
    st.sampled_from(["", ";transport=udp", ";transport=tcp", ";transport=tls", ";transport=x", ";maddr=127.0.0.66"]),
)


@given(URIS, st.sampled_from([HERE, SAFE, SIX, Flow("tcp", OURS, THEIRS, 3)]))
def test_whatever_is_named_only_their_own_hosts_get_a_packet_and_secrets_stay_secret(uri: str, flow: Flow) -> None:
    ours = {flow.remote[0], "127.0.0.10"}
    found = towards(Uri.parse(uri), flow, ours, {"edge.test": ("127.0.0.10", "127.0.0.66")})
    assert found.remote[0] in ours
    assert found.local == flow.local
    assert found.remote != flow.local
    assert (found.transport == "tls") == (flow.transport == "tls")
    assert found.tls_name == flow.tls_name


FIELDS = st.lists(st.builds("{}: <{};lr>".format, st.sampled_from(["Record-Route", "Contact"]), URIS), max_size=4)


@given(FIELDS, FIELDS, st.booleans())
def test_no_dialog_ever_speaks_with_a_stranger(first: list[str], second: list[str], incoming: bool) -> None:
    """A hostile peer, that names victims in every message."""
    wire = Wire()
    if incoming:
        wire.request("INVITE", *first, body=SDP)
        session = next(iter(wire.stack.sessions.values()), None)
    else:
        session = wire.call()
        wire.respond(wire.newest("INVITE"), 200, *first, body=SDP)
    if session is not None:
        session.answer(OUR_SDP)
        wire.collect()
        wire.request("ACK", **wire.inside(session))
        wire.request("UPDATE", *second, cseq=5, **wire.inside(session))
        wire.request("BYE", cseq=6, flow=STRANGER, **wire.inside(session))
        session.offer_again(OUR_SDP + b"x")
        session.hang_up()
        wire.collect()
    assert {flow.remote[0] for flow in wire.flows} <= {"127.0.0.9", STRANGER.remote[0]}
    assert all(flow == STRANGER for flow in wire.flows if flow.remote[0] != "127.0.0.9")
    wire.ends()
