"""The sentences and their shipped sound."""

import json
from typing import Any

import pytest

from pbx.prompts.catalogue import (
    LANGUAGES,
    LARGEST,
    PROMPTS,
    SOUNDS,
    Language,
    clip_path,
    digit_words,
    number_words,
    time_words,
)
from pbx.prompts.sound import RATE, active_level, peak, read


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_sentence_is_shipped_and_sounds_as_it_should(language: Language) -> None:
    for key, prompt in PROMPTS.items():
        samples, rate = read(clip_path(key, language))
        seconds = len(samples) / rate
        letters = len(prompt.text(language))
        assert rate == RATE
        assert 0.25 + letters / 30 < seconds < 1.2 + letters / 8, key
        assert -27 < active_level(samples) < -20, key
        assert peak(samples) < -2.5, key
        assert abs(float(samples.mean())) < 0.001, key


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_shipped_says_what_the_catalogue_says(language: Language) -> None:
    """A sentence was changed and not spoken anew? `make prompts`."""
    spoken = json.loads((SOUNDS / language / "spoken.json").read_text("utf-8"))
    assert spoken["texts"] == {key: prompt.text(language) for key, prompt in PROMPTS.items()}
    assert {clip.stem for clip in (SOUNDS / language).glob("*.wav")} == PROMPTS.keys()


def test_all_of_it_stays_small() -> None:
    assert sum(clip.stat().st_size for clip in SOUNDS.glob("*/*.wav")) < 12_000_000


def test_no_other_file_can_be_named_by_a_key() -> None:
    named: tuple[tuple[str, Any], ...] = (("../catalogue", "de"), ("nothing", "de"), ("greeting", "fr"), ("", "en"))
    for key, language in named:
        with pytest.raises(KeyError):
            clip_path(key, language)


def test_things_are_counted() -> None:
    said = [[PROMPTS[key].de for key in number_words(count, "de")] for count in (0, 1, 2, 21, 60, 61, -1)]
    assert said == [
        ["keine"], ["eine"], ["zwei"], ["einundzwanzig"], ["sechzig"], ["mehr als", "sechzig"], ["keine"],
    ]  # fmt: skip
    assert PROMPTS["45"].en == "forty-five"


def test_every_number_of_things_can_be_said() -> None:
    for count in range(LARGEST + 3):
        assert all(key in PROMPTS for key in number_words(count, "en"))


def test_numbers_are_spelt() -> None:
    assert digit_words("+49 30-21x") == ["plus", "4", "9", "3", "0", "2", "1"]
    assert digit_words("٣") == []


@pytest.mark.parametrize(
    ("hour", "minute", "language", "said"),
    [
        (14, 5, "de", "vierzehn Uhr fünf"),
        (1, 0, "de", "ein Uhr"),
        (0, 30, "de", "null Uhr dreißig"),
        (14, 5, "en", "fourteen zero five"),
        (9, 0, "en", "nine hours"),
        (23, 59, "en", "twenty-three fifty-nine"),
    ],
)
def test_times_are_said(hour: int, minute: int, language: Language, said: str) -> None:
    assert " ".join(PROMPTS[key].text(language) for key in time_words(hour, minute, language)) == said


def test_no_such_time() -> None:
    for hour, minute in ((24, 0), (0, 60), (-1, 0)):
        with pytest.raises(ValueError, match="no time of day"):
            time_words(hour, minute, "de")
