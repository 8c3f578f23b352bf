"""Refusals are kept few, the newest first; an allowance is never overdrawn."""

from hypothesis import given
from hypothesis import strategies as st

from pbx.exchange.trunks.turned_away import MOST, OTHER_PORT, Allowance, Refusals


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_the_same_again_only_counts_and_comes_first() -> None:
    clock = Clock()
    refusals = Refusals(clock)
    refusals.note("amt", "030", "encryption", "udp 192.0.2.1:5060")
    refusals.note("amt", "031", "encryption", "udp 192.0.2.1:5060")
    clock.now += 9
    refusals.note("amt", "030", "encryption", "tcp 192.0.2.1:40000")
    refusals.note("amt", "030", "encryption", "tcp 192.0.2.1:40001")
    shown = [(each.number, each.source, each.times, each.at) for each in refusals.of("amt")]
    assert shown == [
        ("030", "tcp 192.0.2.1:40001", 2, 1009.0),
        ("031", "udp 192.0.2.1:5060", 1, 1000.0),
        ("030", "udp 192.0.2.1:5060", 1, 1000.0),
    ]
    assert refusals.of("spare") == ()


def test_another_port_is_told_port_by_port() -> None:
    refusals = Refusals(Clock())
    for port in (5070, 5071, 5070):
        refusals.note("amt", "030", OTHER_PORT, f"udp 192.0.2.1:{port}")
    assert [(each.source[-4:], each.times) for each in refusals.of("amt")] == [("5070", 2), ("5071", 1)]


@given(st.lists(st.tuples(st.text(max_size=40), st.sampled_from(["420", OTHER_PORT]), st.integers(1, 99)), max_size=60))
def test_whatever_comes_the_list_is_short_harmless_and_the_newest_is_first(many: list[tuple[str, str, int]]) -> None:
    refusals = Refusals(Clock())
    for number, reason, port in many:
        refusals.note("amt", number, reason, f"udp [2001:db8::1]:{port}")
    kept = refusals.of("amt")
    assert len(kept) <= MOST
    assert all(each.number.isprintable() and len(each.number) <= 32 for each in kept)
    assert len(many) > MOST or sum(each.times for each in kept) == len(many)
    if many:
        assert kept[0].reason == many[-1][1]
        assert kept[0].source.endswith(f":{many[-1][2]}")


@given(st.lists(st.floats(0, 30), max_size=80))
def test_an_allowance_is_never_overdrawn(waits: list[float]) -> None:
    clock = Clock()
    allowance = Allowance(5, 60.0, clock)
    taken: list[float] = []
    for wait in waits:
        clock.now += wait
        if allowance.take():
            taken.append(clock.now)
        else:
            assert len([at for at in taken if clock.now - at < 60.0]) == 5
    assert all(later - earlier >= 60.0 for earlier, later in zip(taken, taken[5:], strict=False))
