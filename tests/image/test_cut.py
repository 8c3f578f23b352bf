"""What is left on a card whose plug was pulled."""

from __future__ import annotations

from pathlib import Path

import pytest

from image.trial.cut import DISCARD, ENTRY, FLUSH, FUA, HEAD, MAGIC, VERSION, NoLog, finished

SECTOR = 512


def log(path: Path, *entries: tuple[int, bytes, int]) -> Path:
    """A log of (sector, letter or nothing, flags)."""
    data = HEAD.pack(MAGIC, VERSION, len(entries), SECTOR).ljust(SECTOR, b"\0")
    for sector, letter, flags in entries:
        body = letter * SECTOR
        length = 1 if letter or flags & DISCARD else 0
        data += ENTRY.pack(sector, length, flags, 0).ljust(SECTOR, b"\0") + body
    path.write_bytes(data)
    return path


@pytest.fixture
def card(tmp_path: Path) -> Path:
    path = tmp_path / "card"
    path.write_bytes(b"." * 4 * SECTOR)
    return path


def letters(card: Path) -> str:
    return card.read_bytes()[::SECTOR].decode()


def test_what_was_flushed_is_there_and_what_came_after_is_lost(card: Path, tmp_path: Path) -> None:
    requests = log(tmp_path / "log", (0, b"a", 0), (1, b"b", 0), (0, b"", FLUSH), (2, b"c", 0), (0, b"d", 0))
    assert finished(card, requests) == (3, 2)
    assert letters(card) == "ab.."


def test_later_writes_go_over_earlier_ones_and_discards_change_nothing(card: Path, tmp_path: Path) -> None:
    requests = log(tmp_path / "log", (0, b"a", 0), (3, b"", DISCARD), (0, b"b", FUA))
    assert finished(card, requests) == (3, 0)
    assert letters(card) == "b..."


def test_nothing_flushed_nothing_there(card: Path, tmp_path: Path) -> None:
    assert finished(card, log(tmp_path / "log", (0, b"a", 0))) == (0, 1)
    assert letters(card) == "...."


def test_a_log_that_ends_in_the_middle_counts_as_far_as_it_goes(card: Path, tmp_path: Path) -> None:
    requests = log(tmp_path / "log", (0, b"a", FUA), (1, b"b", FUA))
    requests.write_bytes(requests.read_bytes()[: 3 * SECTOR + 8])
    assert finished(card, requests) == (1, 0)
    assert letters(card) == "a..."


@pytest.mark.parametrize("text", [b"", b"no log at all, but long enough to be looked at"])
def test_what_is_no_log_is_said(card: Path, tmp_path: Path, text: bytes) -> None:
    (tmp_path / "log").write_bytes(text)
    with pytest.raises(NoLog):
        finished(card, tmp_path / "log")
