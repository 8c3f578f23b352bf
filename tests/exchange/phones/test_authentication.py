"""Who is asked for a password, and how: phones that cannot choose an algorithm must register all the same."""

import gc
import random
import re
import sys
from types import FrameType

import pytest

from pbx.exchange.phones.authentication import ALGORITHMS, Authentication, NotAdmitted
from pbx.exchange.phones.lockout import Lockout
from pbx.sip.digest import Challenger, Credentials, answer
from pbx.sip.flow import Flow
from pbx.sip.message import Request, parse
from pbx.store.models import Office, Person, Phone
from pbx.store.secret_forms import REALM
from pbx.store.secret_forms import kept as hidden

FLOW = Flow("udp", ("127.0.0.1", 5060), ("127.0.0.9", 5062))
OFFICE = Office(people={"21": Person("21", "Anna")}, phones={"anna": Phone("anna", "21", "secret")})


def authentication() -> Authentication:
    now = 1000.0
    challenger = Challenger("here", b"s" * 32, lambda: now, random.Random(1).randbytes, algorithms=ALGORITHMS)
    return Authentication(lambda: OFFICE, challenger, Lockout(lambda: now))


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


def challenges(verdict: Phone | NotAdmitted) -> list[str]:
    assert isinstance(verdict, NotAdmitted)
    assert verdict.status == 401
    return [value for _, value in verdict.headers]


def test_both_algorithms_are_offered_and_md5_stands_first_for_those_who_read_only_one() -> None:
    md5, sha = challenges(authentication().admit(register(), FLOW))
    assert "algorithm=MD5" in md5
    assert "algorithm=SHA-256" in sha


@pytest.mark.parametrize("agent", ["baresip v1.0.0 (x86_64/linux)", "Twinkle/1.10.2"])
def test_a_phone_known_to_give_up_on_a_choice_is_not_given_one(agent: str) -> None:
    (only,) = challenges(authentication().admit(register(agent), FLOW))
    assert "algorithm=MD5" in only


def test_a_phone_that_asks_again_without_answering_was_puzzled_by_the_choice() -> None:
    door = authentication()
    assert len(challenges(door.admit(register(), FLOW))) == 2
    assert len(challenges(door.admit(register(), FLOW))) == 1
    assert len(challenges(door.admit(register(user="other"), FLOW))) == 2, "the others keep their choice"


def test_who_knows_both_takes_the_better_one_and_keeps_the_choice() -> None:
    door = authentication()
    for _ in range(3):
        asked = challenges(door.admit(register(), FLOW))
        assert len(asked) == 2
        proof = answer(asked, Credentials("anna", "secret"), "REGISTER", register().uri, b"", "c", 1)
        assert proof is not None
        assert "SHA-256" in proof
        assert door.admit(register(authorization=proof), FLOW) == OFFICE.phones["anna"]


# What the answers tell to who guesses

STRANGER = Flow("tcp", ("127.0.0.1", 5060), ("203.0.113.9", 5062), 7)
KEPT = OFFICE.phones | {"anna": Phone("anna", "21", hidden("anna", "secret", f"sealed$1${'B' * 64}"))}
METHODS = ("REGISTER", "INVITE", "SUBSCRIBE")
RIGHT, WRONG, UNKNOWN = ("anna", "secret"), ("anna", "guess"), ("nobody", "secret")


def besieged(right_from: str = "") -> Authentication:
    """A door at which many have guessed at Anna's password, and at a name that nobody has."""
    lockout = Lockout(lambda: 1000.0)
    challenger = Challenger(REALM, b"s" * 32, lambda: 1000.0, random.Random(1).randbytes, algorithms=ALGORITHMS)
    door = Authentication(lambda: Office(people=OFFICE.people, phones=KEPT), challenger, lockout)
    if right_from:
        door.remember(right_from, "anna")
    for number in range(25):
        for name in ("anna", "nobody"):
            lockout.failed(f"198.51.100.{number}", name, known=name == "anna")
    return door


def offered(door: Authentication, algorithm: str) -> list[str]:
    """A challenge, for one algorithm."""
    return [each for each in challenges(door.admit(register("x", user="unseen"), STRANGER)) if algorithm in each]


def shape(answered: Phone | NotAdmitted) -> list[str]:
    """All of an answer but its nonce."""
    return [re.sub(r'nonce="[^"]*"', "", each) for each in challenges(answered)]


@pytest.mark.parametrize("algorithm", ["MD5", "SHA-256"])
@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("counts", [(1, 1), (1, 2), (2, 1), (7, 7, 7)], ids=str)
def test_under_siege_right_and_wrong_are_answered_alike_however_often_a_nonce_is_used(
    algorithm: str, method: str, counts: tuple[int, ...]
) -> None:
    outcomes = []
    for name, password in (RIGHT, WRONG, UNKNOWN):
        door = besieged()
        asked = offered(door, algorithm)
        proofs = [
            answer(asked, Credentials(name, password), method, register().uri, b"", "c", count) or ""
            for count in counts
        ]
        outcomes.append([shape(door.admit(register(authorization=each, method=method), STRANGER)) for each in proofs])
    assert outcomes[0] == outcomes[1] == outcomes[2]
    assert "stale" not in str(outcomes)


