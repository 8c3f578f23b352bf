"""Our registration at a provider, on made-up time, against a registrar that answers as a test says."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pbx.sip.digest import Accepted, Challenger, hashed
from pbx.sip.flow import Flow, TransportName
from pbx.sip.ids import Ids
from pbx.sip.message import Request, Response, parse
from pbx.sip.registration import Ask, Effects, Find, Registration, RegistrationAccount, Wake
from pbx.sip.uri import Uri

LOCAL = ("192.0.2.10", 5060)
ONE = Flow("udp", LOCAL, ("198.51.100.1", 5060))
TWO = Flow("udp", LOCAL, ("198.51.100.2", 5060))
TCP = Flow("tcp", LOCAL, ("198.51.100.3", 5060))
ACCOUNT = RegistrationAccount(
    Uri.parse("sip:provider.test"), Uri.parse("sip:4930555@provider.test"), "token", "auth-user", "secret"
)


def make(seed: int = 1) -> Registration:
    """A registration whose random numbers repeat."""
    return Registration(ACCOUNT, Ids(random.Random(seed).randbytes))


def asked(effects: Effects) -> Request:
    """The one REGISTER that is wanted, as the wire would carry it."""
    (effect,) = effects
    assert isinstance(effect, Ask)
    request = effect.request
    parsed = parse(bytes(request.with_headers(request.headers.prepending("Via", "SIP/2.0/UDP h;branch=z9hG4bKx"))))
    assert isinstance(parsed, Request)
    return parsed


def flow_of(effects: Effects) -> Flow:
    """Where it goes."""
    (effect,) = effects
    assert isinstance(effect, Ask)
    return effect.flow


def wait(effects: Effects) -> float:
    """How long it wants to wait."""
    (effect,) = effects
    assert isinstance(effect, Wake)
    return effect.seconds


def begun(flows: tuple[Flow, ...] = (ONE, TWO)) -> tuple[Registration, Effects]:
    """A registration that has found its registrar, and its first REGISTER."""
    registration = make()
    assert registration.start() == (Find(),)
    return registration, registration.found(flows, 0.0)


def granted(request: Request, seconds: int = 600, *more: tuple[str, str]) -> Response:
    """A 200 that lists our Contact, and somebody else's."""
    contacts = f'<sip:other@198.51.100.9>;expires=17, "me" {request.contacts[0]};expires={seconds}'
    return request.reply(200, tag="t", headers=[("Contact", contacts), *more])


def registered() -> Registration:
    """A registration that has succeeded at time 0."""
    registration, effects = begun()
    registration.replied(granted(asked(effects)), ONE, 0.0)
    return registration


def test_the_four_names_of_an_account_stay_apart() -> None:
    _, effects = begun()
    request = asked(effects)
    assert str(request.uri) == "sip:provider.test"
    assert str(request.from_.uri) == str(request.to.uri) == "sip:4930555@provider.test"
    assert request.from_.tag
    assert not request.to.tag
    assert str(request.contacts[0].uri) == "sip:token@192.0.2.10:5060"
    assert request.expires == 600
    assert flow_of(effects) == ONE


def test_over_tcp_the_contact_says_so() -> None:
    _, effects = begun((TCP,))
    assert asked(effects).contacts[0].uri.param("transport") == "tcp"


def test_the_granted_time_counts_and_the_refresh_comes_early() -> None:
    registration, effects = begun()
    seconds = wait(
        registration.replied(granted(asked(effects), 120, ("Service-Route", "<sip:a;lr>, <sip:b;lr>")), ONE, 50.0)
    )
    assert 120 * 0.7 <= seconds <= 120 * 0.9
    assert registration.state == "registered"
    assert registration.until == 170.0
    assert registration.service_route == ("<sip:a;lr>", "<sip:b;lr>")
    assert registration.flow == ONE
    assert registration.wake() == (Find(),)
    assert registration.state == "registered"
    again = asked(registration.found((TWO, ONE), 150.0))
    assert again.call_id == asked(effects).call_id
    assert again.cseq.number == asked(effects).cseq.number + 1


