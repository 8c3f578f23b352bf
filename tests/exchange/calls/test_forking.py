"""Who rings, in what order, and who gets the call."""

import random
from itertools import pairwise

from pbx.exchange.calls.forking import Cancel, Forking, Invite, NotTaken, RingOrder, RingTarget, Round, TakenBy, Why

DESK = RingTarget("desk", "21")
MOBILE = RingTarget("mobile", "21")
OTHER = RingTarget("other", "22")


def together(*targets: RingTarget, seconds: float = 25.0) -> Forking:
    return Forking([Round(targets, seconds)])


def test_all_phones_ring_and_the_first_to_answer_has_the_call() -> None:
    ringing = together(DESK, MOBILE)
    assert ringing.start(0) == [Invite(DESK), Invite(MOBILE)]
    assert ringing.answered(MOBILE) == [Cancel(DESK, elsewhere=True)]
    assert ringing.result == TakenBy(MOBILE)


def test_a_second_answer_that_crosses_the_cancel_is_hung_up() -> None:
    ringing = together(DESK, MOBILE)
    ringing.start(0)
    ringing.answered(MOBILE)
    assert ringing.answered(DESK) == [Cancel(DESK, elsewhere=True)]
    assert ringing.result == TakenBy(MOBILE)


def test_nobody_answers_in_time() -> None:
    ringing = together(DESK, seconds=10)
    ringing.start(0)
    assert ringing.expired(9.9) == []
    assert ringing.expired(10) == [Cancel(DESK, elsewhere=False)]
    assert ringing.result == NotTaken(Why.NO_ANSWER)


def test_one_busy_phone_lets_the_other_ring_on() -> None:
    ringing = together(DESK, MOBILE)
    ringing.start(0)
    assert ringing.rejected(DESK, 486, 1) == []
    assert ringing.result is None
    ringing.rejected(MOBILE, 486, 2)
    assert ringing.result == NotTaken(Why.BUSY)


def test_declining_on_one_phone_speaks_for_all_of_that_person_but_for_nobody_else() -> None:
    ringing = together(DESK, MOBILE, OTHER)
    ringing.start(0)
    assert ringing.rejected(DESK, 603, 1) == [Cancel(MOBILE, elsewhere=False)]
    assert ringing.result is None
    assert ringing.answered(OTHER) == []
    assert ringing.result == TakenBy(OTHER)


def test_in_order_the_next_one_rings_when_the_first_does_not_answer() -> None:
    ringing = Forking([Round((DESK,), 10), Round((OTHER,), 10)])
    assert ringing.start(0) == [Invite(DESK)]
    assert ringing.expired(10) == [Cancel(DESK, elsewhere=False), Invite(OTHER)]
    assert ringing.deadline == 20


def test_no_phone_at_all_is_unreachable() -> None:
    ringing = together()
    assert ringing.start(0) == []
    assert ringing.result == NotTaken(Why.UNREACHABLE)


def test_a_gone_caller_stops_every_phone() -> None:
    ringing = together(DESK, MOBILE)
    ringing.start(0)
    assert ringing.abandoned() == [Cancel(DESK, elsewhere=False), Cancel(MOBILE, elsewhere=False)]


def run_at_random(dice: random.Random) -> None:
    """One random course of events; checks what must hold whatever happens."""
    targets = [RingTarget(n, str(20 + n // 2)) for n in range(dice.randint(0, 6))]
    cut = sorted(dice.sample(range(len(targets) + 1), k=min(dice.randint(0, 3), len(targets) + 1)))
    bounds = [0, *cut, len(targets)]
    ringing = Forking([Round(tuple(targets[a:b]), dice.uniform(1, 30)) for a, b in pairwise(bounds)])
    now, ring, orders = 0.0, set[RingTarget](), ringing.start(0)
    invited: set[RingTarget] = set()

    def obey(orders: list[RingOrder]) -> None:
        for order in orders:
            if isinstance(order, Invite):
                assert order.target not in invited, "no phone is rung twice"
                invited.add(order.target)
                ring.add(order.target)
            else:
                ring.discard(order.target)

    obey(orders)
    for _ in range(30):
        now += dice.uniform(0, 20)
        match dice.randrange(4):
            case 0 if ring:
                target = dice.choice(sorted(ring, key=str))
                ring.discard(target)
                obey(ringing.answered(target))
            case 1 if ring:
                target = dice.choice(sorted(ring, key=str))
                ring.discard(target)
                obey(ringing.rejected(target, dice.choice([404, 408, 480, 486, 503, 600, 603]), now))
            case 2:
                obey(ringing.expired(now))
            case 3 if dice.random() < 0.1:
                obey(ringing.abandoned())
        if ringing.result is not None:
            assert not ring, "nothing rings once it is decided"
        else:
            assert ring, "while it is open, something rings"
            assert ringing.deadline is not None


def test_whatever_happens_nothing_rings_once_it_is_decided() -> None:
    dice = random.Random(4711)
    for _ in range(3000):
        run_at_random(dice)
