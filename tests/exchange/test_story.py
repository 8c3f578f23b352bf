"""Calls told in sentences."""

import re
from pathlib import Path
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pbx import exchange
from pbx.exchange.calls.endings import BROKEN, OVER
from pbx.exchange.calls.forking import Why
from pbx.exchange.dialling.dialplan import Refusal
from pbx.exchange.story import CODES, STEPS, clause, story
from pbx.exchange.trunks.turned_away import OTHER_PORT
from pbx.seconds import duration
from pbx.store.models import Language
from pbx.store.rows import Step

NAMES = {"21": "Anna Berg", "30": "Sales"}
Happened = tuple[float, str, dict[str, str | int | float | bool]]


def steps(*happened: Happened) -> list[Step]:
    return [Step(*each) for each in happened]


MESSAGE = steps(
    (0.0, "called", {"number": "+4930123456", "trunk": "provider"}),
    (0.1, "greeted", {}),
    (3.0, "dialled", {"extension": "21", "how": "event"}),
    (3.1, "rang", {"extension": "21", "phones": 2}),
    (28.1, "no-answer", {"extension": "21", "seconds": 25.0}),
    (28.2, "announced", {"extension": "21"}),
    (70.0, "message", {"seconds": 34.2, "extension": "21"}),
)
TALK = steps(
    (0.0, "called", {"number": "+4930123456", "trunk": "provider"}),
    (0.1, "greeted", {}),
    (3.0, "dialled", {"extension": "21", "how": "tone"}),
    (3.1, "rang", {"extension": "21", "phones": 1}),
    (9.2, "answered", {"extension": "21"}),
    (134.0, "hung-up", {"by": "+491701234567"}),
)


@pytest.mark.parametrize(
    ("happened", "language", "sentence"),
    [
        (MESSAGE, "en", "Dialled 21 during the greeting, nobody answered within 25 s, left a message (34 s)."),
        (
            MESSAGE,
            "de",
            "Wählte während der Begrüßung die 21, niemand nahm innerhalb von 25 s ab, "
            "hinterließ eine Nachricht (34 s).",
        ),
        (
            TALK,
            "en",
            "Dialled 21 during the greeting, Anna Berg (21) answered after 6 s, "
            "+49 170 1234567 hung up after talking for 2 min 5 s.",
        ),
        (
            TALK,
            "de",
            "Wählte während der Begrüßung die 21, Anna Berg (21) nahm nach 6 s ab, "
            "+49 170 1234567 legte nach 2 min 5 s Gespräch auf.",
        ),
        (
            steps((0, "called", {"number": "+4930123456"}), (1, "greeted", {}), (5, "gave-up", {"where": "greeting"})),
            "en",
            "Hung up during the greeting.",
        ),
        (
            steps((0, "rang", {"extension": "30", "phones": 3}), (12, "gave-up", {"where": "ringing"})),
            "en",
            "Rang Sales (30) on 3 phones, hung up after 12 s while it was ringing.",
        ),
        (
            steps((0, "wrong-extension", {"digits": "99"}), (9, "not-reachable", {"digits": "24"})),
            "en",
            "Dialled 99 (no such extension), dialled 24 (not reachable from outside).",
        ),
        (
            steps((0, "dialled-out", {"number": "+43151234", "trunk": "A1"}), (1, "not-connected", {"status": 486})),
            "de",
            "Rief +43 1 51234 über A1 an, keine Verbindung (besetzt).",
        ),
        (
            steps((0, "called-voicemail", {}), (1, "pin-wrong", {}), (9, "listened", {"messages": 1})),
            "en",
            "Entered a wrong PIN, listened to one message.",
        ),
        (steps((0, "called", {"extension": "21"})), "en", "Called Anna Berg (21)."),
        (steps((0, "hung-up", {"by": ""})), "de", "Die anrufende Person legte auf."),
        (steps((0, "lost", {"party": ""})), "de", "Von der anrufenden Person kam kein Ton mehr."),
        (steps((0, "no-message", {"reason": "The disk is nearly full."})), "en", None),
        (steps((0, "dialled", {"extension": "21", "how": "number"})), "en", "Dialled 21 along with the number."),
        (steps((0, "something-new", {})), "en", "Something new."),
        ([], "en", ""),
    ],
)
def test_a_call_is_one_sentence(happened: list[Step], language: Language, sentence: str | None) -> None:
    if sentence is not None:
        assert story(happened, language, NAMES) == sentence
    else:
        assert "nearly full" in story(happened, language, NAMES)


