"""The table of the lamps: every state has a rhythm, every rhythm a meaning, and no meaning is there for nothing."""

from collections.abc import Iterator
from itertools import product
from typing import get_args

import pytest

from pbx.box.lamps import MEANINGS, NAMES, PERIODS, Name, Phase, Rhythm, Seen, shown

TRUNKS = ("registered", "reachable", "unknown", "trying", "failed")


def everything() -> Iterator[Seen]:
    """Every state that makes a difference."""
    trunks = [(), *((each,) for each in TRUNKS), *product(TRUNKS, TRUNKS)]
    several = product(get_args(Phase), (False, True), trunks)
    yield from (Seen(phase, untouched, states) for phase, untouched, states in several)
    yield from (Seen(calls=c, ringing=r, talking=t) for c, r, t in product((0, 1), (0, 2), (0, 2)))
    yield from (Seen(messages=m, tasks=t, full=f) for m, t, f in product((0, 3), (0, 3), (False, True)))
    yield from (Seen(suffers=s, failed=f, warned=w) for s, f, w in product((False, True), (0, 1), (0, 1)))


def test_every_state_has_a_meaning_and_every_meaning_a_state() -> None:
    reached = {(name, rhythm) for seen in everything() for name, rhythm in shown(seen).items()}
    assert reached == {(name, rhythm) for name, known in MEANINGS.items() for rhythm in known}


def test_every_lamp_is_in_the_table_with_its_rhythms_told_apart() -> None:
    assert tuple(MEANINGS) == NAMES == get_args(Name)
    for known in MEANINGS.values():
        assert len(set(known.values())) == len(known)
        assert set(known) <= set(get_args(Rhythm))
    assert set(PERIODS) == set(get_args(Rhythm)) - {"off", "steady"}


@pytest.mark.parametrize(
    ("seen", "lamp", "rhythm"),
    [
        (Seen(), "ready", "steady"),
        (Seen("starting", untouched=True), "ready", "pulse"),
        (Seen(untouched=True), "ready", "slow"),
        (Seen("down", trunks=("registered",), messages=3), "message", "off"),
        (Seen("down"), "trouble", "fast"),
        (Seen(), "trunk", "off"),
        (Seen(trunks=("registered", "unknown")), "trunk", "steady"),
        (Seen(trunks=("registered", "failed")), "trunk", "slow"),
        (Seen(trunks=("registered", "trying")), "trunk", "pulse"),
        (Seen(trunks=("failed", "trying")), "trunk", "pulse"),
        (Seen(trunks=("failed", "failed")), "trunk", "fast"),
        (Seen(calls=2, ringing=1, talking=2), "call", "fast"),
        (Seen(calls=1, talking=2), "call", "steady"),
        (Seen(calls=1), "call", "pulse"),
        (Seen(messages=1, tasks=1), "message", "slow"),
        (Seen(tasks=1), "message", "steady"),
        (Seen(messages=1, full=True), "message", "fast"),
        (Seen(warned=1), "trouble", "slow"),
        (Seen(warned=1, failed=1), "trouble", "fast"),
        (Seen(failed=1, suffers=True), "trouble", "pulse"),
    ],
)
def test_the_lamps_say_what_matters_most(seen: Seen, lamp: Name, rhythm: Rhythm) -> None:
    assert shown(seen)[lamp] == rhythm