def test_under_siege_the_right_password_counts_as_a_guess_like_any_other() -> None:
    outcomes = []
    for name, password in (RIGHT, WRONG, UNKNOWN):
        door = besieged()
        silent = []
        for _ in range(15):
            proof = answer(offered(door, "MD5"), Credentials(name, password), "REGISTER", register().uri, b"", "c", 1)
            door.admit(register(authorization=proof or ""), STRANGER)
            silent.append(door._lockout.silent(STRANGER.remote[0]))
        outcomes.append(silent)
    assert outcomes[0] == outcomes[1] == outcomes[2]
    assert outcomes[0][-1], "and whoever goes on is not answered any more"


@pytest.mark.parametrize("algorithm", ["MD5", "SHA-256"])
def test_from_its_own_address_a_valid_answer_passes_and_a_used_one_is_stale(algorithm: str) -> None:
    door = besieged(right_from=FLOW.remote[0])
    asked = offered(door, algorithm)
    proof = answer(asked, Credentials(*RIGHT), "REGISTER", register().uri, b"", "c", 1) or ""
    assert door.admit(register(authorization=proof), FLOW) == KEPT["anna"]
    assert "stale=true" in challenges(door.admit(register(authorization=proof), FLOW))[0]
    assert "stale=true" not in challenges(door.admit(register(authorization=proof), STRANGER))[0]


def called(door: Authentication, request: Request) -> list[str]:
    """Every function that runs while somebody is judged, in order: what takes other steps takes another time."""
    steps: list[str] = []

    def note(frame: FrameType, event: str, what: object) -> None:
        if event in ("call", "c_call"):
            steps.append(frame.f_code.co_name if event == "call" else getattr(what, "__name__", "?"))

    gc.disable()  # whoever is told when it collects would stand among the steps
    sys.setprofile(note)
    try:
        door.admit(request, STRANGER)
    finally:
        sys.setprofile(None)
        gc.enable()
    return steps


@pytest.mark.parametrize("algorithm", ["MD5", "SHA-256"])
@pytest.mark.parametrize("uri", ["sip:127.0.0.1", "sip:127.0.0.1;transport=tcp", "sip:elsewhere.example"])
def test_under_siege_right_and_wrong_and_unknown_take_the_same_steps(algorithm: str, uri: str) -> None:
    outcomes = []
    for name, password in (UNKNOWN, RIGHT, WRONG, UNKNOWN):  # the first of all looks up what is remembered from then on
        door = besieged()
        door.admit(register(authorization="Digest x=y"), STRANGER)
        proof = answer(offered(door, algorithm), Credentials(name, password), "REGISTER", uri, b"", "c", 1) or ""
        outcomes.append(called(door, register(authorization=proof)))
    assert outcomes[1] == outcomes[2] == outcomes[3]
    assert "_response" in outcomes[1]


# The account for the box's call to itself

HERE = Flow("udp", ("192.0.2.5", 5060), ("192.0.2.5", 40000))
"""From one of the machine's own addresses."""
GUEST = Phone("guest", "", "for a moment")


def let_in(door: Authentication, flow: Flow, method: str = "INVITE") -> bool:
    """Whether the guest comes in with its password."""
    asked = challenges(door.admit(register(user="guest", method=method), flow))
    proof = answer(asked, Credentials("guest", "for a moment"), method, register().uri, b"", "c", 1)
    return door.admit(register(authorization=proof or "", user="guest", method=method), flow) is GUEST


def test_the_box_may_call_itself_once_and_only_from_itself() -> None:
    door = authentication()
    assert not let_in(door, HERE), "nobody has let it in"
    for flow in (FLOW, HERE):
        door.guest = GUEST
        assert let_in(door, flow)
        assert not let_in(door, flow), "once"


@pytest.mark.parametrize("remote", ["192.0.2.9", "10.0.0.1", "2001:db8::1", "fe80::1%eth0"])
def test_nobody_else_gets_in_as_the_box(remote: str) -> None:
    door = authentication()
    door.guest = GUEST
    assert not let_in(door, Flow("udp", ("192.0.2.5", 5060), (remote, 5060)))
    assert door.guest is GUEST, "that did not use it up either"


@pytest.mark.parametrize("method", ["REGISTER", "SUBSCRIBE"])
def test_the_box_itself_can_do_nothing_but_call(method: str) -> None:
    door = authentication()
    door.guest = GUEST
    assert not let_in(door, HERE, method)
