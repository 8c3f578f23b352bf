"""Guessing is slowed down, on made-up time."""

from hypothesis import given, settings
from hypothesis import strategies as st

from pbx.exchange.phones.lockout import HOMES, LONGEST_SILENCE, REMEMBERED, Budget, Lockout, source_of
from tests.line import Clock

EVIL = "203.0.113.66"


def guess(lockout: Lockout, times: int, host: str = EVIL, account: str = "anna") -> None:
    """So many wrong passwords."""
    for _ in range(times):
        lockout.failed(host, account, known=True)


def test_a_few_mistakes_are_nothing() -> None:
    lockout = Lockout(Clock())
    guess(lockout, 10)
    assert not lockout.silent(EVIL)


def test_many_mistakes_bring_silence_for_this_address_only() -> None:
    lockout = Lockout(Clock())
    guess(lockout, 11)
    assert lockout.silent(EVIL)
    assert not lockout.silent("203.0.113.67")


def test_silence_doubles_up_to_an_hour_and_ends() -> None:
    clock = Clock()
    lockout = Lockout(clock)
    lengths = []
    for _ in range(10):
        guess(lockout, 12)
        began = clock.now
        while lockout.silent(EVIL):
            clock.advance(15)
        lengths.append(clock.now - began)
    assert lengths[:4] == [30, 60, 120, 240]
    assert lengths[-1] == LONGEST_SILENCE


def test_a_phone_with_an_old_password_that_retries_each_minute_stays_heard() -> None:
    clock = Clock()
    lockout = Lockout(clock)
    for _ in range(1000):
        guess(lockout, 2)
        clock.advance(60)
        assert not lockout.silent(EVIL)


def test_addresses_of_the_office_and_its_trunks_are_never_shut_out() -> None:
    lockout = Lockout(Clock(), ours=lambda host: host == "192.0.2.20")
    guess(lockout, 1000, "192.0.2.20")
    assert not lockout.silent("192.0.2.20")


def test_under_attack_the_owner_still_gets_in_from_a_known_place_and_others_wait() -> None:
    clock = Clock()
    lockout = Lockout(clock)
    lockout.passed("192.0.2.20", "anna")
    for number in range(100):
        guess(lockout, 1, f"203.0.113.{number}")
    assert lockout.may_try("192.0.2.20", "anna")
    assert not lockout.may_try("203.0.113.200", "anna")
    assert lockout.may_try("203.0.113.200", "bert")
    clock.advance(60)
    assert lockout.may_try("203.0.113.200", "anna")


def test_a_new_password_forgives_the_account() -> None:
    lockout = Lockout(Clock())
    for number in range(100):
        guess(lockout, 1, f"203.0.113.{number}")
    lockout.forget("anna")
    assert lockout.may_try("203.0.113.200", "anna")


def test_one_customer_of_an_ipv6_provider_counts_once() -> None:
    lockout = Lockout(Clock())
    for number in range(11):
        guess(lockout, 1, f"2001:db8:0:1::{number:x}")
    assert lockout.silent("2001:db8:0:1:ffff::1")
    assert not lockout.silent("2001:db8:0:2::1")
    assert source_of("fe80::1%eth0") == "fe80::1%eth0"
    assert source_of("192.0.2.1") == "192.0.2.1"


@settings(max_examples=5)
@given(st.integers(0, 2**32 - 1))
def test_the_tables_are_bounded(start: int) -> None:
    lockout = Lockout(Clock())
    lockout._sources.update((str(number), Budget()) for number in range(REMEMBERED))
    lockout._strangers.update((str(number), Budget()) for number in range(REMEMBERED))
    for number in range(50):
        lockout.failed(f"10.0.{number}.{start % 256}", "x" * 500 + str(start + number), known=False)
        lockout.passed(f"10.1.{number}.1", "anna")
    assert len(lockout._sources) == len(lockout._strangers) == REMEMBERED
    assert len(lockout._homes["anna"]) == HOMES
    assert all(len(name) <= 64 for name in lockout._strangers)
