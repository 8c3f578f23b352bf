"""Seconds are rounded in one place: the story, the badge beside it, the message and the table never differ by one."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pbx.exchange.story import story, talked
from pbx.seconds import duration, whole
from pbx.store.rows import Step
from tests.leftovers import call_record
from tests.webui.test_words import LOCALE
from webui.words import catalogues

ENGLISH = catalogues(LOCALE)["en"]


@pytest.mark.parametrize(
    ("seconds", "rounded"), [(0.0, 0), (0.49, 0), (0.5, 1), (1.5, 2), (2.5, 3), (59.96, 60), (-3.0, 0), (1e6, 10**6)]
)
def test_half_a_second_is_one_more_and_nothing_is_below_none(seconds: float, rounded: int) -> None:
    assert whole(seconds) == rounded


def counted(clock: str) -> int:
    """Seconds of what the page shows: 1:02:03."""
    return sum(int(part) * 60**place for place, part in enumerate(reversed(clock.split(":"))))


@given(st.floats(0, 100_000))
def test_the_page_and_the_story_say_the_same_number_of_seconds(seconds: float) -> None:
    found = re.fullmatch(r"(?:([0-9]+) min )?([0-9]+) s", duration(seconds))
    assert found is not None
    assert int(found[1] or 0) * 60 + int(found[2]) == counted(ENGLISH.duration(seconds)) == whole(seconds)


@given(st.floats(0, 4000), st.floats(0, 30), st.sampled_from(["hung-up", "lost"]))
def test_a_talk_ends_when_somebody_hangs_up_and_not_when_all_is_written_down(
    seconds: float, later: float, how: str
) -> None:
    answered = 1_790_000_000.25
    end = Step(answered + seconds, how, {"by": "21"} if how == "hung-up" else {"party": "21"})
    steps = (Step(answered, "answered", {"extension": "21"}), end)
    call = call_record(answered=answered, started=answered - 9, ended=end.at + later, steps=steps)
    shown = talked(call)
    assert shown is not None
    found = re.search(r"hung up after talking for (.*)\.", story(steps, "en", {"21": "Anna"}))
    if how == "hung-up":
        assert (found[1] if found else "0 s") == duration(shown)
    assert whole(shown) == whole(end.at - answered)


def test_a_call_that_nobody_answered_was_no_talk() -> None:
    assert talked(call_record()) is None
