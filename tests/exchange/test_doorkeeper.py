"""Who is asked for a password, and how: phones that cannot choose an algorithm must register all the same."""

import random

import pytest

from pbx.exchange.doorkeeper import ALGORITHMS, Doorkeeper, Refused
from pbx.exchange.guard import Guard
from pbx.sip.digest import Challenger, Credentials, answer
from pbx.sip.flow import Flow
from pbx.sip.message import Request, parse
from pbx.store.models import Office, Person, Phone

FLOW = Flow("udp", ("127.0.0.1", 5060), ("127.0.0.9", 5062))
OFFICE = Office(people={"21": Person("21", "Anna")}, phones={"anna": Phone("anna", "21", "secret")})


def doorkeeper() -> Doorkeeper:
    now = 1000.0
    challenger = Challenger("here", b"s" * 32, lambda: now, random.Random(1).randbytes, algorithms=ALGORITHMS)
    return Doorkeeper(lambda: OFFICE, challenger, Guard(lambda: now))


def register(
    agent: str = "Phone 1.0", authorization: str = "", user: str = "anna", method: str = "REGISTER"
) -> Request:
    lines = [
        f"{method} sip:127.0.0.1 SIP/2.0",
        "Via: SIP/2.0/UDP 127.0.0.9:5062;branch=z9hG4bK1;rport",
        f"From: <sip:{user}@127.0.0.1>;tag=1",
        f"To: <sip:{user}@127.0.0.1>",
        "Call-ID: 1",
        f"CSeq: 1 {method}",
        "Max-Forwards: 70",
        f"User-Agent: {agent}",
        *([f"Authorization: {authorization}"] if authorization else []),
        "Content-Length: 0",
        "",
        "",
    ]
    request = parse("\r\n".join(lines).encode())
    assert isinstance(request, Request)
    return request


def challenges(verdict: Phone | Refused) -> list[str]:
    assert isinstance(verdict, Refused)
    assert verdict.status == 401
    return [value for _, value in verdict.headers]


def test_both_algorithms_are_offered_and_md5_stands_first_for_those_who_read_only_one() -> None:
    md5, sha = challenges(doorkeeper().admit(register(), FLOW))
    assert "algorithm=MD5" in md5
    assert "algorithm=SHA-256" in sha


@pytest.mark.parametrize("agent", ["baresip v1.0.0 (x86_64/linux)", "Twinkle/1.10.2"])
def test_a_phone_known_to_give_up_on_a_choice_is_not_given_one(agent: str) -> None:
    (only,) = challenges(doorkeeper().admit(register(agent), FLOW))
    assert "algorithm=MD5" in only


def test_a_phone_that_asks_again_without_answering_was_puzzled_by_the_choice() -> None:
    door = doorkeeper()
    assert len(challenges(door.admit(register(), FLOW))) == 2
    assert len(challenges(door.admit(register(), FLOW))) == 1
    assert len(challenges(door.admit(register(user="other"), FLOW))) == 2, "the others keep their choice"


def test_who_knows_both_takes_the_better_one_and_keeps_the_choice() -> None:
    door = doorkeeper()
    for _ in range(3):
        asked = challenges(door.admit(register(), FLOW))
        assert len(asked) == 2
        proof = answer(asked, Credentials("anna", "secret"), "REGISTER", register().uri, b"", "c", 1)
        assert proof is not None
        assert "SHA-256" in proof
        assert door.admit(register(authorization=proof), FLOW) == OFFICE.phones["anna"]


# The account for the box's call to itself

HERE = Flow("udp", ("192.0.2.5", 5060), ("192.0.2.5", 40000))
"""From one of the machine's own addresses."""
GUEST = Phone("guest", "", "for a moment")


def let_in(door: Doorkeeper, flow: Flow, method: str = "INVITE") -> bool:
    """Whether the guest comes in with his password."""
    asked = challenges(door.admit(register(user="guest", method=method), flow))
    proof = answer(asked, Credentials("guest", "for a moment"), method, register().uri, b"", "c", 1)
    return door.admit(register(authorization=proof or "", user="guest", method=method), flow) is GUEST


def test_the_box_may_call_itself_once_and_only_from_itself() -> None:
    door = doorkeeper()
    assert not let_in(door, HERE), "nobody has let it in"
    for flow in (FLOW, HERE):
        door.guest = GUEST
        assert let_in(door, flow)
        assert not let_in(door, flow), "once"


@pytest.mark.parametrize("remote", ["192.0.2.9", "10.0.0.1", "2001:db8::1", "fe80::1%eth0"])
def test_nobody_else_gets_in_as_the_box(remote: str) -> None:
    door = doorkeeper()
    door.guest = GUEST
    assert not let_in(door, Flow("udp", ("192.0.2.5", 5060), (remote, 5060)))
    assert door.guest is GUEST, "he did not use it up either"


@pytest.mark.parametrize("method", ["REGISTER", "SUBSCRIBE"])
def test_the_box_itself_can_do_nothing_but_call(method: str) -> None:
    door = doorkeeper()
    door.guest = GUEST
    assert not let_in(door, HERE, method)
