"""A clock that begins in 1970, and one that jumps by years: calls and registrations do not care."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest

from tests.threats.box import Box, besiege
from tests.threats.ends import Talk, conversation, phone

YEAR = 365.25 * 86400.0


class Wall:
    """The clock on the wall, which a test sets."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, now: float) -> None:
        self._real = time.time
        self._ahead = now - self._real()
        monkeypatch.setattr(time, "time", lambda: self._real() + self._ahead)

    def jump(self, years: float) -> None:
        self._ahead += years * YEAR


async def spoken(box: Box, talk: Talk, other: Talk) -> bool:
    """Whether what one says reaches the other now."""
    other.voice.heard()
    for _ in range(5):
        talk.voice.say(talk.remote)
        await box.pass_time(0.02, 0.01)
    return len(other.voice.heard()) > 0


async def finding(box: Box) -> dict[str, Any]:
    """What the doctor says of the clock."""
    return next(each for each in await box.do("doctor") if each["name"] == "clock")


def test_an_exchange_that_starts_in_1970_answers_and_says_what_is_wrong(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wall = Wall(monkeypatch, 60.0)

    async def script(box: Box) -> None:
        anna, bert = await phone(box, "21"), await phone(box, "22")
        talk, other = await conversation(box, anna, bert)
        assert await spoken(box, talk, other)
        found = await finding(box)
        assert (found["state"], "which cannot be" in found["sentence"]) == ("fail", True)
        assert "time server" in found["advice"]
        wall.jump(56)  # the time server answers
        assert await spoken(box, talk, other)
        assert (await finding(box))["state"] != "fail"
        assert await talk.hang_up() == 200
        await box.until(lambda: not box.calls)
        assert len(await box.history()) == 1

    besiege(tmp_path, script)


@pytest.mark.parametrize("years", [10, -10])
def test_a_jump_of_years_ends_no_call_and_no_registration(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, years: float
) -> None:
    wall = Wall(monkeypatch, time.time() + 20 * YEAR)

    async def script(box: Box) -> None:
        anna, bert = await phone(box, "21"), await phone(box, "22")
        talk, other = await conversation(box, anna, bert)
        wall.jump(years)
        await box.pass_time(2.0, 0.1)
        assert await spoken(box, talk, other), "the call lasts"
        assert await talk.hang_up() == 200
        talk, other = await conversation(box, anna, bert)
        assert await spoken(box, talk, other), "both are still registered"
        assert await talk.hang_up() == 200
        assert (await anna.register()).status == 200, "and can be anew"
        sentence = (await finding(box))["sentence"]
        assert "minutes" in sentence or "no time server" in sentence or "cannot be" in sentence
        await box.until(lambda: not box.calls)
        ended = await box.history()
        assert len(ended) == 2
        assert all(each["ended"] >= each["started"] for each in ended), "no call lasts less than nothing"

    besiege(tmp_path, script)
