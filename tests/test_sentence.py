"""Sentences that know their template: English as text, anything else from JSON."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pbx.sentence import Sentence, Wrong, listed, said


def test_a_sentence_is_its_english_text() -> None:
    sentence = Sentence("{name} has {extension}.", name="Anna", extension="21")
    assert sentence == "Anna has 21."
    assert isinstance(sentence, str)
    assert (sentence.template, sentence.fields) == ("{name} has {extension}.", {"name": "Anna", "extension": "21"})


def test_a_sentence_in_a_sentence_can_be_said_in_another_language_too() -> None:
    inner = Sentence("{extension} is free.", extension="22")
    outer = Sentence("{name} has it. {more}", name="Anna", more=inner)
    assert outer == "Anna has it. 22 is free."
    assert said(outer) == {
        "say": "{name} has it. {more}",
        "with": {"name": "Anna", "more": {"say": "{extension} is free.", "with": {"extension": "22"}}},
    }


@pytest.mark.parametrize(
    ("words", "text"), [([], ""), (["a"], "a"), (["a", "b"], "a and b"), (["a", "b", "c"], "a, b and c")]
)
def test_lists_are_read_as_people_say_them(words: list[str], text: str) -> None:
    assert listed(words) == text
    assert Sentence("In {places}.", places=words) == f"In {text}."


def test_lists_and_numbers_stay_what_they_are() -> None:
    sentence = Sentence("{places} {low:g}", places=["x", Sentence("y {n}", n=1)], low=0.5)
    assert said(sentence)["with"] == {"places": ["x", {"say": "y {n}", "with": {"n": 1}}], "low": 0.5}
    assert sentence.endswith("0.5")


def test_what_was_typed_is_never_a_template() -> None:
    typed = "{name.__class__} {0} {"
    assert Sentence("“{name}” is wrong.", name=typed) == f"“{typed}” is wrong."
    assert said(typed) == {"say": "{text}", "with": {"text": typed}}


def test_another_sentence_is_put_behind_if_there_is_one() -> None:
    first = Sentence("One.")
    assert first.then("") is first
    assert first.then(Sentence("Two.")) == "One. Two."


def test_inside_another_it_begins_small_in_english_and_is_the_same_for_others() -> None:
    sentence = Sentence("Must be {what}.", what="X")
    assert sentence.inside() == "must be X."
    assert said(sentence.inside()) == said(sentence)


def test_an_error_keeps_its_sentence() -> None:
    sentence = Sentence("No.")
    assert Wrong(sentence).sentence is sentence
    assert str(Wrong(sentence)) == "No."


@given(st.dictionaries(st.sampled_from("abc"), st.text() | st.integers() | st.floats(allow_nan=False) | st.none()))
def test_whatever_is_said_is_json(fields: dict[str, Any]) -> None:
    structured = said(Sentence(" ".join(f"{{{name}}}" for name in fields), **fields))
    assert json.loads(json.dumps(structured)) == structured
