"""People, callers and phones are "they": no page, docstring, comment, sentence or test name takes them for men."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
ROOMS = ("bench", "docs", "findings", "hardware", "image", "packaging", "pbx", "scripts", "systemd", "tests", "webui")
KINDS = {".css", ".flow", ".js", ".md", ".py", ".service", ".sh", ".sql", ".toml", ".tpl"}
MALE = re.compile(r"(?<![a-z])(?:he|his|him|himself)(?![a-z])", re.IGNORECASE)


def texts(room: Path) -> Iterator[Path]:
    """The files below a folder that people write, except this one."""
    for file in sorted(room.rglob("*")):
        if file.suffix in KINDS and file != Path(__file__) and file.is_file():
            yield file


def men(file: Path) -> list[str]:
    """The lines of a file that speak of somebody as a man, each with its place."""
    lines = file.read_text(encoding="utf-8", errors="replace").splitlines()
    place = file.relative_to(ROOT)
    return [f"{place}:{number}: {line.strip()}" for number, line in enumerate(lines, 1) if MALE.search(line)]


@pytest.mark.parametrize("room", ROOMS)
def test_people_are_they_in(room: str) -> None:
    assert [line for file in texts(ROOT / room) for line in men(file)] == []


def test_people_are_they_in_the_pages_at_the_top() -> None:
    assert [line for file in sorted(ROOT.glob("*.md")) for line in men(file)] == []


@pytest.mark.parametrize("line", ["# Who calls, and what may he?", "def test_a_user_sees_his_calls()", "Himself."])
def test_a_man_is_found(line: str) -> None:
    assert MALE.search(line)


@pytest.mark.parametrize("line", ["The caller hears this.", "def test_the_history_of_a_machine()", "she, her, they"])
def test_other_words_are_left_alone(line: str) -> None:
    assert not MALE.search(line)
