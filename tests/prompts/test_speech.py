"""Typed text becomes sound; espeak-ng is part of the set-up, so that it really speaks here."""

import wave
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pbx.prompts import speech
from pbx.prompts.catalogue import LANGUAGES, Language
from pbx.prompts.sound import RATE, active_level, peak, read
from pbx.prompts.speech import LONGEST, Engine, SpeechError, installed, say, speakable


@pytest.mark.parametrize("engine", installed())
@pytest.mark.parametrize("language", LANGUAGES)
def test_an_engine_speaks(engine: str, language: Language, tmp_path: Path) -> None:
    say("Willkommen bei Müller & Söhne, Tel. 030 123456.", language, tmp_path / "greeting.wav", engine)
    samples, rate = read(tmp_path / "greeting.wav")
    assert rate == RATE
    assert 2.0 < len(samples) / rate < 12.0
    assert -27 < active_level(samples) < -20
    assert peak(samples) < -2.5
    assert [file.name for file in tmp_path.iterdir()] == ["greeting.wav"]


def test_an_engine_is_installed_and_chosen_by_itself(tmp_path: Path) -> None:
    assert "espeak-ng" in installed()
    say("Hello", "en", tmp_path / "a.wav")
    assert (tmp_path / "a.wav").exists()


@pytest.mark.parametrize("text", ["", "   ", "\0", "...", "<>", "x" * (LONGEST + 1)])
def test_what_cannot_be_spoken_is_refused_with_a_sentence(text: str, tmp_path: Path) -> None:
    with pytest.raises(SpeechError, match=r"[.)]$|characters\.$"):
        say(text, "de", tmp_path / "a.wav")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    "text", ["-w /tmp/x Hallo", "--help me", "$(reboot) now", "<speed level='9'>Hallo</speed>", "-"]
)
def test_texts_are_no_options_commands_or_markup(text: str, tmp_path: Path) -> None:
    for engine in installed():
        try:
            say(text, "de", tmp_path / "a.wav", engine)
        except SpeechError:
            assert text == "-"
    assert {file.name for file in tmp_path.iterdir()} <= {"a.wav"}


@given(st.text(max_size=60))
def test_nothing_that_engines_could_misread_is_left(text: str) -> None:
    try:
        words = speakable(text)
    except SpeechError:
        return
    assert not set("<>&`$\\|;\0\n\r") & set(words.replace(";", ""))


def test_an_existing_greeting_stays_when_nothing_new_could_be_made(tmp_path: Path) -> None:
    (tmp_path / "a.wav").write_bytes(b"old")
    with pytest.raises(SpeechError):
        say("", "de", tmp_path / "a.wav")
    assert (tmp_path / "a.wav").read_bytes() == b"old"
    with pytest.raises(SpeechError, match="could not be saved"):
        say("Hallo", "de", tmp_path / "no" / "such" / "folder.wav")


def test_a_missing_or_failing_engine_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    broken = {
        "absent": Engine("no-such-program", lambda language, wav: [], True, ((40, 0), (8000, 0))),
        "failing": Engine("false", lambda language, wav: [], True, ((40, 0), (8000, 0))),
        "silent": Engine("true", lambda language, wav: [], True, ((40, 0), (8000, 0))),
    }
    monkeypatch.setattr(speech, "ENGINES", broken)
    for name in broken:
        with pytest.raises(SpeechError, match=r"installed on this box|could not speak"):
            say("Hallo", "de", tmp_path / "a.wav", name)
    monkeypatch.setattr(speech, "ENGINES", {"absent": broken["absent"]})
    with pytest.raises(SpeechError, match="no program that can speak"):
        say("Hallo", "de", tmp_path / "a.wav")


def test_the_files_are_plain_wav(tmp_path: Path) -> None:
    say("Hello", "en", tmp_path / "a.wav")
    with wave.open(str(tmp_path / "a.wav")) as file:
        assert (file.getframerate(), file.getnchannels(), file.getsampwidth()) == (16_000, 1, 2)
