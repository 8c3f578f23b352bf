"""The four transaction machines: timers as in RFC 3261's table 4, and any order of events (RFC 3261, 17; RFC 6026)."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest

from pbx.sip.flow import Flow
from pbx.sip.message import Request, Response
from pbx.sip.transactions.effects import Failure
from pbx.sip.transactions.invite_client import InviteClient
from pbx.sip.transactions.invite_server import InviteServer
from pbx.sip.transactions.request_client import RequestClient
from pbx.sip.transactions.request_server import RequestServer
from tests.sip.machines import TCP, UDP, Bench, Machine, request

INVITE = request("INVITE", "Route: <sip:proxy;lr>", "Authorization: Digest x")
OPTIONS = request("OPTIONS")
ACK = request("ACK")


def invite_client(flow: Flow = UDP) -> Bench:
    machine = InviteClient(INVITE, flow)
    bench = Bench(machine)
    bench.act(machine.start())
    return bench


def request_client(flow: Flow = UDP) -> Bench:
    machine = RequestClient(OPTIONS, flow)
    bench = Bench(machine)
    bench.act(machine.start())
    return bench


def request_server(flow: Flow = UDP) -> Bench:
    machine = RequestServer(flow)
    bench = Bench(machine)
    bench.act(machine.start())
    return bench


def receive(bench: Bench, status: int) -> Response:
    response = (INVITE if isinstance(bench.machine, InviteClient) else OPTIONS).reply(status, tag="b")
    assert isinstance(bench.machine, InviteClient | RequestClient)
    bench.act(bench.machine.receive_response(response))
    return response


# --- INVITE client ---------------------------------------------------------------------------------------------------


def test_an_unanswered_invite_is_repeated_at_doubling_intervals_and_given_up_after_32_seconds() -> None:
    bench = invite_client()
    bench.wait(100)
    assert bench.times == [0, 0.5, 1.5, 3.5, 7.5, 15.5, 31.5]
    assert bench.results == [Failure(408, "no answer at all")]
    assert bench.finished == 1


def test_a_reliable_transport_repeats_nothing() -> None:
    bench = invite_client(TCP)
    bench.wait(100)
    assert bench.times == [0]
    assert bench.finished == 1


def test_a_provisional_response_stops_the_repetition() -> None:
    bench = invite_client()
    receive(bench, 100)
    bench.wait(100)
    assert bench.times == [0]
    receive(bench, 180)
    assert [event.status for event in bench.results if isinstance(event, Response)] == [100, 180]
    bench.wait(181)
    assert bench.results[-1] == Failure(408, "no answer at all")


def test_a_refusal_is_acknowledged_as_often_as_it_comes() -> None:
    bench = invite_client()
    response = receive(bench, 486)
    receive(bench, 486)
    receive(bench, 200)
    ack = bench.sent[-1]
    assert isinstance(ack, Request)
    assert (ack.method, ack.cseq.number, ack.cseq.method) == ("ACK", 7, "ACK")
    assert (ack.via, ack.uri, ack.to) == (INVITE.via, INVITE.uri, response.to)
    assert ack.headers.all("Route") == ("<sip:proxy;lr>",)
    assert len(bench.sent) == 3
    assert bench.results == [response]
    bench.wait(32)
    assert bench.finished == 1


def test_a_refusal_over_tcp_ends_it_at_once() -> None:
    bench = invite_client(TCP)
    receive(bench, 486)
    assert bench.finished == 1
    assert len(bench.sent) == 2


def test_every_2xx_is_told_for_32_seconds() -> None:
    bench = invite_client()
    receive(bench, 200)
    receive(bench, 180)
    bench.wait(31)
    receive(bench, 200)
    receive(bench, 486)
    assert [event.status for event in bench.results if isinstance(event, Response)] == [200, 200]
    assert len(bench.sent) == 1, "the ACK to a 2xx is its user's"
    bench.wait(2)
    assert bench.finished == 1


@pytest.mark.parametrize(("status", "flow", "fails"), [(0, UDP, True), (180, UDP, False), (180, TCP, True)])
def test_a_broken_transport_fails_what_waits_for_it(status: int, flow: Flow, fails: bool) -> None:
    bench = invite_client(flow)
    if status:
        receive(bench, status)
    assert isinstance(bench.machine, InviteClient)
    bench.act(bench.machine.fail("refused"))
    assert (bench.finished == 1) == fails
    assert (Failure(503, "refused") in bench.results) == fails


# --- INVITE server ---------------------------------------------------------------------------------------------------


def reply(bench: Bench, status: int) -> None:
    assert isinstance(bench.machine, InviteServer | RequestServer)
    bench.act(bench.machine.reply((INVITE if isinstance(bench.machine, InviteServer) else OPTIONS).reply(status)))


def copy(bench: Bench, copied: Request = INVITE) -> None:
    assert isinstance(bench.machine, InviteServer | RequestServer)
    bench.act(bench.machine.receive_request(copied))


def test_copies_of_an_invite_get_the_latest_provisional_response() -> None:
    bench = Bench(InviteServer(UDP))
    copy(bench)
    reply(bench, 100)
    copy(bench)
    reply(bench, 180)
    copy(bench)
    assert [message.status for message in bench.sent if isinstance(message, Response)] == [100, 100, 180, 180]


def test_a_refusal_is_repeated_until_its_ack() -> None:
    bench = Bench(InviteServer(UDP))
    reply(bench, 486)
    bench.wait(8)
    assert bench.times == [0, 0.5, 1.5, 3.5, 7.5]
    copy(bench, ACK)
    copy(bench)
    bench.wait(4.9)
    assert (len(bench.times), bench.finished) == (5, 0)
    bench.wait(0.2)
    assert bench.finished == 1


def test_a_refusal_that_is_never_acknowledged_is_repeated_every_four_seconds_and_forgotten() -> None:
    bench = Bench(InviteServer(UDP))
    reply(bench, 486)
    bench.wait(40)
    assert bench.times == [0, 0.5, 1.5, 3.5, 7.5, 11.5, 15.5, 19.5, 23.5, 27.5, 31.5]
    assert bench.finished == 1


def test_a_refusal_over_tcp_is_sent_once() -> None:
    bench = Bench(InviteServer(TCP))
    reply(bench, 486)
    bench.wait(10)
    copy(bench, ACK)
    assert (len(bench.sent), bench.finished) == (1, 1)


def test_after_a_2xx_copies_are_absorbed_and_its_user_may_repeat_it() -> None:
    bench = Bench(InviteServer(UDP))
    reply(bench, 200)
    copy(bench)
    reply(bench, 486)
    reply(bench, 180)
    reply(bench, 200)
    copy(bench, ACK)
    assert [message.status for message in bench.sent if isinstance(message, Response)] == [200, 200]
    assert bench.results == [ACK]
    bench.wait(33)
    assert bench.finished == 1


# --- other requests --------------------------------------------------------------------------------------------------


def test_an_unanswered_request_is_repeated_at_most_every_four_seconds() -> None:
    bench = request_client()
    bench.wait(40)
    assert bench.times == [0, 0.5, 1.5, 3.5, 7.5, 11.5, 15.5, 19.5, 23.5, 27.5, 31.5]
    assert bench.results == [Failure(408, "no answer at all")]
    assert bench.finished == 1


def test_a_provisional_response_slows_the_repetition_down_and_is_not_told() -> None:
    bench = request_client()
    receive(bench, 100)
    bench.wait(9)
    assert bench.times == [0, 0.5, 4.5, 8.5]
    assert not bench.results


def test_a_final_response_is_told_once() -> None:
    bench = request_client()
    receive(bench, 200)
    receive(bench, 200)
    assert len(bench.results) == 1
    bench.wait(6)
    assert (bench.finished, bench.times) == (1, [0])


def test_copies_of_a_request_get_its_answer_for_32_seconds() -> None:
    bench = request_server()
    copy(bench, OPTIONS)
    reply(bench, 100)
    reply(bench, 200)
    reply(bench, 404)
    bench.wait(31)
    copy(bench, OPTIONS)
    assert [message.status for message in bench.sent if isinstance(message, Response)] == [100, 200, 200]
    bench.wait(2)
    assert bench.finished == 1


def test_over_tcp_an_answer_ends_it() -> None:
    bench = request_server(TCP)
    reply(bench, 200)
    assert bench.finished == 1


def test_a_request_nobody_answers_is_forgotten() -> None:
    bench = request_server()
    bench.wait(33)
    assert bench.finished == 1


# --- any order -------------------------------------------------------------------------------------------------------

STATUSES = (100, 180, 183, 199, 200, 202, 299, 302, 401, 486, 503, 603, 699)
KINDS: tuple[Callable[[Flow], Bench], ...] = (
    invite_client,
    request_client,
    request_server,
    lambda flow: Bench(InviteServer(flow)),
)


def poke(machine: Machine, chance: random.Random, bench: Bench) -> None:
    """One event that may come at any time."""
    status = chance.choice(STATUSES)
    if isinstance(machine, InviteClient | RequestClient):
        if chance.random() < 0.1:
            bench.act(machine.fail("broken"))
        else:
            bench.act(
                machine.receive_response((INVITE if isinstance(machine, InviteClient) else OPTIONS).reply(status))
            )
    elif chance.random() < 0.5:
        reply(bench, status)
    else:
        copy(bench, chance.choice((INVITE, ACK)) if isinstance(machine, InviteServer) else OPTIONS)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("flow", [UDP, TCP])
def test_in_any_order_of_events_every_transaction_ends_once_and_tells_one_result(
    kind: Callable[[Flow], Bench], flow: Flow
) -> None:
    for seed in range(600):
        chance = random.Random(seed)
        bench = kind(flow)
        for _ in range(chance.randrange(12)):
            bench.wait(chance.choice((0, 0.1, 1, 5, 40)))
            poke(bench.machine, chance, bench)
        if isinstance(bench.machine, InviteServer):
            reply(bench, 480)
        bench.wait(1000)
        assert bench.finished == 1
        assert not bench.running
        assert bench.timers.next() is None
        results = [event for event in bench.results if isinstance(event, Failure) or event.__class__ is Response]
        finals = {getattr(event, "status", 0) // 100 for event in results if getattr(event, "status", 0) >= 200}
        assert len(finals) <= 1, "either one refusal, or one failure, or 2xx"
        assert isinstance(bench.machine, InviteServer | RequestServer) or finals
