"""What the test call says: of a call that came, of one that did not, and of what is in its way."""

import dataclasses
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pbx.administration.commands import perform
from pbx.administration.desk.desk import Desk, open_desk
from pbx.exchange.trunks.turned_away import Refusal
from pbx.store.rows import LegQuality, Outcome, Step
from tests.leftovers import call_record
from tests.live import Lines

CALLER = "+491711234567"


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    desk = open_desk(tmp_path / "office")
    desk.live = lines = Lines()
    lines.trunks = {"line": ("registered", "")}
    perform(desk, "office set", {"language": "en"})
    yield desk
    desk.close()


def lines(desk: Desk) -> Any:
    """The exchange, made up."""
    return desk.live


@pytest.fixture
def ready(desk: Desk) -> Desk:
    """Bert 22 is rung by a number."""
    perform(desk, "user add", {"name": "Bert", "extension": "22"})
    perform(desk, "trunk add", {"name": "line", "peer": "198.51.100.1"})
    perform(desk, "number add", {"number": "+4930123450", "trunk": "line", "to": ["22"]})
    return desk


def called(desk: Desk, outcome: Outcome, *steps: str, received: int = 100, ago: float = 5.0) -> None:
    """A call to Bert, which ended so."""
    ended = desk.host.clock() - ago
    legs = (LegQuality(CALLER, received=received), LegQuality("22", received=100))
    taken = tuple(Step(ended - 15, what, {"digits": "22"} if what == "dialled" else {}) for what in steps)
    record = call_record(
        from_=CALLER, extension="22", outcome=outcome, started=ended - 15, ended=ended, steps=taken, legs=legs
    )
    desk.records.add_call(record)


def said(desk: Desk) -> str:
    found = perform(desk, "number trial", {})
    parts = [found["verdict"], *([found["advice"]] if found["advice"] else [])]
    return " ".join(str(part["say"].format(**part["with"])) for part in parts)


def test_what_is_missing_is_told_before_anybody_calls(desk: Desk) -> None:
    assert said(desk) == "Calls cannot come in yet because there is no line."
    perform(desk, "trunk add", {"name": "line", "peer": "198.51.100.1"})
    assert said(desk) == "Calls cannot come in yet because there is no number."


def test_a_line_that_does_not_work_is_explained(ready: Desk) -> None:
    assert said(ready) == "No call has come in yet."
    lines(ready).trunks["line"] = ("failed", "403 Forbidden")
    assert "rejects the user name or the password" in said(ready)
    assert perform(ready, "number trial", {})["good"] is False
    lines(ready).trunks["line"] = ("trying", "")
    assert perform(ready, "number trial", {})["good"] is None


@pytest.mark.parametrize(
    ("outcome", "steps", "received", "words", "good"),
    [
        ("answered", ["greeted", "dialled", "rang", "answered"], 100, "It works: you were connected to Bert.", True),
        ("voicemail", ["greeted", "rang", "no-answer", "message"], 100, "your message is in the mailbox of Bert", True),
        ("missed", ["greeted", "unreachable"], 100, "none of Bert's phones is registered", False),
        ("missed", ["greeted", "rang", "no-answer"], 100, "rang Bert, but nobody answered", True),
        ("gave-up", ["greeted", "gave-up"], 100, "hung up during the greeting", True),
        ("gave-up", ["greeted", "gave-up"], 0, "received no sound from you", False),
        ("refused", ["not-allowed"], 100, "+4930123450 came in, but this number has not been added here", False),
        ("failed", ["failed"], 100, "could not agree on an audio format", False),
    ],
)
def test_a_call_that_is_over_is_judged(
    ready: Desk, outcome: Outcome, steps: list[str], received: int, words: str, good: bool
) -> None:
    called(ready, outcome, *steps, received=received)
    assert words in said(ready)
    found = perform(ready, "number trial", {})
    assert found["good"] is good
    if "dialled" in steps:
        assert "Dialled 22 during the greeting." in [step["words"] for step in found["call"]["steps"]]


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("other-port", "A call for +49 30 123450 came in and was refused: it came from a port"),
        ("other-port", "or without a port."),
        ("encryption", "the other side asked for encrypted voice. Ask the provider"),
        ("not-encrypted", "it came unencrypted"),
        ("420", "the call needs something this box cannot do"),
        ("too-many-calls", "there were too many calls at once"),
    ],
)
def test_a_call_that_was_refused_is_told_instead_of_none(ready: Desk, code: str, words: str) -> None:
    refusal = Refusal(ready.host.clock() - 5, "+4930123450", code, "udp 198.51.100.1:5070")
    lines(ready).turned_away = {"line": [refusal]}
    assert words in said(ready)
    assert perform(ready, "number trial", {})["good"] is False
    lines(ready).turned_away = {"line": [dataclasses.replace(refusal, at=ready.host.clock() - 7200)]}
    assert said(ready) == "No call has come in yet."


def test_what_came_last_is_told(ready: Desk) -> None:
    refusal = Refusal(ready.host.clock() - 60, "+4930123450", "other-port", "udp 198.51.100.1:5070")
    lines(ready).turned_away = {"line": [refusal]}
    called(ready, "answered", "answered", ago=90.0)
    assert "came from a port" in said(ready)
    called(ready, "answered", "answered", ago=5.0)
    assert "It works" in said(ready)


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("not-our-number", "has not been added here. Please add this number"),
        ("404", "has not been added here"),
        ("encryption", "the other side asked for encrypted voice"),
        ("bad-description", "could not be understood"),
    ],
)
def test_a_refused_call_with_a_row_is_told_by_its_reason(ready: Desk, code: str, words: str) -> None:
    ended = ready.host.clock() - 5
    step = Step(ended, "not-allowed", {"reason": code})
    ready.records.add_call(call_record(from_=CALLER, outcome="refused", started=ended, ended=ended, steps=(step,)), {})
    assert words in said(ready)


def test_an_old_call_is_no_test_call(ready: Desk) -> None:
    called(ready, "answered", "answered", ago=7200.0)
    assert said(ready) == "No call has come in yet."