def test_each_step_can_be_told_live() -> None:
    assert [clause(MESSAGE[: end + 1], "en", NAMES) for end in range(4)] == [
        "called +49 30 123456",
        "heard the greeting",
        "dialled 21 during the greeting",
        "rang Anna Berg (21) on 2 phones",
    ]
    assert clause([], "en") == ""


def test_every_step_the_exchange_notes_is_in_the_table() -> None:
    here = Path(exchange.__file__).parent
    noted = {word for file in here.rglob("*.py") for word in re.findall(r'\bnote\(\s*"([^"]+)"', file.read_text())}
    assert noted <= STEPS.keys()
    assert {*OVER, *(why.value for why in Why)} <= STEPS.keys()
    assert {*BROKEN} <= CODES.keys()


def test_every_reason_that_the_exchange_gives_has_words() -> None:
    """As an argument of a note, of a refusal at once, or of the dial plan."""
    here = Path(exchange.__file__).parent
    source = "".join(file.read_text() for file in here.rglob("*.py"))
    given = set(re.findall(r'reason="([a-z][a-z0-9 -]+)"', source))
    given |= set(re.findall(r'_turn_away\([^"\n]*"([a-z][a-z -]+)"', source))
    given |= {*get_args(Refusal), OTHER_PORT, "encryption", "no common codec", "restarting", "too-many-calls"}
    assert given - CODES.keys() == set()


def test_durations_are_said_as_people_say_them() -> None:
    assert [duration(each) for each in (0.2, 59.6, 119.4, 120, 125, -3)] == [
        "0 s", "60 s", "119 s", "2 min 0 s", "2 min 5 s", "0 s",
    ]  # fmt: skip


def test_both_languages_use_the_same_fields() -> None:
    for wording in (*STEPS.values(), *CODES.values()):
        fields = [sorted(re.findall(r"\{(\w+)\}", text)) for text in (wording.de, wording.en)]
        assert fields[0] == fields[1]


_values = st.text(max_size=8) | st.sampled_from(["21", "+4930123456", "", "{x}", "[", "greeting"])
_details = st.fixed_dictionaries(
    {},
    optional={
        "extension": _values, "number": _values, "digits": _values, "by": _values, "party": _values, "trunk": _values,
        "reason": _values, "where": _values, "seconds": st.floats(0, 1e6), "phones": st.integers(0, 99),
        "messages": st.integers(0, 99), "status": st.integers(100, 699), "how": _values,
    },
)  # fmt: skip
_steps = st.builds(Step, st.floats(0, 1e9), st.sampled_from(sorted(STEPS)), _details)


@given(st.lists(_steps, max_size=8), st.sampled_from(["de", "en"]))
def test_any_order_of_steps_with_any_details_can_be_told(happened: list[Step], language: Language) -> None:
    sentence = story(happened, language, NAMES)
    assert sentence.endswith(".") or not happened


def test_what_took_no_time_is_not_said_to_have_taken_any() -> None:
    happened = steps(
        (0.0, "rang", {"extension": "21"}), (0.3, "answered", {"extension": "21"}), (0.4, "hung-up", {"by": "21"})
    )
    assert story(happened, "en", NAMES) == "Anna Berg (21) answered, Anna Berg (21) hung up."