def test_a_refresh_stays_with_the_place_that_works() -> None:
    registration = registered()
    registration.wake()
    assert flow_of(registration.found((TWO, ONE), 500.0)) == ONE


@pytest.mark.parametrize("status", [401, 407])
def test_a_challenge_is_answered_and_its_realm_is_remembered(status: int) -> None:
    registration, effects = begun()
    challenger = Challenger("provider.test", b"s" * 32, lambda: 0.0, random.Random(2).randbytes)
    name = "WWW-Authenticate" if status == 401 else "Proxy-Authenticate"
    first = asked(effects)
    challenge = first.reply(status, headers=[(name, value) for value in challenger.challenge()])
    second = asked(registration.replied(challenge, ONE, 0.0))
    assert second.cseq.number == first.cseq.number + 1
    answers = second.headers.all("Authorization" if status == 401 else "Proxy-Authorization")

    def h_a1_of(username: str, algorithm: str) -> str | None:
        return hashed(algorithm, username, "provider.test", "secret") if username == "auth-user" else None

    verdict = challenger.check(answers, "REGISTER", second.uri, h_a1_of)
    assert verdict == Accepted("auth-user")
    credentials = registration.credentials()
    assert credentials is not None
    assert credentials.realm == "provider.test"
    assert "secret" not in repr(registration.account) + repr(credentials)


def test_without_a_challenge_calls_get_no_credentials() -> None:
    assert registered().credentials() is None


def test_a_wrong_password_is_not_tried_over_and_over() -> None:
    registration, effects = begun()
    challenger = Challenger("provider.test", b"s" * 32, lambda: 0.0, random.Random(2).randbytes)
    waits = []
    for _ in range(6):
        tries = 0
        while isinstance(effects[0], Ask):
            tries += 1
            headers = [("WWW-Authenticate", value) for value in challenger.challenge()]
            effects = registration.replied(asked(effects).reply(401, headers=headers), ONE, 0.0)
        assert tries == 2
        assert registration.state == "failed"
        assert "password" in registration.words
        waits.append(wait(effects))
        registration.wake()
        effects = registration.found((ONE,), 0.0)
    assert waits[0] >= 30
    assert waits[-1] >= 900


def test_a_stale_nonce_is_answered_once_more_but_not_for_ever() -> None:
    registration, effects = begun((ONE,))
    challenger = Challenger("r", b"s" * 32, lambda: 0.0, random.Random(2).randbytes)
    tries = 0
    while isinstance(effects[0], Ask):
        tries += 1
        headers = [("WWW-Authenticate", value) for value in challenger.challenge(stale=True)]
        effects = registration.replied(asked(effects).reply(401, headers=headers), ONE, 0.0)
    assert 3 <= tries <= 5


def test_an_unknown_kind_of_challenge_is_said_in_words() -> None:
    registration, effects = begun()
    wait(registration.replied(asked(effects).reply(401, headers=[("WWW-Authenticate", "Bearer realm=x")]), ONE, 0.0))
    assert registration.words == "the registrar asks for an unknown kind of password"


def test_too_brief_an_interval_is_lengthened_once_asked() -> None:
    registration, effects = begun()
    request = asked(registration.replied(asked(effects).reply(423, headers=[("Min-Expires", "1800")]), ONE, 0.0))
    assert request.expires == 1800


@pytest.mark.parametrize("wanted", ["", "abc", "60", "99999999999", "-5", "90000"])
def test_a_minimum_that_cannot_be_true_is_a_failure(wanted: str) -> None:
    registration, effects = begun()
    effects = registration.replied(asked(effects).reply(423, headers=[("Min-Expires", wanted)]), ONE, 0.0)
    assert wait(effects) > 0
    assert registration.state == "failed"


def test_a_place_that_does_not_work_gives_way_to_the_next_and_all_are_tried_again_later() -> None:
    registration, effects = begun()
    effects = registration.unanswered("no answer", 0.0)
    assert flow_of(effects) == TWO
    effects = registration.replied(
        asked(effects).reply(503, headers=[("Retry-After", "77 (soon);duration=3")]), TWO, 0.0
    )
    assert wait(effects) == 77.0
    assert registration.words == "503 Service Unavailable"
    assert registration.wake() == (Find(),)
    assert flow_of(registration.found((ONE, TWO), 80.0)) == ONE


