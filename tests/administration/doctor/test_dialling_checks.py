"""The doctor on the digit for an outside line."""

import dataclasses
from collections.abc import Iterator
from pathlib import Path

import pytest

from pbx.administration.desk.desk import Desk, open_desk
from pbx.administration.doctor.dialling_checks import checks
from pbx.store.models import Person, RetiredExtension
from pbx.store.rows import Step
from tests.leftovers import call_record


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    opened = open_desk(tmp_path)
    yield opened
    opened.close()


def digit(desk: Desk, digit: str) -> None:
    desk.folder.settings.save(dataclasses.replace(desk.office, access_digit=digit))


def dialled(desk: Desk, reason: str, digit: str, times: int = 1) -> None:
    """So many calls out that were refused for that."""
    for number in range(times):
        step = Step(1.0, "not-allowed", {"reason": reason, "digit": digit} if digit else {"reason": reason})
        call = call_record(started=1.0, ended=2.0, steps=(step,))
        desk.records.add_call(dataclasses.replace(call, id=f"{reason}{digit}{number}"), {})


def found(desk: Desk) -> list[str]:
    return [f"{check.state}: {check.sentence}" for check in checks(desk)]


def test_there_is_nothing_to_tell_where_nobody_needs_a_digit(desk: Desk) -> None:
    dialled(desk, "bad-number", "")
    assert found(desk) == []
    digit(desk, "9")
    assert found(desk) == []


def test_who_dials_a_digit_that_is_not_set_is_seen(desk: Desk) -> None:
    dialled(desk, "with-access-digit", "0", 3)
    [check] = checks(desk)
    assert str(check.sentence) == (
        "In 3 of the latest calls, people seem to have dialled 0 for an outside line, but no such digit is set."
    )
    assert (check.state, check.page, check.hint) == ("warn", "/office", "durchwahl office set --access-digit 0")
    digit(desk, "0")
    assert found(desk) == []


def test_who_leaves_the_digit_out_is_seen(desk: Desk) -> None:
    digit(desk, "9")
    dialled(desk, "without-access-digit", "9", 2)
    dialled(desk, "without-access-digit", "0")  # what was set before is over
    assert found(desk) == ["warn: In 2 of the latest outgoing calls, the 9 for an outside line was missing."]


def test_extensions_that_came_back_behind_the_digit_are_named(desk: Desk) -> None:
    """By an undone change, or an older version that knew no digit."""
    desk.folder.settings.put(Person("91", "Anna"), Person("21", "Bert"), RetiredExtension("92", "Carl", until=9e9))
    digit(desk, "9")
    assert found(desk) == ["warn: 9 is the digit for an outside line, but these extensions begin with it: 91 and 92."]
