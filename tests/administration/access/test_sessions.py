"""Logging in: sessions that end, names that are not told, guessing that gets slow."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from pbx.administration.access import sessions
from pbx.administration.desk.login_throttle import ACCOUNT, LoginThrottle
from pbx.control.protocol import Refused
from pbx.store.secrets.passwords import hash_password, password_matches
from tests.administration.logins import ADMIN, OTHER, PASSWORD, Logins


def guess(logins: Logins, name: str, source: str, times: int = 1) -> str:
    """Log in with wrong passwords; what the last one was told."""
    refusal = ""
    for _ in range(times):
        with pytest.raises(Refused) as caught:
            logins.log_in(name, "wrong password", source)
        refusal = str(caught.value)
    return refusal


def test_somebody_who_logs_in_is_known_by_their_token(logins: Logins) -> None:
    session = logins.log_in("anna")
    assert logins.do("session who", session)["extension"] == "21"
    assert logins.do("session who", "") is None
    assert logins.do("session who", session + "x") is None


@pytest.mark.parametrize("name", ["anna", " ANNA ", "21"])
def test_one_logs_in_with_name_or_extension_whatever_the_capitals(logins: Logins, name: str) -> None:
    assert logins.who(logins.log_in(name)) == "anna"


def test_an_account_whose_bearer_was_only_invited_cannot_log_in(logins: Logins) -> None:
    logins.do("account invite", extension="23")
    for password in ("", "x"):
        with pytest.raises(Refused):
            logins.log_in("Clara", password)


def test_a_token_is_not_on_the_disk(logins: Logins) -> None:
    session = logins.log_in("anna")
    for path in logins.desk.data.rglob("*"):
        assert not path.is_file() or session.encode() not in path.read_bytes()


def test_a_session_ends_after_twelve_idle_hours_and_after_thirty_days(logins: Logins) -> None:
    session = logins.log_in("anna")
    for _ in range(71):
        logins.now += 10 * 3600.0
        assert logins.who(session) == "anna"
    logins.now += 10 * 3600.0
    assert logins.who(session) is None
    session = logins.log_in("anna")
    logins.now += 12 * 3600.0
    assert logins.who(session) is None


def test_a_clock_that_is_wrong_at_boot_logs_nobody_off(logins: Logins) -> None:
    session = logins.log_in("anna")
    right, logins.now = logins.now, 1000.0
    assert logins.who(session) == "anna"
    logins.now = right
    assert logins.who(logins.log_in("anna")) == "anna"


def test_logging_out_ends_one_session_and_not_the_others(logins: Logins) -> None:
    one, other = logins.log_in("anna"), logins.log_in("anna")
    logins.do("session close", one)
    assert (logins.who(one), logins.who(other)) == (None, "anna")


@pytest.mark.parametrize("change", [{"password": OTHER}, {"role": "admin"}, {"name": "Anna B."}])
def test_a_new_password_role_or_name_ends_all_sessions(logins: Logins, change: dict[str, str]) -> None:
    session = logins.log_in("anna")
    logins.do("account set", account="anna", **change)
    assert logins.who(session) is None


def test_a_session_outlives_neither_its_account_nor_comes_back_with_a_namesake(logins: Logins) -> None:
    session = logins.log_in("anna")
    logins.do("account remove", account="anna")
    logins.do("account add", name="anna", password=PASSWORD, extension="21")
    assert logins.who(session) is None


def test_settings_that_come_back_by_another_way_end_sessions_too(logins: Logins) -> None:
    session = logins.log_in("anna")
    office = logins.desk.office
    logins.do("account set", account="anna", role="admin")
    demoted = logins.log_in("anna")
    logins.desk.save(office)
    assert logins.who(demoted) is None
    assert logins.who(session) is None


def test_sessions_of_one_account_are_bounded(logins: Logins) -> None:
    first = logins.log_in("anna")
    logins.now += 1
    for _ in range(16):
        last = logins.log_in("anna")
    assert (logins.who(first), logins.who(last)) == (None, "anna")


# Guessing


def test_a_wrong_password_and_an_unknown_name_are_told_the_same(logins: Logins) -> None:
    unknown, wrong = guess(logins, "nobody", "192.0.2.3"), guess(logins, "anna", "192.0.2.2")
    assert unknown == wrong == "The name or the password is wrong."
    assert guess(logins, "anna", "192.0.2.4", 6) == guess(logins, "nobody", "192.0.2.5", 6)


def test_an_unknown_name_costs_as_much_work_as_a_known_one() -> None:
    hashed = hash_password(PASSWORD)

    def seconds(known: str) -> float:
        began = time.process_time()
        assert not password_matches(known, "wrong password")
        return time.process_time() - began

    # Least of some: other processes only ever add.
    known, unknown = (min(seconds(each) for _ in range(3)) for each in (hashed, ""))
    assert 0.5 < unknown / known < 2.0


def test_a_source_that_guesses_waits_longer_and_longer_whatever_names_it_tries(logins: Logins) -> None:
    for number in range(5):
        guess(logins, f"name {number}", "192.0.2.2")
    waits = []
    for _ in range(12):
        refusal = guess(logins, "anna", "192.0.2.2")
        assert "Too many failed attempts" in refusal
        waits.append(int(refusal.split()[-2]))
        logins.now += waits[-1]
        guess(logins, "anna", "192.0.2.2")
    assert waits[:4] == [4, 8, 16, 32]
    assert max(waits) == 900
    assert logins.who(logins.log_in("bert", source="192.0.2.3")) == "bert"


def test_a_right_password_does_not_help_while_a_source_must_wait(logins: Logins) -> None:
    guess(logins, "anna", "192.0.2.2", 5)
    with pytest.raises(Refused, match="Too many failed attempts"):
        logins.log_in("anna", source="192.0.2.2")
    logins.now += 5
    assert logins.log_in("anna", source="192.0.2.2")
    assert guess(logins, "anna", "192.0.2.2") == "The name or the password is wrong."


def test_ipv6_sources_count_by_network_and_mapped_ones_as_ipv4(logins: Logins) -> None:
    for number in range(5):
        guess(logins, f"name {number}", f"2001:db8::{number + 1:x}")
    assert "Too many failed attempts" in guess(logins, "anna", "2001:db8::ffff")
    assert logins.log_in("anna", source="2001:db8:0:1::1")
    guess(logins, "x", "::ffff:192.0.2.7", 5)
    assert "Too many failed attempts" in guess(logins, "x", "192.0.2.7")


def test_own_logins_between_guesses_at_the_admin_s_password_shorten_no_wait(logins: Logins) -> None:
    for _ in range(4):
        guess(logins, ADMIN, "192.0.2.2")
        logins.log_in("bert", source="192.0.2.2")
    guess(logins, ADMIN, "192.0.2.2")
    assert "Too many failed attempts" in guess(logins, ADMIN, "192.0.2.2")


def test_in_the_admins_own_network_their_password_is_not_guessed_any_faster(logins: Logins) -> None:
    logins.log_in(ADMIN, source="fe80::1%eth0")
    for number in range(10):
        guess(logins, ADMIN, f"fe80::{number + 2:x}")
    assert "Too many failed attempts" in guess(logins, ADMIN, "fe80::ffff")


def test_a_neighbour_who_guesses_shuts_nobody_out_where_they_have_logged_in_before(logins: Logins) -> None:
    logins.log_in("anna", source="2001:db8::1")
    for number in range(40):
        guess(logins, "anna", f"2001:db8::{number + 2:x}")
        logins.now += 30
    assert logins.who(logins.log_in("anna", source="2001:db8::1")) == "anna"
    guess(logins, "anna", "2001:db8::1", 5)
    assert "Too many failed attempts" in guess(logins, "anna", "2001:db8::1")


def test_an_account_that_many_sources_guess_gets_slow_but_not_for_its_owner(logins: Logins) -> None:
    logins.log_in("anna", source="192.0.2.1")
    for number in range(40):
        guess(logins, "anna", f"198.51.100.{number}")
        logins.now += 30
    assert "Too many failed attempts" in guess(logins, "anna", "203.0.113.1")
    assert logins.who(logins.log_in("anna", source="192.0.2.1")) == "anna"


@pytest.mark.parametrize("other", ["21", "nobody"])
def test_the_wait_for_a_name_does_not_show_whose_extension_it_is(logins: Logins, other: str) -> None:
    for number in range(12):
        guess(logins, "anna", f"198.51.100.{number}")
    assert "Too many failed attempts" in guess(logins, " ANNA", "203.0.113.1")
    assert guess(logins, other, "203.0.113.1") == "The name or the password is wrong."


def test_while_a_name_must_wait_the_right_password_is_not_even_looked_at(
    logins: Logins, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(12):
        guess(logins, "anna", f"198.51.100.{number}")
    monkeypatch.setattr(sessions, "password_matches", lambda *_: pytest.fail("looked at"))
    for source in ("203.0.113.1", "203.0.113.1", "203.0.113.2"):
        with pytest.raises(Refused, match="Too many failed attempts"):
            logins.log_in("anna", source=source)


def test_the_owner_who_is_new_here_waits_a_minute_at_most(logins: Logins) -> None:
    for number in range(200):
        guess(logins, "anna", f"198.51.100.{number}")
        logins.now += ACCOUNT.longest
    assert logins.who(logins.log_in("anna", source="203.0.113.1")) == "anna"


def test_what_was_wrong_is_forgotten_after_an_hour(logins: Logins) -> None:
    guess(logins, "anna", "192.0.2.2", 5)
    logins.now += 3601
    guess(logins, "anna", "192.0.2.2", 4)
    assert guess(logins, "anna", "192.0.2.2") == "The name or the password is wrong."


def test_the_tables_of_guesses_are_bounded() -> None:
    tries = LoginThrottle(lambda: 0.0)
    for number in range(3000):
        with pytest.raises(Refused), tries.attempt(f"10.{number // 250}.{number % 250}.1", f"name {number}"):
            raise Refused("wrong")
    assert max(len(table) for table in (tries._sources, tries._accounts, tries._homes)) <= 1000


def test_few_passwords_are_compared_at_the_same_time() -> None:
    tries = LoginThrottle(lambda: 0.0, patience=0.0)
    with tries.attempt("192.0.2.1"), tries.attempt("192.0.2.2"):
        for _ in range(10):
            with pytest.raises(Refused, match="Too many people"), tries.attempt("192.0.2.3"):
                pytest.fail("was let in")
    with tries.attempt("192.0.2.3"), tries.attempt("192.0.2.4"):
        pass


def test_passwords_are_in_no_log(logins: Logins, caplog: pytest.LogCaptureFixture, tmp_path: Path) -> None:
    caplog.set_level(0)
    logins.log_in(ADMIN)
    guess(logins, "anna", "192.0.2.2")
    logins.do("code show")
    assert PASSWORD not in caplog.text
    assert "wrong password" not in caplog.text