def test_retries_slow_down_with_jitter_and_a_success_forgets_that() -> None:
    registration, effects = begun((ONE,))
    waits = []
    for _ in range(12):
        waits.append(wait(registration.unanswered("no answer", 0.0)))
        registration.wake()
        effects = registration.found((ONE,), 0.0)
    assert all(0.5 * min(300, 5 * 2**n) <= each <= min(300, 5 * 2**n) for n, each in enumerate(waits))
    assert len({round(each, 3) for each in waits[-5:]}) > 1
    registration.replied(granted(asked(effects)), ONE, 0.0)
    registration.wake()
    registration.found((ONE,), 0.0)
    assert wait(registration.unanswered("", 0.0)) <= 5


def test_a_refusal_is_retried_slowly_and_other_places_are_not_bothered() -> None:
    registration, effects = begun()
    assert wait(registration.replied(asked(effects).reply(403), ONE, 0.0)) >= 30
    assert (registration.state, registration.words) == ("failed", "403 Forbidden")


@pytest.mark.parametrize("text", ["99999999999999999999", "", "-4", "x", "\u0665"])
def test_a_retry_after_is_bounded(text: str) -> None:
    registration, effects = begun((ONE,))
    assert wait(registration.replied(asked(effects).reply(500, headers=[("Retry-After", text)]), ONE, 0.0)) <= 3600


def test_a_redirect_is_not_followed() -> None:
    registration, effects = begun()
    wait(registration.replied(asked(effects).reply(302, headers=[("Contact", "<sip:evil.test>")]), ONE, 0.0))
    assert registration.state == "failed"


def test_a_registrar_that_cannot_be_found_is_looked_for_again() -> None:
    registration, effects = begun(())
    assert 2 <= wait(effects) <= 5
    assert registration.words == "provider.test cannot be found"


def test_a_failed_refresh_leaves_the_granted_time() -> None:
    registration = registered()
    registration.wake()
    registration.found((ONE,), 500.0)
    registration.unanswered("no answer", 532.0)
    assert registration.state == "failed"
    assert registration.until == 600.0


def test_a_lost_connection_registers_anew_but_not_at_once_with_all_others() -> None:
    registration, effects = begun((TCP,))
    used = Flow("tcp", LOCAL, TCP.remote, 4)
    registration.replied(granted(asked(effects)), used, 0.0)
    assert registration.lost(Flow("tcp", LOCAL, TCP.remote, 3), 10.0) == ()
    assert 1 <= wait(registration.lost(used, 10.0)) <= 5
    assert registration.state == "trying"


def test_stopping_takes_the_binding_back() -> None:
    registration = registered()
    effects = registration.stop()
    request = asked(effects)
    assert request.expires == 0
    assert request.contacts[0].uri.user == "token"
    assert registration.replied(request.reply(200), ONE, 1.0) == ()
    assert registration.state == "removed"
    assert registration.start() == ()


def test_stopping_before_anything_was_sent_is_done_at_once() -> None:
    registration = make()
    assert registration.stop() == ()
    assert registration.state == "removed"


def test_a_provider_that_does_not_answer_does_not_hold_up_the_stopping() -> None:
    registration = registered()
    registration.stop()
    assert registration.unanswered("no answer", 30.0) == ()
    assert registration.state == "removed"


@pytest.mark.parametrize("contact", ["", "*", "<sip:token@h>;expires=99999999999", "<sip:token@h>;expires=x"])
def test_a_200_without_a_usable_time_counts_as_what_was_asked(contact: str) -> None:
    registration, effects = begun()
    headers = [("Contact", contact)] if contact else []
    wait(registration.replied(asked(effects).reply(200, headers=headers), ONE, 0.0))
    assert registration.granted == 600


def test_it_can_be_stopped_while_a_refresh_that_failed_everywhere_waits() -> None:
    registration = registered()
    effects = registration.found((ONE,), 600.0)
    asked(effects)
    wait(registration.unanswered("lost", 632.0))
    assert flow_of(registration.stop()) == ONE


