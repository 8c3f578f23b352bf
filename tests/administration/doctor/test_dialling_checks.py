"""The doctor on the digit for an outside line."""

import dataclasses
from collections.abc import Iterator
from pathlib import Path

import pytest

from pbx.administration.desk.desk import Stores, open_stores
from pbx.administration.doctor.dialling_checks import checks
from pbx.store.models import Former, Person, Step
from tests.leftovers import call_record


@pytest.fixture
def stores(tmp_path: Path) -> Iterator[Stores]:
    opened = open_stores(tmp_path)
    yield opened
    opened.close()


def digit(stores: Stores, digit: str) -> None:
    stores.settings.save(dataclasses.replace(stores.office, access_digit=digit))


def dialled(stores: Stores, reason: str, digit: str, times: int = 1) -> None:
    """So many calls out that were refused for that."""
    for number in range(times):
        step = Step(1.0, "not-allowed", {"reason": reason, "digit": digit} if digit else {"reason": reason})
        call = call_record(started=1.0, ended=2.0, steps=(step,))
        stores.records.add_call(dataclasses.replace(call, id=f"{reason}{digit}{number}"), {})


def found(stores: Stores) -> list[str]:
    return [f"{check.state}: {check.sentence}" for check in checks(stores)]


def test_there_is_nothing_to_tell_where_nobody_needs_a_digit(stores: Stores) -> None:
    dialled(stores, "bad-number", "")
    assert found(stores) == []
    digit(stores, "9")
    assert found(stores) == []


def test_who_dials_a_digit_that_is_not_set_is_seen(stores: Stores) -> None:
    dialled(stores, "with-access-digit", "0", 3)
    [check] = checks(stores)
    assert str(check.sentence) == (
        "In 3 of the latest calls, people seem to have dialled 0 for an outside line, but no such digit is set."
    )
    assert (check.state, check.page, check.hint) == ("warn", "/office", "durchwahl office set --access-digit 0")
    digit(stores, "0")
    assert found(stores) == []


def test_who_leaves_the_digit_out_is_seen(stores: Stores) -> None:
    digit(stores, "9")
    dialled(stores, "without-access-digit", "9", 2)
    dialled(stores, "without-access-digit", "0")  # what was set before is over
    assert found(stores) == ["warn: In 2 of the latest outgoing calls, the 9 for an outside line was missing."]


def test_extensions_that_came_back_behind_the_digit_are_named(stores: Stores) -> None:
    """By an undone change, or an older version that knew no digit."""
    stores.settings.put(Person("91", "Anna"), Person("21", "Bert"), Former("92", "Carl", until=9e9))
    digit(stores, "9")
    assert found(stores) == ["warn: 9 is the digit for an outside line, but these extensions begin with it: 91 and 92."]
