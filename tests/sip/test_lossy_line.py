"""Two stacks over a line that loses, repeats and reorders: whatever happens, everything ends and nothing breaks."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest

from pbx.sip.events import Answered, Confirmed, Ended, Event, Invited, Offered, Rejected
from pbx.sip.limits import SipLimits
from pbx.sip.message import Request
from pbx.sip.session import Session
from tests.sip.pair import ANSWER, OFFER, End, Pair

Verb = Callable[[Session, random.Random], None]

VERBS: tuple[Verb, ...] = (
    lambda session, chance: session.ring(chance.choice((b"", ANSWER))),
    lambda session, chance: session.answer(ANSWER),
    lambda session, chance: session.refuse(chance.choice((302, 404, 486, 488, 603))),
    lambda session, chance: session.cancel(chance.random() < 0.5),
    lambda session, chance: session.offer_again(chance.choice((OFFER, ANSWER))),
    lambda session, chance: session.accept_offer(ANSWER),
    lambda session, chance: session.decline_offer(488),
    lambda session, chance: session.hang_up("enough"),
    lambda session, chance: session.info("application/dtmf-relay", b"Signal=5\r\n"),
)
GENTLE = (VERBS[0], VERBS[1], VERBS[4], VERBS[5], VERBS[8])


def answer_at_once(end: End) -> Callable[[Event], None]:
    def react(event: Event) -> None:
        if isinstance(event, Invited):
            event.session.ring()
            event.session.answer(ANSWER)
        elif isinstance(event, Offered) or (isinstance(event, Answered) and event.session.state == "accepted"):
            event.session.accept_offer(ANSWER)

    return react


@pytest.mark.parametrize("seed", range(60))
def test_a_call_gets_through_a_bad_line_or_ends_on_both_sides(seed: int) -> None:
    pair = Pair(seed)
    pair.line.loss, pair.line.repeat, pair.line.delay = 0.2, 0.1, (0.01, 0.4)
    pair.bob.react = answer_at_once(pair.bob)
    ours = pair.call()
    pair.run(40)
    ours.hang_up()
    pair.ends()
    assert len(pair.alice.all(Ended)) + len(pair.alice.all(Rejected)) == 1
    assert len(pair.bob.all(Invited)) == len(pair.bob.all(Ended))


@pytest.mark.parametrize("seed", range(20))
def test_a_call_always_gets_through_a_line_that_loses_every_fourth_packet(seed: int) -> None:
    pair = Pair(seed)
    pair.line.loss, pair.line.delay = 0.25, (0.01, 0.05)
    pair.bob.react = answer_at_once(pair.bob)
    pair.call()
    pair.run(32)
    assert len(pair.alice.all(Answered)) == len(pair.bob.all(Confirmed)) == 1


def test_storms_of_short_calls_are_forgotten_oldest_first() -> None:
    pair = Pair(limits=SipLimits(answered=4, parted=2))
    for _ in range(20):
        ours, _ = pair.established()
        ours.hang_up()
        pair.run()
    pair.run(6)
    assert pair.alice.stack.transactions == 2
    assert pair.bob.stack.transactions == 4
    pair.ends()


def test_storms_of_refused_calls_are_forgotten_too() -> None:
    pair = Pair(limits=SipLimits(answered=4, parted=2))
    pair.lose = lambda message: isinstance(message, Request) and message.method == "ACK"
    for _ in range(20):
        pair.call()
        pair.run()
        pair.bob.session.refuse(407)
        pair.run()
    assert pair.bob.stack.transactions == 4
    pair.ends()


@pytest.mark.parametrize("seed", range(150))
def test_any_verbs_in_any_order_on_any_line_leave_nothing_behind(seed: int) -> None:
    chance = random.Random(seed)
    pair = Pair(seed, chance.choice(("udp", "udp", "tcp")))
    if pair.to_bob.transport == "udp":
        pair.line.loss, pair.line.repeat = chance.choice(((0.0, 0.0), (0.15, 0.1)))
        pair.line.delay = chance.choice(((0.0, 0.0), (0.01, 0.3)))
    sessions: list[Session] = []
    headers = chance.choice(((), (("Require", "100rel"),)))
    for _ in range(3):
        sessions.append(pair.call(chance.choice((OFFER, OFFER, b"")), headers=headers))
        pair.run(chance.choice((0, 0.2, 1)))
    verbs = chance.choice((VERBS, GENTLE))
    for _ in range(40):
        known = sessions + [event.session for event in pair.bob.all(Invited)]
        chance.choice(verbs)(chance.choice(known), chance)
        pair.run(chance.choice((0, 0, 0.1, 0.5, 3, 40)))
    for session in sessions + [event.session for event in pair.bob.all(Invited)]:
        session.hang_up()
    pair.ends()
    for end in (pair.alice, pair.bob):
        ended = [event.session for event in end.events if isinstance(event, Ended | Rejected)]
        assert len(ended) == len(set(map(id, ended))), "the end is told once"
    assert len(pair.alice.all(Ended)) + len(pair.alice.all(Rejected)) == len(sessions)
    assert {event.session for event in pair.bob.all(Invited)} == {event.session for event in pair.bob.all(Ended)}