@settings(max_examples=300)
@given(st.integers(), st.lists(st.integers(0, 11), max_size=60))
def test_whatever_happens_it_is_never_stuck_and_never_asks_twice_at_once(seed: int, steps: list[int]) -> None:
    registration = make(seed)
    challenger = Challenger("r", b"s" * 32, lambda: 0.0, random.Random(2).randbytes)
    effects, now, request = registration.start(), 0.0, None
    due: set[str] = set()
    for step in (*steps, 0, 1, 0, 1):
        for effect in effects:
            if isinstance(effect, Ask):
                assert "answer" not in due or registration.state == "removing"
                request, due = effect.request, (due - {"wake", "find"}) | {"answer"}
            else:
                due.add("wake" if isinstance(effect, Wake) else "find")
        now += 1.0
        if registration.state == "removed":
            assert registration.start() == registration.stop() == ()
            return
        assert due, registration.state
        match step:
            case 0 | 1:
                due.discard("find")
                effects = registration.found((ONE, TCP)[: step + 1], now)
            case 2:
                effects = registration.found((), now)
                due.discard("find")
            case 3 | 4 | 5 | 6 | 7 if request is not None:
                status = (200, 423, 503, 403, 401)[step - 3]
                headers = [("WWW-Authenticate", value) for value in challenger.challenge()] if status == 401 else []
                headers += [("Min-Expires", "700")] if status == 423 else []
                due.discard("answer")
                effects = registration.replied(request.reply(status, headers=headers), ONE, now)
            case 8:
                due.discard("answer")
                effects = registration.unanswered("lost", now)
            case 9 if "wake" in due:
                due.discard("wake")
                effects = registration.wake()
                if not effects:
                    due.add("answer")
            case 10:
                effects = registration.lost(registration.flow or ONE, now)
            case 11:
                due.clear()
                effects = registration.stop()
            case _:
                effects = ()


@pytest.mark.parametrize(
    ("via", "seen_as"),
    [
        ("", ""),
        (";received=203.0.113.7;rport=40123", "203.0.113.7:40123"),
        (";received=203.0.113.7", "203.0.113.7"),
        (";received=2001:db8::7;rport=5060", "[2001:db8::7]:5060"),
        (";received=;rport=x", ""),
    ],
)
def test_it_is_known_from_where_the_registrar_sees_us_come(via: str, seen_as: str) -> None:
    registration, effects = begun()
    response = granted(asked(effects))
    headers = response.headers.with_("Via", f"SIP/2.0/UDP 192.0.2.10:5060;branch=z9hG4bKx{via}")
    registration.replied(response.with_headers(headers), ONE, 0.0)
    assert registration.seen_as == seen_as


@pytest.mark.parametrize(
    ("contact", "rewritten"),
    [
        ("<sip:token@192.0.2.10:5060>;expires=600", False),
        ("<sip:token@192.0.2.10:5060;ob>;expires=600, <sip:other@203.0.113.7:40123>", False),
        ("<sip:token@203.0.113.7:40123>;expires=600", True),
        ("<sip:token@192.0.2.10:40123>;expires=600", True),
    ],
)
def test_it_is_noticed_when_somebody_on_the_way_changes_our_contact(contact: str, rewritten: bool) -> None:
    registration, effects = begun()
    response = asked(effects).reply(200, tag="t", headers=[("Contact", contact)])
    registration.replied(response, ONE, 0.0)
    assert (registration.state, registration.rewritten) == ("registered", rewritten)


@pytest.mark.parametrize("transport", ["tcp", "tls"])
def test_of_a_connection_nothing_is_guessed_when_our_contact_comes_back_changed(transport: TransportName) -> None:
    """Registrars that answer by the connection write its address there; in TLS nobody on the way could."""
    flow = Flow(transport, ("192.0.2.10", 41000), ("198.51.100.1", 5061), connection=1)
    registration, effects = begun((flow,))
    contact = "<sip:token@203.0.113.7:40123;transport=tcp>;expires=600"
    registration.replied(asked(effects).reply(200, tag="t", headers=[("Contact", contact)]), flow, 0.0)
    assert (registration.state, registration.rewritten) == ("registered", False)
