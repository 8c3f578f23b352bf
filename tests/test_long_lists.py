"""Lists on the command line: whole, or with the numbers of what is left out."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from pbx.administration.desk.desk import open_desk
from pbx.administration.history import calls
from pbx.cli.command import main
from tests.leftovers import call_record

Said = Callable[..., tuple[str, str]]


@pytest.fixture
def said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Said:
    """What a command prints about an office with 60 calls, and what it says beside it."""
    desk = open_desk(tmp_path)
    with desk.records.together():
        for number in range(60):
            desk.records.add_call(call_record(f"c{number}", started=1000.0 + number, story=f"Told {number}."))
    desk.close()

    def said(*words: str) -> tuple[str, str]:
        assert main(["--data", str(tmp_path), *words]) == 0
        out, err = capsys.readouterr()
        return out, err

    return said


def ids(out: str) -> list[str]:
    return [call["id"] for call in json.loads(out)]


@pytest.mark.parametrize("at_once", [1, 7, 20, 1000])
def test_the_last_calls_come_in_order_however_many_pieces_they_take(
    said: Said, monkeypatch: pytest.MonkeyPatch, at_once: int
) -> None:
    monkeypatch.setattr(calls, "AT_ONCE", at_once)
    for last in (1, 7, 20, 59, 60, 100):
        out, _ = said("calls", "--json", "--last", str(last))
        assert ids(out) == [f"c{number}" for number in range(max(0, 60 - last), 60)]


def test_what_is_left_out_is_said_with_numbers_beside_the_list(said: Said) -> None:
    out, beside = said("calls")
    assert len(out.splitlines()) == 20
    assert beside == "Showing the last 20 of 60 calls. Use “--last N” to see more.\n"
    out, beside = said("calls", "--json")
    assert len(ids(out)) == 20
    assert "20 of 60" in beside
    assert said("calls", "--last", "60")[1] == ""
    out, beside = said("history")
    assert len(out.splitlines()) == 50
    assert beside == "Showing the newest 50 of 60 calls found. Use “--limit N” to see up to 500.\n"
    assert said("history", "--limit", "60")[1] == ""
    assert said("history", "xyz")[1] == ""
    assert json.loads(said("history", "--json", "--limit", "10")[0])["all"] == 60


def test_a_list_of_changes_says_that_there_may_be_more(said: Said) -> None:
    for number in range(3):
        said("contact", "add", f"Meier {number}", f"030 12345{number}")
    assert said("change", "list")[1] == ""
    assert "newest 2 changes" in said("change", "list", "--limit", "2")[1]
