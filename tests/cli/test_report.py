"""What commands print for people: moments as clocks show them, durations in words, no number as a computer has it."""

from __future__ import annotations

import re
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pbx.administration.commands import perform
from pbx.administration.desk.desk import open_desk
from pbx.cli.command import main
from pbx.cli.report import moment, printed
from pbx.store.rows import Binding
from tests.commands import Run, data, done, office
from tests.leftovers import CALLER, message, missed

__all__ = ["data", "done", "office"]

UNTIL = 1_796_130_000.0
RAW = re.compile(r"\b[0-9.]+e[+-]?[0-9]+\b|\b(None|True|False)\b|\b1[0-9]{9}(\.[0-9]+)?\b|[{}]")
"""What only a program may print."""
LISTS = (
    *("user list", "user show 21", "group list", "group show 30", "phone list", "number list", "trunk list"),
    *("extension list", "account list", "contact list", "calls", "history", "tasks", "voicemail list 21", "status"),
    *("retention show", "office show", "change list", "nightly show", "update status", f"privacy show {CALLER}"),
    *("backup list", "provider list"),
)


def lines(verb: str, result: Any) -> list[str]:
    return printed(verb, result, as_json=False).splitlines()


def test_a_phone_is_registered_until_a_moment_that_a_clock_shows() -> None:
    device = {"contact": "sip:x@192.0.2.7", "agent": "Snom", "until": UNTIL, "trouble": ""}
    [_, row] = lines("phone list", [{"username": "kwz12345", "registered": True, "devices": [device, device]}])
    line = f"contact: sip:x@192.0.2.7, agent: Snom, until: {time.strftime('%Y-%m-%d %H:%M:%S', time.localtime(UNTIL))}"
    assert row.endswith(f"{line}, trouble: -; {line}, trouble: -")


@pytest.mark.parametrize(
    ("verb", "field", "value", "shown"),
    [
        ("extension list", "until", UNTIL, moment(UNTIL)),
        ("extension list", "until", 0.0, "-"),
        ("account set", "invited_until", None, "-"),
        ("account set", "invited_until", UNTIL, moment(UNTIL)),
        ("tasks", "created", UNTIL, moment(UNTIL)),
        ("certificate show", "end", UNTIL, moment(UNTIL)),
        ("user list", "ring", 25.0, "25 s"),
        ("user list", "ring", 90.5, "90.5 s"),
        ("office show", "dial_pause", 1.5, "1.5 s"),
        ("voicemail list", "seconds", 34.6, "35 s"),
        ("voicemail list", "seconds", 125.4, "2 min 5 s"),
        ("status", "uptime", 200_000.4, "2 days, 7:33:20"),
        ("status", "calls", 0, "0"),
        ("status", "running", False, "no"),
        ("status", "note", None, "-"),
        ("status", "size", 123_456_789.0, "123456789"),
    ],
)
def test_times_durations_and_nothing_are_said_in_words(verb: str, field: str, value: Any, shown: str) -> None:
    [one] = lines(verb, {field: value})
    assert one.removeprefix(field.replace("_", " ")).strip() == shown
    assert lines(verb, [{field: value}])[1] == shown


@given(st.sampled_from(["until", "seconds", "ring", "uptime", "whatever"]), st.floats(0, 4e9))
def test_no_number_comes_as_a_power_of_ten(field: str, value: float) -> None:
    assert not re.search(r"[0-9]e[+-]?[0-9]", printed("status", {field: value}, as_json=False))


def test_no_list_shows_a_number_of_the_machine(office: Run, data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    office("user", "add", "Dora", "--extension", "25")
    username = office("phone", "add", "21")["username"]
    desk = open_desk(data)
    address = ("192.0.2.7", 5060)
    binding = Binding(username, "sip:x@192.0.2.7", "c", 1, UNTIL + 1e9, "udp", address, address, user_agent="Snom")
    desk.records.save_bindings({username: [binding]})
    perform(desk, "user leave", {"person": "25", "keep_days": 30})
    perform(desk, "account add", {"name": "chef", "password": "rotes-Fahrrad-im-Regen", "role": "admin"})
    perform(desk, "account invite", {"extension": "21"})
    missed(desk, "21")
    message(desk, "21")
    desk.close()
    for words in LISTS:
        assert main(["--data", str(data), *words.split()]) == 0, words
        out = capsys.readouterr().out
        assert not RAW.search(out), f"{words}: {out}"
